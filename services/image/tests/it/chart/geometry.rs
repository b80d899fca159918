//! What is drawn is what was sent: read back from the SVG.

use resvg::usvg::roxmltree::Document;
use serde_json::{Value, json};

use super::{bars, groups, number, svg, texts};

/// Numbers of an axis and where they are, from its texts: position = a + b * number.
fn scale(document: &Document<'_>, class: &str, along: &str) -> (f64, f64) {
    let axis = groups(document, class)[0];
    let ticks: Vec<(f64, f64)> = axis
        .children()
        .map(|text| (text.text().unwrap().replace(',', "").parse().unwrap(), number(&text, along)))
        .collect();
    let ((first, at_first), (last, at_last)) = (ticks[0], ticks[ticks.len() - 1]);
    let slope = (at_last - at_first) / (last - first);
    for (tick, at) in &ticks {
        assert!((at_first + (tick - first) * slope - at).abs() < 0.02, "ticks are evenly spaced: {ticks:?}");
    }
    (at_first - first * slope, slope)
}

/// The points of a path of lines.
fn points(path: &str) -> Vec<(f64, f64)> {
    let pairs = path.split(['M', 'L', 'Z']).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (x, y) = pair.split_once(' ').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        })
        .collect()
}

#[test]
fn bars_are_as_high_as_their_numbers() {
    let values = [12.5_f64, 0.0, -7.25, 33.0, 0.5];
    let text =
        svg(json!({"type": "bar", "data": {"labels": ["a", "b", "c", "d", "e"], "datasets": [{"data": values}]}}));
    let document = Document::parse(&text).unwrap();
    let zero = number(&groups(&document, "zero")[0].first_child().unwrap(), "y1");
    let (_, slope) = scale(&document, "y-axis", "y");
    let bars = bars(&groups(&document, "series")[0]);
    for ([_, top, _, height], value) in bars.iter().zip(values) {
        assert!((height - value.abs() * -slope).abs() < 0.03, "{value}: {height}");
        let base = if value < 0.0 { *top } else { top + height };
        assert!((base - zero).abs() < 0.02, "bars stand on zero");
    }
    let steps: Vec<f64> = bars.windows(2).map(|pair| pair[1][0] - pair[0][0]).collect();
    assert!(steps.iter().all(|step| (step - steps[0]).abs() < 0.02), "{steps:?}");
}

#[test]
fn bars_begin_at_zero_unless_another_end_is_asked_for() {
    let request = json!({"type": "bar", "data": {"labels": ["a", "b"], "datasets": [{"data": [1000, 1010]}]}});
    let text = svg(request.clone());
    let document = Document::parse(&text).unwrap();
    let heights: Vec<f64> = bars(&groups(&document, "series")[0]).iter().map(|bar| bar[3]).collect();
    assert!((heights[0] / heights[1] - 1000.0 / 1010.0).abs() < 1e-3);
    let mut request = request;
    request["min"] = json!(990);
    request["max"] = json!(1005);
    let text = svg(request);
    let document = Document::parse(&text).unwrap();
    let heights: Vec<f64> = bars(&groups(&document, "series")[0]).iter().map(|bar| bar[3]).collect();
    assert!((heights[0] / heights[1] - 10.0 / 15.0).abs() < 1e-2, "what is beyond the end is cut off: {heights:?}");
}

#[test]
fn stacked_bars_stand_on_one_another_on_their_side_of_zero() {
    let series = [[10.0, -4.0], [5.0, -6.0], [-3.0, 8.0]];
    for kind in ["stacked", "horizontal-bar"] {
        let datasets: Vec<Value> = series.iter().map(|data| json!({"data": data})).collect();
        let request = json!({"type": kind, "stacked": true, "data": {"labels": ["a", "b"], "datasets": datasets}});
        let text = svg(request);
        let document = Document::parse(&text).unwrap();
        let lies = kind == "horizontal-bar";
        let (zero, slope) = if lies { scale(&document, "x-axis", "x") } else { scale(&document, "y-axis", "y") };
        // The text of a tick is a little below its line.
        let zero = if lies { zero } else { number(&groups(&document, "zero")[0].first_child().unwrap(), "y1") };
        let span = |series: usize, place: usize| {
            let bar = bars(&groups(&document, "series")[series])[place];
            let ends = if lies { (bar[0], bar[0] + bar[2]) } else { (bar[1] + bar[3], bar[1]) };
            ((ends.0 - zero) / slope, (ends.1 - zero) / slope)
        };
        for (series, place, from, to) in [
            (0, 0, 0.0, 10.0),
            (1, 0, 10.0, 15.0),
            (2, 0, -3.0, 0.0),
            (0, 1, -4.0, 0.0),
            (1, 1, -10.0, -4.0),
            (2, 1, 0.0, 8.0),
        ] {
            let (a, b) = span(series, place);
            assert!((a - from).abs() < 0.01 && (b - to).abs() < 0.01, "{kind} {series} {place}: {a} {b}");
        }
    }
}

#[test]
fn lines_go_through_their_points_and_stop_at_gaps() {
    let request = json!({"type": "line", "data": {
        "labels": ["a", "b", "c", "d", "e", "f"], "datasets": [{"data": [1, 4, null, 2, null, 3]}]
    }});
    let text = svg(request);
    let document = Document::parse(&text).unwrap();
    let series = groups(&document, "series")[0];
    let path = series.first_element_child().unwrap().attribute("d").unwrap();
    assert_eq!(path.matches('M').count(), 1, "{path}");
    let zero = number(&groups(&document, "zero")[0].first_child().unwrap(), "y1");
    let (_, slope) = scale(&document, "y-axis", "y");
    let drawn: Vec<(f64, f64)> = series
        .children()
        .filter(|node| node.has_tag_name("circle"))
        .map(|dot| (number(&dot, "cx"), (number(&dot, "cy") - zero) / slope))
        .collect();
    let step = drawn[1].0 - drawn[0].0;
    for ((x, y), (place, value)) in drawn.iter().zip([(0.0, 1.0), (1.0, 4.0), (3.0, 2.0), (5.0, 3.0)]) {
        assert!((x - drawn[0].0 - place * step).abs() < 0.05 && (y - value).abs() < 0.01, "{drawn:?}");
    }
    assert_eq!(drawn.len(), 4);
    assert_eq!(points(path).len(), 2);
}

#[test]
fn areas_on_one_another_share_their_edge() {
    let request = json!({"type": "area", "stacked": true, "data": {
        "labels": ["a", "b", "c"], "datasets": [{"data": [1, 2, 3]}, {"data": [3, 2, 1]}]
    }});
    let text = svg(request);
    let document = Document::parse(&text).unwrap();
    let fills = groups(&document, "fill");
    let [lower, upper] =
        [0, 1].map(|index: usize| points(fills[index].first_element_child().unwrap().attribute("d").unwrap()));
    let tops = &lower[1..4];
    assert!(tops.iter().all(|top| upper.contains(top)), "{tops:?} {upper:?}");
    assert!(upper[1..4].windows(2).all(|pair| pair[0].1 == pair[1].1), "the sum is 4 everywhere");
}

#[test]
fn points_are_at_their_x_and_y() {
    let data = json!([{"x": 10, "y": 1}, {"x": 20.5, "y": -2}, {"x": -5, "y": 3.75}]);
    let text = svg(json!({"type": "scatter", "data": {"datasets": [{"data": data}]}}));
    let document = Document::parse(&text).unwrap();
    let axes = groups(&document, "x-axis");
    let ticks: Vec<(f64, f64)> =
        axes[0].children().map(|text| (text.text().unwrap().parse().unwrap(), number(&text, "x"))).collect();
    let slope = (ticks[1].1 - ticks[0].1) / (ticks[1].0 - ticks[0].0);
    let (_, rise) = scale(&document, "y-axis", "y");
    let dots: Vec<(f64, f64)> =
        groups(&document, "series")[0].children().map(|dot| (number(&dot, "cx"), number(&dot, "cy"))).collect();
    assert!((dots[1].0 - dots[0].0 - 10.5 * slope).abs() < 0.05 && (dots[1].1 - dots[0].1 + 3.0 * rise).abs() < 0.05);
    assert!((dots[2].0 - dots[0].0 + 15.0 * slope).abs() < 0.05 && (dots[2].1 - dots[0].1 - 2.75 * rise).abs() < 0.05);
}

/// The angles of the sectors, in degrees clockwise from the top: start and end of the outer arc, and its radius.
fn sectors(document: &Document<'_>) -> Vec<(f64, f64)> {
    let paths: Vec<Vec<f64>> = groups(document, "series")[0]
        .children()
        .map(|path| {
            let numbers = path.attribute("d").unwrap().split(['M', 'A', 'L', 'Z', ' ']);
            numbers.filter_map(|number| number.parse().ok()).collect()
        })
        .collect();
    // M x y A r r 0 long clockwise x y L center.
    let center = (paths[0][9], paths[0][10]);
    let angle = |x: f64, y: f64| (x - center.0).atan2(center.1 - y).to_degrees().rem_euclid(360.0);
    paths
        .iter()
        .map(|path| {
            let (from, to) = (angle(path[0], path[1]), angle(path[7], path[8]));
            let turn = (to - from).rem_euclid(360.0);
            assert_eq!(path[5] == 1.0, turn > 180.0, "the longer way is taken when it is meant");
            for (x, y) in [(path[0], path[1]), (path[7], path[8])] {
                let r = (x - center.0).hypot(y - center.1);
                assert!((r - path[2]).abs() < 0.02, "ends are on the circle");
            }
            (from, turn)
        })
        .collect()
}

#[test]
fn slices_are_a_whole_together() {
    for values in [vec![1.0, 2.0, 3.0, 4.0], vec![80.0, 15.0, 5.0], vec![0.1, 99.9], vec![1.0, 0.0, 1.0, 1.0]] {
        let text =
            svg(json!({"type": "pie", "data": {"labels": ["a", "b", "c", "d"], "datasets": [{"data": values}]}}));
        let document = Document::parse(&text).unwrap();
        let sectors = sectors(&document);
        let total: f64 = values.iter().sum();
        let shown: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
        assert_eq!(sectors.len(), shown.len());
        let mut at = 0.0;
        for ((from, turn), value) in sectors.iter().zip(&shown) {
            assert!((turn - value / total * 360.0).abs() < 0.05, "{value}: {turn}");
            assert!((from - at + 180.0).rem_euclid(360.0) - 180.0 < 0.05, "{from} {at}");
            at += turn;
        }
        assert!((at - 360.0).abs() < 0.05, "{at}");
    }
}

#[test]
fn many_slices_are_the_nine_largest_and_the_rest() {
    let values: Vec<u32> = (1..=20).collect();
    let labels: Vec<String> = values.iter().map(|value| format!("n{value}")).collect();
    let text =
        svg(json!({"type": "pie", "valueLabels": true, "data": {"labels": labels, "datasets": [{"data": values}]}}));
    let document = Document::parse(&text).unwrap();
    assert_eq!(groups(&document, "series")[0].children().count(), 10);
    let legend = texts(&groups(&document, "legend")[0]);
    assert_eq!(legend[0], "n12", "they stay in their order");
    assert_eq!(legend[18..], ["Other (11)", "66 (31%)"], "1 + ... + 11 = 66 of 210");
}

#[test]
fn one_slice_is_a_whole_ring_with_its_total() {
    let text = svg(json!({"type": "doughnut", "data": {"labels": ["a"], "datasets": [{"data": [1234567]}]}}));
    let document = Document::parse(&text).unwrap();
    let path = groups(&document, "series")[0].first_element_child().unwrap();
    assert_eq!(path.attribute("d").unwrap().matches('A').count(), 4);
    assert_eq!(texts(&groups(&document, "center")[0]), ["1.23M"]);
    let picture = super::picture(
        &json!({"type": "doughnut", "legend": "none", "centerText": "", "data": {"datasets": [{"data": [5]}]}}),
    );
    let rgb = picture.to_rgb8();
    assert_eq!(rgb.get_pixel(800, 450).0, [255, 255, 255], "a hole");
    assert_eq!(rgb.get_pixel(800, 60).0, [0x24, 0x55, 0x96], "a ring");
    assert_eq!(rgb.get_pixel(800, 840).0, [0x24, 0x55, 0x96], "all around");
}

#[test]
fn a_gauge_turns_as_far_as_its_number() {
    for (value, degrees) in
        [(0.0, None), (25.0, Some(45.0)), (50.0, Some(90.0)), (100.0, Some(180.0)), (500.0, Some(180.0))]
    {
        let text = svg(json!({"type": "gauge", "value": value}));
        let document = Document::parse(&text).unwrap();
        let group = groups(&document, "series")[0];
        let turn = group.first_element_child().map(|path| {
            let numbers = path.attribute("d").unwrap().split(['M', 'A', 'L', 'Z', ' ']);
            let numbers: Vec<f64> = numbers.filter_map(|number| number.parse().ok()).collect();
            // From the left end of the half circle: its middle is one radius to the right of it.
            let (x, y, r) = (numbers[0] + numbers[2], numbers[1], numbers[2]);
            let angle = (y - numbers[8]).atan2(x - numbers[7]).to_degrees();
            assert!(r > 50.0);
            angle
        });
        match (turn, degrees) {
            (Some(turn), Some(degrees)) => assert!((turn - degrees).abs() < 0.1, "{value}: {turn}"),
            (turn, degrees) => assert_eq!(turn.is_some(), degrees.is_some(), "{value}"),
        }
    }
}

#[test]
fn a_line_of_ten_thousand_points_is_thinned_and_keeps_its_peak() {
    let mut values: Vec<f64> = (0..10_000).map(|index| f64::from(index % 10)).collect();
    values[7_777] = 500.0;
    let text = svg(json!({"type": "line", "data": {"datasets": [{"data": values}]}}));
    assert!(text.len() < 40_000, "{}", text.len());
    let document = Document::parse(&text).unwrap();
    let path = groups(&document, "series")[0].first_element_child().unwrap().attribute("d").unwrap().to_owned();
    let top = points(&path).iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let (from, slope) = scale(&document, "y-axis", "y");
    assert!((top - (from + 500.0 * slope)).abs() < 10.0, "{top}");
}
