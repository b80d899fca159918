//! Fields of receipts, against what was drawn.

use serde_json::{Value, json};

use crate::{ask, client, own, shared};

fn extracted(name: &str, options: &Value) -> Option<Value> {
    client().map(|client| ask(&client, "extract", "file", &own(name), options))
}

fn amounts(answer: &Value, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| answer[name]["amount"].as_str().unwrap_or("none").to_owned()).collect()
}

/// The checks of an answer that pass.
fn passed(answer: &Value) -> Vec<String> {
    let checks = answer["checks"].as_array().unwrap().iter().filter(|check| check["passed"] == true);
    checks.map(|check| check["check"].as_str().unwrap().to_owned()).collect()
}

/// O6: the total, not the largest number; an ambiguous date; no currency.
#[test]
fn an_american_receipt() {
    let Some(answer) = extracted("o6-us.png", &json!({})) else { return };
    let read = amounts(&answer, &["total", "subtotal", "tax", "cash", "change"]);
    assert_eq!(read, ["16.20", "15.00", "1.20", "50.00", "33.80"], "{answer}");
    assert_eq!((&answer["currency"], &answer["total"]["currency"]), (&Value::Null, &Value::Null));
    assert_eq!(passed(&answer), ["subtotal-plus-tax-is-total", "cash-minus-change-is-total"]);
    let date = &answer["date"];
    assert_eq!((&date["date"], &date["ambiguous"]), (&json!("2025-07-04"), &json!(true)));
    assert_eq!(date["alternatives"], json!(["2025-04-07"]));
    let day_first = extracted("o6-us.png", &json!({ "dateOrder": "day-first" })).unwrap();
    assert_eq!(day_first["date"]["date"], "2025-04-07");
    assert_eq!(answer["type"], "receipt");
}

/// O6: labels on the left and amounts on the right, which are read as two columns by default.
#[test]
fn a_german_receipt() {
    let fields = json!([{ "name": "bread", "label": "Brot", "type": "money" }, { "name": "bon", "label": "Bon" },
        { "name": "none", "label": "Nowhere" }]);
    let Some(answer) = extracted("o6-de.png", &json!({ "languages": ["deu"], "fields": fields })) else { return };
    assert_eq!(amounts(&answer, &["total", "tax", "net"]), ["16.80", "1.10", "15.70"], "{answer}");
    assert_eq!((&answer["currency"], &answer["date"]["date"]), (&json!("EUR"), &json!("2025-11-03")));
    assert_eq!(answer["date"]["ambiguous"], false);
    assert!(passed(&answer).contains(&"net-plus-tax-is-total".to_owned()), "{}", answer["checks"]);
    let values: Vec<&Value> = answer["fields"].as_array().unwrap().iter().map(|field| &field["value"]).collect();
    assert_eq!(values, [&json!("4.20"), &json!("88"), &Value::Null]);
}

/// O6: the sign of the currency behind the amount.
#[test]
fn a_currency_behind_the_amount() {
    let Some(answer) = extracted("o6-dollar-suffix.png", &json!({})) else { return };
    assert_eq!(
        (&answer["total"]["amount"], &answer["total"]["currency"]),
        (&json!("40.00"), &json!("USD")),
        "{answer}"
    );
    assert_eq!(answer["date"]["date"], "2026-04-15");
}

/// O5: an IBAN is believed by its check digits alone.
#[test]
fn an_iban_proves_itself() {
    let Some(answer) = extracted("o5-numbers.png", &json!({})) else { return };
    assert_eq!(answer["ibans"][0]["value"], "DE89370400440532013000", "{}", answer["text"]);
}

/// Invoices with text of their own, against the fields that a template reader gets.
#[test]
fn invoices_of_an_open_collection() {
    let Some(client) = client() else { return };
    let (mut right, mut all) = (0, 0);
    for name in ["AmazonWebServices", "QualityHosting", "coolblue1", "free_fiber", "saeco", "FlipkartInvoice"] {
        let Some(pdf) = shared(&format!("invoice2data/{name}.pdf")) else { return };
        let truth: Value = serde_json::from_slice(&shared(&format!("invoice2data/{name}.json")).unwrap()).unwrap();
        let answer = ask(&client, "extract", "file", &pdf, &json!({}));
        let amount = truth[0]["amount"].as_f64().map(|amount| format!("{amount:.2}"));
        all += 1;
        right += usize::from(answer["total"]["amount"].as_str() == amount.as_deref());
        println!(
            "{name}: total {amount:?}, read {}; date {}, read {}",
            answer["total"]["amount"], truth[0]["date"], answer["date"]["date"]
        );
    }
    println!("totals right: {right} of {all}");
    assert!(right * 2 >= all, "{right} of {all}");
}
