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

/// Pages whose boxes lie over each other, as browsers lay them: positions, turns, pictures behind, gradients, counters.
const LAYERED: [(&str, &str); 26] = [
    ("payslip", include_str!("../data/html/payslip.html")),
    ("packing-slip", include_str!("../data/html/packing-slip.html")),
    ("marketplace-order", include_str!("../data/html/marketplace-order.html")),
    ("bootstrap-quotation", include_str!("../data/html/bootstrap-quotation.html")),
    ("dark-receipt", include_str!("../data/html/dark-receipt.html")),
    ("grid-menu", include_str!("../data/html/grid-menu.html")),
    ("landscape-timesheet", include_str!("../data/html/landscape-timesheet.html")),
    ("german-invoice", include_str!("../data/html/german-invoice.html")),
    ("newsletter", include_str!("../data/html/newsletter.html")),
    ("shop-receipt", include_str!("../data/html/shop-receipt.html")),
    ("order-mail", include_str!("../data/html/order-mail.html")),
    ("bootstrap-pricing", include_str!("../data/html/bootstrap-pricing.html")),
    ("certificate", include_str!("../data/html/certificate.html")),
    ("timesheet", include_str!("../data/html/timesheet.html")),
    ("tailwind-invoice", include_str!("../data/html/tailwind-invoice.html")),
    ("cv", include_str!("../data/html/cv.html")),
    ("ticket", include_str!("../data/html/ticket.html")),
    ("label", include_str!("../data/html/label.html")),
    ("contract", include_str!("../data/html/contract.html")),
    ("fixed-invoice", include_str!("../data/html/fixed-invoice.html")),
    ("nested-report", include_str!("../data/html/nested-report.html")),
    ("bs-invoice", include_str!("../data/html/bs-invoice.html")),
    ("menu", include_str!("../data/html/menu.html")),
    ("mailchimp", include_str!("../data/html/mailchimp.html")),
    ("dashboard", include_str!("../data/html/dashboard.html")),
    ("letterhead", include_str!("../data/html/letterhead.html")),
];

/// The words of a page that are to be seen, without what is hidden.
fn words_of_page(html: &str) -> Vec<String> {
    shown(&html[html.find("<body").unwrap()..]).split_whitespace().map(str::to_lowercase).collect()
}

/// The text of elements that are to be seen.
fn shown(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let end = open + end_of_tag(&rest[open..]);
        let tag = &rest[open + 1..end];
        rest = &rest[end + 1..];
        if tag.contains("class=\"hidden\"") || tag.contains("class=\"preheader\"") || tag.contains("print:hidden") {
            rest = &rest[rest.find("</").unwrap()..];
        }
        let inline =
            ["b", "/b", "strong", "/strong", "em", "/em", "a ", "/a", "sub", "/sub", "sup", "/sup", "code", "/code"];
        if !inline.iter().any(|name| tag == *name || tag.starts_with(name) && name.ends_with(' ')) {
            text.push(' ');
        }
    }
    text.push_str(rest);
    let entities = [
        ("nbsp", " "),
        ("lt", "<"),
        ("gt", ">"),
        ("times", "×"),
        ("rsquo", "’"),
        ("copy", "©"),
        ("amp", "&"),
        ("#39", "'"),
        ("#8217", "’"),
    ];
    entities.iter().fold(text, |text, (name, letter)| text.replace(&format!("&{name};"), letter))
}

/// The place of the bracket that ends a tag; in a value in quotes it is a letter.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, letter) in tag.char_indices() {
        match (quote, letter) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            _ => {}
        }
    }
    panic!("a tag without an end: {tag}")
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
fn layered_pages_lose_no_word_and_say_nothing() {
    let client = client();
    for (name, html) in LAYERED {
        let answer = client.post("/from-html", &json!({"html": html}));
        let facts = answered(&answer);
        assert_eq!(facts["warnings"], json!([]), "{name}");
        let pages = match name {
            "fixed-invoice" => 2,
            "landscape-timesheet" | "german-invoice" => 3,
            _ => 1,
        };
        assert_eq!(facts["pages"], pages, "{name}");
        let Some(text) = text_of(&answer.body) else { return };
        let found = letters(&text);
        let mut left = found.chars().peekable();
        // Letters that are spaced or turned are words to no reader: letters are counted, in order of the alphabet.
        let body = html.split_once("<body").unwrap().1.split_once('>').unwrap().1;
        for letter in letters(&shown(body)).chars() {
            while left.peek().is_some_and(|known| *known < letter) {
                left.next();
            }
            assert_eq!(left.next(), Some(letter), "{name}: {text}");
        }
    }
}

/// Where a word begins on its page, in points from the left and upper edge.
fn place(words: &[crate::made::Word], wanted: &str) -> (f64, f64) {
    let word = words.iter().find(|word| word.text == wanted).unwrap_or_else(|| panic!("{wanted}"));
    (word.bounds[0], word.bounds[1])
}

#[test]
fn boxes_stand_where_their_positions_say() {
    let html = "<style>@page{size:400px 400px;margin:0}body{margin:0;font-size:10px;line-height:10px}.a{position:relative;margin:50px;width:300px;height:300px}\
                .a *{position:absolute}</style><div class=a><b style='top:0;left:0'>ul</b><b style='right:0;bottom:0;width:40px'>lr</b>\
                <b style='top:50%;left:50%;transform:translate(-50%,-50%);width:100px'>mid</b><b style='left:10%;top:20px;margin-left:-10px'>part</b>\
                <b style='inset:100px 0 auto auto;width:60px'>inset</b></div><p style='position:fixed;bottom:0;left:7px;margin:0'>foot</p>\
                <div style='break-before:page'>second</div>";
    let answer = client().post("/from-html", &json!({"html": html}));
    assert_eq!(answered(&answer)["warnings"], json!([]));
    let Some(words) = words_of(&answer.body) else { return };
    for (word, x, y) in [
        ("ul", 50.0, 50.0),
        ("lr", 310.0, 340.0),
        ("mid", 150.0, 195.0),
        ("part", 70.0, 70.0),
        ("inset", 290.0, 150.0),
        ("foot", 7.0, 390.0),
    ] {
        let (left, top) = place(&words, word);
        assert!((left - x * 0.75).abs() < 2.0 && (top - y * 0.75).abs() < 4.0, "{word}: {left} {top}");
    }
    assert_eq!(words.iter().filter(|word| word.text == "foot").count(), 2, "fixed boxes stand on every page");
}

#[test]
fn the_first_page_has_margins_of_its_own_content() {
    let html = "<style>@page{@top-left{content:'Running'}@bottom-center{content:'Page ' counter(page)}@bottom-right{content:'Common'}}\
                @page :first{@top-left{content:none}@bottom-center{content:'Cover'}}</style><p>one<p style='break-before:page'>two<p style='break-before:page'>three";
    let answer = client().post("/from-html", &json!({ "html": html }));
    assert_eq!(answered(&answer)["warnings"], json!([]));
    let Some(words) = words_of(&answer.body) else { return };
    for (word, pages) in [("Running", vec![2, 3]), ("Page", vec![2, 3]), ("Cover", vec![1]), ("Common", vec![1, 2, 3])]
    {
        let found: Vec<usize> = words.iter().filter(|one| one.text == word).map(|one| one.page).collect();
        assert_eq!(found, pages, "{word}");
    }
    let margins = "<style>@page :first{margin-top:0}</style><p>x";
    let told = answered(&client().post("/from-html", &json!({ "html": margins })))["warnings"].clone();
    assert!(told[0]["message"].as_str().unwrap().starts_with("@page :first"), "{told}");
}

/// What a browser does with columns, heads of cells, floats and items over each other.
#[test]
fn tables_floats_and_grids_are_where_browsers_put_them() {
    let filler = "filler ".repeat(60);
    let html = format!(
        "<style>@page{{size:800px 800px;margin:0}}body{{margin:0;font-size:16px;line-height:20px}}table{{width:100%;border-collapse:collapse}}td,th{{padding:0}}</style>\
         <table><colgroup><col style='width:100px'><col width=50><col></colgroup><thead style='text-align:left'><tr><th>one<th>two<th>three</thead><tr><td>a<td>b<td>c</table>\
         <table><tr><th>centered</table>\
         <div style='display:grid;height:100px'><b style='grid-area:1/1;background:#eee'>under</b><i style='grid-area:1/1;place-self:end'>over</i></div>\
         <p style='margin:0'><span style='float:left;width:200px;height:60px;background:red'></span>first {filler}last</p>"
    );
    let answer = client().post("/from-html", &json!({ "html": html }));
    assert_eq!(answered(&answer)["warnings"], json!([]));
    let Some(words) = words_of(&answer.body) else { return };
    for (word, x, y) in [
        ("two", 100.0, 0.0),
        ("three", 150.0, 0.0),
        ("centered", 365.0, 40.0),
        ("under", 0.0, 60.0),
        ("over", 767.0, 140.0),
        ("first", 200.0, 160.0),
    ] {
        let (left, top) = place(&words, word);
        assert!((left - x * 0.75).abs() < 3.0 && (top - y * 0.75).abs() < 4.0, "{word}: {left} {top}");
    }
    let html = "<style>@page{margin:0}body{margin:0}p{margin:-10px 0 0;line-height:20px;font-size:16px}</style><div style='padding:10px'><p>up</p></div>";
    let answer = client().post("/from-html", &json!({ "html": html }));
    assert!(place(&words_of(&answer.body).unwrap(), "up").1 < 4.0, "a negative margin takes the padding back");
    let filled = words.iter().filter(|word| word.text == "filler" && word.bounds[0] < 100.0);
    let tops: Vec<f64> = filled.map(|word| word.bounds[1]).collect();
    assert!(!tops.is_empty() && tops.iter().all(|top| *top > 215.0 * 0.75), "text goes on below the float: {tops:?}");
}

#[test]
fn counters_count_and_narrow_columns_stay_whole() {
    let html = "<style>ol{counter-reset:i;list-style:none}li{counter-increment:i}li::before{content:counters(i,'.') ' '}h2{counter-increment:part 2}h2::before{content:'Part ' counter(part,upper-roman) ': '}</style>\
                <h2>one</h2><h2>two</h2><ol><li>a<ol><li>b<li>c</ol><li>d</ol>\
                <table><tr><td>12,345</td><td>Anidentifierwithoutanyspacethatgoesonandonandonandonandonandonandonandonandonandonandonandonandonandonandon</td></tr></table>";
    let answer = client().post("/from-html", &json!({"html": html}));
    let Some(text) = text_of(&answer.body) else { return };
    // Poppler takes a narrow space for none.
    let text: String = text.split_whitespace().collect();
    for part in ["PartII:one", "PartIV:two", "1a", "1.1b", "1.2c", "2d", "12,345"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_roll_of_paper_is_as_high_as_what_is_on_it() {
    let html = |rows: usize| {
        format!("<style>@page{{size:80mm auto;margin:4mm}}body{{margin:0}}</style>{}", "<p>row</p>".repeat(rows))
    };
    let client = client();
    let height = |rows: usize| {
        let answer = client.post("/from-html", &json!({"html": html(rows)}));
        assert_eq!(answered(&answer)["pages"], 1);
        words_of(&answer.body).map(|words| words[0].size.1)
    };
    let (Some(few), Some(many)) = (height(3), height(30)) else { return };
    assert!(few < 150.0 && many > few * 5.0, "{few} {many}");
    let answer = client.post("/from-html", &json!({"html": html(2_000)}));
    assert!(answered(&answer)["pages"].as_u64().unwrap() > 1, "what is longer than readers show is cut to pages");
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
    let html = "<style>@font-face{font-family:x;src:url(x.woff)}</style><p style='transform:skew(3deg)'>a</p><iframe src=x></iframe><img src='https://a.example/b.png' alt='a picture'>";
    let answer = client().post("/from-html", &json!({"html": html}));
    let facts = answered(&answer);
    let warnings: Vec<&str> =
        facts["warnings"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    for name in ["@font-face", "transform", "<iframe>", "the picture b.png"] {
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
        ("min in min", format!("<p style='width:{}1px{}'>inside", "min(".repeat(50_000), ")".repeat(50_000))),
        (
            "repeat in repeat",
            format!(
                "<div style='display:grid;grid-template-columns:{}1fr{}'><p>inside</div>",
                "repeat(9,".repeat(5_000),
                ")".repeat(5_000)
            ),
        ),
        (
            "endless",
            "<div style='display:flex'><p style='flex-grow:1e308;width:calc(100% * 1e308)'>inside</div>".to_owned(),
        ),
        (
            "grids of no end",
            "<div style='display:grid;grid-template-columns:1e308fr 1e308fr'><p>inside<p>x</div>".to_owned(),
        ),
        ("a gradient of no number", "<p style='background:linear-gradient(red nan%, blue 50%)'>inside".to_owned()),
        (
            "rules in rules",
            format!("<style>{}{{{}{{color:red}}}}</style><p>inside", ".a".repeat(4_000), "&".repeat(500_000)),
        ),
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
