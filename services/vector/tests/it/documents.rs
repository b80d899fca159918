//! Documents and questions, with the model.

use serde_json::{Value, json};

use crate::{Served, ids};

fn served() -> Option<Served> {
    let served = Served::with_model()?;
    served.ok("POST", "/collections", &json!({ "name": "docs" }));
    Some(served)
}

fn paragraph(number: usize) -> String {
    const SUBJECTS: [&str; 6] = [
        "owls hunting at night",
        "the price of copper",
        "sailing around a cape",
        "baking bread with rye",
        "engines of airplanes",
        "the rules of chess",
    ];
    format!(
        "Part {number} is about {}. {}",
        SUBJECTS[number % 6],
        format!("It says more of {} here. ", SUBJECTS[number % 6]).repeat(14)
    )
}

fn text(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(paragraph).collect::<Vec<_>>().join("\n\n")
}

/// Flowise 1458, 930, 954; llama_index 13595; langflow 5537: every run adds the same chunks once more.
#[test]
fn ingest_again() {
    let Some(served) = served() else { return };
    let ingest = |id: Option<&str>, text: &str| {
        served.ok("POST", "/collections/docs/documents", &json!({ "documentId": id, "text": text }))
    };
    let first = ingest(Some("a"), &text(0..12));
    assert_eq!((&first["unchanged"], &first["chunks"], &first["embedded"]), (&json!(false), &json!(12), &json!(12)));
    let again = ingest(Some("a"), &text(0..12));
    assert_eq!((&again["unchanged"], &again["embedded"], served.count("docs")), (&json!(true), &json!(0), 12));
    // One paragraph is another: only it is embedded, and nothing of the old one is left.
    let changed = ingest(Some("a"), &text((0..12).map(|n| if n == 5 { 99 } else { n })));
    assert_eq!((&changed["embedded"], &changed["chunks"], served.count("docs")), (&json!(1), &json!(12), 12));
    let page = served.ok("POST", "/collections/docs/points/scroll", &json!({ "filter": { "documentId": "a" } }));
    let texts: Vec<&str> = page["rows"].as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap()).collect();
    assert!(
        texts.iter().any(|text| text.starts_with("Part 99 ")) && !texts.iter().any(|text| text.starts_with("Part 5 "))
    );
    // Shorter: what is too much is gone, and nothing is embedded.
    let shorter = ingest(Some("a"), &text(0..3));
    assert_eq!((&shorter["embedded"], &shorter["removed"], served.count("docs")), (&json!(0), &json!(9), 3));
    // The same paragraph in another document stays when the first is forgotten.
    ingest(Some("b"), &text(2..4));
    let documents = served.ok("GET", "/collections/docs/documents", &json!({}));
    assert_eq!(documents["rows"].as_array().unwrap().len(), 2);
    assert_eq!(served.ok("DELETE", "/collections/docs/documents/a", &json!({}))["chunks"], 3);
    assert_eq!(served.refused("DELETE", "/collections/docs/documents/a", &json!({})).0, 404);
    let found = served.query("docs", &json!({ "text": "sailing around a cape", "limit": 1 }));
    assert_eq!(found["rows"][0]["payload"]["documentId"], "b");
    // Without an id it is known by its content.
    let (one, two) = (ingest(None, "Some text."), ingest(None, "Some text."));
    assert_eq!((&one["documentId"], &two["unchanged"]), (&two["documentId"], &json!(true)));
    let read = served.ok("GET", "/collections/docs/documents/b", &json!({}));
    assert_eq!((&read["document"]["chunks"], read["rows"].as_array().unwrap().len()), (&json!(2), 2));
}

#[test]
fn questions_get_passages_with_their_sources() {
    let Some(served) = served() else { return };
    let html = "<html><head><title>Birds</title></head><body><h1>Owls</h1><p>Owls hunt mice at night, and hear them under the snow.</p>\
                <h1>Storks</h1><p>Storks fly to Africa in autumn.</p></body></html>";
    let body = json!({ "text": html, "documentId": "birds", "source": "https://example.com/birds", "metadata": { "lang": "en" } });
    served.ok("POST", "/collections/docs/documents", &body);
    let ask = |question: &str, filter: Value| {
        served.ok("POST", "/collections/docs/ask", &json!({ "question": question, "filter": filter }))
    };
    let answer = ask("When do owls hunt?", json!({ "lang": "en" }));
    let best = &answer["passages"][0];
    assert_eq!(
        (&answer["answer"], &answer["abstained"], &answer["reason"]),
        (&Value::Null, &json!(false), &json!("no-chat-engine"))
    );
    assert_eq!(
        (&best["documentId"], &best["title"], &best["section"], &best["number"]),
        (&json!("birds"), &json!("Birds"), &json!("Owls"), &json!(1))
    );
    assert!(best["text"].as_str().unwrap().contains("at night") && best["scores"]["dense"].as_f64().unwrap() > 0.3);
    assert!(best["highlights"].as_array().unwrap().iter().any(|one| one["text"] == "hunt"));
    let answer = ask("How is a bond priced?", json!({}));
    assert_eq!(
        (&answer["abstained"], &answer["reason"], &answer["passages"]),
        (&json!(true), &json!("no-relevant-passage"), &json!([]))
    );
    let answer = ask("When do owls hunt?", json!({ "lang": "de" }));
    assert_eq!(answer["abstained"], true);
    for (body, words) in [
        (json!({ "text": "a", "metadata": { "chunk": 1 } }), "metadata: may not have chunk"),
        (json!({ "text": " \n " }), "text: has no words"),
        (json!({}), "text: is required"),
        (json!({ "text": "a", "file": "data:text/plain,b" }), "file: send a text or a file"),
    ] {
        let (status, message) = served.refused("POST", "/collections/docs/documents", &body);
        assert!(status < 500 && message.starts_with(words), "{message}");
    }
}

/// Another model of the same number of dimensions cannot be told by its vectors: the collection knows its own.
#[test]
fn texts_of_another_model_are_refused() {
    let Some(served) = served() else { return };
    let model = served.ok("GET", "/collections/docs", &json!({}))["model"]["name"].as_str().unwrap().to_owned();
    let vector = vec![0.1; 384];
    let put = |model: &str| {
        served.send(
            "PUT",
            "/collections/docs/points",
            &json!({ "points": [{ "id": "v", "vector": vector }], "model": model }),
        )
    };
    assert_eq!((put(&model).status, put("other-model").status), (200, 409));
    let answer = served.send("POST", "/collections/docs/query", &json!({ "vector": vector, "model": "other-model" }));
    assert!(answer.status == 409 && answer.message().contains("other-model") && answer.message().contains(&model));
    // A collection without a model takes vectors, and no text alone.
    served.create("own", 384, "cosine");
    let (status, message) = served.refused("POST", "/collections/own/documents", &json!({ "text": "a" }));
    assert!(status == 422 && message.contains("the collection own has no model"), "{message}");
}

#[test]
fn points_are_exported_and_imported() {
    let served = Served::new();
    served.create("a", 2, "cosine");
    served.create("b", 2, "cosine");
    let points: Vec<Value> = (0..1_500)
        .map(|n| json!({ "id": n, "vector": [1, n], "text": format!("number {n}"), "payload": { "n": n } }))
        .collect();
    served.upsert("a", &json!(points[..1_000]));
    served.upsert("a", &json!(points[1_000..]));
    let path = "/api/v1/vector/collections/a/export";
    let answer = served.client.post(path, &json!({ "filter": { "n": { "gte": 100 } } }));
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    assert_eq!(String::from_utf8_lossy(&answer.body).lines().count(), 1_400);
    let imported =
        served.client.post_as("application/x-ndjson", "/api/v1/vector/collections/b/import", answer.body.clone());
    assert_eq!(imported.json()["inserted"], 1_400, "{:?}", imported.body);
    let again = served.client.post_as("application/x-ndjson", "/api/v1/vector/collections/b/import", answer.body);
    assert_eq!(again.json()["updated"], 1_400);
    let query = json!({ "vector": [1, 700], "text": "number 700", "limit": 1 });
    assert_eq!(ids(&served.query("a", &query)), ids(&served.query("b", &query)));
    let bad = served.client.post_as(
        "application/x-ndjson",
        "/api/v1/vector/collections/b/import",
        "{\"id\":\"x\",\"vector\":[1,2]}\n{\"id\":3\n",
    );
    assert!(bad.status == 422 && bad.message().starts_with("file: line 2: "), "{}", bad.message());
    // As other programs write them: a mark at the start, numbers for ids, text for numbers; what has expired stays away.
    let lines = "\u{feff}{\"id\":1,\"vector\":[1,2],\"ttlSeconds\":\"60\"}\n{\"id\":\"old\",\"vector\":[1,2],\"expiresAt\":\"2020-01-01\"}\n{\"id\":\"last\",\"vector\":[1,2]}\n";
    let answer = served.client.post_as("application/x-ndjson", "/api/v1/vector/collections/b/import", lines).json();
    assert_eq!((&answer["inserted"], &answer["updated"]), (&json!(2), &json!(0)), "{answer}");
    assert_eq!(answer["warnings"][0]["code"], "expired", "{answer}");
    let bad = served.client.post_as(
        "application/x-ndjson",
        "/api/v1/vector/collections/b/import",
        "{\"id\":\"x\",\"vector\":[1,2],\"remarks\":{}}\n",
    );
    assert!(bad.status == 422 && bad.message().contains("remarks"), "{}", bad.message());
    let bad = served.client.post_as(
        "application/x-ndjson",
        "/api/v1/vector/collections/b/import",
        "{\"id\":\"x\",\"vector\":[1,2,3]}\n",
    );
    assert!(bad.status == 422 && bad.message().contains("has 3 dimensions"), "{}", bad.message());
}

/// A PDF of pages with a line of text each; one without a line has a picture of nothing.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|number| format!("{} 0 R", 4 + 2 * number)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{}]/Count {}>>", kids.join(" "), pages.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    for (number, text) in pages.iter().enumerate() {
        let content = match text.is_empty() {
            // A picture of one pixel over the whole page, as a scan is.
            true => "q 612 0 0 792 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \u{41} EI Q".to_owned(),
            false => format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET"),
        };
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents {} 0 R>>",
            5 + 2 * number
        ));
        objects.push(format!("<</Length {}>>stream\n{content}\nendstream", content.len()));
    }
    let (mut file, mut places) = ("%PDF-1.4\n".to_owned(), Vec::new());
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj{object}endobj\n", number + 1));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
    file.push_str(&format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF", objects.len() + 1));
    file.into_bytes()
}

#[test]
fn pdfs_are_read_page_by_page() {
    let Some(served) = served() else { return };
    let put = |bytes: Vec<u8>| {
        let path = "/api/v1/vector/collections/docs/documents?documentId=report&chunkSize=100";
        served.client.post_as("application/pdf", path, bytes)
    };
    let first = "Owls hunt mice at night and hear them under deep snow in the coldest winter months of all.";
    let second = "Storks fly to Africa in autumn and come back to their old nests when spring has come again.";
    let answer = put(pdf(&[first, second]));
    assert_eq!(answer.status, 200, "{}", answer.message());
    assert_eq!(answer.json()["chunks"], 2);
    assert_eq!(put(pdf(&[first, second])).json()["unchanged"], true);
    let read = served.ok("GET", "/collections/docs/documents/report", &json!({}));
    assert_eq!((&read["rows"][0]["page"], &read["rows"][1]["page"]), (&json!(1), &json!(2)));
    let found = served.ok("POST", "/collections/docs/ask", &json!({ "question": "Where do storks fly in autumn?" }));
    let best = &found["passages"][0];
    assert!(best["page"] == 2 && best["text"].as_str().unwrap().starts_with("Storks fly to Africa"), "{best}");
    // A page that is a scan is left out, and said; a document of scans alone is an error.
    let answer = put(pdf(&[first, ""])).json();
    assert_eq!((&answer["chunks"], &answer["warnings"][0]["code"]), (&json!(1), &json!("needs-ocr")));
    for (bytes, words) in [
        (pdf(&[""]), "file: has no text that can be read as such"),
        (b"%PDF-1.7\nnothing".to_vec(), "file: cannot be read"),
    ] {
        let answer = put(bytes);
        assert!(answer.status == 422 && answer.message().starts_with(words), "{}", answer.message());
    }
    let (status, message) =
        served.refused("POST", "/collections/docs/documents", &json!({ "text": "a", "format": "pdf" }));
    assert!(status == 400 && message.starts_with("file: is required"), "{message}");
}

/// `minScore` is a likeness: what is compared by distance has none.
#[test]
fn collections_compared_by_distance_are_not_asked() {
    let Some(served) = served() else { return };
    for distance in ["euclid", "manhattan"] {
        served.ok("POST", "/collections", &json!({ "name": distance, "distance": distance }));
        served.ok("POST", &format!("/collections/{distance}/documents"), &json!({ "text": "Owls hunt at night." }));
        let (status, message) = served.refused(
            "POST",
            &format!("/collections/{distance}/ask"),
            &json!({ "question": "When do owls hunt?" }),
        );
        assert!(status == 422 && message.starts_with("collection: is compared by distance"), "{status} {message}");
    }
}

/// What the model does not read is said, for texts that are kept and for those that are sought.
#[test]
fn texts_longer_than_the_model_reads_are_remarked_on() {
    let Some(served) = served() else { return };
    let long = "an owl hunts at night ".repeat(400);
    let put = |texts: &[&str]| {
        let points: Vec<Value> = texts.iter().map(|text| json!({ "text": text })).collect();
        served.upsert("docs", &json!(points))
    };
    let told = |answer: &Value| {
        crate::warnings(answer).iter().map(|(code, message)| format!("{code}: {message}")).collect::<Vec<_>>()
    };
    assert_eq!(told(&put(&["an owl"])), Vec::<String>::new());
    let (one, many) = (told(&put(&[&long, "an owl"])), told(&put(&[&long, &long])));
    assert!(one.len() == 1 && one[0].starts_with("text-truncated: one text is longer than the"), "{one:?}");
    assert!(many.len() == 1 && many[0].starts_with("text-truncated: 2 texts are longer than the"), "{many:?}");
    // The words that the vector does not have are found all the same.
    let query = told(&served.query("docs", &json!({ "text": &long[..8_000] })));
    assert!(query.len() == 1 && query[0].starts_with("text-truncated: one text is"), "{query:?}");
}
