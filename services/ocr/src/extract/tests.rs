//! Whole documents, as rows of text.

use super::*;
use crate::page::{Area, Word};
use crate::rows::rows_of;

fn fields(text: &str, wanted: &[WantedField]) -> ExtractResponse {
    of_rows(&rows_of(text), DocumentType::Auto, DateOrder::Auto, 2026, wanted, None)
}

#[test]
fn the_number_of_a_document_is_no_price_and_no_date() {
    for (text, number) in [
        ("FACTURE N° F-2025-0042", Some("F-2025-0042")),
        ("Facture n° F-2025-0042", Some("F-2025-0042")),
        ("FACTURA Nº 2025/118", Some("2025/118")),
        ("FATTURA n. 77", Some("77")),
        ("Rechnung 4711", Some("4711")),
        ("Invoice # INV-00042", Some("INV-00042")),
        ("Invoice Number Date\nINV-12 04/07/2025", Some("INV-12")),
        ("Store\nInvoice date: 03/04/2025\nSubtotal 1.00", None),
        ("Order 04/15/2025\nInvoice date: 05/06/2025\nTotal $1.08", None),
        ("Invoice total 1.00", None),
    ] {
        assert_eq!(fields(text, &[]).number.map(|found| found.value).as_deref(), number, "{text}");
    }
}

#[test]
fn the_seller_is_a_name() {
    for (text, seller) in [
        ("INVOICE\nInvoice # INV-00042\nAcme Tools Ltd\nTotal 5.00", Some("Acme Tools Ltd")),
        ("FACTURA Nº 2025/118\nFecha: 4 de julio de 2025", None),
        ("Rechnung Nr. 4711\nDue: 1st August 2025\nPage 1 of 2", None),
        ("Cash and Carry\nTotal 5.00", Some("Cash and Carry")),
    ] {
        assert_eq!(fields(text, &[]).seller.map(|found| found.value).as_deref(), seller, "{text}");
    }
}

#[test]
fn dates_are_meant_as_the_document_shows() {
    let wanted = [WantedField { name: "d".into(), label: "Invoice date".into(), kind: FieldType::Date }];
    for (text, date) in [
        ("Order 04/15/2025\nInvoice date: 05/06/2025", "2025-05-06"),
        ("Order 15/04/2025\nInvoice date: 05/06/2025\nSubtotal 1.00\nTax 0.08", "2025-06-05"),
        (
            "Tel 01.02.2003\nRechnung vom 05.06.2025\nLeistungsdatum 01.06.2025\nzahlbar bis 20.06.2025\nInvoice date 05.06.2025",
            "2025-06-05",
        ),
        ("Geburtstag 01.02.2003\nRechnungsdatum 05.06.2025\nInvoice date 05.06.2025", "2025-06-05"),
        ("Invoice date: 03/04/2025\nSubtotal 1.00\nSales Tax 0.08\nTotal $1.08", "2025-03-04"),
    ] {
        let found = fields(text, &wanted);
        let dates = (found.date.map(|date| date.date), found.fields[0].value.clone());
        assert_eq!(dates, (Some(date.to_owned()), Some(date.to_owned())), "{text}");
    }
}

#[test]
fn an_invoice_is_one_though_some_of_it_was_paid() {
    for (text, kind) in [
        ("INVOICE\nAmount Paid $ 2,345.67\nBalance Due $ 10,000.00", DocumentType::Invoice),
        ("Invoice 12\nPayment terms: 30 days\nTotal 5.00", DocumentType::Invoice),
        ("TAX INVOICE\nTotal 5.00\nCash 10.00\nChange 5.00", DocumentType::Receipt),
        ("Total 5.00", DocumentType::Receipt),
    ] {
        assert_eq!(fields(text, &[]).kind, kind, "{text}");
    }
}

#[test]
fn a_crown_is_of_no_country_unless_the_document_says_which() {
    for (text, currency) in [("Total 120,00 kr", None), ("Total 120,00 kr\nMoms DKK 24,00", Some("DKK"))] {
        let total = fields(text, &[]).total.unwrap();
        assert_eq!((total.amount.as_str(), total.currency.as_deref()), ("120.00", currency), "{text}");
    }
}

/// Rows of cells, each in its column.
fn table(rows: &[&[&str]]) -> Vec<Row> {
    let row = |(at, cells): (usize, &&[&str])| {
        let cell = |(column, text): (usize, &&str)| -> Vec<Word> {
            let word = |(place, text): (usize, &str)| {
                let area = Area { x: (column * 1000 + place * 100) as u32, y: at as u32 * 40, width: 90, height: 20 };
                Word { text: text.into(), area, confidence: 0.9 }
            };
            text.split(' ').enumerate().map(word).collect()
        };
        let words: Vec<Word> = cells.iter().enumerate().flat_map(cell).collect();
        Row { area: Area::around(words.iter().map(|word| word.area)), words, page: 1 }
    };
    rows.iter().enumerate().map(row).collect()
}

#[test]
fn a_label_that_heads_a_column_has_its_value_below() {
    let rows = table(&[
        &["Invoice No", "Date", "Due date"],
        &["INV-77", "2025-07-04", "2025-08-03"],
        &["Bill to", "Ship to"],
        &["ACME Corp.", "Foo Ltd."],
        &["Customer", "Ada Lovelace"],
        &["City", "London"],
    ]);
    let wanted = |label: &str| WantedField { name: label.into(), label: label.into(), kind: FieldType::Text };
    let labels = ["Invoice No", "Bill to", "Ship to", "Customer", "City"];
    let found = of_rows(&rows, DocumentType::Auto, DateOrder::Auto, 2026, &labels.map(wanted), None);
    let values: Vec<&str> = found.fields.iter().filter_map(|field| field.value.as_deref()).collect();
    assert_eq!(values, ["INV-77", "ACME Corp.", "Foo Ltd.", "Ada Lovelace", "London"]);
}
