//! `extract`.

use serde_json::json;

use crate::{answer, client, refused};

const PAGE: &str = r#"<!doctype html><html lang="en"><head><title> A  shop </title>
<meta name="Description" content="Lamps &amp; more"><meta property="og:title" content="Shop"><meta property="og:image" content="/i.png">
<meta name="twitter:card" content="summary"><link rel="canonical" href="/shop"><link rel="shortcut icon" href="icon.ico">
<link rel="alternate" type="application/rss+xml" href="/feed.xml">
<script type="application/ld+json">{"@type":"Product","price":1.10,"id":9224851642388483}</script>
<script type="application/ld+json">[{"@type":"Thing"}]</script><script type="application/ld+json">{broken</script></head>
<body><h1>Lamps</h1><ul><li class="product"><a href="/a?x=1&amp;y=2">Desk <b>lamp</b></a> <span class=price>19.90</span></li>
<li class="product"><a href="b.html">Floor lamp</a></li></ul>
<table><caption>Stock</caption><thead><tr><th rowspan=2>Item<th colspan=2>Count</tr><tr><th>old<th>new</tr></thead>
<tr><td>Desk<td>1<td rowspan=2>7<tr><td>Floor<td>2</table>
<table><tr><td>x<td>y</table><p>Mail shop@example.com<br>or call<script>var a = "no@example.com"</script></p></body></html>"#;

#[test]
fn fields_and_rows_by_selectors() {
    let client = client();
    let request = json!({
        "html": PAGE,
        "baseUrl": "https://example.com/de/",
        "fields": {
            "title": "h1",
            "links": {"selector": "a", "attribute": "href", "all": true},
            "first": {"selector": ".product a", "content": "html"},
            "none": ".missing",
            "nones": {"selector": ".missing", "all": true}
        }
    });
    assert_eq!(
        answer(&client, "/extract", &request)["fields"],
        json!({
            "title": "Lamps",
            "links": ["https://example.com/a?x=1&y=2", "https://example.com/de/b.html"],
            "first": "Desk <b>lamp</b>",
            "none": null,
            "nones": []
        })
    );
    let rows = json!({"html": PAGE, "each": ".product", "fields": {"name": "a", "price": ".price"}});
    assert_eq!(
        answer(&client, "/extract", &rows)["rows"],
        json!([{"name": "Desk lamp", "price": "19.90"}, {"name": "Floor lamp", "price": null}])
    );
    assert!(
        refused(&client, "/extract", &json!({"html": PAGE, "fields": {"a": "!!"}}))
            .contains("fields.a: !! is no CSS selector")
    );
}

#[test]
fn tables_structured_data_and_metadata() {
    let client = client();
    let request =
        json!({"html": PAGE, "tables": true, "jsonLd": true, "metadata": true, "baseUrl": "https://example.com/de/"});
    let found = answer(&client, "/extract", &request);
    assert_eq!(
        found["tables"],
        json!([
            {
                "caption": "Stock",
                "columns": ["Item", "Count old", "Count new"],
                "rows": [
                    {"Item": "Desk", "Count old": "1", "Count new": "7"},
                    {"Item": "Floor", "Count old": "2", "Count new": "7"}
                ]
            },
            {"caption": null, "columns": ["column1", "column2"], "rows": [{"column1": "x", "column2": "y"}]}
        ])
    );
    let text = client.post("/api/v1/data/extract", &request);
    let text = String::from_utf8_lossy(&text.body);
    assert!(
        text.contains(r#""jsonLd":[{"@type":"Product","price":1.10,"id":9224851642388483},{"@type":"Thing"}]"#),
        "{text}"
    );
    let metadata = &found["metadata"];
    for (name, value) in [
        ("title", json!("A shop")),
        ("description", json!("Lamps & more")),
        ("language", json!("en")),
        ("canonical", json!("https://example.com/shop")),
        ("icon", json!("https://example.com/de/icon.ico")),
        ("openGraph", json!({"title": "Shop", "image": "/i.png"})),
        ("twitter", json!({"card": "summary"})),
        ("feeds", json!(["https://example.com/feed.xml"])),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
}

#[test]
fn what_is_in_a_text() {
    let client = client();
    let text = "Ü: ada@example.com owes 1,234.50 since 2024-02-29, see https://example.com/a. Call +1 520-878-2491, not 3/5/2024.";
    let request = json!({"text": text, "find": ["emails", "urls", "phones", "dates"]});
    let found = answer(&client, "/extract", &request);
    assert_eq!(
        found["values"],
        json!({"emails": ["ada@example.com"], "urls": ["https://example.com/a"], "phones": ["+15208782491"], "dates": ["2024-02-29", null]})
    );
    for find in found["found"].as_array().unwrap() {
        let (start, end) = (find["start"].as_u64().unwrap() as usize, find["end"].as_u64().unwrap() as usize);
        let part: String = text.chars().skip(start).take(end - start).collect();
        assert_eq!(find["text"], part);
    }
    let first = json!({"text": "a@b.de c@d.de", "find": ["emails", "dates"], "first": true});
    assert_eq!(answer(&client, "/extract", &first)["values"], json!({"emails": "a@b.de", "dates": null}));
    let ordered = json!({"text": "3/5/2024", "find": ["dates"], "dateOrder": "dmy"});
    assert_eq!(answer(&client, "/extract", &ordered)["values"]["dates"], json!(["2024-05-03"]));
    let number = json!({"text": "12.50 or 1,200", "find": ["numbers"]}).to_string();
    let answer = client.post_as("application/json", "/api/v1/data/extract", number);
    assert!(
        String::from_utf8_lossy(&answer.body).contains(r#""values":{"numbers":[12.50,1200]}"#),
        "{:?}",
        answer.body
    );
    // A text is never fetched.
    let link = json!({"text": "http://127.0.0.1:1/x", "find": ["urls"]});
    assert_eq!(crate::answer(&client, "/extract", &link)["values"]["urls"], json!(["http://127.0.0.1:1/x"]));
    let page = json!({"html": PAGE, "find": ["emails"]});
    assert_eq!(crate::answer(&client, "/extract", &page)["values"]["emails"], json!(["shop@example.com"]));
}

#[test]
fn hostile_pages_end() {
    let client = client();
    for html in [
        "<div>".repeat(20_000),
        "<b>".repeat(5_000),
        "<table>".repeat(3_000),
        "<a href=x>".repeat(20_000),
        format!("<table><tr><td rowspan=65534 colspan=1000>{}", "<tr><td>".repeat(2_000)),
    ] {
        let request = json!({"html": html, "tables": true, "metadata": true, "fields": {"a": {"selector": "div div div, b", "all": true}}, "find": ["emails"]});
        let found = client.post("/api/v1/data/extract", &request);
        assert!(
            [200, 413, 422].contains(&found.status),
            "{}: {} {:?}",
            &html[..20],
            found.status,
            &found.body[..found.body.len().min(200)]
        );
    }
    let text = "a".repeat(900_000);
    for text in [text, "1,".repeat(400_000), "a@".repeat(400_000), "www.".repeat(200_000), "+1 ".repeat(300_000)] {
        let request = json!({"text": text, "find": ["emails", "urls", "numbers", "phones", "dates"]});
        let found = client.post("/api/v1/data/extract", &request);
        assert!(
            [200, 422].contains(&found.status),
            "{}: {} {:?}",
            &text[..10],
            found.status,
            &found.body[..found.body.len().min(200)]
        );
    }
}
