//! Spreadsheets: every sheet that has something as a table under its name.

use chassis::{Code, Error};

use super::{Html, MAX_HTML};
use crate::markup::Notices;
use crate::package::Package;
use crate::rows::sheet;

/// Empty cells that are written before one, at most.
const MAX_EMPTY: u32 = 500;

/// The sheets as HTML.
///
/// # Errors
/// When they are damaged or too large.
pub(super) fn html(package: Package, notices: &mut Notices) -> Result<String, Error> {
    let mut html = Html::default();
    let uncertain = sheet::every(package, |name, next_row| {
        let mut begun = false;
        while let Some((_, cells)) = next_row()? {
            if !begun {
                html.tag("h2");
                html.text(name);
                html.0.push_str("</h2><table>");
                begun = true;
            }
            html.tag("tr");
            let mut next = 0;
            for (column, cell) in cells {
                // Cells that are not there are empty.
                for _ in next..column.min(next + MAX_EMPTY) {
                    html.0.push_str("<td></td>");
                }
                next = column + 1;
                html.tag("td");
                html.text(cell.text());
                html.tag("/td");
            }
            html.tag("/tr");
            if html.0.len() > MAX_HTML {
                let message = "the spreadsheet has more than a document may: use convert, which is for tables";
                return Err(Error::new(Code::PayloadTooLarge, message));
            }
        }
        if begun {
            html.tag("/table");
        }
        Ok(())
    })?;
    if uncertain.uncomputed > 0 {
        let message = format!(
            "{} formulas were never computed by the program that wrote the file: they are empty",
            uncertain.uncomputed
        );
        notices.push(("uncomputed-formula", message));
    }
    if uncertain.errors > 0 {
        notices.push(("error-cells", format!("{} cells are errors: they are empty", uncertain.errors)));
    }
    Ok(html.0)
}
