//! Files that are made to do harm: each is answered with a clear error or an answer, and the service goes on.

use std::fmt::Write as _;

use serde_json::json;

use super::{client, file};

/// A document of objects, with a table that is right.
fn document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", bytes.len());
        bytes.extend(format!("{} 0 obj\n", index + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    let count = objects.len() + 1;
    bytes.extend(format!("xref\n0 {count}\n0000000000 65535 f \n{table}").bytes());
    bytes.extend(format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    bytes
}

fn text(text: impl Into<String>) -> Vec<u8> {
    text.into().into_bytes()
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    object.extend(data);
    object.extend(b"\nendstream");
    object
}

/// One page with this content, and what else it needs from object 5 on.
fn page(entries: &str, content: Vec<u8>, more: Vec<Vec<u8>>) -> Vec<u8> {
    let mut objects = vec![
        text("<< /Type /Catalog /Pages 2 0 R >>"),
        text("<< /Type /Pages /Count 1 /Kids [3 0 R] >>"),
        text(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R {entries} >>")),
        content,
    ];
    objects.extend(more);
    document(&objects)
}

/// Lines across and down, so many of each, all over each other.
fn grid_of_lines(count: usize) -> String {
    let mut content = String::new();
    for at in 0..count {
        let place = (at * 7919 % 300_000) as f64 / 1000.0;
        let _ = writeln!(content, "0 {place} m 300 {place} l S {place} 0 m {place} 300 l S");
    }
    content
}

/// Small rectangles beside each other, some with a letter.
fn colored_cells(count: usize) -> String {
    let mut content = String::from("0.5 g\n");
    for at in 0..count {
        let (x, y) = ((at % 300) as f64, (at / 300) as f64 * 0.9);
        let _ = writeln!(content, "{x} {y} 0.9 0.8 re f");
    }
    content
}

/// Words of one letter in rows and columns.
fn columns_of_words(count: usize) -> String {
    let mut content = String::from("BT /F 0.6 Tf\n");
    for at in 0..count {
        let (x, y) = ((at % 200) as f64 * 1.5, (at / 200) as f64 * 1.4);
        let _ = writeln!(content, "1 0 0 1 {x} {y} Tm (a) Tj");
    }
    content + "ET"
}

fn zeros(megabytes: usize) -> Vec<u8> {
    deflated(&vec![b' '; megabytes << 20])
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, data).unwrap();
    encoder.finish().unwrap()
}

/// Statuses of `info`, `pages` (selecting the first), `text` (`tables` are the same) and `render` that are right for a kind.
struct Kind {
    name: &'static str,
    file: Vec<u8>,
    info: &'static [u16],
    pages: &'static [u16],
    text: &'static [u16],
    render: &'static [u16],
}

const FINE: &[u16] = &[200];
/// Refused, or ended by its limits: too large, too long, or crashed.
const ENDED: &[u16] = &[413, 422, 504];
const EITHER: &[u16] = &[200, 413, 422, 504];

fn kinds() -> Vec<Kind> {
    let kind = |name, file, info, pages, text, render| Kind { name, file, info, pages, text, render };
    let fan_out = {
        // Thirty levels of nodes that have the next level ten times.
        let mut objects = vec![text("<< /Type /Catalog /Pages 2 0 R >>")];
        for level in 0..30 {
            let next = level + 3;
            let kids = format!("{next} 0 R ").repeat(10);
            objects.push(text(format!("<< /Type /Pages /Count 1000000 /Kids [{kids}] >>")));
        }
        objects.push(text("<< /Type /Page /MediaBox [0 0 100 100] >>"));
        document(&objects)
    };
    let cycle = document(&[
        text("<< /Type /Catalog /Pages 2 0 R >>"),
        text("<< /Type /Pages /Count 2 /Kids [2 0 R 3 0 R] >>"),
        text("<< /Type /Pages /Count 2 /Kids [2 0 R 3 0 R] >>"),
    ]);
    let form = |content: &str| {
        stream(
            "/Type /XObject /Subtype /Form /BBox [0 0 300 300] /Resources << /XObject << /F 5 0 R >> >>",
            content.as_bytes(),
        )
    };
    let forms = {
        // Twenty-five forms, each drawing the next ten times.
        let mut more = Vec::new();
        for level in 0..25 {
            let resources = format!(
                "/Type /XObject /Subtype /Form /BBox [0 0 300 300] /Resources << /XObject << /F {} 0 R >> >>",
                level + 6
            );
            more.push(stream(&resources, "/F Do ".repeat(10).as_bytes()));
        }
        more.push(stream("/Type /XObject /Subtype /Form /BBox [0 0 300 300]", b"0 0 10 10 re f"));
        page("/Resources << /XObject << /F 5 0 R >> >>", stream("", b"/F Do"), more)
    };
    let outline_loop = document(&[
        text("<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>"),
        text("<< /Type /Pages /Count 1 /Kids [3 0 R] >>"),
        text("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>"),
        text("<< /First 5 0 R /Last 5 0 R >>"),
        text("<< /Title (a) /Parent 4 0 R /Next 5 0 R /First 5 0 R /Last 5 0 R /Dest [3 0 R /Fit] >>"),
    ]);
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        kind("nothing", Vec::new(), &[400, 415, 422], &[400, 415, 422], &[400, 415, 422], &[400, 415, 422]),
        kind("a header alone", b"%PDF-1.7\n".to_vec(), &[422], &[422], &[422], &[422]),
        kind("a page tree that loops", cycle, &[422], &[422], &[422], &[422]),
        kind("a page tree that fans out", fan_out, &[200, 422], &[200, 422], EITHER, EITHER),
        kind(
            "a form that draws itself",
            page("/Resources << /XObject << /F 5 0 R >> >>", stream("", b"/F Do"), vec![form("/F Do /F Do")]),
            FINE,
            FINE,
            FINE,
            FINE,
        ),
        kind("forms that fan out", forms, FINE, FINE, ENDED, ENDED),
        kind("bookmarks that loop", outline_loop, FINE, FINE, FINE, FINE),
        kind(
            "content that inflates to 1.5 GB",
            page("", stream("/Filter /FlateDecode", &zeros(1536)), Vec::new()),
            FINE,
            FINE,
            EITHER,
            EITHER,
        ),
        kind(
            "an object stream that inflates to 300 MB",
            page("", stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &zeros(300)), Vec::new()),
            EITHER,
            EITHER,
            EITHER,
            EITHER,
        ),
        kind(
            "nested arrays",
            page(&format!("/X {nested}"), stream("", b""), Vec::new()),
            EITHER,
            EITHER,
            EITHER,
            EITHER,
        ),
        kind(
            "nested arrays in content",
            page("", stream("", nested.as_bytes()), Vec::new()),
            FINE,
            FINE,
            EITHER,
            EITHER,
        ),
        kind(
            "a million saved states",
            page("", stream("", "q ".repeat(1_000_000).as_bytes()), Vec::new()),
            FINE,
            FINE,
            EITHER,
            EITHER,
        ),
        kind(
            "a page of a million points",
            page("/MediaBox [0 0 1000000 1000000]", stream("", b"0 0 m"), Vec::new()),
            FINE,
            FINE,
            &[413],
            &[413],
        ),
        kind(
            "a length that refers to itself",
            page("", text("<< /Length 4 0 R >>\nstream\nq Q\nendstream"), Vec::new()),
            EITHER,
            EITHER,
            EITHER,
            EITHER,
        ),
        kind(
            "a great many content streams",
            page(&format!("/Contents [{}]", "4 0 R ".repeat(200_000)), stream("", b"q Q"), Vec::new()),
            FINE,
            FINE,
            &[413],
            &[413],
        ),
        kind(
            "an enormous picture",
            page(
                "/Resources << /XObject << /I 5 0 R >> >>",
                stream("", b"300 0 0 300 0 0 cm /I Do"),
                vec![stream(
                    "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode",
                    &zeros(8),
                )],
            ),
            FINE,
            FINE,
            FINE,
            EITHER,
        ),
        kind(
            "dashes of nothing",
            page("", stream("", b"[0.00001] 0 d 0 0 m 300 300 l S"), Vec::new()),
            FINE,
            FINE,
            FINE,
            EITHER,
        ),
        kind(
            "a tiling without end",
            page(
                "/Resources << /Pattern << /P 5 0 R >> >>",
                stream("", b"/Pattern cs /P scn 0 0 300 300 re f"),
                vec![stream(
                    "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.001 /YStep 0.001 /Resources << >>",
                    b"0 0 1 1 re f",
                )],
            ),
            FINE,
            FINE,
            FINE,
            EITHER,
        ),
        kind(
            "a grid of 100,000 lines",
            page("", stream("/Filter /FlateDecode", &deflated(grid_of_lines(50_000).as_bytes())), Vec::new()),
            FINE,
            FINE,
            FINE,
            EITHER,
        ),
        kind(
            "100,000 colored cells",
            page("", stream("/Filter /FlateDecode", &deflated(colored_cells(100_000).as_bytes())), Vec::new()),
            FINE,
            FINE,
            FINE,
            EITHER,
        ),
        kind(
            "40,000 words in columns",
            page(
                "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
                stream("/Filter /FlateDecode", &deflated(columns_of_words(40_000).as_bytes())),
                Vec::new(),
            ),
            FINE,
            FINE,
            FINE,
            EITHER,
        ),
        kind(
            "two million lines",
            page(
                "",
                stream("/Filter /FlateDecode", &deflated("0 0 m 1 1 l ".repeat(1_000_000).as_bytes())),
                Vec::new(),
            ),
            FINE,
            FINE,
            FINE,
            EITHER,
        ),
    ]
}

#[test]
fn every_hostile_kind_is_answered_and_the_service_goes_on() {
    let client = client();
    let mut wrong = Vec::new();
    for Kind { name, file: content, info, pages, text, render } in kinds() {
        let body = json!({ "file": file("a.pdf", &content) });
        for (path, body, right) in [
            ("/info", body.clone(), info),
            ("/pages", json!({ "file": body["file"], "pages": "1" }), pages),
            ("/text", json!({ "file": body["file"], "pages": "1" }), text),
            ("/tables", json!({ "file": body["file"], "pages": "1" }), text),
            ("/render", json!({ "file": body["file"], "pages": "1", "dpi": 72 }), render),
        ] {
            let answer = client.post(path, &body);
            let said = if answer.status == 200 { String::new() } else { answer.message() };
            println!("{name:<45} {path:<8} {} {said}", answer.status);
            if !right.contains(&answer.status) || (answer.status != 200 && said.is_empty()) {
                wrong.push(format!("{name} {path}: {} {said}", answer.status));
            }
        }
        let alive = client.health();
        assert_eq!(alive.status, 200, "after {name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Files of other projects' tests that were made to crash readers: no answer is a fault of ours.
#[test]
fn files_that_crashed_others_are_answered() {
    let Some(folder) = super::shared("testdata/pdf/qpdf") else { return };
    let client = client();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "pdf") {
            continue;
        }
        let content = std::fs::read(&path).unwrap();
        for (operation, body) in [
            ("/info", json!({ "file": file("a.pdf", &content) })),
            ("/split", json!({ "file": file("a.pdf", &content), "every": 1, "allowSigned": true })),
            ("/text", json!({ "file": file("a.pdf", &content) })),
            ("/tables", json!({ "file": file("a.pdf", &content), "minConfidence": 0 })),
        ] {
            let answer = client.post(operation, &body);
            assert!(
                [200, 413, 415, 422].contains(&answer.status),
                "{}: {operation}: {:?}",
                path.display(),
                answer.body
            );
            count += 1;
        }
    }
    println!("hostile: {count} answers");
}
