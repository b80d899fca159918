//! Forms: case P3 and its kind. What is written is read by programs that made nothing of ours.

use serde_json::{Value, json};

use crate::made::{answered, documents, qpdf_problems, text_of};
use crate::{base64, client};

fn form() -> String {
    base64(include_bytes!("../data/3-form.pdf"))
}

fn fill(data: Value, more: Value) -> chassis::testing::Answer {
    let mut request = json!({"file": form(), "data": data});
    for (key, value) in more.as_object().unwrap() {
        request[key] = value.clone();
    }
    client().post("/forms/fill", &request)
}

/// The fields of a document by their names.
fn fields(document: &[u8]) -> Value {
    let answer = client().post("/forms/fields", &json!({"file": base64(document)}));
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let listed = answer.json()["fields"].as_array().unwrap().clone();
    listed
        .into_iter()
        .map(|field| (field["name"].as_str().unwrap().to_owned(), field))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn fields_are_listed_with_what_they_take() {
    let fields = fields(include_bytes!("../data/3-form.pdf"));
    let kind = |name: &str| fields[name]["type"].as_str().unwrap();
    assert_eq!(
        [kind("name"), kind("note"), kind("size"), kind("agree"), kind("pay")],
        ["text", "text", "combo", "checkbox", "radio"]
    );
    assert_eq!(fields["note"]["multiline"], true);
    let options = |name: &str| {
        fields[name]["options"].as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(options("pay"), ["bar", "card", "transfer"]);
    assert_eq!(options("size"), ["small", "large"]);
    assert_eq!(options("agree"), ["Ja"]);
    assert_eq!(fields["pay"]["places"].as_array().unwrap().len(), 3);
    assert_eq!(fields["name"]["places"][0], json!({"page": 1, "x": 150.0, "y": 750.0, "width": 250.0, "height": 22.0}));
}

#[test]
fn values_are_written_and_drawn() {
    let data = json!({"name": "Łódź ő ű Ελλάδα", "note": "first line\nsecond line", "size": "large", "agree": true, "pay": "card"});
    let answer = fill(data, json!({}));
    let facts = answered(&answer);
    assert_eq!((&facts["filled"], &facts["warnings"]), (&json!(5), &json!([])));
    let fields = fields(&answer.body);
    assert_eq!(fields["name"]["value"], "Łódź ő ű Ελλάδα");
    assert_eq!(
        (&fields["size"]["value"], &fields["agree"]["value"], &fields["pay"]["value"]),
        (&json!("large"), &json!(true), &json!("card"))
    );
    if let Some(problems) = qpdf_problems(&answer.body) {
        assert_eq!(problems, "");
    }
    let Some(text) = text_of(&answer.body) else { return };
    for part in ["Łódź ő ű Ελλάδα", "first line", "second line", "large"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let Some(seen) = oracle(&answer.body) else { return };
    assert_eq!(seen["agree"], json!(["/Ja", "/Ja"]));
    assert_eq!(seen["pay"], json!(["/card", "/Off", "/card", "/Off"]));
    assert_eq!(seen["needAppearances"], false);
    for (name, differs) in seen["changed"].as_object().unwrap() {
        assert_eq!(*differs, true, "{name} looks as before");
    }
}

#[test]
fn a_box_is_unchecked_and_a_group_emptied() {
    let filled = fill(json!({"agree": true, "pay": "bar"}), json!({}));
    let request = json!({"file": base64(&filled.body), "data": {"agree": false, "pay": ""}});
    let answer = client().post("/forms/fill", &request);
    answered(&answer);
    let fields = fields(&answer.body);
    assert_eq!((&fields["agree"]["value"], &fields["pay"]["value"]), (&json!(false), &Value::Null));
    let Some(seen) = oracle(&answer.body) else { return };
    assert_eq!(seen["agree"], json!(["/Off", "/Off"]));
    assert_eq!(seen["changed"]["agree"], false, "an unchecked box looks as an empty one");
}

#[test]
fn what_does_not_fit_is_told_by_its_field() {
    for (data, message) in [
        (json!({"nmae": "x"}), "data.nmae: is not a field of the form; did you mean name?"),
        (json!({"pay": "cash"}), "data.pay: takes bar, card or transfer"),
        (json!({"size": "medium"}), "data.size: takes small or large"),
        (json!({"agree": "perhaps"}), "data.agree: takes true or false, or Ja"),
        (json!({"name": "x".repeat(101)}), "data.name: has room for 100 characters, and the text has 101"),
        (
            json!([{"name": "a"}, {"xyzzy": 1}]),
            "data[1].xyzzy: is not a field of the form: it has agree, name, note, pay, size",
        ),
        (json!([]), "data: is an empty list"),
        (json!("x"), "data: "),
    ] {
        let answer = fill(data.clone(), json!({}));
        assert_eq!(answer.status, 422, "{data}: {:?}", answer.body);
        assert!(answer.message().starts_with(message), "{}", answer.message());
    }
    let facts = answered(&fill(json!({"nmae": "x", "name": "y"}), json!({"ignoreUnknown": true})));
    assert_eq!((&facts["filled"], &facts["warnings"][0]["code"]), (&json!(1), &json!("unknown-field")));
    let facts = answered(&fill(json!({"name": "沒"}), json!({})));
    assert!(facts["warnings"][0]["message"].as_str().unwrap().contains("U+6C92"), "{facts}");
}

#[test]
fn many_records_make_many_documents_and_flat_ones_have_no_fields() {
    let data = json!([{"name": "Ann", "agree": true}, {"name": "Bo Łu"}]);
    let request = json!({"file": form(), "data": data, "flatten": true, "name": "letter"});
    let answer = client().post("/forms/fill?output=base64", &request);
    let files = documents(&answer);
    assert_eq!(files.len(), 2);
    for ((_, file), name) in files.iter().zip(["Ann", "Bo Łu"]) {
        assert_eq!(fields(file), json!({}));
        let Some(text) = text_of(file) else { return };
        assert!(text.contains(name), "{text}");
    }
}

/// Flattened, a page has the pixels it had.
#[test]
fn flattening_changes_no_pixel() {
    let filled =
        fill(json!({"name": "Łódź", "note": "some\ntext", "size": "large", "agree": true, "pay": "card"}), json!({}));
    let answer = client().post("/forms/flatten", &json!({"file": base64(&filled.body)}));
    assert_eq!(answered(&answer)["flattened"], 5);
    let program = "
import base64, io, json, sys
import pypdfium2 as pdfium
request = json.load(sys.stdin)
def pixels(data):
    pdf = pdfium.PdfDocument(base64.b64decode(data)); pdf.init_forms()
    return pdf[0].render(scale=2, may_draw_forms=True).to_numpy()
one, other = pixels(request['filled']), pixels(request['flat'])
print(json.dumps({'differing': int((abs(one.astype(int) - other.astype(int)) > 40).sum()), 'of': int(one.size)}))
";
    let request = json!({"filled": base64(&filled.body), "flat": base64(&answer.body)});
    let Some(seen) = chassis::testing::python("pdf", program, &request) else { return };
    assert!(seen["differing"].as_f64().unwrap() < seen["of"].as_f64().unwrap() * 0.0005, "{seen}");
}

/// What pikepdf reads and pdfium shows: states, and which fields look other than in the empty form.
fn oracle(document: &[u8]) -> Option<Value> {
    let program = "
import base64, io, json, sys
import pikepdf
import pypdfium2 as pdfium
request = json.load(sys.stdin)
data, empty = base64.b64decode(request['filled']), base64.b64decode(request['empty'])
def pixels(data):
    pdf = pdfium.PdfDocument(data); pdf.init_forms()
    return pdf[0].render(scale=1, may_draw_forms=True).to_numpy()
one, other = pixels(data), pixels(empty)
pdf = pikepdf.open(io.BytesIO(data)); seen = {}; changed = {}
for a in pdf.pages[0].Annots:
    name = str(a.get('/T', '')) or str(a.Parent.T)
    x0, y0, x1, y1 = [int(v) for v in a.Rect]
    area = (slice(842 - y1, 842 - y0), slice(x0, x1))
    differs = bool((abs(one[area].astype(int) - other[area].astype(int)) > 40).any())
    changed[name] = changed.get(name, False) or differs
    if name in ('agree', 'pay'):
        if name not in seen: seen[name] = [str(a.get('/V', a.get('/Parent', a).get('/V', '')))]
        seen[name].append(str(a.AS))
seen['changed'] = changed
seen['needAppearances'] = bool(pdf.Root.AcroForm.get('/NeedAppearances', False))
print(json.dumps(seen))
";
    let empty = base64(include_bytes!("../data/3-form.pdf"));
    chassis::testing::python("pdf", program, &json!({"filled": base64(document), "empty": empty}))
}
