//! Expressions through the router. M1 and M2: questions that were asked of other engines again and again, with the
//! answers of exact arithmetic.

use serde_json::{Value, json};

use super::{answer, client, refused};

fn evaluate(request: &Value) -> Value {
    answer(&client(), "/evaluate", request)
}

fn text(expression: &str) -> String {
    evaluate(&json!({ "expression": expression }))["text"].as_str().unwrap().to_owned()
}

fn refusal(expression: &str) -> String {
    refused(&client(), "/evaluate", &json!({ "expression": expression }))
}

#[test]
fn decimals_mean_decimals() {
    for (expression, expected) in [
        ("round(0.145*100)", "15"),
        ("round(2.135, 2)", "2.14"),
        ("0.0749*100", "7.49"),
        ("10.8 mod 1.2", "0"),
        ("0.1+0.2", "0.3"),
        ("0.1+0.2 == 0.3", "true"),
        ("round(86.0962*25, 2)", "2152.41"),
        ("round(1.005, 2)", "1.01"),
        ("1.1*3", "3.3"),
        ("1/3*3 == 1", "true"),
        ("2^100", "1267650600228229401496703205376"),
    ] {
        let found = evaluate(&json!({ "expression": expression }));
        assert_eq!(found["text"], expected, "{expression}");
        assert_eq!((&found["rounding"], &found["mode"]), (&json!("half-up"), &json!("decimal")), "{expression}");
    }
    for (expression, expected) in [("round(86.0962*25, 2)", "2152.4"), ("round(1.005, 2)", "1"), ("round(2.5)", "2")] {
        let found = evaluate(&json!({ "expression": expression, "rounding": "half-even" }));
        assert_eq!((&found["text"], &found["rounding"]), (&json!(expected), &json!("half-even")), "{expression}");
    }
}

/// The request as it is written, since a double cannot hold what is asked.
fn raw(body: &str) -> Value {
    let answer = client().post_as("application/json", "/api/v1/math/evaluate", body.to_owned());
    assert_eq!(answer.status, 200, "{body}: {:?}", answer.body);
    answer.json()
}

#[test]
fn variables_keep_the_text_of_their_numbers() {
    let even = r#"{"expression": "round(x, 2)", "variables": {"x": 1.005}, "rounding": "half-even"}"#;
    assert_eq!(raw(even)["text"], "1");
    assert_eq!(raw(r#"{"expression": "round(x, 2)", "variables": {"x": 1.005}}"#)["text"], "1.01");
    let found = raw(r#"{"expression": "x + 0", "variables": {"x": 12345678901234567890.1234567890}}"#);
    assert_eq!(
        (&found["text"], &found["value"], &found["exact"]),
        (&json!("12345678901234567890.123456789"), &Value::Null, &json!(true))
    );
    let found = raw(r#"{"expression": "x * 2", "variables": {"x": 1e400}}"#);
    assert_eq!((&found["text"], &found["value"]), (&json!("2e+400"), &Value::Null));
}

#[test]
fn a_number_in_json_where_it_says_all() {
    for (expression, value) in [
        ("999999999999999", json!(999_999_999_999_999_u64)),
        ("1234567890123456", Value::Null),
        ("1/3", Value::Null),
        ("1 > 2", json!(false)),
        ("[1, 2.5] * 2", json!([2, 5])),
        ("\"a\"", json!("a")),
    ] {
        assert_eq!(evaluate(&json!({ "expression": expression }))["value"], value, "{expression}");
    }
    assert_eq!(evaluate(&json!({"expression": "1/3"}))["exact"], false);
}

#[test]
fn the_lines_of_an_order() {
    let request = json!({
        "expression": "round(price*quantity*(1+vat), 2)",
        "variables": {"price": 19.99, "quantity": 3, "vat": "19%"}
    });
    let found = evaluate(&request);
    // 19.99 * 3 * 1.19 = 71.3643
    assert_eq!((&found["value"], &found["type"]), (&json!(71.36), &json!("number")));
    let request = json!({
        "expression": "sum(items.price * items.quantity) * (1 - order.discount)",
        "variables": {
            "items": [{"price": 0.1, "quantity": 3}, {"price": 19.99, "quantity": 2}],
            "order": {"discount": 0.1}
        }
    });
    // (0.3 + 39.98) * 0.9
    assert_eq!(evaluate(&request)["text"], "36.252");
    let request = json!({"expression": "=SUMPRODUCT(a; b)", "variables": {"a": [1, "2", null], "b": [3, 4, 5]}});
    assert_eq!(evaluate(&request)["value"], 11);
    let request = json!({"expression": "=IF({Unit price}>10; \"high\"; \"low\")", "variables": {"Unit price": 12}});
    assert_eq!(evaluate(&request)["text"], "high");
}

#[test]
fn numbers_as_people_write_them() {
    let request = json!({"expression": "total * 2", "variables": {"total": "1.234,56 EUR"}, "decimal": ","});
    let found = evaluate(&request);
    assert_eq!(
        (&found["text"], &found["value"], &found["unit"]),
        (&json!("2469.12 EUR"), &json!(2469.12), &json!("EUR"))
    );
    let found = evaluate(&json!({"expression": "ROUND(2,675; 2) + 12 %", "decimal": "comma"}));
    assert_eq!(found["text"], "2.8");
    assert_eq!(evaluate(&json!({"expression": "$1,234.56 + $0.44", "decimal": "."}))["text"], "1235 USD");
    let rates = json!({"base": "EUR", "rates": {"USD": 1.25}});
    assert_eq!(evaluate(&json!({"expression": "100 EUR to USD", "rates": rates}))["text"], "125 USD");
}

#[test]
fn modes_precision_and_angles() {
    assert_eq!(evaluate(&json!({"expression": "1/3 + 1/6", "mode": "fraction"}))["text"], "1/2");
    assert_eq!(evaluate(&json!({"expression": "1/3 + 1/6", "mode": "rational"}))["value"], 0.5);
    assert_eq!(evaluate(&json!({"expression": "0.1 + 0.2", "mode": "float"}))["text"], "0.30000000000000004");
    // mpmath, 50 digits.
    let root = "1.4142135623730950488016887242096980785696718753769";
    assert_eq!(evaluate(&json!({"expression": "sqrt(2)", "precision": 50}))["text"], root);
    assert_eq!(evaluate(&json!({"expression": "sin(30)", "angle": "degrees"}))["text"], "0.5");
    assert_eq!(evaluate(&json!({"expression": "2 m", "units": false, "variables": {"m": 3}}))["text"], "6");
    let answer = client().post("/api/v1/math/evaluate", &json!({"expression": "1", "precision": 51}));
    assert_eq!((answer.status, answer.json()["error"]["details"][0]["field"].clone()), (400, json!("precision")));
}

#[test]
fn temperatures() {
    for (expression, expected) in [
        ("-6 celsius in fahrenheit", "21.2 degF"),
        ("300 degC in K", "573.15 K"),
        ("37 degC == 98.6 degF", "true"),
        ("0.1 kg/s * 4.2 J/(g degC) * 5 degC", "2.1 kW"),
        ("1 W/degC in W/K", "1 W/K"),
        ("-1 degC in K", "272.15 K"),
        ("10 degC + 5 deltaC", "15 degC"),
    ] {
        assert_eq!(text(expression), expected, "{expression}");
    }
    let message = refusal("10 degC + 5 degC");
    assert!(message.contains("write the difference as 5 deltaC"), "{message}");
    let cold = evaluate(&json!({"expression": "-300 degC"}));
    assert_eq!(cold["warnings"][0]["code"], "below-absolute-zero");
    assert_eq!(evaluate(&json!({"expression": "-273.15 degC"}))["warnings"], json!([]));
}

#[test]
fn several_expressions() {
    let request = json!({
        "expressions": {"net": "price * quantity", "tax": "round(net * 19%, 2)", "gross": "net + tax"},
        "variables": {"price": 19.99, "quantity": 3}
    });
    let found = evaluate(&request);
    let values: Vec<(&Value, &Value)> =
        found["results"].as_array().unwrap().iter().map(|result| (&result["name"], &result["value"])).collect();
    let expected = [("net", 59.97), ("tax", 11.39), ("gross", 71.36)];
    let expected: Vec<(Value, Value)> = expected.iter().map(|(name, value)| (json!(name), json!(value))).collect();
    assert_eq!(values, expected.iter().map(|(name, value)| (name, value)).collect::<Vec<_>>());
    assert_eq!((&found["text"], &found["failed"]), (&Value::Null, &json!(0)));

    let found = evaluate(&json!({"expressions": ["a = 2*3", "b = a/0", "b + 1", "a + 1", "1 +", "log(100)"]}));
    assert_eq!(found["failed"], 3);
    assert_eq!(found["results"][0]["name"], "a");
    assert_eq!(found["results"][3]["value"], 7);
    assert_eq!(found["results"][1]["error"]["message"], "division by zero (at character 6: /0)");
    assert_eq!(found["results"][1]["error"]["position"], 6);
    let uses = found["results"][2]["error"]["message"].as_str().unwrap();
    assert!(uses.starts_with("b could not be computed"), "{uses}");
    assert_eq!(found["warnings"][0]["field"], "expressions[5]");

    let found = evaluate(&json!({"expressions": {"a": "b + 1", "b": "c", "c": "a", "d": "2"}}));
    assert_eq!((&found["failed"], &found["results"][3]["value"]), (&json!(3), &json!(2)));
    let circle = found["results"][0]["error"]["message"].as_str().unwrap();
    assert!(circle.starts_with("is computed from itself"), "{circle}");
    let found = evaluate(&json!({"expressions": {"price": "price * 2", "b": "price"}, "variables": {"price": 1}}));
    assert_eq!((&found["results"][0]["value"], &found["results"][1]["value"]), (&json!(2), &json!(2)));
    // A name that failed does not fall back to the variable it hides.
    let found = evaluate(&json!({"expressions": {"x": "x/0", "z": "x"}, "variables": {"x": 1}}));
    assert_eq!(found["failed"], 2);
}

#[test]
fn errors_say_where_and_what() {
    let client = client();
    let response = client.post("/api/v1/math/evaluate", &json!({"expression": "(1 + 2"}));
    assert_eq!(response.status, 422);
    assert_eq!(response.json()["error"]["details"][0]["field"], "expression");
    assert!(response.message().contains("is not closed (at character 1: (1 + 2)"), "{}", response.message());
    let missing = refused(&client, "/evaluate", &json!({"expression": "prise*2", "variables": {"price": 2, "vat": 1}}));
    assert!(missing.contains("there are price, vat"), "{missing}");
    assert!(refusal("x + 1").contains("send it in variables"));
    assert!(refusal("rond(1)").contains("did you mean round?"));
    assert!(refused(&client, "/evaluate", &json!({})).contains("expression or expressions"));
    assert!(
        refused(&client, "/evaluate", &json!({"expression": "1", "expressions": ["1"]})).contains("one of the two")
    );
    let mixed = json!({"expression": "1", "variables": {"a": [1, {"b": 2}]}});
    assert!(refused(&client, "/evaluate", &mixed).starts_with("variables.a[1]: is an object"));
    let answer = client.post("/api/v1/math/evaluate", &json!({"expressions": 5}));
    assert_eq!(answer.status, 400, "{:?}", answer.body);
}

#[test]
fn what_is_sent_to_do_harm() {
    let client = client();
    for expression in ["9^9^9^9", "1e999999 * 1e999999", "sum(1:10^9)", "1000000!", "NaN", "sequence(10^6) ^ 1000"] {
        let message = refusal(expression);
        assert!(message.starts_with("expression: "), "{message}");
    }
    assert_eq!(text("1e400"), "1e+400");
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(refusal(&nested(10_000)).contains("more than 250 brackets"));
    let answer = client.post("/api/v1/math/evaluate", &json!({"expression": nested(100_000)}));
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains("at most 65536"), "{}", answer.message());
    let long =
        client.post("/api/v1/math/evaluate", &json!({"expression": "sum(x)", "variables": {"x": vec![1; 200_001]}}));
    assert_eq!(long.status, 422);
    assert!(long.message().starts_with("variables.x: goes beyond the 200000 values"), "{}", long.message());
    let most = json!({"expression": "sum(x)", "variables": {"x": vec![1; 190_000]}});
    assert_eq!(super::answer(&client, "/evaluate", &most)["value"], 190_000);
    assert!(refusal("sequence(500000)").contains("2000000 characters"));
    let many = client.post("/api/v1/math/evaluate", &json!({"expressions": vec!["1"; 1_001]}));
    assert_eq!(many.status, 400);
    assert!(many.message().contains("1000 expressions"), "{}", many.message());
}

#[test]
fn lists_that_double() {
    // Each holds the one before it twice: small in memory, large for whoever walks through it.
    let mut expressions = vec!["x0 = [1, 2]".to_owned()];
    expressions.extend((1..60).map(|n| format!("x{n} = [x{0}, x{0}]", n - 1)));
    let found = evaluate(&json!({ "expressions": expressions }));
    assert!(found["failed"].as_u64().unwrap() > 40);
    let first = found["results"].as_array().unwrap().iter().find(|result| !result["error"].is_null()).unwrap();
    let message = first["error"]["message"].as_str().unwrap();
    assert!(message.contains("deep") || message.contains("characters"), "{message}");
}
