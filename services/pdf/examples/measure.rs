//! One operation in this process, for comparisons with other programs (`bench/pdf.py`): `measure merge|split|text|tables|render FILE..`.
//! Prints the bytes of what was made.

#![expect(clippy::print_stdout, reason = "it is what this program is for")]

use chassis::{Call, File};
use pdf::{merge, render, split, tables, text};
use serde_json::{Value, json};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let operation = arguments.next().unwrap_or_default();
    let paths: Vec<String> = arguments.collect();
    let files: Vec<File> =
        paths.iter().map(|path| File::new(path, "application/pdf", std::fs::read(path).unwrap_or_default())).collect();
    let call = Call::detached();
    let made = match operation.as_str() {
        "merge" => {
            let request =
                merge::MergeRequest { files, pages: Vec::new(), title: None, allow_signed: true, ..merge::example() };
            merge::merge(request, &call).map(|made| json!(made.file.bytes().len()))
        }
        "split" => first(files).and_then(|file| {
            split::split(split::SplitRequest { file, every: Some(1), allow_signed: true, ..split::example() }, &call)
                .map(|made| json!(made.files.iter().map(|file| file.bytes().len()).sum::<usize>()))
        }),
        "text" => first(files).and_then(|file| {
            let request = text::TextRequest { file, find: None, ..text::example() };
            text::text(request, &call).map(|made| json!(made.text.len()))
        }),
        "tables" => first(files).and_then(|file| {
            let request = tables::TablesRequest { file, ..tables::example() };
            tables::tables(request, &call).map(|made| json!(made.count))
        }),
        "render" => first(files).and_then(|file| {
            let request = render::RenderRequest { file, dpi: Some(96.0), ..render::example() };
            render::render(request, &call).map(|made| json!(made.facts.rows.iter().map(|row| row.bytes).sum::<usize>()))
        }),
        _ => Ok(Value::Null),
    };
    match made {
        Ok(made) => println!("{made}"),
        Err(error) => println!("{error}"),
    }
}

fn first(files: Vec<File>) -> Result<File, chassis::Error> {
    files.into_iter().next().ok_or_else(chassis::Error::internal)
}
