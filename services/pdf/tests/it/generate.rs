//! Documents from data: what stands on them, as poppler reads it.

use serde_json::{Value, json};

use crate::client;
use crate::made::{answered, documents, pdf_of, text_of};

const INVOICE: &str = r#"{"number": "2026-0117", "date": "2026-11-30", "dueDate": "2026-12-14",
    "seller": {"name": "Acme Studio", "street": "1 Market Street", "postalCode": "10115", "city": "Berlin", "vat_id": "DE123456789"},
    "customer": {"name": "Ελένη Παπαδοπούλου", "address": "5 Garden Road\n80331 Munich"},
    "items": [{"description": "Design", "quantity": 3, "unit": "h", "price": "19.99"},
              {"description": "Книга", "price": 0.1, "quantity": 3, "tax": 7}],
    "tax": 19, "payment": {"iban": "DE89 3704 0044 0532 0130 00"}}"#;

fn invoice() -> Value {
    serde_json::from_str(INVOICE).unwrap()
}

#[test]
fn an_invoice_adds_up_and_is_written_as_in_its_country() {
    let request = json!({"template": "invoice", "locale": "de-DE", "currency": "EUR", "data": invoice()});
    let answer = client().post("/generate", &request);
    let facts = answered(&answer);
    // 59.97 and 0.30 net; 11.39 at 19 %, 0.02 at 7 %.
    assert_eq!(facts["documents"][0]["total"], "71.68");
    assert_eq!(facts["pages"], 1);
    let Some(text) = text_of(&answer.body) else { return };
    for part in [
        "Rechnung",
        "2026-0117",
        "30.11.2026",
        "59,97 €",
        "11,39 €",
        "71,68 €",
        "Ελένη Παπαδοπούλου",
        "Книга",
        "DE89 3704",
    ] {
        assert!(text.replace('\u{a0}', " ").contains(part), "{part}: {text}");
    }
}

#[test]
fn totals_are_exact() {
    let client = client();
    let total = |change: Value| {
        let mut data = invoice();
        for (key, value) in change.as_object().unwrap() {
            data[key] = value.clone();
        }
        let request = json!({"template": "invoice", "currency": "EUR", "data": data});
        answered(&client.post("/generate", &request))["documents"][0]["total"].clone()
    };
    let items = |price: &str| json!([{"description": "a", "price": price, "quantity": 3}]);
    for (change, expected) in [
        (json!({"items": items("0.1"), "tax": null}), "0.30"),
        (json!({"items": items("33.333333"), "tax": null}), "100.00"),
        (json!({"items": items("100"), "tax": 20, "discountPercent": 10, "shipping": 5}), "330.00"),
        (json!({"items": items("100"), "tax": 19, "pricesIncludeTax": true}), "300.00"),
        (json!({"items": [{"description": "a", "price": -50}], "tax": 19}), "-59.50"),
    ] {
        assert_eq!(total(change.clone()), expected, "{change}");
    }
}

#[test]
fn data_is_taken_as_people_have_it() {
    let client = client();
    let bill = json!({"number": 17, "seller": "Acme Inc\n1 Market Street", "customer": {"name": "Jane", "address": ["5 Garden Road", "80331 Munich"]},
        "items": [{"description": "A", "quantity": "2", "price": "$1,200.50"}, {"description": "Return", "quantity": -1, "price": "(0.50)"}, {"description": "B", "price": "10,50", "discount": "10 %"}], "tax": "19%"});
    let answer = client.post("/generate", &json!({"template": "invoice", "data": bill}));
    // 2401.00 + 0.50 + 9.45 = 2410.95, and 458.08 of tax.
    assert_eq!(answered(&answer)["documents"][0]["total"], "2869.03");
    let Some(text) = text_of(&answer.body) else { return };
    for part in ["Acme Inc", "1 Market Street", "80331 Munich"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for (template, data, part) in [
        ("receipt", json!({"seller": "Bean", "items": {"description": "Tea", "price": "3,50 €"}}), "3.50"),
        ("letter", json!({"sender": "Acme", "recipient": "Jane\n5 Road", "body": ["One.", "Two."]}), "Two."),
        ("certificate", json!({"recipient": "Grace", "title": "T", "signatories": ["Dr. X"]}), "Dr. X"),
        ("report-table", json!({"title": "R", "rows": [["name", "sum"], ["a", 1.50]]}), "1.5"),
    ] {
        let answer = client.post("/generate", &json!({"template": template, "data": data}));
        assert_eq!(answer.status, 200, "{template}: {}", answer.message());
        assert!(text_of(&answer.body).unwrap().contains(part), "{template}: {part}");
    }
    let answer = client
        .post("/generate", &json!({"html": "<p>{{ name }} {{ data.name }} 🎉 ✅ שלום مرحبا", "data": {"name": "Zoë"}}));
    assert_eq!(answered(&answer)["warnings"], json!([]));
    assert!(text_of(&answer.body).unwrap().contains("Zoë Zoë"));
    let answer = client.post("/generate", &json!({"html": "{{#each items}}x{{/each}}", "data": {"items": []}}));
    assert!(answer.status == 422 && answer.message().contains("Jinja"), "{}", answer.message());
}

#[test]
fn what_is_wrong_with_the_data_is_told_by_its_field() {
    let client = client();
    for (template, data, message) in [
        ("invoice", json!({"number": "1"}), "data.seller: is required"),
        (
            "invoice",
            json!({"seller": {"name": "a"}, "customer": {"name": "b"}, "items": [{"description": "c", "price": "x"}]}),
            "data.items[0].price: ",
        ),
        (
            "invoice",
            json!({"seller": {"name": "a"}, "customer": {"name": "b"}, "items": [{"descripton": "c", "price": 1}]}),
            "data.items[0].descripton: ",
        ),
        (
            "invoice",
            json!({"seller": {"name": "a"}, "customer": {"name": "b"}, "items": [{"description": "c", "price": 1}], "payment": {"iban": "DE00"}}),
            "data.payment.iban: is not an IBAN",
        ),
        (
            "letter",
            json!([{"sender": {}, "recipient": {}, "body": "x"}, {"sender": {}, "recipient": {}}]),
            "data[1].body: is required",
        ),
        ("report-table", json!({"title": "a", "rows": []}), "data.columns: send columns"),
    ] {
        let answer = client.post("/generate", &json!({"template": template, "data": data}));
        assert!(matches!(answer.status, 400 | 422), "{}: {:?}", answer.status, answer.body);
        assert!(answer.message().starts_with(message), "{}", answer.message());
    }
}

#[test]
fn a_list_makes_a_document_of_each() {
    let data = json!([{"recipient": "Ann", "title": "Certificate of attendance"}, {"recipient": "Bo"}]);
    let request = json!({"template": "certificate", "data": data, "name": "course"});
    let answer = client().post("/generate?output=base64", &request);
    let files = documents(&answer);
    assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["course-1.pdf", "course-2.pdf"]);
    let Some(text) = text_of(&files[1].1) else { return };
    assert!(text.contains("Bo") && text.contains("presented to"), "{text}");
}

/// Templates times one row, ten rows, three pages, long words, no logo: no word outside the margins, none over another.
#[test]
fn nothing_is_outside_or_over_anything() {
    let client = client();
    let long = "W".repeat(90);
    let items = |count: usize, name: &str| -> Value {
        (0..count).map(|index| json!({"description": format!("{name} {index}"), "details": "More\nabout it", "quantity": 2, "unit": "pcs", "price": "1234.50", "discount": 5, "tax": 19})).collect()
    };
    let rows = |count: usize, word: &str| -> Value {
        (0..count)
            .map(|index| json!({"Region": word, "Orders": index, "Revenue": 1234.5, "Comment": "as before"}))
            .collect()
    };
    let party = json!({"name": long, "street": long, "city": "Berlin", "postalCode": "10115", "email": format!("{long}@example.com"), "taxId": "DE1"});
    let plain = json!({"name": "Acme", "street": "1 Market Street", "city": "Berlin"});
    let mut cases = Vec::new();
    for (count, name) in [(1, "Design"), (10, "Design"), (70, "Design"), (3, long.as_str())] {
        let who = if name == long { &party } else { &plain };
        cases.push(json!({"template": "invoice", "currency": "EUR", "data": {"number": if name == long { long.as_str() } else { "1" }, "seller": who, "customer": who, "items": items(count, name), "notes": name, "terms": name, "payment": {"iban": "DE89370400440532013000"}}}));
        cases.push(
            json!({"template": "receipt", "data": {"seller": who, "customer": who, "items": items(count, name)}}),
        );
        cases.push(json!({"template": "report-table", "data": {"title": name, "rows": rows(count, name), "figures": [{"label": name, "value": name}]}}));
        cases.push(json!({"template": "letter", "data": {"sender": who, "recipient": who, "subject": name, "body": format!("{name} ").repeat(count * 20)}}));
        cases.push(json!({"template": "certificate", "data": {"recipient": name, "achievement": name, "description": format!("{name} ").repeat(count), "signatories": [{"name": name, "role": name}]}}));
    }
    for case in cases {
        let answer = client.post("/generate", &case);
        let facts = answered(&answer);
        assert!(facts["warnings"].as_array().unwrap().is_empty(), "{case}: {facts}");
        if !crate::made::is_clean(&answer.body, &case.to_string()) {
            return;
        }
    }
}

#[test]
fn a_template_of_ones_own_has_its_data_and_files() {
    let dot = include_bytes!("../../data/dot.png");
    let template = "#set page(width: 8cm, height: 4cm)\n= Hello #data.name\n#image(\"dot.png\", width: 1cm)\n#data.list.map(str).join(\", \")";
    let request = json!({"typst": template, "data": {"name": "Ann \"#panic()\"", "list": [1, 2.5]},
        "files": [{"name": "dot.png", "base64": crate::base64(dot)}]});
    let answer = client().post("/generate", &request);
    answered(&answer);
    let Some(text) = text_of(&answer.body) else { return };
    assert!(text.contains("Hello Ann \"#panic()\"") && text.contains("1, 2.5"), "{text}");
}

#[test]
fn what_is_wrong_with_a_template_is_told_with_its_place() {
    let client = client();
    for (template, message) in [
        ("#data.nmae", "typst: line 1, column"),
        ("a\nb #foo", "typst: line 2, column 4: unknown variable: foo"),
        ("#import \"@preview/cetz:0.3.0\"", "packages cannot be used here"),
        ("#read(\"/etc/passwd\")", "not found"),
        ("#image(\"missing.png\")", "not found"),
    ] {
        let answer = client.post("/generate", &json!({"typst": template, "data": {"name": "x"}}));
        assert_eq!(answer.status, 422, "{template}");
        assert!(answer.message().contains(message), "{template}: {}", answer.message());
    }
}

/// What a template can do to its worker: each ends with an error of its own, and the service goes on.
#[test]
fn hostile_templates_end_their_worker_and_not_the_service() {
    let client = client();
    for (template, statuses) in [
        ("#while true { }", &[422, 504][..]),
        ("#let f(x) = f(x + 1); #f(0)", &[422]),
        ("#range(2000000000)", &[413, 422, 504]),
        ("#let s = \"x\"; #for i in range(40) { s = s + s }; #s.len()", &[413, 422, 504]),
        ("#for i in range(200000) { pagebreak() }", &[413, 422, 504]),
    ] {
        let answer = client.post("/generate", &json!({"typst": template, "data": {}}));
        assert!(statuses.contains(&answer.status), "{template}: {} {:?}", answer.status, answer.body);
        let next = client.post("/generate", &json!({"typst": "ok", "data": {}}));
        assert_eq!(next.status, 200, "after {template}: {:?}", next.body);
    }
}

#[test]
fn archives_keep_what_structure_tells_of_their_standard() {
    // A picture seen through, gradients, links, marks of a list, other scripts: what tempts a writer to break the rules.
    let html = "<title>Archive</title><style>h1{background:linear-gradient(red,rgba(0,0,255,.3))}p{opacity:.5}</style><h1>A</h1>\
                <p>half <a href='https://example.com'>link</a> 🎉 שלום <img src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='>\
                <ul><li>a</ul><div style='position:absolute;top:0;right:0;transform:rotate(9deg)'>b</div>";
    let client = client();
    let mut all = vec![client.post("/from-html", &json!({"html": html, "standard": "a-2b"}))];
    for (template, data) in [
        ("invoice", invoice()),
        ("certificate", json!({"recipient": "Ann", "title": "T"})),
        ("report-table", json!({"title": "R", "rows": [{"a": 1}]})),
    ] {
        all.push(client.post("/generate", &json!({"template": template, "data": data, "standard": "a-2b"})));
    }
    for answer in all {
        answered(&answer);
        let Some(wrong) = crate::oracle("archived", &[("a", pdf_of(&answer))], &json!(["a"])) else { return };
        assert_eq!(wrong, json!([]));
    }
}

#[test]
fn missing_glyphs_are_named_and_archives_say_so() {
    let data = json!({"recipient": "沒 Ann", "title": "A"});
    let request = json!({"template": "certificate", "data": data, "standard": "a-2b"});
    let answer = client().post("/generate", &request);
    if answer.status == 422 {
        // PDF/A has no place for a letter without a glyph.
        assert!(answer.message().contains("PDF/A"), "{}", answer.message());
    }
    let request = json!({"template": "certificate", "data": data});
    let facts = answered(&client().post("/generate", &request));
    assert_eq!(facts["warnings"][0]["code"], "missing-glyphs");
    assert!(facts["warnings"][0]["message"].as_str().unwrap().contains("U+6C92"), "{facts}");
    let request = json!({"template": "certificate", "data": {"recipient": "Ann"}, "standard": "pdf-a-2b"});
    let answer = client().post("/generate", &request);
    answered(&answer);
    let bytes = String::from_utf8_lossy(pdf_of(&answer));
    assert!(bytes.contains("pdfaid:part") && bytes.contains("OutputIntent"), "no mark of PDF/A");
}
