//! Any data that is allowed gives a chart whose texts do not touch: seeded, so that it is the same every time.

use resvg::usvg::roxmltree::{Document, Node};
use serde_json::{Value, json};

use super::{answered, svg, words};

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    fn number(&mut self, sign: bool) -> f64 {
        let size = *self.pick(&[1.0, 1.0, 100.0, 1e-9, 1e15, 1e-99, 1e99, 1e6]);
        let number = self.below(2_000) as f64 / 1_000.0 * size;
        if sign && self.below(3) == 0 { -number } else { number }
    }

    fn datum(&mut self, sign: bool) -> Value {
        match self.below(12) {
            0 => Value::Null,
            1 => json!({"x": self.number(true), "y": self.number(sign)}),
            2 => json!({"x": self.text(), "y": self.number(sign)}),
            3 => json!(0),
            4 => json!(-0.0),
            _ => json!(self.number(sign)),
        }
    }

    fn text(&mut self) -> String {
        const WORDS: [&str; 12] = [
            "",
            "a",
            "2024-01-31",
            "2024-02-01T10:00",
            "<b>&",
            "Ελλάδα",
            "東京",
            "🚀",
            "\u{0}\u{1b}\n",
            "1e308",
            "a long label of several words that goes on",
            "\u{202e}x\u{301}",
        ];
        let times = if self.below(40) == 0 { 4 } else { 1 };
        self.pick(&WORDS).repeat(times)
    }

    fn request(&mut self) -> Value {
        const KINDS: [&str; 10] =
            ["bar", "horizontal-bar", "stacked", "line", "area", "pie", "doughnut", "scatter", "sparkline", "gauge"];
        let kind = *self.pick(&KINDS);
        let sign = !matches!(kind, "pie" | "doughnut");
        let count = *self.pick(&[0_u64, 1, 2, 3, 7, 20, 150]);
        let series = *self.pick(&[0_u64, 1, 1, 2, 5, 15]);
        let labels: Vec<String> = (0..self.below(count + 3)).map(|_| self.text()).collect();
        let datasets: Vec<Value> = (0..series)
            .map(|_| {
                let data: Vec<Value> = (0..count).map(|_| self.datum(sign)).collect();
                let mut dataset = json!({"label": self.text(), "data": data});
                match self.below(6) {
                    0 => dataset["color"] = json!(["red", "transparent"]),
                    1 => dataset["type"] = json!("line"),
                    2 => dataset["fill"] = json!(true),
                    3 => dataset["backgroundColor"] = json!([]),
                    4 => dataset["borderColor"] = json!("rgba(1,2,3,0.1)"),
                    _ => {}
                }
                dataset
            })
            .collect();
        let mut request = json!({
            "type": kind, "data": {"labels": labels, "datasets": datasets}, "title": self.text(), "subtitle": self.text(),
            "xLabel": self.text(), "yLabel": self.text(), "width": 40 + self.below(900), "height": 20 + self.below(700),
            "legend": self.pick(&["auto", "top", "bottom", "right", "none"]), "valueLabels": self.below(2) == 0,
            "stacked": self.below(3) == 0, "separators": self.pick(&["comma", "point", "space", "none"]),
            "devicePixelRatio": 1
        });
        match self.below(8) {
            0 => request["min"] = json!(self.number(true)),
            1 => request["max"] = json!(self.number(true)),
            2 => {
                request["min"] = json!(-5);
                request["max"] = json!(5);
            }
            3 => request["decimals"] = json!(self.below(11)),
            4 => request["bands"] = json!([{"to": self.number(true)}, {"to": self.number(true), "color": "red"}]),
            5 => request["beginAtZero"] = json!(self.below(2) == 0),
            6 => request["background"] = json!("transparent"),
            _ => {}
        }
        request
    }
}

#[test]
fn any_data_gives_a_chart() {
    let mut random = Random(2024);
    for round in 0..2_000 {
        let request = random.request();
        words::check(&request);
        let text = svg(request.clone());
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {request}"));
        for node in document.descendants().filter(Node::is_element) {
            for attribute in node.attributes() {
                let (name, value) = (attribute.name(), attribute.value());
                assert!(!value.contains("NaN") && !value.contains("inf"), "{name}={value}: {request}");
                if name != "viewBox" && !value.starts_with('#') {
                    let numbers = value.split(|mark: char| !mark.is_ascii_digit() && mark != '.');
                    let largest = numbers.filter_map(|number| number.parse::<f64>().ok()).fold(0.0, f64::max);
                    assert!(largest < 10_000.0, "{name}={value}: {request}");
                }
                if matches!(name, "width" | "height" | "r" | "font-size" | "stroke-width") {
                    assert!(value.parse::<f64>().unwrap() >= 0.0, "{name}={value}: {request}");
                }
            }
        }
        if round % 20 == 0 {
            assert_eq!(answered(&request).status, 200, "{request}");
        }
    }
}
