//! The tables of a file, to be looked at: `tables FILE [PAGE]`.

#![expect(clippy::print_stdout, reason = "it is what this program is for")]

use documents::{Document, TableMethod};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let document = Document::open(std::fs::read(arguments.next().ok_or("FILE")?)?, None)?;
    let only: Option<usize> = arguments.next().map(|page| page.parse()).transpose()?;
    let reader = document.reader();
    for page in 0..document.page_count() {
        if only.is_some_and(|only| only != page + 1) {
            continue;
        }
        for table in reader.tables(page, TableMethod::Auto)?.1 {
            let how = if table.ruled { "lattice" } else { "stream" };
            let (rows, columns) = (table.row_count(), table.column_count());
            println!("page {} {how} {:.2} {rows}x{columns} heads {}", page + 1, table.confidence, table.header_rows);
            for row in table.texts() {
                println!("  {}", row.join(" | ").replace('\n', "~"));
            }
        }
    }
    Ok(())
}
