//! Charts: what is asked for and what is answered.

mod config;
mod geometry;
mod random;
mod words;

use std::path::Path;
use std::sync::OnceLock;

use chassis::testing::{Answer, Client};
use pictures::DecodeOptions;
use pictures::image::{DynamicImage, GenericImageView};
use resvg::usvg::roxmltree::{Document, Node};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/image/chart";

/// One client for all tests, as it has threads of its own.
fn answered(request: &Value) -> Answer {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(crate::client).post(PATH, request)
}

/// The chart as SVG.
fn svg(mut request: Value) -> String {
    request["format"] = json!("svg");
    let answer = answered(&request);
    assert_eq!(answer.status, 200, "{} {request}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("content-type"), "image/svg+xml");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

fn picture(request: &Value) -> DynamicImage {
    let answer = answered(request);
    assert_eq!(answer.status, 200, "{} {request}", String::from_utf8_lossy(&answer.body));
    decoded(&answer.body)
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    pictures::decode(bytes, &DecodeOptions::whole(&|| false)).unwrap().into_raster()
}

fn facts(answer: &Answer) -> Value {
    serde_json::from_str(answer.header("x-result")).unwrap()
}

/// What is drawn under a name.
fn groups<'a, 'input>(document: &'a Document<'input>, class: &'a str) -> Vec<Node<'a, 'input>> {
    document.descendants().filter(|node| node.attribute("class") == Some(class)).collect()
}

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

/// Bars of a group: left, top, width, height.
fn bars(group: &Node<'_, '_>) -> Vec<[f64; 4]> {
    let rects = group.children().filter(|node| node.has_tag_name("rect"));
    rects.map(|rect| ["x", "y", "width", "height"].map(|name| number(&rect, name))).collect()
}

fn texts(node: &Node<'_, '_>) -> Vec<String> {
    let texts = node.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

fn simple(kind: &str) -> Value {
    json!({"type": kind, "data": {"labels": ["a", "b", "c"], "datasets": [{"label": "n", "data": [1, 2, 3]}]}})
}

#[test]
fn every_kind_and_format_is_drawn() {
    for kind in ["bar", "horizontal-bar", "stacked", "line", "area", "pie", "doughnut", "scatter", "sparkline", "gauge"]
    {
        for (format, media) in
            [("png", "image/png"), ("svg", "image/svg+xml"), ("webp", "image/webp"), ("jpeg", "image/jpeg")]
        {
            let mut request = simple(kind);
            request["format"] = json!(format);
            request["width"] = json!(300);
            request["height"] = json!(200);
            let answer = answered(&request);
            assert_eq!((answer.status, answer.header("content-type")), (200, media), "{kind}");
            let size = if format == "svg" { (300, 200) } else { (600, 400) };
            let expected = json!({
                "width": size.0, "height": size.1, "format": format, "bytes": answer.body.len(), "type": kind, "points": 3,
                "warnings": []
            });
            assert_eq!(facts(&answer), expected, "{kind} {format}");
            if format != "svg" {
                let picture = decoded(&answer.body);
                assert_eq!(picture.dimensions(), size);
                let mut colors: Vec<_> = picture.to_rgb8().pixels().map(|pixel| pixel.0).collect();
                colors.sort_unstable();
                colors.dedup();
                assert!(colors.len() > 8, "{kind} {format} is blank");
            }
        }
    }
}

#[test]
fn the_gallery_of_the_documents_is_what_is_drawn() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/charts");
    let mut compared = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let request: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let drawn = svg(request);
            let kept = path.with_extension("svg");
            assert!(
                drawn == std::fs::read_to_string(&kept).unwrap(),
                "{kept:?} is not what its request draws: draw it again"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 6);
}

#[test]
fn sizes_ratios_and_backgrounds_are_as_asked_for() {
    let mut request = simple("bar");
    assert_eq!(picture(&request).dimensions(), (1600, 900));
    request["devicePixelRatio"] = json!(1.5);
    request["width"] = json!(401);
    request["height"] = json!(299);
    assert_eq!(picture(&request).dimensions(), (602, 449));
    assert_eq!(picture(&request).get_pixel(1, 1).0, [255; 4]);
    request["theme"] = json!("dark");
    assert_eq!(picture(&request).get_pixel(1, 1).0, [0x15, 0x19, 0x1f, 255]);
    request["background"] = json!("transparent");
    assert_eq!(picture(&request).get_pixel(1, 1).0, [0; 4]);
    let dark = json!({"type": "bar", "background": "#101030", "title": "T", "data": simple("bar")["data"]});
    let document = svg(dark);
    assert!(document.contains("fill=\"#101030\"") && document.contains("fill=\"#f0f2f5\""), "light text on it");
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let request = simple("line");
    assert_eq!(answered(&request).body, answered(&request).body);
    assert_eq!(svg(request.clone()), svg(request));
}

#[test]
fn what_cannot_be_drawn_is_refused_with_its_place() {
    let with = |change: Value| {
        let mut request = simple("bar");
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        request
    };
    let data = |data: Value| json!({"data": {"datasets": [{"data": [1]}, {"data": data}]}});
    let long = "x".repeat(501);
    for (request, status, message) in [
        (json!({"type": "bar"}), 422, "data: is missing: send {\"labels\": [...], \"datasets\": [{\"data\": [...]}]}"),
        (
            with(data(json!([1, 2, 3, "four"]))),
            400,
            "data.datasets[1].data[3]: is not a number: send a number, null for a gap, or {\"x\": ..., \"y\": ...}",
        ),
        (
            with(data(json!([[1]]))),
            400,
            "data.datasets[1].data[0]: is a list: send a number, null for a gap, or {\"x\": ..., \"y\": ...}",
        ),
        (
            with(data(json!([true]))),
            400,
            "data.datasets[1].data[0]: is not a number: send a number, null for a gap, or {\"x\": ..., \"y\": ...}",
        ),
        (
            with(data(json!([{"x": 1}]))),
            400,
            "data.datasets[1].data[0]: must have x and y, such as {\"x\": 1, \"y\": 2}",
        ),
        (with(data(json!([1e101]))), 400, "data.datasets[1].data[0]: must be between -1e100 and 1e100"),
        (with(data(json!(["NaN"]))), 400, "data.datasets[1].data[0]: is not a number"),
        (with(data(json!(vec![1; 9_999]))), 200, ""),
        (with(data(json!(vec![1; 10_000]))), 422, "data: has 10001 numbers: the limit is 10000 over all datasets"),
        (with(data(json!(vec![1; 100_000]))), 400, "data.datasets[1].data: "),
        (with(json!({"data": {"datasets": vec![json!({"data": [1]}); 51]}})), 400, "data.datasets: "),
        (with(json!({"data": {"labels": [long], "datasets": []}})), 400, "data.labels[0]: must have at most 500 char"),
        (with(json!({"data": {"datasets": [{"data": [1], "color": "url(#x)"}]}})), 400, "data.datasets[0].color: "),
        (with(json!({"palette": ["#fff", "javascript:alert(1)"]})), 400, "palette[1]: is not a color"),
        (with(json!({"background": "\"/><script>"})), 400, "background: is not a color"),
        (with(json!({"min": 5, "max": 5})), 422, "max: must be greater than min"),
        (with(json!({"width": 4096, "height": 4096})), 413, "width: the picture would have 8192 x 8192 pixels"),
        (
            with(json!({"width": 4096, "height": 1000, "devicePixelRatio": 2})),
            413,
            "width: the picture would have 8192 x 2000 pixels: the limit is 16 megapixels",
        ),
        (with(json!({"width": 39})), 400, "width: "),
        (with(json!({"devicePixelRatio": 3.5})), 400, "devicePixelRatio: "),
        (with(json!({"type": "radar"})), 400, "type: use "),
        (
            json!({"type": "pie", "data": {"datasets": [{"data": [1, -2]}]}}),
            422,
            "data.datasets[0].data[1]: is negative, and a pie shows parts of a whole: choose bar",
        ),
    ] {
        let answer = answered(&request);
        let text = if status == 200 { String::new() } else { answer.message() };
        assert_eq!(answer.status, status, "{message}: {text}");
        assert!(text.starts_with(message), "{text}");
    }
}

#[test]
fn without_numbers_the_picture_says_so() {
    for data in [
        json!({"datasets": []}),
        json!({"labels": ["a"], "datasets": [{"label": "n", "data": []}]}),
        json!({"labels": ["a", "b"], "datasets": [{"data": [null, ""]}]}),
    ] {
        for kind in ["bar", "line", "pie", "gauge", "sparkline", "scatter"] {
            let request =
                json!({"type": kind, "data": data, "noData": "Nothing this week", "width": 300, "height": 200});
            assert!(svg(request.clone()).contains(">Nothing this week</text>"), "{kind}");
            let answer = answered(&request);
            let facts = facts(&answer);
            assert_eq!((&facts["points"], &facts["warnings"][0]["code"]), (&json!(0), &json!("no-data")));
        }
    }
    let zeros = json!({"type": "pie", "data": {"datasets": [{"data": [0, 0]}]}});
    assert!(svg(zeros).contains(">No data</text>"), "a whole of nothing has no parts");
}

#[test]
fn what_the_typeface_lacks_is_said() {
    let request = |title: &str| json!({"type": "bar", "title": title, "data": {"datasets": [{"data": [1]}]}});
    for title in ["Übersicht Ελλάδα Київ Ժ"[..].split(" Ժ").next().unwrap(), "−1 € – “quoted” … x²"]
    {
        let warnings = facts(&answered(&request(title)))["warnings"].clone();
        let lacks = title.contains('−');
        assert_eq!(warnings.as_array().unwrap().len(), usize::from(lacks), "{title}: {warnings}");
    }
    for title in ["東京", "Launch 🚀", "שלום"] {
        let answer = answered(&request(title));
        assert_eq!(facts(&answer)["warnings"][0]["code"], "missing-glyphs", "{title}");
        assert!(svg(request(title)).contains(title), "the SVG has it as it is");
    }
}

#[test]
fn text_stays_text() {
    let evil = "</text><script>alert(1)</script>&amp;\"'\u{0}\u{8}\u{202e}\u{fffe}]]>";
    let request = json!({
        "type": "line", "title": evil, "subtitle": evil, "xLabel": evil, "yLabel": evil, "prefix": "<&>", "suffix": "\"",
        "data": {"labels": [evil, evil], "datasets": [{"label": evil, "data": [1, 2]}, {"label": evil, "data": [2, 3]}]}
    });
    let text = svg(request);
    let document = Document::parse(&text).unwrap();
    let known = ["svg", "title", "desc", "rect", "g", "line", "path", "circle", "text"];
    for node in document.descendants().filter(Node::is_element) {
        assert!(known.contains(&node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            assert!(
                !attribute.name().starts_with("on") && !attribute.value().contains(['<', '&', ';']),
                "{attribute:?}"
            );
        }
    }
    assert!(document.descendants().any(|node| node.text() == Some("</text><script>alert(1)</script>&amp;\"']]>")));
}
