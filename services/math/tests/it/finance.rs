//! Money: tables with their sources, and equations that must hold.

use serde_json::{Value, json};

use crate::{answer, client, close, refused};

/// Cases with their sources: "ms" is Microsoft's documentation of the function, "npf" numpy-financial's documentation
/// and tests, "oo" OpenFormula 1.3 part 4 (section 6.12), "hand" follows from the definition.
#[test]
fn functions_of_the_spreadsheets() {
    let client = client();
    let time_value = |request: Value| answer(&client, "/finance/time-value", &request)["value"].clone();
    for (source, request, expected, digits) in [
        (
            "ms PMT",
            json!({"find": "pmt", "rate": "0.6666666666666666667 %", "periods": 10, "pv": 10000}),
            -1_037.032_089_359_15,
            10,
        ),
        (
            "ms PMT due",
            json!({"find": "payment", "rate": "0.6666666666666666667 %", "periods": 10, "pv": 10000, "due": "begin"}),
            -1_030.164_327_177_97,
            10,
        ),
        (
            "ms PMT saving",
            json!({"find": "payment", "rate": 0.005, "periods": 216, "fv": 50000}),
            -129.081_160_867_99,
            10,
        ),
        (
            "npf pmt",
            json!({"find": "payment", "rate": 0.00625, "periods": 180, "pv": 200_000}),
            -1_854.024_720_005_46,
            11,
        ),
        (
            "ms PV",
            json!({"find": "pv", "rate": "0.6666666666666666667 %", "periods": 240, "payment": 500}),
            -59_777.145_851_187_8,
            10,
        ),
        (
            "npf pv",
            json!({"find": "pv", "rate": "0.4166666666666666667 %", "periods": 120, "payment": -100, "fv": 15_692.93}),
            -100.000_671_316_259,
            9,
        ),
        (
            "ms FV",
            json!({"find": "fv", "rate": 0.005, "periods": 10, "payment": -200, "pv": -500, "due": "begin"}),
            2_581.403_374_060_12,
            11,
        ),
        ("ms FV 2", json!({"find": "fv", "rate": 0.01, "periods": 12, "payment": -1000}), 12_682.503_013_196_97, 11),
        (
            "ms FV 3",
            json!({"find": "fv", "rate": "0.9166666666666666667 %", "periods": 35, "payment": -2000, "due": "begin"}),
            82_846.246_371_895_2,
            9,
        ),
        (
            "npf fv",
            json!({"find": "fv", "rate": "0.4166666666666666667 %", "periods": 120, "payment": -100, "pv": -100}),
            15_692.928_894_335_748,
            10,
        ),
        (
            "ms NPER",
            json!({"find": "nper", "rate": 0.01, "payment": -100, "pv": -1000, "fv": 10000, "due": "begin"}),
            59.673_865_674_294_6,
            11,
        ),
        (
            "ms NPER end",
            json!({"find": "nper", "rate": 0.01, "payment": -100, "pv": -1000, "fv": 10000}),
            60.082_122_853_761_7,
            11,
        ),
        (
            "ms NPER loan",
            json!({"find": "nper", "rate": 0.01, "payment": -100, "pv": -1000}),
            -9.578_594_039_813_16,
            11,
        ),
        (
            "npf nper",
            json!({"find": "nper", "rate": "0.5833333333333333333 %", "payment": -150, "pv": 8000}),
            64.073_348_770_661_85,
            10,
        ),
        ("ms RATE", json!({"find": "rate", "periods": 48, "payment": -200, "pv": 8000}), 0.007_701_472_488_204_63, 11),
        (
            "by hand: (20/7)^(1/10) - 1",
            json!({"find": "rate", "periods": 10, "payment": 0, "pv": -3500, "fv": 10000}),
            0.110_690_853_710_752_8,
            12,
        ),
        ("hand RATE 0", json!({"find": "rate", "periods": 10, "payment": -100, "pv": 1000}), 0.0, 12),
        ("hand FV 0 %", json!({"find": "fv", "rate": 0, "periods": 10, "payment": -100, "pv": -1000}), 2000.0, 14),
        ("hand NPER 0 %", json!({"find": "nper", "rate": 0, "payment": -100, "pv": 1000}), 10.0, 14),
        ("hand PV 2 years", json!({"find": "pv", "rate": "10 %", "periods": 2, "fv": 121}), -100.0, 14),
    ] {
        if source == "ms NPER loan" {
            // The documentation's own example has no meaning: nothing is owed and all is paid.
            assert!(refused(&client, "/finance/time-value", &request).contains("signs"), "{source}");
            continue;
        }
        let found = time_value(request);
        assert!(close(&found, expected, digits), "{source}: {found}");
    }
}

#[test]
fn present_values() {
    let client = client();
    for (source, request, expected, digits) in [
        (
            "ms NPV",
            json!({"rate": 0.1, "amounts": [-10000, 3000, 4200, 6800], "firstPayment": "next-period"}),
            1_188.443_412_335_22,
            11,
        ),
        (
            "ms NPV now",
            json!({"rate": 0.08, "amounts": [-40000, 8000, 9200, 10000, 12000, 14500]}),
            1_922.061_554_932_37,
            11,
        ),
        (
            "ms NPV loss",
            json!({"rate": 0.08, "amounts": [-40000, 8000, 9200, 10000, 12000, 14500, -9000]}),
            -3_749.465_087_015_57,
            11,
        ),
        ("npf npv", json!({"rate": 0.281, "amounts": [-100, 39, 59, 55, 20]}), -0.008_478_591_638_426, 8),
        (
            "ms XNPV",
            json!({"rate": 0.09, "amounts": [-10000, 2750, 4250, 3250, 2750],
            "dates": ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"]}),
            2_086.647_602_031_53,
            11,
        ),
        ("hand 0 %", json!({"rate": 0, "amounts": [-1, 0.4, 0.7]}), 0.1, 14),
    ] {
        let found = answer(&client, "/finance/npv", &request);
        assert!(close(&found["value"], expected, digits), "{source}: {found}");
    }
}

/// A rate is right when the payments are worth nothing at it, and when there are as many as Descartes' rule allows for.
#[test]
fn rates_of_return() {
    let client = client();
    let mut level = vec![327.246_25; 17];
    level[0] = -10_000.0;
    let monthly = |month: u32| format!("2012-{month:02}-29");
    let mut dates = vec!["2011-12-29".to_owned()];
    dates.extend((1..=7).map(monthly));
    dates.push("2012-08-29".to_owned());
    let mut falling = vec![305.38; 9];
    (falling[0], falling[8]) = (-9000.0, 133.04);
    for (source, request, expected) in [
        ("numpy-financial 98", json!({"amounts": level}), vec![-0.067_654_113_449_686_6]),
        ("two rates", json!({"amounts": [-50, -100, 600, 300, -100]}), vec![-0.768_895_470_681, 1.854_417_828_46]),
        (
            "by hand: (2050.2/4000)^(365/372) - 1",
            json!({"amounts": [-4000, 2050.2], "dates": ["2014-02-27", "2015-03-06"]}),
            vec![-0.480_963_152_546_673],
        ),
        (
            "by hand: 10000^(-365/1096) - 1",
            json!({"amounts": [10000, -1], "dates": ["2011-07-01", "2014-07-01"]}),
            vec![-0.953_453_909_275],
        ),
        ("XIRR-and-XNPV 3", json!({"amounts": falling, "dates": dates}), vec![-0.966_089_468_513]),
        ("ms IRR 4 years", json!({"amounts": [-70000, 12000, 15000, 18000, 21000]}), vec![-0.021_244_848_273_408_9]),
        (
            "ms IRR 5 years",
            json!({"amounts": [-70000, 12000, 15000, 18000, 21000, 26000]}),
            vec![0.086_630_948_036_531_1],
        ),
        ("ms IRR 2 years", json!({"amounts": [-70000, 12000, 15000]}), vec![-0.443_506_941_334_741]),
        (
            "ms XIRR",
            json!({"amounts": [-10000, 2750, 4250, 3250, 2750],
            "dates": ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"]}),
            vec![0.373_362_533_518_831_5],
        ),
        ("npf irr", json!({"amounts": [-100, 39, 59, 55, 20]}), vec![0.280_948_421_159_960_3]),
        ("npf irr 2", json!({"amounts": [-100, 0, 0, 74]}), vec![-0.095_495_830_347_178_2]),
        (
            "npf irr 3",
            json!({"amounts": [-100, 100, 0, -7]}),
            vec![-0.678_894_373_632_386_5, -0.083_299_666_184_932_69],
        ),
        ("npf irr 4", json!({"amounts": [-100, 100, 0, 7]}), vec![0.062_058_485_629_920_2]),
        (
            "npf irr 5",
            json!({"amounts": [-5, 10.5, 1, -8, 1]}),
            vec![-0.870_201_247_484_741_2, 0.088_598_338_527_755_35, 0.709_559_527_686_183_6],
        ),
    ] {
        let found = answer(&client, "/finance/irr", &request);
        let rates: Vec<f64> = found["rates"].as_array().unwrap().iter().map(|rate| rate.as_f64().unwrap()).collect();
        assert!(!rates.is_empty() && rates.len() <= usize::try_from(found["signChanges"].as_u64().unwrap()).unwrap());
        let residuals = found["residuals"].as_array().unwrap();
        assert!(residuals.iter().all(|value| value.as_f64().unwrap().abs() < 1e-8), "{source}: {found}");
        assert_eq!(rates.len(), expected.len(), "{source}: {found}");
        for (rate, expected) in rates.iter().zip(expected) {
            assert!(close(&json!(rate), expected, 10), "{source}: {found}");
        }
        assert_eq!(found["rate"].is_null(), rates.len() != 1, "{source}");
        assert_eq!(found["warnings"].as_array().unwrap().is_empty(), rates.len() == 1, "{source}: {found}");
    }
    let one_sign = refused(&client, "/finance/irr", &json!({"amounts": [100, 200]}));
    assert!(one_sign.contains("both signs"), "{one_sign}");
    // Microsoft's documentation of MIRR: 12.61 % and, after three years, -4.80 %.
    let request = json!({"amounts": [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000], "financeRate": "10 %", "reinvestRate": "12 %"});
    let found = answer(&client, "/finance/irr", &request);
    assert!(close(&found["modifiedRate"], 0.126_094_130_365_905, 12), "{found}");
    let request = json!({"amounts": [-120_000, 39_000, 30_000, 21_000], "financeRate": 0.1, "reinvestRate": 0.12});
    let found = answer(&client, "/finance/irr", &request);
    assert!(close(&found["modifiedRate"], -0.048_044_655_249_980_9, 12), "{found}");
}

#[test]
fn a_schedule_in_exact_cents() {
    let client = client();
    let request = json!({"amount": 200_000, "annualRate": "6 %", "payments": 360});
    let found = answer(&client, "/finance/loan", &request);
    assert_eq!(found["payment"], "1199.10");
    assert_eq!(found["lastPayment"], "1200.14");
    assert_eq!(found["totalInterest"], "231677.04");
    let years = json!({"principal": 200_000, "rate": "6 %", "years": "30"});
    assert_eq!(answer(&client, "/finance/loan", &years), found);
    for (years, payments) in [(json!(0.01), Value::Null), (json!(30), json!(360)), (json!(101), Value::Null)] {
        let wrong = json!({"amount": 1000, "annualRate": 0.05, "years": years, "payments": payments});
        assert!(refused(&client, "/finance/loan", &wrong).starts_with("years"), "{wrong}");
    }
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 360);
    let first = json!({"period": 1, "date": null, "payment": "1199.10", "interest": "1000.00", "principal": "199.10", "balance": "199800.90"});
    assert_eq!(rows[0], first);
    assert_eq!((&rows[358]["balance"], &rows[359]["balance"]), (&json!("1194.17"), &json!("0.00")));
    let found = answer(&client, "/finance/loan", &json!({"amount": 1000, "annualRate": 0, "payments": 3}));
    let paid: Vec<&Value> = found["rows"].as_array().unwrap().iter().map(|row| &row["payment"]).collect();
    assert_eq!(paid, ["333.33", "333.33", "333.34"]);
    // Six percent written as 6.
    let found = answer(&client, "/finance/loan", &json!({"amount": 1000, "annualRate": 6, "payments": 3}));
    assert_eq!(found["warnings"][0]["code"], "percent");
}

#[test]
fn tax_is_exact() {
    let client = client();
    for (request, net, tax, gross) in [
        (json!({"amount": 119, "rate": "19 %", "includesTax": true}), "100.00", "19.00", "119.00"),
        (json!({"amount": "99.99", "rate": 0.081}), "99.99", "8.10", "108.09"),
        (json!({"amount": 0.1, "rate": 0.2, "includesTax": true}), "0.08", "0.02", "0.10"),
        (
            json!({"lines": [{"amount": 0.33, "quantity": 1}, {"amount": 0.33}, {"amount": 0.33}], "rate": 0.19}),
            "0.99",
            "0.18",
            "1.17",
        ),
        (
            json!({"lines": [{"amount": 0.33}, {"amount": 0.33}, {"amount": 0.33}], "rate": 0.19, "roundPer": "total"}),
            "0.99",
            "0.19",
            "1.18",
        ),
        (
            json!({"lines": [{"price": 10, "quantity": 3, "rate": "7 %"}, {"price": 5, "rate": "19%"}]}),
            "35.00",
            "3.05",
            "38.05",
        ),
        (json!({"amount": -50, "rate": 0.2}), "-50.00", "-10.00", "-60.00"),
    ] {
        let found = answer(&client, "/finance/tax", &request);
        assert_eq!(
            (&found["net"], &found["tax"], &found["gross"]),
            (&json!(net), &json!(tax), &json!(gross)),
            "{request}"
        );
    }
    assert!(refused(&client, "/finance/tax", &json!({"lines": [{"amount": 1}]})).starts_with("lines[0].rate"));
}

#[test]
fn amounts_keep_their_text() {
    let client = client();
    // 1.005 is a little less as a double.
    for amount in [json!(1.005), json!("1.005"), json!(" 1.005 ")] {
        let found = answer(&client, "/finance/round", &json!({"amounts": [amount]}));
        assert_eq!(found["amount"], "1.01");
    }
    let found = answer(&client, "/finance/round", &json!({"amounts": "1.005,2.675", "rounding": "half-even"}));
    assert_eq!(found["amounts"], json!(["1.00", "2.68"]));
    let found = answer(&client, "/finance/round", &json!({"amounts": ["12345678901234567890.12"]}));
    assert_eq!(found["amount"], "12345678901234567890.12");
}

#[test]
fn hostile_amounts_are_refused() {
    let client = client();
    for (path, body) in [
        ("/finance/round", r#"{"amounts": [1e400]}"#),
        ("/finance/round", r#"{"amounts": [NaN]}"#),
        ("/finance/round", r#"{"amounts": ["1e-9999999999"]}"#),
        ("/finance/loan", r#"{"amount": 1e27, "annualRate": 0.05, "payments": 12}"#),
        ("/finance/loan", r#"{"amount": 100, "annualRate": 1e300, "payments": 12}"#),
        ("/finance/split", r#"{"amount": 1e27, "parts": 3, "unit": 1e-20}"#),
        ("/finance/npv", r#"{"amounts": [1e27, 1e27], "rate": -0.99999999999999}"#),
        ("/finance/time-value", r#"{"find": "fv", "rate": 100, "periods": 100000, "pv": 1}"#),
    ] {
        let answer = client.post_as("application/json", &format!("/api/v1/math{path}"), body.to_owned());
        assert!([400, 422].contains(&answer.status), "{body}: {} {:?}", answer.status, answer.body);
    }
    // As many payments as there may be, changing their sign as often as is followed.
    let amounts: Vec<i32> = (0..10_000).map(|day| if (day / 160) % 2 == 0 { -day - 1 } else { day + 2 }).collect();
    answer(&client, "/finance/irr", &json!({"amounts": amounts}));
    let amounts: Vec<i32> = (0..10_000).map(|day| if day % 2 == 0 { -1 } else { 1 }).collect();
    assert!(refused(&client, "/finance/irr", &json!({"amounts": amounts})).contains("64"));
}

/// Annual percentage rates: "J" is Regulation Z (12 CFR 1026), Appendix J (c)(1), printed to hundredths of a percent; "EU"
/// the examples of Directive 98/7/EC, whose equation Directive 2008/48/EC, Annex I, has kept.
const NUMPY_FINANCIAL: &str = r#"
import json, sys
import numpy_financial as npf
answers = []
for case in json.load(sys.stdin):
    name, arguments = case[0], case[1:]
    if name == "irr":
        answers.append(float(npf.irr(arguments[0])))
    elif name == "mirr":
        answers.append(float(npf.mirr(*arguments)))
    elif name == "npv":
        answers.append(float(npf.npv(*arguments)))
    else:
        answers.append(float(getattr(npf, name)(*arguments)))
json.dump(answers, sys.stdout)
"#;

/// Eighty cases beside numpy-financial: loans and savings at the start and the end of periods, and rates of return.
#[test]
fn as_numpy_financial_has_them() {
    let mut cases: Vec<(&str, Value, Value)> = Vec::new();
    for (index, rate) in [0.0025, 0.004, 0.01, 0.035, 0.08, 0.12].into_iter().enumerate() {
        let (periods, amount) = (12 * (index + 1), 1000.0 * (index as f64 + 0.75));
        for due in ["end", "begin"] {
            let payment = -amount / 9.0;
            cases.push((
                "pmt",
                json!([rate, periods, amount, 0, due]),
                json!({"find": "payment", "rate": rate, "periods": periods, "pv": amount, "due": due}),
            ));
            cases.push((
                "pv",
                json!([rate, periods, payment, 50, due]),
                json!({"find": "pv", "rate": rate, "periods": periods, "payment": payment, "fv": 50, "due": due}),
            ));
            cases.push((
                "fv",
                json!([rate, periods, payment, -25, due]),
                json!({"find": "fv", "rate": rate, "periods": periods, "payment": payment, "pv": -25, "due": due}),
            ));
            cases.push((
                "nper",
                json!([rate, -amount / 4.0, amount, 0, due]),
                json!({"find": "nper", "rate": rate, "payment": -amount / 4.0, "pv": amount, "due": due}),
            ));
            cases.push((
                "rate",
                json!([periods, -amount / 10.0, amount, 0, due]),
                json!({"find": "rate", "periods": periods, "payment": -amount / 10.0, "pv": amount, "due": due}),
            ));
        }
        let flows: Vec<f64> = (0..6)
            .map(|year| if year == 0 { -amount } else { amount * (0.2 + rate + 0.03 * f64::from(year)) })
            .collect();
        cases.push(("irr", json!([flows]), json!({"amounts": flows})));
        cases.push((
            "mirr",
            json!([flows, rate, 0.05]),
            json!({"amounts": flows, "financeRate": rate, "reinvestRate": 0.05}),
        ));
        cases.push(("npv", json!([rate, flows]), json!({"amounts": flows, "rate": rate})));
    }
    assert!(cases.len() >= 60, "{}", cases.len());
    let asked: Vec<Value> = cases
        .iter()
        .map(|(name, arguments, _)| {
            let mut asked = vec![json!(name)];
            asked.extend(arguments.as_array().unwrap().iter().cloned());
            Value::Array(asked)
        })
        .collect();
    let Some(theirs) = chassis::testing::python("math", NUMPY_FINANCIAL, &Value::Array(asked)) else { return };
    let client = client();
    for ((name, _, request), theirs) in cases.iter().zip(theirs.as_array().unwrap()) {
        let expected = theirs.as_f64().unwrap();
        let found = match *name {
            "irr" => answer(&client, "/finance/irr", request)["rate"].clone(),
            "mirr" => answer(&client, "/finance/irr", request)["modifiedRate"].clone(),
            "npv" => answer(&client, "/finance/npv", request)["value"].clone(),
            _ => answer(&client, "/finance/time-value", request)["value"].clone(),
        };
        assert!(close(&found, expected, 8), "{name} {request}: {found} instead of {expected}");
    }
}
