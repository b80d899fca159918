//! `markup`.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, refused};

mod documents;

/// What data becomes.
fn made(client: &chassis::testing::Client, request: &Value) -> String {
    answer(client, "/markup", request)["content"].as_str().unwrap().to_owned()
}

#[test]
fn html_to_markdown() {
    let client = client();
    for (html, markdown) in [
        ("<h1>A <em>b</em></h1><p>One<br>two &amp; three", "# A *b*\n\nOne  \ntwo & three\n"),
        ("<p>a <b> bold </b>text, <code>x`y</code> and <del>gone</del>", "a **bold** text, ``x`y`` and ~~gone~~\n"),
        ("<a href='/x?a=1&amp;b=2' title='T \"q\"'>link</a>", "[link](https://e.org/x?a=1&b=2 \"T \\\"q\\\"\")\n"),
        ("<a href='https://e.org/'>https://e.org/</a> <a href='javascript:alert(1)'>js</a>", "<https://e.org/> js\n"),
        ("<img src='a b.png' alt='A [pic]'>", "![A \\[pic\\]](https://e.org/dir/a%20b.png)\n"),
        (
            "<ul><li>one<ul><li>in</ul><li>two</ul><ol start=3><li>three<li>four</ol>",
            "- one\n  - in\n- two\n\n3. three\n4. four\n",
        ),
        ("<ul><li><p>one</p><p>more</p><li><p>two</p></ul>", "- one\n\n  more\n\n- two\n"),
        ("<ul><li><input type=checkbox checked> done<li><input type=checkbox> open</ul>", "- [x] done\n- [ ] open\n"),
        ("<blockquote><p>a<p>b<blockquote>c</blockquote></blockquote>", "> a\n>\n> b\n>\n> > c\n"),
        (
            "<pre><code class='language-rust'>fn a() {\n    b();\n}\n</code></pre>",
            "```rust\nfn a() {\n    b();\n}\n```\n",
        ),
        ("<pre>```\nx</pre>", "````\n```\nx\n````\n"),
        (
            "<table><tr><th>Name<th align=right>Price<tr><td>Desk | lamp<td>1.10<tr><th>x<td><p>a<p>b</table>",
            "| Name | Price |\n| --- | ---: |\n| Desk \\| lamp | 1.10 |\n| x | a<br>b |\n",
        ),
        ("<table><tr><td>a<td>b<tr><td colspan=2>c</table>", "| a | b |\n| --- | --- |\n| c | |\n"),
        ("<table><tr><td><h2>Layout</h2><p>text</table>", "## Layout\n\ntext\n"),
        (
            "<p>1. no list</p><p># no heading</p><p>- no item<p>+1<p>a*b*c 2 * 3 snake_case _x_ &lt;b&gt; &amp;amp;",
            "1\\. no list\n\n\\# no heading\n\n\\- no item\n\n+1\n\na\\*b\\*c 2 * 3 snake_case \\_x\\_ \\<b> \\&amp;\n",
        ),
        ("10<sup>2</sup> H<sub>2</sub>O", "10<sup>2</sup> H<sub>2</sub>O\n"),
        ("<script>x</script><style>y</style><p hidden>z</p><p style='DISPLAY: none'>w</p>seen", "seen\n"),
        ("<a href=/card><h3>Title</h3><p>Text</p></a>", "### [Title](https://e.org/card)\n\nText\n"),
        ("<dl><dt>Term<dd>What it is</dl>", "**Term**\n\nWhat it is\n"),
        ("a<hr>b", "a\n\n---\n\nb\n"),
        ("", ""),
        ("<p> \u{a0}</p>Grüße 😀", "Grüße 😀\n"),
    ] {
        let request = json!({"data": html, "from": "html", "to": "markdown", "baseUrl": "https://e.org/dir/"});
        assert_eq!(made(&client, &request), markdown, "{html}");
    }
    let bare = json!({"data": "<a href=/x>text</a> <img src=a.png alt=pic> end", "from": "html", "links": false, "images": false});
    assert_eq!(made(&client, &bare), "text end\n");
}

/// What is written as Markdown is the same page when it is read again.
#[test]
fn markdown_comes_back() {
    let client = client();
    let texts = [
        "# A *b*\n\nOne **two *three* four** `five`\n\n1. a\n2. b\n   - c\n   - d\n3. e\n",
        "> quote\n>\n> - item\n> - item\n>\n> ```\n> code\n> ```\n",
        "- a\n\n  b\n\n- c\n\n      indented\n",
        "| a | b |\n| :--- | ---: |\n| `x` | **y** |\n| 1 | [l](http://e.org/) |\n",
        "[link](http://e.org/a_b_c) ![pic](http://e.org/p.png \"title\") <http://e.org/>\n",
        "a\\*b \\_c\\_ \\[d\\] \\`e\\` \\# 1\\. &lt; &amp;amp;\n",
        "- [x] done\n- [ ] open\n\n~~gone~~\n\n---\n\nend\n",
        "1) x\n2) y\n\ntext\n\n10. ten\n11. eleven\n",
        "```js\nlet a = `b`;\n\n\nc\n```\n",
    ];
    for text in texts {
        let html = made(&client, &json!({"data": text, "from": "markdown", "to": "html"}));
        let again = made(&client, &json!({"data": html, "from": "html", "to": "markdown"}));
        let back = made(&client, &json!({"data": again, "from": "markdown", "to": "html"}));
        assert_eq!(back, html, "{text}\n=>\n{again}");
    }
}

#[test]
fn markdown_and_text_to_html() {
    let client = client();
    for (from, text, html) in [
        ("markdown", "# Hi\n\n*a* | b", "<h1>Hi</h1>\n<p><em>a</em> | b</p>\n"),
        ("markdown", "<b onclick=x>a</b> <script>alert(1)</script>", "<p><b>a</b> </p>\n"),
        ("markdown", "[x](javascript:alert(1)) [y](http://e.org)", "<p><a>x</a> <a href=\"http://e.org\">y</a></p>\n"),
        ("text", "a <b>\nc\n\n\nd & e", "<p>a &lt;b&gt;<br>\nc</p>\n<p>d &amp; e</p>\n"),
    ] {
        assert_eq!(made(&client, &json!({"data": text, "from": from, "to": "html"})), html, "{text}");
    }
    let raw = json!({"data": "<b onclick=x>a</b>", "from": "markdown", "to": "html", "sanitize": false});
    assert_eq!(made(&client, &raw), "<p><b onclick=x>a</b></p>\n");
    let text = json!({"data": "# A\n\n- b\n- *c*\n\n| x | y |\n|---|---|\n| 1 | |\n| | 2 |\n", "from": "markdown", "to": "text"});
    assert_eq!(made(&client, &text), "A\nb\nc\nx\ty\n1\n\t2");
}

#[test]
fn formats_by_their_look() {
    let client = client();
    for (text, from) in [
        ("<p>a", "html"),
        ("Hello <b>World</b><br>", "html"),
        ("# Title\n\ntext with <b>html</b>", "markdown"),
        ("just text", "markdown"),
        ("<https://e.org> is here", "markdown"),
        ("<!-- c --><div>x</div>", "html"),
    ] {
        assert_eq!(answer(&client, "/markup", &json!({"data": text}))["from"], from, "{text}");
    }
    assert!(refused(&client, "/markup", &json!({"data": {"base64": "JVBERi0xLjQK"}})).contains("/api/v1/pdf/text"));
    assert!(refused(&client, "/markup", &json!({"data": {"base64": "AAECAwQ="}})).contains("no text"));
    assert!(refused(&client, "/markup", &json!({"data": "x", "from": "docx"})).contains("from: is DOCX"));
    assert!(refused(&client, "/markup", &json!({"data": [1]})).contains("must be a text"));
}

/// What comes out is what nh3 (ammonia for Python) and lxml's cleaner would leave alone.
#[test]
fn html_is_safe() {
    let client = client();
    let hostile = [
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<a href=\"java\nscript:alert(1)\">x</a><a href=\" javascript:x\">y</a><a href='data:text/html,x'>z</a>",
        "<iframe src=javascript:alert(1)></iframe><object data=x></object><embed src=x>",
        "<form action=x><input name=a value=b><button>c</button></form>",
        "<div style=\"background:url(javascript:x)\">a</div><style>*{x}</style>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<template><img src=x onerror=alert(1)></template>",
        "<base href=//evil><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
        "<img src=\"data:image/svg+xml,<svg onload=alert(1)>\"><img src='data:image/png;base64,AA=='>",
        "<a id=x name=location href=#x>t</a><xmp><p title=\"</xmp><script>alert(1)</script>\"></xmp>",
        "<select><option><img src=x onerror=alert(1)></select><textarea><script>x</script></textarea>",
    ];
    let cleaned: Vec<String> =
        hostile.iter().map(|html| made(&client, &json!({"data": html, "from": "html", "to": "html"}))).collect();
    for (html, cleaned) in hostile.iter().zip(&cleaned) {
        let lower = cleaned.to_ascii_lowercase();
        for bad in [
            "<script",
            "onerror",
            "javascript:",
            "<iframe",
            "<svg",
            "<style",
            "<form",
            "<base",
            "<meta",
            "onload",
            "data:text",
            "svg+xml",
        ] {
            assert!(!lower.contains(bad), "{html} => {cleaned}");
        }
    }
    assert!(cleaned[10].contains("data:image/png;base64,AA=="), "{}", cleaned[10]);
    let program = "import json, sys, nh3\nsource = json.load(sys.stdin)\nattributes = dict(nh3.ALLOWED_ATTRIBUTES)\nattributes['*'] = {'id', 'title', 'lang', 'dir'}\nattributes['a'] = {'href', 'hreflang'}\njson.dump([nh3.clean(html, tags=nh3.ALLOWED_TAGS | {'section', 'main'}, attributes=attributes, url_schemes=nh3.ALLOWED_URL_SCHEMES | {'data'}, link_rel=None) for html in source], sys.stdout)";
    if let Some(again) = python("transform", program, &json!(cleaned)) {
        assert_eq!(again, json!(cleaned));
    }
}

/// GitHub's own reference, cmark-gfm, as HTML to HTML.
#[test]
fn markdown_is_that_of_the_reference() {
    let client = client();
    let parts = [
        "# h\n",
        "text *a* **b** `c`\n",
        "\n",
        "- x\n- y\n",
        "1. x\n   y\n",
        "> q\n> r\n",
        "```\ncode\n```\n",
        "    code\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "[l](u \"t\") ![i](s)\n",
        "<b>x</b>\n",
        "~~d~~ http://e.org\n",
        "a\\*b &amp; &copy;\n",
        "***\n",
        "t\n===\n",
        "- [ ] o\n- [x] d\n",
        "* a\n\n  b\n",
        "a  \nb\\\nc\n",
        "[r]\n\n[r]: /u\n",
        "\ttab\n",
    ];
    let mut texts: Vec<String> = Vec::new();
    // Pairs and triples of all of these.
    for (one, first) in parts.iter().enumerate() {
        for (two, second) in parts.iter().enumerate() {
            texts.push(format!("{first}{second}{}", parts[(one * 7 + two * 3) % parts.len()]));
        }
    }
    let program = "import json, sys, cmarkgfm\nfrom cmarkgfm.cmark import Options\njson.dump([cmarkgfm.markdown_to_html_with_extensions(text, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES, ['table', 'strikethrough', 'autolink', 'tasklist']) for text in json.load(sys.stdin)], sys.stdout)";
    let Some(expected) = python("transform", program, &json!(texts)) else { return };
    let items: Vec<Value> =
        texts.iter().map(|text| json!({"data": text, "from": "markdown", "to": "html", "sanitize": false})).collect();
    let mut wrong = Vec::new();
    for (at, expected) in expected.as_array().unwrap().iter().enumerate() {
        // Attributes of boxes stand in another order.
        let plain = |html: &str| {
            html.replace("checked=\"\" disabled=\"\"", "disabled checked")
                .replace("disabled=\"\" checked=\"\"", "disabled checked")
                .replace("disabled=\"\"", "disabled")
        };
        let content = made(&client, &items[at]);
        if plain(&content) != plain(expected.as_str().unwrap()) {
            wrong.push((texts[at].clone(), content, expected.clone()));
        }
    }
    println!("Markdown as cmark-gfm has it: {} of {}", texts.len() - wrong.len(), texts.len());
    assert!(wrong.is_empty(), "{} of {}: {:?}", wrong.len(), texts.len(), &wrong[..wrong.len().min(3)]);
}

#[test]
fn the_readable_part_of_a_page() {
    let client = client();
    let paragraph = "This is the story of a lamp, which was bought in spring, broke in summer, and was mended, with some patience, by a neighbor who had never mended one before. ";
    let page = format!(
        r##"<!doctype html><html lang="en"><head><title>The lamp that came back | Lamp News</title>
<meta property="og:site_name" content="Lamp News"><meta property="article:published_time" content="2024-03-05T10:00:00+01:00">
<script type="application/ld+json">{{"@type":"NewsArticle","headline":"The lamp that came back","author":[{{"name":"Ada Low"}},{{"name":"Bo Hart"}}]}}</script></head>
<body><header class="site-header"><nav><ul><li><a href="/">Home</a><li><a href="/news">News</a></ul></nav></header>
<div id="cookie-banner">We use cookies</div>
<main><article class="post"><h1>The lamp that came back</h1><p class="byline">By Ada Low</p>
<p>{paragraph}</p><p>{paragraph}<a href="/more">More here</a>.</p><h2>What happened</h2><p>{paragraph}</p>
<ul class="share"><li><a href="#">Tweet</a></ul>
<table><tr><th>Year<th>Price<tr><td>2023<td>19.90</table>
<figure><img src="/lamp.jpg" alt="The lamp"><figcaption>The lamp, mended</figcaption></figure><p>{paragraph}</p></article>
<aside class="related"><h3>Related</h3><a href="/x">Another lamp</a></aside></main>
<div class="comments"><p>First! {paragraph}</p></div><footer>Copyright, all rights reserved</footer></body></html>"##
    );
    let found =
        answer(&client, "/markup", &json!({"data": page, "article": true, "baseUrl": "https://lamps.example/a"}));
    let text = found["content"].as_str().unwrap();
    assert_eq!(text.matches("story of a lamp").count(), 4, "{text}");
    for part in [
        "[More here](https://lamps.example/more)",
        "## What happened",
        "| 2023 | 19.90 |",
        "![The lamp](https://lamps.example/lamp.jpg)",
        "The lamp, mended",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in ["cookies", "Tweet", "Another lamp", "First!", "Copyright", "Home", "By Ada"] {
        assert!(!text.contains(part), "{part}: {text}");
    }
    for (name, value) in [
        ("title", "The lamp that came back"),
        ("author", "Ada Low, Bo Hart"),
        ("date", "2024-03-05T10:00:00+01:00"),
        ("site", "Lamp News"),
        ("language", "en"),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    let empty = json!({"data": "<html><body><div id=root></div><script>x</script></body></html>", "article": true});
    assert!(refused(&client, "/markup", &empty).contains("no readable part"));
}

#[test]
fn hostile_markup_ends() {
    let client = client();
    for (from, text) in [
        ("html", "<div>".repeat(20_000)),
        ("html", "<b>".repeat(20_000)),
        ("html", "<blockquote>".repeat(5_000) + "x"),
        ("html", "<ul><li>".repeat(5_000) + "x"),
        ("html", "<sub>a".repeat(10_000)),
        ("html", "<a href=x>b".repeat(20_000)),
        ("html", "<table><tr><td>".repeat(3_000)),
        ("html", format!("<table><tr><td rowspan=65534 colspan=1000>{}", "<tr><td>".repeat(2_000))),
        ("html", format!("<table><tr><th>a<th>b{}", "<tr><td>x<td>y".repeat(20_000))),
        ("html", format!("<table><tr><td>{}<td>b{}", "x".repeat(1_000_000), "<tr><td>x<td>y".repeat(2_000))),
        ("html", format!("<p>{}", "*_[`".repeat(200_000))),
        ("html", format!("<pre>{}", "`".repeat(1_000_000))),
        ("html", "<p class=author>".repeat(20_000)),
        ("markdown", ">".repeat(20_000)),
        ("markdown", "[".repeat(100_000)),
        ("markdown", "- ".repeat(20_000) + "x"),
        ("markdown", "*a _b ".repeat(50_000)),
        ("markdown", format!("{}\n{}\n", "|".repeat(10_000), "-|".repeat(10_000))),
        ("text", "\n".repeat(1_000_000)),
    ] {
        for to in ["markdown", "html", "text"] {
            for article in [false, true] {
                let found = client
                    .post("/api/v1/data/markup", &json!({"data": text, "from": from, "to": to, "article": article}));
                assert!(
                    [200, 413, 422].contains(&found.status),
                    "{} to {to}: {} {:?}",
                    &text[..20],
                    found.status,
                    &found.body[..found.body.len().min(200)]
                );
            }
        }
    }
}

/// A page says the same in Markdown as it does in HTML, whatever is put together.
#[test]
fn the_words_of_a_page_stay() {
    let client = client();
    let parts = [
        "<p>a <b>b</b>c <i>d</i>. 1. x # y</p>",
        "<ul><li>one <a href='/x'>two</a><li><p>three</p><pre>code *x*\n  y</pre></ul>",
        "<h2>Head <code>a`b</code> #</h2>",
        "text &lt;tag&gt; &amp;amp; [link](x) \\ back",
        "<table><tr><th>a|b<th>c<tr><td><ul><li>x<li>y</ul><td>*z*</table>",
        "<blockquote>q<ol><li>1<li>2</ol></blockquote>",
        "<p>line<br>- dash<br>+ plus<br>2) two<br>===<br>| pipe |</p>",
        "<b>bo<i>th</i></b>after<i> x </i>.<em>\"q\"</em>",
        "<div><span>s<div>inner</div>e</span></div>",
        "<a href='/y'><img src='p.png' alt='pic'> cap</a>",
        "<p>**stars** __under__ ~~til~~ `tick` ![no](pic) http://e.org/a_b</p>",
        "<ol start=7><li>seven<ul><li>deep</ul><li>eight</ol>",
        "<dl><dt>t<dd>d</dl><hr>",
        "<pre>  indented\n\n```\nfence</pre>",
    ];
    let words = |text: &Value| text.as_str().unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for (one, first) in parts.iter().enumerate() {
        for (two, second) in parts.iter().enumerate() {
            let html = format!("{first}{second}{}", parts[(one * 5 + two * 3 + 1) % parts.len()]);
            let text = answer(&client, "/markup", &json!({"data": html, "from": "html", "to": "text"}));
            let markdown =
                answer(&client, "/markup", &json!({"data": html, "from": "html", "to": "markdown", "images": false}));
            let again =
                answer(&client, "/markup", &json!({"data": markdown["content"], "from": "markdown", "to": "text"}));
            // Items within a cell have a mark there.
            let plain = |list: Vec<String>| list.into_iter().filter(|word| word != "-").collect::<Vec<_>>();
            assert_eq!(
                plain(words(&again["content"])),
                plain(words(&text["content"])),
                "{html}\n{}",
                markdown["content"].as_str().unwrap()
            );
        }
    }
}

/// What readability-lxml takes for the article, word by word.
#[test]
fn as_readability_has_it() {
    let sentence = |at: usize| {
        format!(
            "Sentence number {at} tells, in some detail, what happened on day {at}, and why it mattered to the people of the town. "
        )
    };
    let paragraph = |at: usize| format!("<p>{}{}</p>", sentence(at), sentence(at + 100));
    let body = (0..8).map(paragraph).collect::<String>();
    let menu = "<ul class=menu>".to_owned()
        + &(0..15).map(|at| format!("<li><a href=/{at}>Section {at}</a>")).collect::<String>()
        + "</ul>";
    let breaks = (0..8).map(|at| sentence(at) + "<br><br>").collect::<String>();
    let pages = [
        format!(
            "<html><head><title>One</title></head><body>{menu}<div id=content class=post>{body}</div><div id=sidebar>{menu}<p>Subscribe now</p></div><div class=footer>(c) 2024</div></body></html>"
        ),
        format!("<html><body><table><tr><td>{menu}</td><td><div>{body}</div></td></tr></table></body></html>"),
        format!(
            "<html><body><div class=header>{menu}</div><div class=story>{breaks}</div><div class=comments>{}</div></body></html>",
            paragraph(900)
        ),
        format!(
            "<html><body><nav>{menu}</nav><section><div><h1>Title of it</h1>{body}<div class=share><a href=x>Share</a></div></div></section><footer>{menu}</footer></body></html>"
        ),
    ];
    let program = r#"
import json, sys
from readability import Document
import lxml.html
json.dump([lxml.html.fromstring(Document(page).summary()).text_content() for page in json.load(sys.stdin)], sys.stdout)
"#;
    let Some(expected) = python("transform", program, &json!(pages)) else { return };
    let client = client();
    for (page, expected) in pages.iter().zip(expected.as_array().unwrap()) {
        let found = made(&client, &json!({"data": page, "article": true, "to": "text"}));
        let words = |text: &str| {
            text.split_whitespace()
                .filter(|word| word.chars().any(char::is_alphanumeric))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let (found, expected) = (words(&found), words(expected.as_str().unwrap()));
        let common = found.iter().filter(|word| expected.contains(word)).count();
        let share = |of: usize| common as f64 / of.max(1) as f64;
        println!("words as readability-lxml has them: {common} of {} and {}", found.len(), expected.len());
        assert!(
            share(found.len()) > 0.95 && found.len() * 100 > expected.len() * 95,
            "{page}\n{found:?}\n{expected:?}"
        );
    }
}
