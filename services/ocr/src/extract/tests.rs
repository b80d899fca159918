//! Whole documents, as rows of text.

use super::*;
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
