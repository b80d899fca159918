//! Office documents and books.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client};

/// Documents made by other programs, as base64.
fn documents() -> Option<Value> {
    let program = r##"
import base64, io, json, sys, zipfile
import docx, openpyxl, pptx
from ebooklib import epub
json.load(sys.stdin)
made = {}
def keep(name, save):
    target = io.BytesIO(); save(target); made[name] = base64.b64encode(target.getvalue()).decode()
d = docx.Document()
d.core_properties.title, d.core_properties.author = "Lamps & more", "Ada Löw"
d.add_heading("Lamps", 1)
p = d.add_paragraph("Our "); p.add_run("best").bold = True; p.add_run(" and "); p.add_run("new").italic = True; p.add_run(" lamps < 5")
d.add_heading("List", 2)
d.add_paragraph("one", style="List Bullet"); d.add_paragraph("in", style="List Bullet 2"); d.add_paragraph("two", style="List Bullet")
d.add_paragraph("first", style="List Number"); d.add_paragraph("second", style="List Number")
d.add_paragraph("Quoted", style="Quote")
t = d.add_table(rows=2, cols=2)
for r, row in enumerate([["Name", "Price"], ["Desk | lamp", "19.90"]]):
    for c, text in enumerate(row): t.cell(r, c).text = text
m = d.add_table(rows=2, cols=2); m.cell(0, 0).merge(m.cell(0, 1)).text = "wide"; m.cell(1, 0).text = "x"; m.cell(1, 1).text = "y"
d.add_paragraph("end\ttab\nbreak")
keep("docx", d.save)
p = pptx.Presentation()
s = p.slides.add_slide(p.slide_layouts[1]); s.shapes.title.text = "First & last"
f = s.placeholders[1].text_frame; f.text = "one"; q = f.add_paragraph(); q.text = "in"; q.level = 1; q = f.add_paragraph(); q.text = "two"
s.notes_slide.notes_text_frame.text = "Say hello"
s = p.slides.add_slide(p.slide_layouts[5]); s.shapes.title.text = "Table"
t = s.shapes.add_table(2, 2, 0, 0, 1000000, 1000000).table
for r, row in enumerate([["a", "b"], ["1", "2"]]):
    for c, text in enumerate(row): t.cell(r, c).text = text
box = s.shapes.add_textbox(0, 0, 1000000, 1000000); box.text_frame.text = "Free text"
keep("pptx", p.save)
w = openpyxl.Workbook(); a = w.active; a.title = "Stock"
a.append(["Item", "Price", "Day"]); import datetime; a.append(["Desk", 1.5, datetime.date(2024, 3, 5)]); a["C4"] = "far"
w.create_sheet("Empty"); b = w.create_sheet("More"); b.append(["x", "y"])
keep("xlsx", w.save)
b = epub.EpubBook(); b.set_identifier("id"); b.set_title("The lamp"); b.set_language("en"); b.add_author("Ada Löw"); b.add_author("Bo Hart")
chapters = []
for n in (1, 2):
    c = epub.EpubHtml(title=f"Chapter {n}", file_name=f"c {n}.xhtml", lang="en"); c.content = f'<html><head><title/></head><body><h1>Chapter {n}</h1><p>Text <a id="x"/>of <i>{n}</i>&#160;&amp; more.</p></body></html>'
    b.add_item(c); chapters.append(c)
b.toc = chapters; b.add_item(epub.EpubNcx()); b.add_item(epub.EpubNav()); b.spine = chapters
keep("epub", lambda target: epub.write_epub(target, b))
json.dump(made, sys.stdout)
"##;
    python("transform", program, &json!(null))
}

#[test]
fn office_documents_and_books() {
    let Some(documents) = documents() else { return };
    let client = client();
    let read =
        |kind: &str, to: &str| answer(&client, "/markup", &json!({"data": {"base64": documents[kind]}, "to": to}));
    let docx = read("docx", "markdown");
    assert_eq!(
        docx["content"],
        "# Lamps\n\nOur **best** and *new* lamps < 5\n\n## List\n\n- one\n  - in\n- two\n\n1. first\n2. second\n\n> Quoted\n\n\
         | Name | Price |\n| --- | --- |\n| Desk \\| lamp | 19.90 |\n\n| wide | |\n| --- | --- |\n| x | y |\n\nend tab  \nbreak\n"
    );
    assert_eq!(
        (&docx["title"], &docx["author"], &docx["from"]),
        (&json!("Lamps & more"), &json!("Ada Löw"), &json!("docx"))
    );
    assert_eq!(
        read("docx", "text")["content"],
        "Lamps\nOur best and new lamps < 5\nList\none\nin\ntwo\nfirst\nsecond\nQuoted\nName\tPrice\nDesk | lamp\t19.90\nwide\nx\ty\nend tab\nbreak"
    );
    assert_eq!(
        read("pptx", "markdown")["content"],
        "## First & last\n\n- one\n  - in\n- two\n\n> Say hello\n\n---\n\n## Table\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nFree text\n"
    );
    assert_eq!(
        read("xlsx", "markdown")["content"],
        "## Stock\n\n| Item | Price | Day |\n| --- | --- | --- |\n| Desk | 1.5 | 2024-03-05 |\n| | | far |\n\n## More\n\n| x | y |\n| --- | --- |\n"
    );
    let book = read("epub", "markdown");
    assert_eq!(book["content"], "# Chapter 1\n\nText of *1* & more.\n\n# Chapter 2\n\nText of *2* & more.\n");
    assert_eq!(
        (&book["title"], &book["author"], &book["language"]),
        (&json!("The lamp"), &json!("Ada Löw, Bo Hart"), &json!("en"))
    );
}

#[test]
fn hostile_documents_end() {
    let program = r#"
import base64, io, json, sys, zipfile
json.load(sys.stdin)
types = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
def made(parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items(): archive.writestr(name, text)
    return base64.b64encode(target.getvalue()).decode()
w = 'xmlns:w="x"'
bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
documents = {
    "bomb": made({"[Content_Types].xml": types, "word/document.xml": "<w:document><w:p><w:r><w:t>" + "a" * 300_000_000}),
    "entities": made({"[Content_Types].xml": types, "word/document.xml": bomb + "<w:document><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:document>"}),
    "deep": made({"[Content_Types].xml": types, "word/document.xml": "<w:document>" + "<w:tbl><w:tr><w:tc>" * 100_000}),
    "paragraphs": made({"[Content_Types].xml": types, "word/document.xml": "<w:document>" + "<w:p>" * 100_000}),
    "lists": made({"[Content_Types].xml": types, "word/document.xml": "<w:document>" + '<w:p><w:pPr><w:numPr><w:ilvl w:val="4000000000"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>' * 10_000 + "</w:document>"}),
    "parts": made({**{f"a{n}": "" for n in range(3_000)}, "[Content_Types].xml": types}),
    "empty": made({"[Content_Types].xml": types}),
    "other": made({"a.txt": "x"}),
    "broken": base64.b64encode(b"PK\x03\x04" + b"x" * 100).decode(),
    "old": base64.b64encode(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100).decode(),
    "book": made({"META-INF/container.xml": '<container><rootfile full-path="../../etc/passwd"/></container>'}),
}
json.dump(documents, sys.stdout)
"#;
    let Some(documents) = python("transform", program, &json!(null)) else { return };
    let client = client();
    for (name, says) in [
        ("bomb", "256 MB"),
        ("entities", "damaged"),
        ("deep", "damaged"),
        ("paragraphs", "damaged"),
        ("parts", "2000 parts"),
        ("empty", "missing"),
        ("other", "no DOCX, PPTX, XLSX or EPUB"),
        ("broken", "no zip archive"),
        ("old", "before 2007"),
        ("book", "missing"),
    ] {
        let found = client.post("/api/v1/data/markup", &json!({"data": {"base64": documents[name]}}));
        assert!([413, 422].contains(&found.status), "{name}: {:?}", found.body);
        assert!(found.message().contains(says), "{name}: {}", found.message());
    }
    let lists = client.post("/api/v1/data/markup", &json!({"data": {"base64": documents["lists"]}}));
    assert_eq!(lists.status, 200, "{:?}", lists.body);
}
