//! The text of files, one line of JSON each: `read FILE..`, for comparisons with other readers.

#![expect(clippy::print_stdout, reason = "it is what this program is for")]

fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read(&path).map_err(|error| error.to_string()).and_then(|bytes| text(bytes));
        match text {
            Ok(text) => println!("{}\t{}", path, text.escape_debug()),
            Err(error) => println!("{path}\t!{error}"),
        }
    }
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    let document = documents::Document::open(bytes, None).map_err(|error| error.to_string())?;
    let reader = document.reader();
    let pages = (0..document.page_count()).map(|page| reader.page(page).map(|text| text.plain()));
    pages.collect::<Result<String, _>>().map_err(|error| error.to_string())
}
