//! `detect-language`.

use serde_json::{Value, json};

use crate::bare;

const PATH: &str = "/api/v1/llm/detect-language";

fn detected(texts: &[&str]) -> Vec<Value> {
    let (client, _data) = bare();
    client.post(PATH, &json!({ "texts": texts })).json()["results"].as_array().unwrap().clone()
}

/// Short English texts that detectors name wrongly: right, or not said to be reliable.
#[test]
fn short_texts_are_right_or_not_reliable() {
    let texts = [
        "Hello world",
        "Excellent service as usual",
        "I love you",
        "still no broadband",
        "Change in Boardroom",
        "distribution agreement",
        "Meeting notes",
        "Invoice overdue",
        "Fast shipping",
        "Great product",
        "Not happy",
        "Software update",
        "Terms and conditions",
        "Password reset",
        "Cheap flights",
        "Team lunch",
        "Ok thanks",
    ];
    for (text, found) in texts.iter().zip(detected(&texts)) {
        assert!(found["language"] == "en" || found["reliable"] == false, "{text}: {found}");
    }
}

#[test]
fn what_has_no_language_is_not_guessed() {
    let texts = [
        "Hi",
        "Stephanie",
        "12345 !!!",
        "https://example.com/some/english/words",
        "",
        "😀😀",
        "jane@example.com",
        "A1-B2",
        "Nokia",
        "Berlin",
        "x",
        "www.beispiel.de",
    ];
    for (text, found) in texts.iter().zip(detected(&texts)) {
        assert_eq!(found["reliable"], false, "{text}: {found}");
    }
    assert_eq!(detected(&["12345 !!!"])[0]["language"], "und");
}

#[test]
fn greetings_and_sentences() {
    let cases = [
        ("Hola", "es"),
        ("Bonjour", "fr"),
        ("Guten Morgen zusammen", "de"),
        ("こんにちは世界", "ja"),
        ("The invoice has not arrived yet.", "en"),
        ("La factura todavía no ha llegado.", "es"),
        ("La facture n'est pas encore arrivée.", "fr"),
        ("Die Rechnung ist noch nicht angekommen.", "de"),
        ("A fatura ainda não chegou.", "pt"),
        ("La fattura non è ancora arrivata.", "it"),
        ("De factuur is nog niet aangekomen.", "nl"),
        ("Fakturan har inte kommit fram än.", "sv"),
        ("Lasku ei ole vielä saapunut.", "fi"),
        ("Faktura jeszcze nie dotarła.", "pl"),
        ("Faktura ještě nepřišla, ale už je na cestě.", "cs"),
        ("A számla még nem érkezett meg.", "hu"),
        ("Factura nu a sosit încă, dar o așteptăm.", "ro"),
        ("Fatura henüz gelmedi.", "tr"),
        ("Счет еще не пришел.", "ru"),
        ("Рахунок ще не прийшов, але ми чекаємо.", "uk"),
        ("Το τιμολόγιο δεν έχει φτάσει ακόμα.", "el"),
        ("החשבונית עדיין לא הגיעה.", "he"),
        ("لم تصل الفاتورة بعد.", "ar"),
        ("चालान अभी तक नहीं आया है।", "hi"),
        ("发票还没有到。", "zh"),
        ("청구서가 아직 도착하지 않았습니다.", "ko"),
        ("ใบแจ้งหนี้ยังไม่มา", "th"),
        ("Hóa đơn vẫn chưa đến.", "vi"),
        ("Faktur itu belum sampai kepada kami.", "id"),
    ];
    let texts = cases.map(|(text, _)| text);
    let mut sure = 0;
    for ((text, language), found) in cases.iter().zip(detected(&texts)) {
        assert_eq!(found["language"], *language, "{text}: {found}");
        sure += usize::from(found["reliable"] == true);
    }
    assert!(sure >= 26, "{sure} of {} are reliable", cases.len());
    for text in ["Hola", "Bonjour", "Guten Morgen zusammen", "こんにちは世界"] {
        assert_eq!(detected(&[text])[0]["reliable"], true, "{text}");
    }
}

#[test]
fn codes_and_scripts() {
    let found = &detected(&["Guten Morgen zusammen"])[0];
    assert_eq!(
        (&found["iso6393"], &found["name"], &found["script"]),
        (&json!("deu"), &json!("German"), &json!("Latin")),
        "{found}"
    );
    let (client, _data) = bare();
    assert_eq!(client.post(PATH, &json!({})).status, 400);
    assert_eq!(client.post(PATH, &json!({ "text": "a", "texts": ["b"] })).status, 422);
    assert_eq!(client.post(PATH, &json!({ "text": "word ".repeat(40_000) })).status, 200);
}
