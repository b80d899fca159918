//! Chart.js configurations, as QuickChart takes them.

use resvg::usvg::roxmltree::Document;
use serde_json::{Value, json};

use super::{answered, bars, facts, groups, svg, texts};

#[test]
fn the_first_chart_of_quickchart_is_drawn() {
    // The example on the front page of QuickChart's documentation, as it stands there.
    let chart = "{type:'bar',data:{labels:['Q1','Q2','Q3','Q4'], datasets:[{label:'Users',data:[50,60,70,180]},{label:'Revenue',data:[100,200,300,400]}]}}";
    let text = svg(json!({"chart": chart}));
    let document = Document::parse(&text).unwrap();
    assert_eq!(groups(&document, "series").len(), 2);
    assert_eq!(texts(&groups(&document, "legend")[0]), ["Users", "Revenue"]);
    let same = json!({"chart": {"type": "bar", "data": {"labels": ["Q1", "Q2", "Q3", "Q4"], "datasets": [
        {"label": "Users", "data": [50, 60, 70, 180]}, {"label": "Revenue", "data": [100, 200, 300, 400]}
    ]}}});
    assert_eq!(svg(same), text);
}

#[test]
fn options_of_both_generations_are_followed() {
    let data = json!({"labels": ["a", "b"], "datasets": [
        {"label": "x", "data": [1, 2], "backgroundColor": "#ff0000"}, {"label": "y", "data": [3, 4], "borderColor": "#0000ff"}
    ]});
    let second = json!({
        "title": {"display": true, "text": ["Two", "lines"]}, "legend": {"position": "bottom"},
        "scales": {"xAxes": [{"stacked": true}], "yAxes": [{
            "stacked": true, "ticks": {"max": 10, "beginAtZero": true}, "scaleLabel": {"display": true, "labelString": "Amount"}
        }]}
    });
    let third = json!({
        "plugins": {"title": {"display": true, "text": "Two lines"}, "legend": {"position": "bottom"}},
        "scales": {"x": {"stacked": true}, "y": {"stacked": true, "max": 10, "title": {"display": true, "text": "Amount"}}}
    });
    let ours = json!({
        "type": "bar", "data": data, "title": "Two lines", "legend": "bottom", "stacked": true, "max": 10, "yLabel": "Amount"
    });
    let ours = svg(ours);
    for options in [second, third] {
        let request = json!({"chart": {"type": "bar", "data": data, "options": options}});
        assert_eq!(facts(&answered(&request))["warnings"], json!([]), "{options}");
        assert_eq!(svg(request), ours, "{options}");
    }
    let lying = svg(json!({"chart": {"type": "bar", "data": data, "options": {"indexAxis": "y"}}}));
    let document = Document::parse(&lying).unwrap();
    let bars = bars(&groups(&document, "series")[0]);
    assert!((bars[1][2] / bars[0][2] - 2.0).abs() < 0.01, "twice as long");
    assert!(lying.contains("fill=\"#ff0000\"") && lying.contains("fill=\"#0000ff\""));
}

#[test]
fn what_is_not_known_is_listed_once() {
    let request = json!({"title": "Mine", "chart": {
        "type": "line", "data": {"labels": [1, 2], "datasets": [
            {"data": [1, 2], "tension": 0.4, "borderWidth": 3}, {"data": [2, 1], "tension": 0.4}
        ]},
        "options": {"animation": false, "title": {"text": "Theirs", "fontSize": 20}, "plugins": {"legend": {"labels": {"color": "red"}}}}
    }});
    let answer = answered(&request);
    let warnings = facts(&answer)["warnings"].clone();
    assert_eq!(warnings.as_array().unwrap().len(), 1);
    let expected = "these options are not supported and were ignored: datasets.borderWidth, datasets.tension, \
                    title.fontSize, plugins.legend.labels, options.animation";
    let mut listed: Vec<&str> =
        warnings[0]["message"].as_str().unwrap().split(": ").nth(1).unwrap().split(", ").collect();
    let mut wanted: Vec<&str> = expected.split(": ").nth(1).unwrap().split(", ").collect();
    listed.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(listed, wanted);
    assert!(svg(request).contains(">Mine</text>"), "the request's own fields come first");
}

#[test]
fn chart_js_at_the_top_level_is_read_as_inside_chart() {
    let data = json!({"labels": ["a", "b"], "datasets": [
        {"data": [1, 2], "label": "n", "tension": 0.4, "yAxisID": "y"}, {"data": "2, 1", "tension": 0.4, "border_color": "#00f"}
    ]});
    let options = json!({"animation": false, "plugins": {"title": {"text": "Theirs"}}});
    let inside =
        json!({"chart": {"type": "line", "data": data, "options": options, "version": "4"}, "background": "#eee"});
    let mut outside = json!({
        "type": "lines", "data": data, "options": options, "backgroundColor": "#eee", "version": 4, "format": "svg"
    });
    let answer = answered(&outside);
    let warnings = facts(&answer)["warnings"].clone();
    assert_eq!(warnings.as_array().unwrap().len(), 1, "{warnings}");
    assert_eq!(
        (&warnings[0]["code"], &warnings[0]["message"]),
        (
            &json!("unknown-options"),
            &json!(
                "these options are not supported and were ignored: datasets.tension, datasets.yAxisID, options.animation"
            )
        )
    );
    let mut inside = inside;
    inside["chart"]["data"]["datasets"][1]["data"] = json!([2, 1]);
    inside["chart"]["data"]["datasets"][1]["borderColor"] = json!("#00f");
    outside["data"] = json!(inside["chart"]["data"].to_string());
    let drawn = svg(inside);
    assert_eq!(drawn, String::from_utf8_lossy(&answer.body));
    assert!(drawn.contains(">Theirs</text>"));
    assert_eq!(answered(&outside).body, answer.body, "data as text");
    let answer = answered(&json!({"data": [1, 2, 3]}));
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (400, "data: is a list: send {\"labels\": [...], \"datasets\": [{\"data\": [...]}]}")
    );
}

#[test]
fn programs_in_options_are_passed_over() {
    for chart in [
        json!(
            "{type:'bar',data:{datasets:[{data:[1]}]},options:{scales:{y:{ticks:{callback:function(v){return '}' + v}}}}}}"
        ),
        json!("{type:'bar',data:{datasets:[{data:[1]}]},options:{scales:{y:{ticks:{callback:(v) => ({a: [v]}), }}}}}"),
        json!("{type:'bar',data:{datasets:[{data:[1]}]},options:{scales:{y:{ticks:{callback(v) { return v; }}}}}}"),
        json!({"data": {"datasets": [{"data": [1]}]}, "options": {"scales": {"y": {"ticks": {"callback": "(v) => '$' + v"}}}}}),
    ] {
        let answer = answered(&json!({"chart": chart}));
        assert_eq!(answer.status, 200, "{chart} {}", String::from_utf8_lossy(&answer.body));
        let warnings = facts(&answer)["warnings"].clone();
        let message = "these options are not supported and were ignored: scales.y.ticks";
        assert_eq!(warnings[0]["message"], message, "{chart}");
    }
}

#[test]
fn programs_and_wrong_data_are_refused_with_their_place() {
    let dataset = |dataset: Value| json!({"chart": {"type": "bar", "data": {"datasets": [{"data": [1]}, dataset]}}});
    for (request, status, message) in [
        (
            json!({"chart": "{type:'bar',data:{datasets:[{data:[1],pointStyle:(c) => c.x}]}}"}),
            400,
            "chart: has a function, and JavaScript is not run here",
        ),
        (
            dataset(json!({"data": [1], "pointStyle": "(c) => c.x"})),
            422,
            "chart.data.datasets[1].pointStyle: is a function, and JavaScript is not run here",
        ),
        (json!({"chart": {"data": [1, 2]}}), 422, "chart.data: is not an object: send {\"labels\": [...], "),
        (json!({"chart": {"type": "radar", "data": {}}}), 422, "chart.type: is not a supported chart type: use bar, "),
        (json!({"chart": {"type": "bar"}}), 422, "chart.data: is missing"),
        (json!({"chart": 5}), 400, "chart: must be an object"),
        (
            json!({"chart": {"data": {"datasets": []}}, "data": {"datasets": []}}),
            422,
            "data: cannot be combined with chart",
        ),
        (dataset(json!({"data": [1, "x"]})), 422, "chart.data.datasets[1].data[1]: is not a number"),
        (dataset(json!({"data": [1, [1]]})), 422, "chart.data.datasets[1].data[1]: is a list: send a number, null"),
        (
            dataset(json!({"data": vec![0; 10_000]})),
            422,
            "chart.data.datasets[1].data: is too long: the limit is 10000",
        ),
        (
            dataset(json!({"data": [1], "backgroundColor": "no"})),
            422,
            "chart.data.datasets[1].backgroundColor: is not a col",
        ),
        (dataset(json!(5)), 422, "chart.data.datasets[1]: must be an object"),
    ] {
        let answer = answered(&request);
        assert_eq!(answer.status, status, "{request} {}", String::from_utf8_lossy(&answer.body));
        assert!(answer.message().starts_with(message), "{}", answer.message());
    }
}
