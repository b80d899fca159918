//! HTML and Markdown: no word of a page is lost, none is outside the paper or over another. Poppler reads the PDF.

use serde_json::json;

use crate::client;
use crate::made::{answered, is_clean, text_of, words_of};

/// Pages of the kinds people have, written for these tests.
const PAGES: [(&str, &str); 12] = [
    ("table-invoice", include_str!("../data/html/table-invoice.html")),
    ("flex-invoice", include_str!("../data/html/flex-invoice.html")),
    ("float-invoice", include_str!("../data/html/float-invoice.html")),
    ("mail", include_str!("../data/html/mail.html")),
    ("grid-sheet", include_str!("../data/html/grid-sheet.html")),
    ("utility-page", include_str!("../data/html/utility-page.html")),
    ("framework-report", include_str!("../data/html/framework-report.html")),
    ("breaks", include_str!("../data/html/breaks.html")),
    ("receipt", include_str!("../data/html/receipt.html")),
    ("letter", include_str!("../data/html/letter.html")),
    ("statement", include_str!("../data/html/statement.html")),
    ("price-list", include_str!("../data/html/price-list.html")),
];

/// The words of a page that are to be seen, without what is hidden.
fn words_of_page(html: &str) -> Vec<String> {
    let body = &html[html.find("<body").unwrap()..];
    let mut text = String::new();
    let mut rest = body;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let end = open + rest[open..].find('>').unwrap();
        let tag = &rest[open + 1..end];
        rest = &rest[end + 1..];
        if tag.contains("class=\"hidden\"") || tag.contains("print:hidden") {
            rest = &rest[rest.find("</").unwrap()..];
        }
        let inline =
            ["b", "/b", "strong", "/strong", "em", "/em", "a ", "/a", "sub", "/sub", "sup", "/sup", "code", "/code"];
        if !inline.iter().any(|name| tag == *name || tag.starts_with(name) && name.ends_with(' ')) {
            text.push(' ');
        }
    }
    let text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    text.split_whitespace().map(str::to_lowercase).collect()
}

/// Letters and digits alone: how words are put together is for the reader to say.
fn letters(text: &str) -> String {
    let mut all: Vec<char> = text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    all.sort_unstable();
    all.into_iter().collect()
}

#[test]
fn no_word_is_lost_outside_or_over_another() {
    let client = client();
    for (name, html) in PAGES {
        let answer = client.post("/from-html", &json!({"html": html}));
        let facts = answered(&answer);
        assert_eq!(facts["warnings"], json!([]), "{name}");
        let Some(text) = text_of(&answer.body) else { return };
        let text = text.to_lowercase();
        let squeezed: String = text.split_whitespace().collect();
        for word in words_of_page(html) {
            let found = text.contains(&word) || squeezed.contains(&word) || word.chars().count() > 60;
            assert!(found, "{name}: {word} is lost: {text}");
        }
        if name != "breaks" {
            assert!(!text.contains("never"), "{name}: what is hidden is shown");
        }
        is_clean(&answer.body, name);
    }
}

#[test]
fn a_long_table_has_every_row_once_and_its_head_on_every_page() {
    let html = include_str!("../data/6-table.html");
    let answer = client().post("/from-html", &json!({"html": html}));
    let facts = answered(&answer);
    let Some(words) = words_of(&answer.body) else { return };
    let count = |wanted: &str| words.iter().filter(|word| word.text == wanted).count();
    let rows: Vec<String> = words
        .iter()
        .filter(|word| word.text.len() == 4 && word.text.starts_with('R'))
        .map(|word| word.text.clone())
        .collect();
    let expected: Vec<String> = (1..=300).map(|number| format!("R{number:03}")).collect();
    assert_eq!(rows, expected);
    assert_eq!(count("word"), 900 + 299 * 6);
    assert_eq!(count("THE-END"), 1);
    let heads: Vec<usize> = words.iter().filter(|word| word.text == "HEADNO").map(|word| word.page).collect();
    let pages = facts["pages"].as_u64().unwrap() as usize;
    assert!(heads.len() >= pages - 1 && heads.windows(2).all(|pair| pair[0] < pair[1]), "{heads:?} of {pages}");
    is_clean(&answer.body, "6-table");
}

#[test]
fn pages_have_the_size_and_breaks_they_ask_for() {
    let html = PAGES[7].1;
    let answer = client().post("/from-html", &json!({"html": html}));
    assert_eq!(answered(&answer)["pages"], 3);
    let Some(words) = words_of(&answer.body) else { return };
    let (width, height) = words[0].size;
    assert!((width - 595.3).abs() < 1.0 && (height - 419.5).abs() < 1.0, "{width} x {height}");
    assert_eq!(words.iter().filter(|word| word.text == "Confidential").count(), 3);
    let page = |wanted: &str| words.iter().find(|word| word.text == wanted).unwrap().page;
    assert_eq!([page("First"), page("Second"), page("Third")], [1, 2, 3]);
    let request = json!({"html": "<p>x", "paper": "letter", "landscape": true, "footer": "{page} of {pages}"});
    let answer = client().post("/from-html", &request);
    let words = words_of(&answer.body).unwrap();
    assert!((words[0].size.0 - 792.0).abs() < 1.0);
    assert!(text_of(&answer.body).unwrap().contains("1 of 1"));
}

#[test]
fn what_is_not_supported_is_a_warning_and_with_strict_an_error() {
    let html = "<p style='position:absolute;transform:rotate(3deg)'>a</p><iframe src=x></iframe><img src='https://a.example/b.png' alt='a picture'>";
    let answer = client().post("/from-html", &json!({"html": html}));
    let facts = answered(&answer);
    let warnings: Vec<&str> =
        facts["warnings"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    for name in ["position", "transform", "<iframe>", "the picture b.png"] {
        assert!(warnings.iter().any(|one| one.starts_with(name)), "{name}: {warnings:?}");
    }
    let answer = client().post("/from-html", &json!({"html": html, "strict": true}));
    assert_eq!(answer.status, 422);
    assert!(answer.message().starts_with("html: "), "{}", answer.message());
}

/// Pages that are hard on whoever lays them out: all text is there, or the answer says what is not.
#[test]
fn hostile_pages_end_in_an_answer() {
    let client = client();
    let nested = |open: &str, close: &str, times: usize| format!("{}inside{}", open.repeat(times), close.repeat(times));
    for (what, html) in [
        ("20,000 divs", nested("<div>", "</div>", 20_000)),
        ("300 boxes", nested("<div style='padding:1px;border:1px solid'>", "</div>", 300)),
        ("40 tables", nested("<table border=1><tr><td>", "</td></tr></table>", 40)),
        ("60 flex", nested("<div style='display:flex'>", "</div>", 60)),
        ("60 lists", nested("<ul><li>", "</ul>", 60)),
        ("2,000 spans", nested("<span>", "</span>", 2_000)),
        ("a broken picture", "<p>inside<img src='data:image/png;base64,iVBORw0KGgoAAA' alt=x>".to_owned()),
        ("huge letters", "<p style='font-size:1000000px'>a</p><p>inside".to_owned()),
        ("code", "<p>inside #import \"x\" #panic() ] } \\".to_owned()),
        ("a wide table", format!("<table><tr>{}</table>inside", "<td>x".repeat(5_000))),
        ("variables", format!("<style>:root{{--a:{}}}p{{color:var(--a)}}</style><p>inside", "var(--b) ".repeat(1_000))),
        ("10,000 attributes", format!("<p {}>inside", (0..10_000).map(|at| format!("a{at} ")).collect::<String>())),
        ("a list of 5,000", format!("<ol>{}</ol>inside", "<li>x".repeat(5_000))),
        ("2,000 pictures", (0..2_000).map(|at| format!("<img src='{at}.png'>")).collect::<String>() + "inside"),
        ("empty", String::new()),
    ] {
        let answer = client.post("/from-html", &json!({"html": html}));
        if what == "empty" {
            assert!(matches!(answer.status, 200 | 400 | 422), "{what}: {:?}", answer.body);
            continue;
        }
        assert!(matches!(answer.status, 200 | 413 | 422 | 504), "{what}: {} {:?}", answer.status, answer.body);
        if answer.status == 200 {
            let Some(text) = text_of(&answer.body) else { return };
            assert!(text.contains("inside"), "{what}: {text}");
        }
    }
}

#[test]
fn markdown_is_set_with_everything_in_it() {
    let markdown = "# Title\n\nSome *emphasis*, **strong**, `code` and [a link](https://example.com).\n\n1. one\n2. two\n   - inner\n\n> quoted\n\n| a | b |\n|---|--:|\n| cell | 12 |\n\n- [x] done\n\n```\nlet x = 1;\n```\n\n<b>raw</b>\n";
    let answer = client().post("/from-markdown", &json!({"markdown": markdown}));
    assert_eq!(answered(&answer)["warnings"], json!([]));
    let Some(text) = text_of(&answer.body) else { return };
    for part in [
        "Title",
        "emphasis",
        "strong",
        "code",
        "a link",
        "1.",
        "two",
        "inner",
        "quoted",
        "cell",
        "12",
        "☑",
        "let x = 1;",
        "<b>raw</b>",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(letters(&text).len() > 60);
    is_clean(&answer.body, "markdown");
}
