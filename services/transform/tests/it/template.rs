//! `template`.

use serde_json::json;

use crate::{answer, client, refused};

#[test]
fn values_are_printed_as_they_came() {
    let client = client();
    let request = |template: &str| {
        format!(
            r#"{{"template":{},"data":{{"z":1.10,"id":9224851642388483,"n":null,"l":[1.50,{{"b":2.0,"a":"<x>"}}],"t":"<é>"}}}}"#,
            json!(template)
        )
    };
    for (template, text) in [
        ("{{ z }} {{ id }} {{ n }}|{{ nothing }}|{{ nothing.at.all }}", "1.10 9224851642388483 ||"),
        ("{{ z * 2 }} {{ 10 / 2 }} {{ z + 1.9 }}", "2.2 5 3"),
        ("{% for k, v in data|items %}{{ k }} {% endfor %}", "z id n l t "),
        ("{{ l[0] }} {{ l[1].b }} {{ l|length }}", "1.50 2.0 2"),
        ("{{ l }}", r#"[1.50,{"b":2.0,"a":"<x>"}]"#),
        ("{{ l[1]|tojson }}", r#"{"b":2.0,"a":"\u003cx\u003e"}"#),
        ("{{ t }} {{ t|e }} {{ t|upper }}", "<é> &lt;é&gt; <É>"),
    ] {
        let answer = client.post_as("application/json", "/api/v1/data/template", request(template));
        assert_eq!(answer.status, 200, "{template}: {:?}", answer.body);
        assert_eq!(answer.json()["text"], text, "{template}");
    }
    let escaped = json!({"template": "{{ t }}", "data": {"t": "<b>"}, "escape": "html"});
    assert_eq!(answer(&client, "/template", &escaped)["text"], "&lt;b&gt;");
}

#[test]
fn one_text_for_each_row() {
    let client = client();
    let rows = json!({"template": "{{ index }}: {{ name }}", "data": [{"name": "Ada"}, {"name": "Bob"}], "each": true});
    let found = answer(&client, "/template", &rows);
    assert_eq!(
        (&found["texts"], &found["count"], &found["text"]),
        (&json!(["1: Ada", "2: Bob"]), &json!(2), &json!(null))
    );
    assert!(
        refused(&client, "/template", &json!({"template": "", "data": {}, "each": true}))
            .contains("data: must be a list")
    );
    let parts =
        json!({"template": "{% include 'head' %}{{ x }}", "data": {"x": 1}, "templates": {"head": "<{{ x }}>"}});
    assert_eq!(answer(&client, "/template", &parts)["text"], "<1>1");
}

#[test]
fn what_is_wrong_has_a_line() {
    let client = client();
    for (request, message) in [
        (json!({"template": "a\n{{ x|nope }}"}), "template: line 2: "),
        (json!({"template": "{% for x in %}"}), "template: line 1: "),
        (json!({"template": "{{ x }}", "strict": true}), "template: line 1: "),
        (json!({"template": "{% include 'x' %}", "templates": {"x": "\n{{ 1 / 0 }}"}}), "templates.x: line 2: "),
        (json!({"template": "{% include '/etc/passwd' %}"}), "template: "),
    ] {
        let found = refused(&client, "/template", &request);
        assert!(found.starts_with(message), "{request}: {found}");
    }
}

#[test]
fn hostile_templates_end() {
    let client = client();
    let deep = format!("{}1{}", "{{ (".to_owned() + &"(".repeat(20_000), ")".repeat(20_001) + " }}");
    for template in [
        "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='x') %}{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
        "{{ '%1000000000s'|format('x') }}",
        "{{ 'x'|indent(1000000000, true) }}",
        "{{ 'x' * 90000000 * 90000000 }}",
        "{{ range(100000)|list|join('x' * 100000) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'template' %}",
        &deep,
    ] {
        let found = client.post("/api/v1/data/template", &json!({"template": template, "data": {}}));
        let shown = &template[..template.len().min(60)];
        assert!(
            [413, 422].contains(&found.status),
            "{shown}: {} {:?}",
            found.status,
            &found.body[..found.body.len().min(200)]
        );
        println!("{shown}: {} {}", found.status, found.message());
    }
}
