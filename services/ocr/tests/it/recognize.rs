//! Reading pictures, against what was drawn in them.

use serde_json::{Value, json};

use crate::{client, lines, own, recognized, shared, warnings, words};

/// O1: letters on nothing, whose hidden pixels are all black or all white.
#[test]
fn letters_on_nothing_are_read_on_a_ground_by_their_ink() {
    let Some(client) = client() else { return };
    for (name, step) in [("o1-dark-on-nothing.png", "on-white"), ("o1-light-on-nothing.png", "on-black")] {
        let answer = recognized(&client, &own(name), &json!({}));
        assert_eq!(lines(&answer["text"]), ["Invoice number 40718", "Pay before 12 May"], "{name}");
        assert_eq!(answer["steps"][0], step, "{name}");
    }
}

/// O2: dark on light and light on dark on one page.
#[test]
fn both_polarities_on_one_page_are_read() {
    let Some(client) = client() else { return };
    let answer = recognized(&client, &own("o2-polarity.png"), &json!({}));
    let text = lines(&answer["text"]);
    for line in
        ["DELIVERY NOTE 2071", "The parcel was left at the gate", "and signed for by a neighbour.", "Call 555 0142"]
    {
        assert!(text.iter().any(|read| read == line), "{line}: {text:?}");
    }
    for word in ["DELIVERY", "NOTE", "2071"] {
        let (_, [_, top, _, bottom], _) = words(&answer).into_iter().find(|(text, ..)| text == word).unwrap();
        assert!(top >= 60.0 && bottom <= 240.0, "{word}: {top} {bottom}");
    }
}

/// O4: almost nothing on the picture, cut to the ink.
#[test]
fn a_digit_a_word_and_letters_alone_are_read() {
    let Some(client) = client() else { return };
    for (name, text) in
        [("o4-digit.png", "7"), ("o4-word.png", "Hello!"), ("o4-letters.png", "Y Y Y"), ("o4-date.png", "20.11.17")]
    {
        let answer = recognized(&client, &own(name), &json!({}));
        assert_eq!(lines(&answer["text"]), [text], "{name}: {answer}");
        let (width, height) = (answer["width"].as_f64().unwrap(), answer["height"].as_f64().unwrap());
        assert!(words(&answer).iter().all(|(_, [.., right, bottom], _)| *right <= width && *bottom <= height));
    }
}

/// O5: numbers, exactly.
#[test]
fn numbers_are_read_to_the_digit() {
    let Some(client) = client() else { return };
    let answer = recognized(&client, &own("o5-numbers.png"), &json!({}));
    let text = lines(&answer["text"]);
    for line in [
        "0,586 0,634 9,586",
        "1234.056789 440.5678",
        "11 22 33 44 55 66 77 88 99 00",
        "1,092,000.00 924,000.00",
        "2.66 3.25 0.59 0.00 3.25",
    ] {
        assert!(text.iter().any(|read| read == line), "{line}: {text:?}");
    }
}

/// O7: two languages, in either order; one that is missing; one that is not there.
#[test]
fn several_languages_are_read_in_any_order() {
    let Some(client) = client() else { return };
    let picture = own("o7-deu-eng.png");
    let expected = [
        "Hängeschränke und Unterschränke mit Geschirrspüler",
        "Größe prüfen, Öl nachfüllen, Maß übernehmen",
        "Please return the signed delivery note today",
    ];
    for languages in [["deu", "eng"], ["eng", "deu"]] {
        let answer = recognized(&client, &picture, &json!({ "languages": languages }));
        assert_eq!(lines(&answer["text"]), expected, "{languages:?}");
        assert_eq!(warnings(&answer), [""; 0]);
    }
    // As people write them, by the names that other services have for the field.
    for asked in
        [json!({ "languages": "de-AT, English" }), json!({ "language": "German,en" }), json!({ "lang": "ger+eng" })]
    {
        let answer = recognized(&client, &picture, &asked);
        assert_eq!(
            (lines(&answer["text"]), &answer["languages"]),
            (expected.map(str::to_owned).to_vec(), &json!(["deu", "eng"])),
            "{asked}"
        );
    }
    let english = recognized(&client, &picture, &json!({ "languages": ["eng"] }));
    assert_eq!(warnings(&english), ["language-missing"], "{}", english["text"]);
    let body = json!({ "image": crate::file(&picture), "languages": ["xyz"] });
    let answer = client.post("/api/v1/ocr/recognize", &body);
    assert_eq!(answer.status, 422);
    assert!(answer.message().contains("xyz is not installed; these are: deu, eng"), "{}", answer.message());
}

#[test]
fn a_region_is_read_with_places_in_the_whole() {
    let Some(client) = client() else { return };
    let picture = own("o5-numbers.png");
    let region = json!({ "x": 0, "y": 140, "width": 1500, "height": 90 });
    let answer = recognized(&client, &picture, &json!({ "region": region }));
    assert_eq!(lines(&answer["text"]), ["1234.056789 440.5678"]);
    assert_eq!((&answer["width"], &answer["height"]), (&json!(1500), &json!(900)));
    let whole = recognized(&client, &picture, &json!({}));
    let place = |answer: &Value| words(answer).into_iter().find(|(text, ..)| text == "1234.056789").unwrap().1;
    let (part, whole) = (place(&answer), place(&whole));
    assert!(part.iter().zip(whole).all(|(a, b)| (a - b).abs() <= 3.0), "{part:?} {whole:?}");
    let outside = json!({ "image": crate::file(&picture), "region": { "x": 2000, "y": 0, "width": 5, "height": 5 } });
    let answer = client.post("/api/v1/ocr/recognize", &outside);
    assert_eq!((answer.status, answer.message().starts_with("region: ")), (422, true));
}

#[test]
fn only_the_characters_that_are_asked_for_are_read() {
    let Some(client) = client() else { return };
    let picture = own("o5-numbers.png");
    let answer = recognized(&client, &picture, &json!({ "digits": true }));
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("1234.056789 440.5678") && !text.contains("IBAN"), "{text}");
    assert!(answer["confidence"].as_f64().unwrap() > 0.5, "{answer}");
    assert!(text.chars().all(|letter| letter.is_ascii_digit() || letter.is_whitespace() || ".,-".contains(letter)));
    // The next request of the same worker is not held to them.
    let answer = recognized(&client, &picture, &json!({}));
    assert!(answer["text"].as_str().unwrap().contains("IBAN"));
}

/// Text that is turned and skewed comes out upright, with boxes in the upright picture.
#[test]
fn turned_pictures_are_read_upright() {
    let Some(client) = client() else { return };
    let Some(gold) = shared("tesseract/phototest.txt") else { return };
    let gold = String::from_utf8(gold).unwrap();
    let gold: Vec<&str> = gold.split_whitespace().collect();
    for (name, rotation) in [
        ("phototest.tif", 0),
        ("phototest-rotated-L.png", 90),
        ("phototest-rotated-R.png", 270),
        ("phototest-rotated-180.png", 180),
    ] {
        let picture = shared(&format!("tesseract/{name}")).unwrap();
        let answer = recognized(&client, &picture, &json!({}));
        let read: Vec<String> = words(&answer).into_iter().map(|(text, ..)| text).collect();
        assert_eq!(answer["rotation"], rotation, "{name}");
        let right = gold.iter().filter(|word| read.iter().any(|read| read == *word)).count();
        assert!(right * 20 >= gold.len() * 19, "{name}: {right} of {}", gold.len());
        let told = crate::ask(&client, "orientation", "image", &picture, &json!({}));
        assert_eq!(told["rotation"], rotation, "{name}: {told}");
        assert_eq!(told["script"], "Latin");
        // The first word is at the top left of the upright picture.
        let (first, [left, top, ..], _) = words(&answer).into_iter().next().unwrap();
        let (width, height) = (answer["width"].as_f64().unwrap(), answer["height"].as_f64().unwrap());
        assert_eq!(first, "This", "{name}");
        assert!(left < width * 0.2 && top < height * 0.3, "{name}: {left} {top} of {width} {height}");
    }
}
