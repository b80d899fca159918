//! Drawings that would be much.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use pictures::{Drawing, Error};

use super::all;

#[test]
fn drawings_stay_small() {
    let svg = |content: &str| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='64' height='64'>{content}</svg>"
        )
    };
    let laughs: String = (1..20).fold("<!ENTITY a0 'lol'>".to_owned(), |text, n| {
        let before = format!("&a{};", n - 1).repeat(10);
        format!("{text}<!ENTITY a{n} '{before}'>")
    });
    let laughs = format!("<!DOCTYPE svg [{laughs}]>{}", svg("<text y='9'>&a19;</text>"));
    let uses: String = (1..12).fold("<g id='u0'><rect width='9' height='9'/></g>".to_owned(), |text, n| {
        let before = format!("<use xlink:href='#u{}'/>", n - 1).repeat(10);
        format!("{text}<g id='u{n}'>{before}</g>")
    });
    let filter = |inner: &str| {
        svg(&format!(
            "<filter id='f' x='-1000000' y='-1000000' width='2000000' height='2000000'>{inner}</filter>\
             <rect width='9' height='9' filter='url(#f)'/>"
        ))
    };
    let cases = [
        ("entities", laughs),
        ("uses", svg(&uses)),
        ("itself", svg("<g id='a'><use xlink:href='#a'/></g><use xlink:href='#a'/>")),
        ("depth", svg(&format!("{}{}", "<g>".repeat(50_000), "</g>".repeat(50_000)))),
        ("count", svg(&"<g/>".repeat(500_000))),
        ("rectangles", svg(&"<rect width='9' height='9'/>".repeat(70_000))),
        ("blur", filter("<feGaussianBlur stdDeviation='1000000'/>")),
        ("spread", filter("<feMorphology operator='dilate' radius='1000000'/>")),
        ("noise", filter("<feTurbulence baseFrequency='0.9' numOctaves='1000000'/>")),
        ("dashes", svg("<path d='M0 0 H 1e9' stroke='red' stroke-dasharray='0.001'/>")),
        (
            "pattern",
            svg(
                "<pattern id='p' width='1e-6' height='1e-6' patternUnits='userSpaceOnUse'><rect width='1' height='1'/></pattern><rect width='64' height='64' fill='url(#p)'/>",
            ),
        ),
        ("letters", svg("<text font-size='1e9' y='64'>Wide</text>")),
        (
            "outside",
            svg("<image xlink:href='/etc/passwd' width='9' height='9'/><image xlink:href='http://127.0.0.1/'/>"),
        ),
    ];
    for (name, text) in cases {
        let start = std::time::Instant::now();
        match all(text.as_bytes()) {
            Ok(picture) => assert_eq!(picture.frame_size(), (64, 64), "{name}"),
            Err(error) => assert!(matches!(error, Error::TooLarge(_) | Error::Damaged(..)), "{name}: {error:?}"),
        }
        println!("svg {name}: {:?}", start.elapsed());
    }
    let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
    (0..1_000).for_each(|_| zipped.write_all(&[b' '; 1 << 16]).unwrap());
    assert!(matches!(Drawing::read(&zipped.finish().unwrap()), Err(Error::TooLarge(_))));
}

#[test]
fn drawings_are_refused_before_they_take_long() {
    let svg = |side: u32, content: &str| {
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='{side}' height='{side}'>{content}</svg>"
        )
    };
    let layers = "<g opacity='.5'><rect width='5000' height='5000'/></g>";
    let words = |count: usize| format!("<text id='t' y='9'>{}</text>", "word ".repeat(count));
    const SQUARE: &str = "<rect width='4000' height='4000'/>";
    const LIGHT: &str = "<feDiffuseLighting surfaceScale='10'><fePointLight x='5' y='5' z='5'/></feDiffuseLighting>";
    let path =
        |how: &str, points: usize| format!("<path fill='none' {how} d='M0 0{}'/>", "L5 5L90 3".repeat(points / 2));
    // Each level uses the one below twice.
    let doubling = |tag: &str, uses: &str| {
        let level = |n: usize| {
            let link = format!("{uses}='url(#m{})'", n.wrapping_sub(1));
            format!("<{tag} id='m{n}'><rect width='99' height='99' {link}/><rect width='9' height='9' {link}/></{tag}>")
        };
        (0..25).map(level).collect::<String>() + &format!("<rect width='99' height='99' {uses}='url(#m24)'/>")
    };
    let marked = |n: usize| {
        format!(
            "<marker id='m{n}'><path d='M0 0L5 5L9 9L1 1L3 4L5 5L7 8' marker-mid='url(#m{})'/></marker>",
            n.wrapping_sub(1)
        )
    };
    let markers = (0..12).map(marked).collect::<String>() + &path("marker-mid='url(#m11)'", 50);
    let neighbors = format!("<feConvolveMatrix order='90' kernelMatrix='{}'/>", "1 ".repeat(8_100));
    let attributes: String = (0..300).map(|n| format!(" a{n}='1'")).collect();
    let nested =
        "<g id='u0'>WORDS</g><g id='u1'><use href='#u0'/><use href='#u0'/></g>".replace("WORDS", &words(3_000));
    for (name, text) in [
        ("layers", svg(5_000, &layers.repeat(3_000))),
        ("small layers", svg(500, &layers.repeat(3_000))),
        ("rectangles", svg(5_000, &"<rect width='5000' height='5000'/>".repeat(3_000))),
        ("edges", svg(5_000, &format!("<path d='M0 0{}'/>", "V5000V0".repeat(100_000)))),
        ("text", svg(64, &words(5_000))),
        ("text that is used", svg(64, &(words(1_000) + &"<use xlink:href='#t'/>".repeat(9)))),
        ("text that is used twice", svg(64, &nested)),
        ("styles", svg(64, &format!("<style>{}</style>", ".a{fill:red}".repeat(6_000)))),
        (
            "styles of many",
            svg(64, &format!("<style>{}</style>{}", ".a{fill:red}".repeat(2_000), "<g/>".repeat(20_000))),
        ),
        ("attributes", svg(64, &format!("<g{attributes}/>"))),
        ("clips in clips", svg(100, &doubling("clipPath", "clip-path"))),
        ("masks in masks", svg(100, &doubling("mask", "mask"))),
        ("markers on markers", svg(100, &markers)),
        ("a shape that is used", svg(100, &(path("id='s'", 90_000) + &"<use href='#s'/>".repeat(5_000)))),
        ("parts of a text", svg(100, &format!("<text>{}</text>", "<tspan dx='1'>x</tspan>".repeat(2_000)))),
        ("a long style", svg(100, &format!("<g style='{}'/>", "fill:url(#x);".repeat(10_000)))),
        ("long rules", svg(100, &format!("<style>{}{{}}</style>{}", "g ".repeat(20_000), "<g/>".repeat(2_000)))),
        (
            "lights",
            svg(4_000, &format!("<filter id='f'>{}</filter><g filter='url(#f)'>{SQUARE}</g>", LIGHT.repeat(30))),
        ),
        ("round joins", svg(2_000, &path("stroke='red' stroke-linejoin='round' stroke-width='500'", 60_000))),
        ("dashes", svg(100, &path("stroke='red' stroke-dasharray='0.01'", 20_000))),
        (
            "arcs over arcs",
            svg(400, &format!("<path d='M0 0{}'/>", "A50 50 0 1 1 10 10A50 50 0 1 0 0 0".repeat(25_000))),
        ),
        ("many neighbors", svg(2_000, &format!("<filter id='f'>{neighbors}</filter><g filter='url(#f)'>{SQUARE}</g>"))),
    ] {
        let drawn =
            Drawing::read(text.as_bytes()).and_then(|drawing| drawing.draw(drawing.size(), &pictures::Limits::DEFAULT));
        assert!(matches!(drawn, Err(Error::TooLarge(_))), "{name}: {:?}", drawn.map(|_| ()));
    }
    for (name, text) in [
        ("layers", svg(500, &layers.repeat(20))),
        ("text", svg(64, &words(500))),
        ("paths", svg(500, &"<path d='M1 1L9 9L1 9Z' fill='red' stroke='blue'/>".repeat(20_000))),
        ("itself", svg(64, "<g id='a'><text>a</text><use href='#a'/></g>")),
        (
            "a coast",
            svg(500, &format!("<path stroke='red' d='M0 0{}'/>", "l.4 .1l-.1 .2l-.3 -.1l.01 .01".repeat(25_000))),
        ),
        (
            "sharper",
            svg(
                1_000,
                "<filter id='f'><feConvolveMatrix order='5' kernelMatrix='1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'/></filter><rect width='999' height='999' filter='url(#f)'/>",
            ),
        ),
        ("symbols", svg(64, &format!("<symbol id='a'>{SQUARE}</symbol>{}", "<use href='#a'/>".repeat(9_000)))),
        ("dashes", svg(64, &path("stroke='red' stroke-dasharray='2 1'", 300))),
    ] {
        let drawing = Drawing::read(text.as_bytes()).unwrap();
        assert!(drawing.draw(drawing.size(), &pictures::Limits::DEFAULT).is_ok(), "{name}");
    }
}
