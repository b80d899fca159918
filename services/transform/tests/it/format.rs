//! `POST /format`.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, refused};

/// What becomes of values of a kind, with other options beside.
fn formatted(request: &Value) -> Value {
    answer(&client(), "/format", request)["result"].clone()
}

/// The cases that people reported, with the answers of libphonenumber.
#[test]
fn phone_numbers() {
    let phone = |input: &str, country: &str| formatted(&json!({ "kind": "phone", "input": input, "country": country }));
    for (input, country, e164, national, region, line) in [
        ("06 5685 1242", "IT", "+390656851242", "06 5685 1242", "IT", "fixed-line"),
        ("335 022670", "Italy", "+39335022670", "335 022 670", "IT", "mobile"),
        ("+1 520-878-2491", "", "+15208782491", "(520) 878-2491", "US", "fixed-line-or-mobile"),
        ("+52 322 222 2099", "", "+523222222099", "322 222 2099", "MX", "fixed-line-or-mobile"),
        ("0789881234", "ci", "+2250789881234", "07 89 88 1234", "CI", "mobile"),
        ("0049 30 123456", "DE", "+4930123456", "030 123456", "DE", "fixed-line"),
        ("(800) 555-0199 ext. 12", "US", "+18005550199", "(800) 555-0199 ext. 12", "US", "toll-free"),
        ("+351912345678", "", "+351912345678", "912 345 678", "PT", "mobile"),
        ("٠٦٥٦٨٥١٢٤٢", "IT", "+390656851242", "06 5685 1242", "IT", "fixed-line"),
    ] {
        let found = phone(input, country);
        assert_eq!(found["valid"], true, "{found}");
        assert_eq!((&found["e164"], &found["national"]), (&json!(e164), &json!(national)), "{input}");
        assert_eq!((&found["country"], &found["type"]), (&json!(region), &json!(line)), "{input}");
    }
    assert_eq!(phone("(800) 555-0199 ext. 12", "US")["extension"], "12");
    for (input, country) in [
        ("03432640000", "US"),
        ("+687 11.11.11", ""),
        ("someletters1110@gmail.com", "US"),
        ("  2 22#:", ""),
        ("0xd2dc00a30027c9d5", "US"),
        ("", "US"),
        ("+", ""),
        ("030 123456", ""),
    ] {
        let found = phone(input, country);
        assert_eq!(found["valid"], false, "{input}: {found}");
        assert!(found["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{input}: {found}");
        assert!(
            found["e164"].is_null() && found["formatted"].is_null() && found["country"].is_null(),
            "{input}: {found}"
        );
    }
    assert_eq!(phone("+687 11.11.11", "")["possible"], true);
}

#[test]
fn one_value_a_list_and_rows() {
    let client = client();
    let answered = |request: Value| answer(&client, "/format", &request);
    let list = answered(json!({ "kind": "iban", "input": ["DE89370400440532013000", "DE88370400440532013000", null] }));
    assert_eq!(list["result"][0]["formatted"], "DE89 3704 0044 0532 0130 00");
    assert_eq!(list["result"][0]["bankCode"], "37040044");
    assert_eq!(list["result"][1]["reason"], "has the check digits 88; of this account they are 89: is there a typo?");
    assert_eq!(list["result"][2]["reason"], "is empty");
    assert_eq!((&list["count"], &list["warnings"]), (&json!(3), &json!([])));
    let rows = json!([{ "id": 1.10, "phone": "030 123456" }, { "id": 2, "phone": "12" }, { "id": 3 }]);
    let table = answered(json!({ "kind": "phone", "country": "DE", "rows": rows, "column": "phone" }));
    let right = json!([{ "id": 1.10, "phone": "+4930123456" }, { "id": 2, "phone": null }, { "id": 3 }]);
    assert_eq!(table["rows"], right);
    assert_eq!(table["failures"][0]["index"], 1);
    let kept =
        answered(json!({ "kind": "phone", "country": "DE", "input": rows, "columns": "phone", "onError": "keep" }));
    assert_eq!(kept["rows"][1]["phone"], "12");
    let valid = answered(
        json!({ "kind": "phone", "country": "DE", "input": rows, "columns": "phone", "into": "ok", "returns": "valid" }),
    );
    assert_eq!(valid["rows"][0], json!({ "id": 1.10, "phone": "030 123456", "ok": true }));
    let message =
        refused(&client, "/format", &json!({ "kind": "phone", "country": "DE", "input": "12", "onError": "fail" }));
    assert!(message.starts_with("input: has too few digits") || message.starts_with("input: "), "{message}");
}

#[test]
fn what_does_not_go_together_says_what_does() {
    let client = client();
    for (request, said) in [
        (json!({ "kind": "phone", "input": "1", "style": "roman" }), "style: of phone is one of e164, international"),
        (json!({ "kind": "email", "input": "1", "style": "plain" }), "style: does not go with email"),
        (json!({ "kind": "number", "input": "1", "locale": "xx" }), "locale: is none that is known"),
        (json!({ "kind": "phone", "input": "1", "country": "Mars" }), "country: is no country"),
        (json!({ "kind": "currency", "input": "1", "currency": "EURO" }), "currency: is no currency"),
        (json!({ "kind": "postal-code", "input": "1" }), "country: is required for postal codes"),
        (json!({ "kind": "words", "input": "1", "locale": "de" }), "locale: must be English"),
    ] {
        let message = refused(&client, "/format", &request);
        assert!(message.starts_with(said), "{message}");
    }
}

/// Kind, options, value, and what it is written as; nothing where it is not valid.
#[test]
fn values_of_every_kind() {
    let client = client();
    for (kind, options, input, right) in [
        ("number", json!({}), json!("1.234,56"), "1,234.56"),
        ("number", json!({}), json!("1,234.56"), "1,234.56"),
        ("number", json!({ "locale": "de" }), json!("1.234"), "1.234"),
        ("number", json!({}), json!("1.234"), "1.234"),
        ("number", json!({ "locale": "de" }), json!(1.234), "1,234"),
        ("number", json!({}), json!("1 234 567,8"), "1,234,567.8"),
        ("number", json!({}), json!("1'234.50"), "1,234.50"),
        ("number", json!({}), json!("12,34,567.5"), "1,234,567.5"),
        ("number", json!({}), json!("(1,234)"), "-1,234"),
        ("number", json!({}), json!("12-"), "-12"),
        ("number", json!({}), json!("1e3"), "1,000"),
        ("number", json!({}), json!("12.5 %"), "12.5%"),
        ("number", json!({ "style": "percent", "decimals": 1 }), json!(0.1234), "12.3%"),
        ("number", json!({ "decimalMark": "," }), json!("1,234"), "1.234"),
        ("number", json!({ "style": "plain" }), json!("1.234.567"), "1234567"),
        ("number", json!({ "grouping": false }), json!("1,234.50"), "1234.50"),
        ("number", json!({}), json!("١٬٢٣٤٫٥"), "1,234.5"),
        ("number", json!({}), json!("9007199254740993.10"), "9,007,199,254,740,993.10"),
        ("number", json!({}), json!("1,23,4"), ""),
        ("number", json!({}), json!("1.2.3.4"), ""),
        ("number", json!({}), json!("12 apples"), ""),
        ("number", json!({}), json!("--1"), ""),
        ("number", json!({}), json!("1,234.56.78"), ""),
        ("currency", json!({ "currency": "EUR", "locale": "de" }), json!("1234.5"), "1.234,50 €"),
        ("currency", json!({}), json!("€ 1.234,50"), "€1,234.50"),
        ("currency", json!({}), json!("1234.5 CHF"), "CHF 1,234.50"),
        ("currency", json!({ "currency": "JPY" }), json!(1234.5), "¥1,235"),
        ("currency", json!({ "style": "code" }), json!("$5"), "5.00 USD"),
        ("currency", json!({}), json!(5), ""),
        ("currency", json!({ "currency": "EUR" }), json!("$5"), ""),
        ("currency", json!({ "currency": "CAD", "style": "code" }), json!("$5"), "5.00 CAD"),
        ("currency", json!({ "currency": "DKK", "style": "code" }), json!("5 kr."), "5.00 DKK"),
        ("currency", json!({ "style": "code" }), json!("Fr. 5.50"), "5.50 CHF"),
        ("number", json!({}), json!("-.5"), "-0.5"),
        ("number", json!({}), json!("5."), "5"),
        ("email", json!({}), json!("  Ada <Ada@EXAMPLE.com> "), "Ada@example.com"),
        ("email", json!({}), json!("ada@example"), ""),
        ("name", json!({ "style": "last-first" }), json!("dr. ada king lovelace"), "Lovelace, Ada King"),
        ("name", json!({ "style": "initials" }), json!("Ludwig van Beethoven"), "LB"),
        ("country", json!({}), json!("Deutschland"), "DE"),
        ("country", json!({}), json!("U.S.A."), "US"),
        ("country", json!({}), json!("côte d’ivoire"), "CI"),
        ("country", json!({ "style": "name", "locale": "fr" }), json!("DEU"), "Allemagne"),
        ("country", json!({ "style": "alpha3" }), json!(276), "DEU"),
        ("country", json!({}), json!("🇫🇷"), "FR"),
        ("country", json!({}), json!("Atlantis"), ""),
        ("currency-code", json!({}), json!("Euro"), "EUR"),
        ("currency-code", json!({}), json!("$"), "USD"),
        ("currency-code", json!({ "style": "name", "locale": "de" }), json!("chf"), "Schweizer Franken"),
        ("postal-code", json!({ "country": "GB" }), json!("sw1a1aa"), "SW1A 1AA"),
        ("postal-code", json!({ "country": "UK" }), json!("bfpo1"), "BFPO 1"),
        ("iban", json!({ "style": "compact" }), json!("IBAN: de89 3704 0044 0532 0130 00"), "DE89370400440532013000"),
        ("postal-code", json!({ "country": "US" }), json!(1730), "01730"),
        ("postal-code", json!({ "country": "US" }), json!("017301234"), "01730-1234"),
        ("postal-code", json!({ "country": "US" }), json!("1730"), ""),
        ("postal-code", json!({ "country": "NL" }), json!("1234ab"), "1234 AB"),
        ("postal-code", json!({ "country": "CA" }), json!("h3z2y7"), "H3Z 2Y7"),
        ("postal-code", json!({ "country": "PL" }), json!("00950"), "00-950"),
        ("postal-code", json!({ "country": "SE" }), json!("11455"), "114 55"),
        ("postal-code", json!({ "country": "DE" }), json!("D-10115"), "10115"),
        ("postal-code", json!({ "country": "JP" }), json!("1540023"), "154-0023"),
        ("bic", json!({}), json!("deutdeff500"), "DEUTDEFF500"),
        ("bic", json!({}), json!("DEUTZZFF"), ""),
        ("routing-number", json!({}), json!("021000021"), "021000021"),
        ("routing-number", json!({}), json!(21000021), "021000021"),
        ("card", json!({}), json!("4111-1111-1111-1111"), "4111 1111 1111 1111"),
        ("card", json!({}), json!("378282246310005"), "3782 822463 10005"),
        ("card", json!({}), json!("4111111111111112"), ""),
        ("vat", json!({}), json!("de 136.695.976"), "DE136695976"),
        ("vat", json!({ "country": "Greece" }), json!("94259216"), "EL094259216"),
        ("vat", json!({}), json!("GR 094259216"), "EL094259216"),
        ("vat", json!({}), json!("CHE-107.787.577 MWST"), "CHE-107.787.577 MWST"),
        ("vat", json!({ "country": "ES" }), json!("B58378431"), "ESB58378431"),
        ("vat", json!({}), json!("US123"), ""),
        ("ean", json!({}), json!("4006381333931"), "4006381333931"),
        ("ean", json!({}), json!(36000291452_u64), "036000291452"),
        ("isbn", json!({}), json!("ISBN 3-16-148410-X"), "9783161484100"),
        ("isbn", json!({ "style": "isbn10" }), json!("978-3-16-148410-0"), "316148410X"),
        ("issn", json!({}), json!("03178471"), "0317-8471"),
        ("isin", json!({}), json!("us0378331005"), "US0378331005"),
        ("vin", json!({}), json!("1M8GDM9AXKP042788"), "1M8GDM9AXKP042788"),
        ("vin", json!({}), json!("1M8GDM9A1KP042788"), ""),
        ("words", json!({}), json!(1234.5), "one thousand two hundred thirty-four point five"),
        ("words", json!({ "style": "ordinal" }), json!("21"), "twenty-first"),
        (
            "words",
            json!({ "style": "cheque", "currency": "USD" }),
            json!("$1,234.5"),
            "One thousand two hundred thirty-four and 50/100 USD",
        ),
        ("bytes", json!({}), json!(1536), "1.5 kB"),
        ("bytes", json!({ "style": "binary" }), json!(1536), "1.5 KiB"),
        ("bytes", json!({}), json!("10 MiB"), "10.5 MB"),
        ("bytes", json!({}), json!(999_960), "1 MB"),
        ("bytes", json!({}), json!("0"), "0 B"),
        ("bytes", json!({ "decimals": 2, "locale": "de" }), json!("1.5 GB"), "1,50 GB"),
        ("duration", json!({}), json!(5400), "1h 30m"),
        ("duration", json!({ "style": "clock" }), json!("PT1H30M5S"), "1:30:05"),
        ("duration", json!({ "style": "iso" }), json!("1 day, 2 hours and 3.5 seconds"), "P1DT2H3.5S"),
        ("duration", json!({ "style": "words" }), json!("1:01:01"), "1 hour 1 minute 1 second"),
        ("duration", json!({ "unit": "milliseconds" }), json!(1500), "1.5s"),
        ("duration", json!({ "style": "plain" }), json!("-90 min"), "-5400"),
        ("duration", json!({}), json!("P1M"), ""),
        ("duration", json!({}), json!("soon"), ""),
        ("roman", json!({}), json!(2026), "MMXXVI"),
        ("roman", json!({}), json!("mcmxciv"), "1994"),
        ("roman", json!({}), json!("IIII"), ""),
        ("user-agent", json!({}), json!("curl/8.4.0"), "curl"),
    ] {
        let mut request = json!({ "kind": kind, "input": input });
        request.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let found = &answer(&client, "/format", &request)["result"];
        let plain = found["formatted"].as_str().unwrap_or_default().replace(['\u{a0}', '\u{202f}'], " ");
        assert_eq!(plain, right, "{request}: {found}");
        assert_eq!(found["valid"], !right.is_empty(), "{request}: {found}");
        assert_eq!(found["reason"].is_null(), !right.is_empty(), "{request}: {found}");
    }
}

/// What nobody should send, to every kind: an answer that says no, and no fault.
#[test]
fn every_kind_withstands_anything() {
    let client = client();
    let kinds = "number currency phone email name country currency-code postal-code iban bic routing-number card vat ean isbn issn isin vin user-agent words bytes duration roman";
    let long = |text: &str| text.repeat(100_000);
    let inputs = json!([
        "",
        " ",
        "\u{0}",
        "é",
        "ß€89",
        "🇩🇪🇩🇪",
        "-",
        "+",
        "(",
        ")",
        "%",
        ".",
        ",",
        "1.",
        ".1",
        "1e400",
        "1e-400",
        "e",
        "P",
        "PT",
        ":",
        "::",
        "1:2:3:4:5",
        "@",
        "<>",
        "\"",
        "<a@b.co",
        "CHE",
        "GB",
        "GDé",
        "FRé1234567890",
        "IE1é34567W",
        "ES×1234567A",
        "XXéé",
        "٣",
        "½",
        "²",
        "A\u{301}",
        "\u{202e}abc",
        "DE",
        "9".repeat(50),
        long("1"),
        long("a"),
        long("é"),
        long("1,"),
        long(" "),
        long("(("),
        long("xn--"),
        long("1h "),
        long("M"),
        long("@"),
        long("Dr. "),
        true,
        false,
        [],
        ["a"],
        -1,
        1e300,
        0.1,
        null,
        18446744073709551616.0,
        -0.0,
    ]);
    let Value::Array(inputs) = inputs else { panic!("it is a list") };
    for kind in kinds.split(' ') {
        let request = json!({ "kind": kind, "input": inputs, "country": "US" });
        let found = answer(&client, "/format", &request);
        for (input, result) in inputs.iter().zip(found["result"].as_array().unwrap()) {
            let shown: String = input.to_string().chars().take(50).collect();
            assert_eq!(result["valid"] == true, result["formatted"].is_string(), "{kind} {shown}: {result}");
            assert_eq!(result["valid"] == false, result["reason"].is_string(), "{kind} {shown}: {result}");
        }
    }
}

#[test]
fn values_are_what_other_implementations_say() {
    let Some(cases) = python("transform", include_str!("format.py"), &json!({ "seed": 1 })) else { return };
    let client = client();
    let (mut differences, mut differing, mut compared) = (Vec::new(), 0, 0);
    for case in cases.as_array().unwrap() {
        let mut request = case["request"].clone();
        request["input"] = case["values"].clone();
        let found = answer(&client, "/format", &request);
        let results = found["result"].as_array().unwrap();
        let before = differences.len();
        for ((value, expected), result) in
            case["values"].as_array().unwrap().iter().zip(case["expected"].as_array().unwrap()).zip(results)
        {
            compared += 1;
            let spaceless = case["request"]["locale"].is_string() && case["request"]["kind"] != "words";
            let plain = |value: &Value| match value {
                Value::String(text) if spaceless => {
                    json!(
                        text.replace(|c: char| c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}'), "")
                            .replace('\u{2212}', "-")
                    )
                }
                other => other.clone(),
            };
            let same = expected.as_object().unwrap().iter().all(|(name, right)| plain(&result[name]) == plain(right));
            differing += usize::from(!same);
            // A few of each kind say what is wrong.
            if !same && differences.len() < before + 3 {
                differences.push(format!("{} {value}: {result}, and not {expected}", case["request"]));
            }
        }
    }
    println!(
        "{compared} values compared with phonenumbers, stdnum, schwifty, babel, num2words, pycountry, email-validator"
    );
    assert!(differences.is_empty(), "{differing} of {compared} differ:\n{}", differences.join("\n"));
    assert!(compared > 10_000);
}
