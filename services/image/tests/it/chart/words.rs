//! No two texts touch, and none hangs over the picture: measured by resvg, which shapes them with the typeface.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::Point;
use resvg::usvg::{Group, Node, Options, TextChunk, Tree, fontdb};
use serde_json::{Value, json};

use super::{groups, svg, texts};

/// The corners of a text.
struct Box {
    text: String,
    corners: [Point; 4],
}

fn boxes(document: &str) -> (Vec<Box>, (f32, f32)) {
    static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(fonts::REGULAR.to_vec());
        fonts.load_font_data(fonts::BOLD.to_vec());
        Arc::new(fonts)
    });
    let options = Options { font_family: fonts::FAMILY.to_owned(), fontdb: FONTS.clone(), ..Options::default() };
    let tree = Tree::from_str(document, &options).unwrap();
    let mut found = Vec::new();
    collect(tree.root(), &mut found);
    (found, (tree.size().width(), tree.size().height()))
}

fn collect(group: &Group, found: &mut Vec<Box>) {
    for node in group.children() {
        match node {
            Node::Group(group) => collect(group, found),
            Node::Text(text) => {
                // What is inked, not the line: lines may be set closely.
                let area = text.flattened().bounding_box();
                let mut corners = [
                    Point::from_xy(area.left(), area.top()),
                    Point::from_xy(area.right(), area.top()),
                    Point::from_xy(area.right(), area.bottom()),
                    Point::from_xy(area.left(), area.bottom()),
                ];
                text.abs_transform().map_points(&mut corners);
                let words = text.chunks().iter().map(TextChunk::text).collect();
                found.push(Box { text: words, corners });
            }
            _ => {}
        }
    }
}

/// Whether two rectangles, turned or not, touch: no line separates them (separating axis theorem).
fn touch(a: &Box, b: &Box) -> bool {
    let edges =
        [a, b].into_iter().flat_map(|side| [(0, 1), (1, 2)].map(|(from, to)| side.corners[to] - side.corners[from]));
    for edge in edges {
        let range = |side: &Box| {
            let along = side.corners.map(|corner| corner.x * -edge.y + corner.y * edge.x);
            let low = along.iter().copied().fold(f32::INFINITY, f32::min);
            (low, along.iter().copied().fold(f32::NEG_INFINITY, f32::max))
        };
        let ((a_low, a_high), (b_low, b_high)) = (range(a), range(b));
        if a_high <= b_low || b_high <= a_low {
            return false;
        }
    }
    true
}

/// Checks one chart; gives how many texts it has.
pub(super) fn check(request: &Value) -> usize {
    let document = svg(request.clone());
    let (boxes, (width, height)) = boxes(&document);
    for (index, one) in boxes.iter().enumerate() {
        for corner in one.corners {
            let inside = (-0.6..=width + 0.6).contains(&corner.x) && (-0.6..=height + 0.6).contains(&corner.y);
            assert!(inside, "{:?} hangs over at {corner:?}: {request}", one.text);
        }
        for other in &boxes[..index] {
            assert!(!touch(one, other), "{:?} touches {:?}: {request}", one.text, other.text);
        }
    }
    boxes.len()
}

fn labels(kind: &str, count: usize) -> Vec<String> {
    let long = "Donaudampfschifffahrtsgesellschaftskapitän with more words behind it, and more";
    (0..count)
        .map(|index| match kind {
            "short" => format!("{}", (b'A' + (index % 26) as u8) as char),
            "words" => format!("Region number {index}"),
            "long" => long[index % 30..].trim().to_owned(),
            "dates" => format!("20{:02}-{:02}-{:02}", 20 + index / 336, index / 28 % 12 + 1, index % 28 + 1),
            "years" => format!("{}", 1900 + index),
            "greek" => format!("Περιφέρεια {index}"),
            _ => format!("{index:04}-x"),
        })
        .collect()
}

#[test]
fn small_charts_name_the_highest_and_the_last_number_in_short() {
    let values = [12_000, 31_512, 28_400, 9_900, 15_300, 22_100, 30_050, 18_700, 11_020, 26_300, 29_990, 14_440];
    for kind in ["bar", "line"] {
        for (width, height) in [(240, 120), (320, 180), (480, 240)] {
            let request = json!({
                "type": kind, "width": width, "height": height, "valueLabels": true, "data": {"datasets": [{"data": values}]}
            });
            let text = svg(request);
            let document = resvg::usvg::roxmltree::Document::parse(&text).unwrap();
            let shown: Vec<String> = groups(&document, "values").iter().flat_map(|group| texts(group)).collect();
            for wanted in [["31.5k", "31,512"], ["14.4k", "14,440"]] {
                assert!(
                    shown.iter().any(|text| wanted.contains(&text.as_str())),
                    "{kind} {width} x {height}: {shown:?}"
                );
            }
        }
    }
}

#[test]
fn labels_never_touch() {
    let mut texts = 0;
    for kind in ["bar", "line", "horizontal-bar"] {
        for names in ["short", "words", "long", "dates", "years", "greek"] {
            for count in [1, 2, 5, 12, 31, 60, 366] {
                for (width, height) in [(800, 450), (300, 200), (1600, 900), (220, 500), (900, 160), (90, 60)] {
                    let values: Vec<i64> = (0..count as i64).map(|index| index * index % 1009 - 100).collect();
                    texts += check(&json!({
                        "type": kind, "title": "A title that is long enough to need two lines on a small picture",
                        "subtitle": "And a subtitle", "xLabel": "What is below", "yLabel": "What is at the left",
                        "width": width, "height": height,
                        "data": {"labels": labels(names, count), "datasets": [
                            {"label": "One", "data": values}, {"label": "Another with a long name", "data": values}
                        ]}
                    }));
                }
            }
        }
    }
    assert!(texts > 5_000, "{texts}");
}

#[test]
fn values_legends_and_slices_never_touch() {
    for kind in ["bar", "stacked", "horizontal-bar", "line", "scatter", "pie", "doughnut", "gauge"] {
        for (series, count) in [(1, 3), (1, 12), (3, 6), (12, 4), (40, 3)] {
            for (width, height) in [(800, 450), (320, 240), (240, 480), (1600, 400)] {
                for legend in ["auto", "top", "bottom", "right"] {
                    let datasets: Vec<Value> = (0..series)
                        .map(|index| {
                            let values: Vec<i64> =
                                (0..count).map(|place| (index * 37 + place * 71) % 100 * 1234).collect();
                            json!({"label": format!("Series with number {index}"), "data": values})
                        })
                        .collect();
                    check(&json!({
                        "type": kind, "title": "Title", "width": width, "height": height, "valueLabels": true,
                        "legend": legend, "suffix": " €", "max": if kind == "gauge" { json!(200_000) } else { Value::Null },
                        "data": {"labels": labels("words", count as usize), "datasets": datasets}
                    }));
                }
            }
        }
    }
}
