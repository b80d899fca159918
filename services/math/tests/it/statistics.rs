//! Samples: NIST's reference data, SciPy's values, and what people argue about.

use std::path::Path;

use serde_json::{Value, json};

use crate::{answer, client, close, refused};

/// The text of one of NIST's files.
pub fn nist(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/nist/{name}.dat"));
    std::fs::read_to_string(file).unwrap()
}

/// The rows of data of a file of NIST's, as they are written: what follows the last line that starts with "Data:".
pub fn data(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().rposition(|line| line.trim_start().starts_with("Data:")).unwrap();
    let cells = |line: &&str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let rows = lines[start + 1..].iter().map(cells);
    rows.filter(|row| !row.is_empty() && row.iter().all(|cell| cell.parse::<f64>().is_ok())).collect()
}

/// The number after a label.
fn certified(text: &str, label: &str) -> f64 {
    let rest = text.split_once(label).unwrap().1;
    let rest = rest.split_once(':').map_or(rest, |(_, rest)| rest);
    let exact = rest.split_whitespace().find_map(|word| word.parse::<f64>().ok());
    exact.unwrap()
}

#[test]
fn univariate_reference_data() {
    let client = client();
    for name in ["Lew", "Lottery", "Mavro", "Michelso", "NumAcc1", "NumAcc2", "NumAcc3"] {
        let text = nist(name);
        // As JSON text, so that the digits arrive as they are written.
        let rows: Vec<String> = data(&text).into_iter().map(|row| row[0].clone()).collect();
        let body = format!("{{\"data\": [{}]}}", rows.join(","));
        let found = client.post_as("application/json", "/api/v1/math/statistics/describe", body);
        assert_eq!(found.status, 200, "{name}: {:?}", found.body);
        let found = found.json();
        for (field, label) in [("mean", "Sample Mean"), ("standardDeviation", "Sample Standard Deviation")] {
            let expected = certified(&text, label);
            assert!(close(&found[field], expected, 14), "{name} {field}: {} instead of {expected}", found[field]);
        }
    }
}

#[test]
fn analysis_of_variance_reference_data() {
    let client = client();
    for (name, digits) in [("SmLs01t", 13), ("SmLs04t", 13), ("SmLs07t", 13)] {
        let text = nist(name);
        // A column for each treatment, below a row of their numbers.
        let rows = data(&text);
        let group = |column: usize| {
            let values: Vec<String> = rows[1..].iter().map(|row| row[column].clone()).collect();
            format!("[{}]", values.join(","))
        };
        let groups: Vec<String> = (0..rows[0].len()).map(group).collect();
        let body = format!("{{\"test\":\"anova\",\"groups\":[{}]}}", groups.join(","));
        let found = client.post_as("application/json", "/api/v1/math/statistics/test", body);
        assert_eq!(found.status, 200, "{name}: {:?}", found.body);
        let found = found.json();
        let line = text.lines().find(|line| line.starts_with("Between")).unwrap();
        let expected: f64 = line.split_whitespace().last().unwrap().parse().unwrap();
        assert!(close(&found["statistic"], expected, digits), "{name}: {} instead of {expected}", found["statistic"]);
    }
}

#[test]
fn a_sample_in_figures() {
    let client = client();
    // pandas 2, SciPy 1.17.
    let found = answer(&client, "/statistics/describe", &json!({"data": [41, 42.5, 52, 55.1, 60, 61, 61, 65.3, 68]}));
    for (field, expected, digits) in [
        ("mean", 56.211_111_111_111_11, 14),
        ("skewness", -0.660_471_341_255_497_4, 13),
        ("kurtosis", -0.717_513_870_498_497_1, 12),
        ("geometricMean", 55.442_152_441_061_83, 14),
        ("harmonicMean", 54.620_726_815_730_79, 14),
        ("standardError", 3.162_604_607_160_776_3, 14),
        ("meanLow", 48.918_131_808_982_615, 13),
        ("meanHigh", 63.504_090_413_239_6, 13),
        ("median", 60.0, 14),
        ("q1", 52.0, 14),
        ("sum", 505.9, 15),
    ] {
        assert!(close(&found[field], expected, digits), "{field}: {}", found[field]);
    }
    assert_eq!(found["modes"], json!([61.0]));
    // Decimals add up.
    let found = answer(&client, "/statistics/describe", &json!({"data": [0.1, 0.2, "0.3", null, ""]}));
    assert_eq!((&found["sum"], &found["mean"], &found["missing"]), (&json!(0.6), &json!(0.2), &json!(2)));
    assert_eq!(found["standardDeviation"], 0.1);
    assert_eq!(found["warnings"][0]["code"], "missing");
    let rows = json!({"rows": [{"name": "a", "n": 1}, {"name": "b", "n": 3}]});
    assert_eq!(answer(&client, "/statistics/describe", &rows)["mean"], 2.0);
    let one = answer(&client, "/statistics/describe", &json!({"data": [5]}));
    assert_eq!(
        (&one["standardDeviation"], &one["meanLow"], &one["skewness"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[test]
fn quartiles_by_the_names_people_know() {
    let client = client();
    for (data, kind, q1, q3, number) in [
        (json!([1, 2, 3, 4]), "excel-inc", 1.75, 3.25, 7),
        (json!([1, 2, 3, 4]), "Excel_Exc", 1.25, 3.75, 6),
        (json!([1, 2, 2, 3, 3, 4, 5, 5, 7, 9]), "7", 2.25, 5.0, 7),
        (json!([1, 2, 2, 3, 3, 4, 5, 5, 7, 9]), "school", 2.0, 5.0, 2),
        (json!([41, 42, 52, 55, 60, 61, 61, 65, 68]), "minitab", 47.0, 63.0, 6),
        (json!([41, 42, 52, 55, 60, 61, 61, 65, 68]), "sas", 52.0, 61.0, 2),
        (json!([41, 42, 52, 55, 60, 61, 61, 65, 68]), "numpy", 52.0, 61.0, 7),
    ] {
        let found = answer(&client, "/statistics/describe", &json!({"data": data, "quantileType": kind}));
        assert_eq!((found["q1"].as_f64(), found["q3"].as_f64()), (Some(q1), Some(q3)), "{kind}");
        assert_eq!(found["quantileTypeNumber"], number);
    }
    let request = json!({"data": [1, 2], "quantiles": [0.9], "quantileType": "excel-exc"});
    assert!(refused(&client, "/statistics/describe", &request).contains("#NUM!"));
    let request = json!({"data": [1, 2], "quantiles": [0.9], "quantileType": 7});
    assert!(close(&answer(&client, "/statistics/describe", &request)["quantiles"][0]["value"], 1.9, 14));
}

const X: [f64; 10] = [59.01, 66.11, 52.8, 52.67, 51.72, 39.14, 42.16, 45.28, 57.7, 46.54];
const Y: [f64; 10] = [50.06, 45.82, 50.52, 47.22, 49.03, 40.66, 41.54, 38.98, 45.7, 38.45];

/// Values of SciPy 1.17 and statsmodels 0.15; exact ones by enumeration.
#[test]
fn tests_as_scipy_has_them() {
    let client = client();
    let groups = json!([[6, 8, 4, 5, 3, 4], [8, 12, 9, 11, 6, 8], [13, 9, 11, 8, 7, 12]]);
    let men = [148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236];
    let roots: Vec<f64> = (1..=40).map(|n| f64::from(n).sqrt()).collect();
    let normal = [
        0.61, 0.29, 0.06, 0.59, -1.73, -0.74, 0.51, -0.56, 0.39, 1.64, 0.05, -0.06, 0.64, -0.82, 0.37, 1.77, 1.09,
        -1.28, 2.36, 1.31, 1.05, -0.32,
    ];
    let shifted: Vec<f64> = normal.iter().map(|value| value + 2.0).collect();
    for (request, statistic, p, digits) in [
        (json!({"test": "welch", "x": X, "y": Y}), 2.182_072_798_772_838_3, 0.046_593_513_251_809_57, 10),
        (json!({"test": "t-two", "x": X, "y": Y}), 2.182_072_798_772_838_3, 0.042_601_492_525_859_715, 10),
        (json!({"test": "t-paired", "x": X, "y": Y}), 3.251_615_159_874_319_7, 0.009_971_568_796_677_746, 10),
        (
            json!({"test": "t-one", "x": X, "value": 50, "alternative": "greater"}),
            0.502_550_620_177_126_3,
            0.313_673_226_294_744_6,
            10,
        ),
        (json!({"test": "mann-whitney", "x": X, "y": Y}), 76.0, 0.052_425_902_271_103_5, 12),
        (json!({"test": "mann-whitney", "x": X, "y": Y, "alternative": "less"}), 76.0, 0.978_371_473_727_510_9, 12),
        (json!({"test": "wilcoxon", "x": X, "y": Y}), 2.0, 6.0 / 1024.0, 14),
        (json!({"test": "chi-square-fit", "observed": [16, 18, 16, 14, 12, 12]}), 2.0, 0.849_145_036_084_609_6, 12),
        (
            json!({"test": "chi-square-fit", "observed": [16, 18, 16, 14, 12, 12], "expected": [16, 16, 16, 16, 16, 8]}),
            3.5,
            0.623_387_627_749_582_2,
            12,
        ),
        (
            json!({"test": "chi-square", "table": [[10, 10, 20], [20, 20, 20]]}),
            2.777_777_777_777_777_7,
            0.249_352_208_777_296_22,
            12,
        ),
        (
            json!({"test": "chi-square", "table": [[10, 20], [30, 5]]}),
            16.578_482_142_857_14,
            4.667_763_281_513_949e-5,
            12,
        ),
        (
            json!({"test": "chi-square", "table": [[10, 20], [30, 5]], "continuity": false}),
            18.726_190_476_190_474,
            1.508_956_570_435_424_8e-5,
            12,
        ),
        (
            json!({"test": "z-proportion", "successes": [45, 30], "trials": [100, 90]}),
            1.642_726_612_871_929_6,
            0.100_439_509_979_635_45,
            11,
        ),
        (json!({"test": "z-proportion", "successes": [45], "trials": [100]}), -1.0, 0.317_310_507_862_914_15, 12),
        (json!({"test": "anova", "groups": groups}), 9.264_705_882_352_942, 0.002_398_777_329_392_908_3, 11),
        (json!({"test": "kruskal-wallis", "groups": groups}), 9.420_684_835_779_168, 0.009_001_694_713_345_491, 11),
        (json!({"test": "shapiro-wilk", "x": men}), 0.788_814_694_863_171_6, 0.006_703_814_061_898_823, 6),
        (json!({"test": "shapiro-wilk", "x": X}), 0.975_876_707_163_990_1, 0.939_358_888_491_413_8, 6),
        (json!({"test": "shapiro-wilk", "x": [1, 2, 4, 8, 16]}), 0.876_108_811_751_035, 0.292_048_447_280_991_44, 6),
        (json!({"test": "shapiro-wilk", "x": [1, 2, 5]}), 0.923_076_923_076_923, 0.463_262_874_933_799_03, 6),
        (json!({"test": "shapiro-wilk", "x": roots}), 0.948_890_559_926_829_1, 0.069_453_367_591_539_33, 6),
        (
            json!({"test": "ks", "x": normal, "normalMean": 0, "normalStandardDeviation": 1}),
            0.205_000_972_107_968_25,
            0.274_065_501_482_442_8,
            10,
        ),
        (
            json!({"test": "ks", "x": shifted, "normalMean": 0, "normalStandardDeviation": 1}),
            0.790_090_801_635_708_3,
            3.732_561_878_630_294e-15,
            9,
        ),
        (json!({"test": "ks", "x": X, "y": Y}), 0.6, 0.052_447_552_447_552_44, 12),
    ] {
        let found = answer(&client, "/statistics/test", &request);
        assert!(close(&found["statistic"], statistic, digits), "{request}: {found}");
        assert!(close(&found["pValue"], p, digits), "{request}: {found}");
        assert!(found["sentence"].as_str().unwrap().contains("p "), "{found}");
    }
}

#[test]
fn fisher_is_exact() {
    let client = client();
    // SciPy 1.17: fisher_exact, and contingency.odds_ratio with its interval.
    for (table, p, greater, odds, low, high) in [
        (
            json!([[8, 2], [1, 5]]),
            0.034_965_034_965_034_975,
            0.024_475_524_475_524_483,
            15.465_819_716_921_013,
            1.008_849_207_947_672_3,
            1_059.639_495_086_278_2,
        ),
        (
            json!([[3, 1], [1, 3]]),
            0.485_714_285_714_285_65,
            0.242_857_142_857_142_83,
            6.408_319_658_199_662,
            0.211_735_595_446_579_66,
            626.243_530_588_814_1,
        ),
        (json!([[0, 5], [7, 2]]), 0.020_979_020_979_020_983, 1.0, 0.0, 0.0, 0.689_903_363_082_698_3),
    ] {
        let found = answer(&client, "/statistics/test", &json!({"test": "fisher-exact", "table": table}));
        assert!(close(&found["pValue"], p, 12), "{found}");
        assert!(close(&found["estimate"], odds, 7), "{found}");
        assert!(close(&found["low"], low, 7) && close(&found["high"], high, 7), "{found}");
        let found =
            answer(&client, "/statistics/test", &json!({"test": "fisher", "table": table, "alternative": "greater"}));
        assert!(close(&found["pValue"], greater, 12), "{found}");
    }
}

#[test]
fn ties_are_counted() {
    let client = client();
    let request = json!({"test": "mann-whitney", "x": [996, 996, 996, 996, 996, 996, 996, 996, 996, 996],
        "y": [994, 994, 994, 994, 994, 995, 994, 995, 994, 994]});
    let found = answer(&client, "/statistics/test", &request);
    // 2 of C(20, 10) arrangements.
    assert!(close(&found["pValue"], 2.0 / 184_756.0, 13), "{found}");
    assert_eq!(found["statistic"], 100.0);
    assert!(
        found["method"].as_str().unwrap().contains("exact")
            && found["sentence"].as_str().unwrap().starts_with("Unpaired")
    );
    let found = answer(&client, "/statistics/test", &json!({"test": "wilcoxon", "x": X, "y": Y}));
    assert!(found["sentence"].as_str().unwrap().starts_with("Paired"));
    // All the same: no 0/0.
    for test in ["mann-whitney", "wilcoxon", "kruskal-wallis", "welch", "t-paired", "anova", "ks"] {
        let found = answer(&client, "/statistics/test", &json!({"test": test, "x": [3, 3, 3], "y": [3, 3, 3]}));
        let p = &found["pValue"];
        assert!(p == &json!(1.0) || (p.is_null() && found["warnings"][0]["code"] == "no-spread"), "{test}: {found}");
    }
    // Large samples: the approximation, named.
    let x: Vec<u32> = (0..300).map(|n| n % 17).collect();
    let y: Vec<u32> = (0..300).map(|n| n % 19).collect();
    let found = answer(&client, "/statistics/test", &json!({"test": "mann-whitney", "x": x, "y": y}));
    assert!(found["method"].as_str().unwrap().contains("normal approximation"), "{found}");
}

#[test]
fn tukey_compares_each_with_each() {
    let client = client();
    let request = json!({"test": "anova", "groups": [[6, 8, 4, 5, 3, 4], [8, 12, 9, 11, 6, 8], [13, 9, 11, 8, 7, 12]]});
    let found = answer(&client, "/statistics/test", &request);
    // SciPy 1.17, tukey_hsd.
    for (index, p, difference) in [(0, 0.013_913_29, -4.0), (1, 0.002_732_12, -5.0), (2, 0.700_659_94, -1.0)] {
        let row = &found["comparisons"][index];
        assert!(close(&row["pValue"], p, 5) && close(&row["difference"], difference, 12), "{row}");
        assert!((row["high"].as_f64().unwrap() - difference - 3.192_999).abs() < 1e-5, "{row}");
    }
}

#[test]
fn correlations() {
    let client = client();
    let found = answer(&client, "/statistics/correlation", &json!({"x": X, "y": Y}));
    assert!(close(&found["correlation"], 0.648_892_184_878_274, 13), "{found}");
    assert!(close(&found["pValue"], 0.042_366_988_960_970_95, 11), "{found}");
    assert!(close(&found["rows"][0]["low"], 0.032_574_514_734_948_85, 10), "{found}");
    let found = answer(&client, "/statistics/correlation", &json!({"x": X, "y": Y, "method": "spearman"}));
    assert!(
        close(&found["correlation"], 0.624_242_424_242_424_2, 13)
            && close(&found["pValue"], 0.053_717_767_217_167_436, 11),
        "{found}"
    );
    let request = json!({"x": [1, 2, 2, 3, 4, 5, 5, 6], "y": [2, 1, 3, 3, 5, 4, 6, 6], "method": "kendall"});
    let found = answer(&client, "/statistics/correlation", &request);
    assert!(
        close(&found["correlation"], 0.769_230_769_230_769_4, 13)
            && close(&found["pValue"], 0.010_747_577_580_460_075, 11),
        "{found}"
    );
    // Exact without ties (SciPy 1.17): 8 rows; of three rows, one pair out of order is as likely as two.
    let request = json!({"x": [1, 2, 3, 4, 5, 6, 7, 8], "y": [2, 3.5, 2.5, 5, 7, 4, 9, 6], "method": "kendall"});
    let found = answer(&client, "/statistics/correlation", &request);
    assert!(close(&found["pValue"], 0.031_150_793_650_793_65, 13), "{found}");
    let found =
        answer(&client, "/statistics/correlation", &json!({"x": [1, 2, 3], "y": [3, 1, 2], "method": "kendall"}));
    assert_eq!(found["pValue"], json!(1.0), "{found}");
    // A constant, and a gap.
    let request = json!({"columns": {"a": [1, 2, 3, null], "b": [5, 5, 5, 5], "c": [3, 2, 1, 9]}});
    let found = answer(&client, "/statistics/correlation", &request);
    assert_eq!(found["matrix"][0], json!([1.0, null, -1.0]));
    assert!(found["warnings"].as_array().unwrap().iter().any(|warning| warning["field"] == "b"));
}

/// Texts as sheets of half the world have them; without the word for it they are refused, or mean what JSON means.
#[test]
fn texts_with_a_decimal_comma() {
    let client = client();
    let texts = json!(["1.234,50", "1.234", "12,5", "-3,25", 7]);
    let found = answer(&client, "/statistics/describe", &json!({"data": texts, "decimalComma": true}));
    assert!(close(&found["sum"], 1234.5 + 1234.0 + 12.5 - 3.25 + 7.0, 14), "{found}");
    let rows = json!([{"json": {"a": "1,5", "b": "2,5"}}, {"json": {"a": "2,5", "b": "3,5"}}, {"json": {"a": "4", "b": "4,25"}}]);
    for (path, mut request) in [
        ("/statistics/correlation", json!({"rows": rows})),
        ("/statistics/test", json!({"test": "t-paired", "rows": rows, "column": "a", "column2": "b"})),
        ("/statistics/describe", json!({"rows": rows, "column": "a"})),
        ("/regression", json!({"rows": rows, "target": "b", "features": ["a"], "predictRows": [{"a": "3,5"}]})),
        ("/tables/outliers", json!({"rows": rows, "column": "b"})),
        ("/timeseries/analyze", json!({"rows": rows, "column": "b", "window": 2})),
        ("/timeseries/forecast", json!({"rows": rows, "column": "b", "horizon": 1, "method": "naive"})),
    ] {
        let refused = client.post(&format!("/api/v1/math{path}"), &request);
        assert_eq!(refused.status, 422, "{path}: {:?}", refused.body);
        request["decimalComma"] = json!(true);
        answer(&client, path, &request);
    }
    let found = answer(&client, "/tables/describe", &json!({"rows": rows, "decimalComma": "true"}));
    assert_eq!(found["rows"][1]["sum"], json!(10.25), "{found}");
}

#[test]
fn hostile_samples_are_refused() {
    let client = client();
    for (path, request, field) in [
        ("/statistics/describe", json!({"data": []}), "data"),
        ("/statistics/describe", json!({"data": [null, ""]}), "data"),
        ("/statistics/describe", json!({"data": [1, "1,5"]}), "data[1]"),
        ("/statistics/describe", json!({"data": [1e100]}), "data[0]"),
        ("/statistics/describe", json!({"rows": [{"a": 1}], "column": "b"}), "column"),
        ("/statistics/test", json!({"test": "welch", "x": [1, 2]}), "y"),
        ("/statistics/test", json!({"test": "welch", "x": [1, 2], "y": [1]}), "y"),
        ("/statistics/test", json!({"test": "t-paired", "x": [1, 2], "y": [1]}), "y"),
        ("/statistics/test", json!({"test": "fisher", "table": [[1, 2]]}), "table"),
        ("/statistics/test", json!({"test": "chi-square", "table": [[1, 2], [0, 0]]}), "table[1]"),
        ("/statistics/test", json!({"test": "shapiro-wilk", "x": [2, 2, 2]}), "x"),
        ("/statistics/test", json!({"test": "ks", "x": [1, 2]}), "normalMean"),
        ("/statistics/correlation", json!({"x": [1, 2], "y": [1]}), "y"),
    ] {
        let message = refused(&client, path, &request);
        assert!(message.starts_with(field), "{path} {request}: {message}");
    }
    let many: Vec<u32> = (0..100_000).collect();
    answer(&client, "/statistics/test", &json!({"test": "mann-whitney", "x": many, "y": many}));
    answer(&client, "/statistics/test", &json!({"test": "ks", "x": many, "y": many}));
}
