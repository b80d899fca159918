//! Pages as they are read.

use super::*;

fn source(html: &str) -> Converted {
    HtmlPage { html: html.to_owned(), ..HtmlPage::default() }.convert(&[], false)
}

#[test]
fn texts_are_never_code() {
    let made = source("<p>#import \"x\" \\ \" ] ) } panic(1)</p><a href='https://a.b/\"#panic()'>x</a>");
    assert!(made.source.contains(r##""#import \"x\" \\ \" ] ) } panic(1)""##), "{}", made.source);
    assert!(made.source.contains(r##"link("https://a.b/\"#panic()",{"##), "{}", made.source);
}

#[test]
fn what_is_not_supported_is_named() {
    let made = source(
        "<script>x</script><link rel=stylesheet href=https://a/b.css><style>p{transform:matrix(1,0,0,1,0,0);background:repeating-linear-gradient(red,blue)} \
         @font-face{font-family:x;src:url(x.woff)}</style><p>a<img src=https://a/c.png alt=there><iframe></iframe><div>b</div>",
    );
    let named: Vec<&str> = made.missing.iter().map(String::as_str).collect();
    for name in [
        "<iframe>",
        "JavaScript",
        "repeating gradients",
        "@font-face of x (WOFF and EOT are not read: name or send a .ttf or .otf of it)",
        "transform: skew and matrix",
    ] {
        assert!(named.contains(&name), "{name}: {named:?}");
    }
    for name in ["the picture c.png is not there", "the style sheet b.css is not there"] {
        assert!(made.absent.iter().any(|told| told.starts_with(name)), "{name}: {:?}", made.absent);
    }
    assert!(made.source.contains("\"there\""));
}

#[test]
fn it_makes_no_difference_whether_the_picture_or_its_place_is_named_first() {
    let picture = "url(\"data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\")";
    let made = |declarations: String| source(&format!("<style>p{{height:50px;{declarations}}}</style><p>a")).source;
    let plain = made(format!("background-image:{picture}"));
    for what in [
        "background-size:12px 5px",
        "background-position:right bottom;background-repeat:no-repeat",
        "background-repeat:no-repeat",
    ] {
        let after = made(format!("background-image:{picture};{what}"));
        assert_eq!(made(format!("{what};background-image:{picture}")), after, "{what}");
        assert_ne!(after, plain, "{what}");
        assert_eq!(made(format!("{what};background:{picture}")), plain, "the shorthand resets {what}");
    }
    let whole = made(format!("background:{picture} no-repeat center / cover"));
    assert_eq!(made(format!("background:no-repeat center / cover;background-image:{picture}")), whole);
    for side in ["0", "0 0", "-5px", "auto 0", "0.01px"] {
        let made = made(format!("background:{picture};background-size:{side}"));
        assert!(!made.contains("tiling"), "{side}: {made}");
    }
}

#[test]
fn links_of_every_kind_of_box_lead_somewhere_whole() {
    for style in
        ["display:inline", "display:block", "display:inline-block", "display:flex", "display:table", "float:left"]
    {
        for around in ["<div>", "<div style='display:flex'>", "<div style='display:grid'>"] {
            let page = format!(
                "<style>a{{{style}}}a::before{{content:'before'}}a::after{{content:'after'}}</style>{around}<a href='https://a.example'>inside</a>"
            );
            let made = source(&page).source;
            // Tables have nothing before and after.
            let texts = if style == "display:table" { &["inside"][..] } else { &["before", "inside", "after"] };
            for text in texts {
                let linked = made
                    .match_indices("link(\"https://a.example\"")
                    .any(|(at, _)| made[at..].chars().take(400).collect::<String>().contains(&format!("\"{text}\"")));
                assert!(linked, "{style} {around} {text}: {made}");
            }
        }
    }
    assert!(
        source("<a href='https://a.example' style='display:block'><h2>x</h2></a>").source.contains("heading(level:2")
    );
}

#[test]
fn quotations_have_the_marks_of_their_language() {
    for (page, text) in [
        ("<p><q>a<q>b</q></q>", ["\u{201c}", "\u{2018}", "\u{2019}", "\u{201d}"]),
        ("<html lang=de><p><q>a<q>b</q></q>", ["\u{201e}", "\u{201a}", "\u{2018}", "\u{201c}"]),
        ("<style>q{quotes:'<' '>' '(' ')'}</style><p><q>a<q>b</q></q>", ["<", "(", ")", ">"]),
    ] {
        let made = source(page).source;
        let mut rest = made.as_str();
        for mark in text {
            let at = rest.find(&format!("\"{mark}\"")).unwrap_or_else(|| panic!("{page} {mark}: {made}"));
            rest = &rest[at + 1..];
        }
    }
}

/// Later layers win over earlier ones, what is in none over all; for what is important it is the other way round.
#[test]
fn layers_decide_before_selectors() {
    let colors = |css: &str| {
        let html = format!("<style>{css}</style><p id=a class=b>x</p>");
        let source = HtmlPage { html, ..HtmlPage::default() }.convert(&[], false).source;
        ["rgb(255,0,0", "rgb(0,128,0", "rgb(0,0,255"].map(|color| source.contains(color))
    };
    for (css, won) in [
        ("@layer late{#a{color:red}} p{color:green}", 1),
        ("@layer one,two; @layer two{p{color:green}} @layer one{#a{color:red}}", 1),
        ("@layer one{#a{color:red} @layer in{#a.b{color:blue}}} @layer two{p{color:green}}", 1),
        ("@layer one{@layer in{#a.b{color:blue}} p{color:green}}", 1),
        ("@layer one{p{color:green!important}} @layer two{#a{color:red!important}} #a{color:blue!important}", 1),
        (
            "@import 'data:text/css,%23a%7Bcolor:red%7D' layer(x); @import 'data:text/css,p%7Bcolor:blue%7D' screen; p{color:green}",
            1,
        ),
        ("@import 'data:text/css,%23a%7Bcolor:red%7D'; p{color:green}", 0),
    ] {
        let mut expected = [false; 3];
        expected[won] = true;
        assert_eq!(colors(css), expected, "{css}");
    }
}

/// A definition list whose terms float beside what they mean, which is moved by as much as they are wide.
#[test]
fn margins_reach_below_floats() {
    for (margin, seen) in [(100, None), (130, Some("30")), (0, None)] {
        let made = source(&format!(
            "<style>dt{{float:left;width:100px}}dd{{margin:0 0 0 {margin}px}}</style><dl><dt>term</dt><dd>meaning</dd></dl>"
        ))
        .source;
        let before = &made[..made.find("\"meaning\"").unwrap()];
        let pads = before[before.find("\"term\"").unwrap()..].matches("left:").count();
        assert_eq!(pads > 0, seen.is_some(), "{margin}: {made}");
    }
}

#[test]
fn ornaments_are_items_of_flex_boxes() {
    for display in ["flex", "inline-flex", "grid"] {
        let dot = "content:'';width:8px;height:8px;background:#010203";
        let made = source(&format!("<style>p{{display:{display}}}p::before{{{dot}}}</style><p>in stock</p>")).source;
        assert!(made.contains("rgb(1,2,3"), "{display}: {made}");
    }
}

#[test]
fn outlines_are_named() {
    let named = |css: &str| source(&format!("<p style='{css}'>x")).missing.into_iter().collect::<Vec<_>>();
    assert_eq!(named("outline:2px solid red"), ["outline"]);
    for css in ["outline:none", "outline:0", "border:1px solid red", "outline:2px solid transparent"] {
        assert_eq!(named(css), Vec::<String>::new(), "{css}");
    }
}
