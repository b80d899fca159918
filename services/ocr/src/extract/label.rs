//! What a row says it is, by its words: total, tax, date ... in several languages, forgiving what recognition gets wrong.

use crate::rows::Row;

/// What a row with an amount may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Label {
    Total,
    Subtotal,
    Tax,
    /// What remains before tax.
    Net,
    Cash,
    Change,
    Tip,
    Discount,
    Shipping,
    Rounding,
}

/// Phrases, what they say, and how surely.
const PHRASES: &[(&str, Label, f64)] = &[
    ("sub total", Label::Subtotal, 9.0),
    ("subtotal", Label::Subtotal, 9.0),
    ("sous total", Label::Subtotal, 9.0),
    ("zwischensumme", Label::Subtotal, 9.0),
    ("subtotale", Label::Subtotal, 9.0),
    ("total excl", Label::Subtotal, 8.0),
    ("total sales excluding", Label::Subtotal, 8.0),
    ("total excluding", Label::Subtotal, 8.0),
    ("total before", Label::Subtotal, 8.0),
    ("total exclude", Label::Subtotal, 8.0),
    ("total gst excl", Label::Subtotal, 8.0),
    ("total vat excl", Label::Subtotal, 8.0),
    ("total tax excl", Label::Subtotal, 8.0),
    ("netto", Label::Net, 8.0),
    ("net amount", Label::Net, 7.0),
    ("nettobetrag", Label::Net, 8.0),
    ("montant ht", Label::Net, 8.0),
    ("total ht", Label::Net, 9.0),
    ("base imponible", Label::Net, 8.0),
    ("imponibile", Label::Net, 8.0),
    ("total tax", Label::Tax, 9.0),
    ("total gst", Label::Tax, 9.0),
    ("total vat", Label::Tax, 9.0),
    ("total included gst", Label::Tax, 8.0),
    ("included vat", Label::Tax, 8.0),
    ("enthaltene mwst", Label::Tax, 8.0),
    ("gst amount", Label::Tax, 8.0),
    ("sales tax", Label::Tax, 8.0),
    ("tax", Label::Tax, 5.0),
    ("gst", Label::Tax, 5.0),
    ("vat", Label::Tax, 5.0),
    ("mwst", Label::Tax, 7.0),
    ("ust", Label::Tax, 6.0),
    ("umsatzsteuer", Label::Tax, 7.0),
    ("mehrwertsteuer", Label::Tax, 7.0),
    ("tva", Label::Tax, 7.0),
    ("iva", Label::Tax, 7.0),
    ("btw", Label::Tax, 7.0),
    ("service charge", Label::Tax, 3.0),
    ("cash", Label::Cash, 7.0),
    ("tendered", Label::Cash, 8.0),
    ("payment", Label::Cash, 6.0),
    ("paid", Label::Cash, 6.0),
    ("pay", Label::Cash, 5.0),
    ("gegeben", Label::Cash, 8.0),
    ("bar", Label::Cash, 6.0),
    ("visa", Label::Cash, 6.0),
    ("mastercard", Label::Cash, 6.0),
    ("credit card", Label::Cash, 6.0),
    ("debit card", Label::Cash, 6.0),
    ("especes", Label::Cash, 7.0),
    ("efectivo", Label::Cash, 7.0),
    ("contante", Label::Cash, 7.0),
    ("change", Label::Change, 8.0),
    ("change due", Label::Change, 9.0),
    ("balance returned", Label::Change, 8.0),
    ("ruckgeld", Label::Change, 9.0),
    ("rendu", Label::Change, 8.0),
    ("cambio", Label::Change, 8.0),
    ("resto", Label::Change, 8.0),
    ("tip", Label::Tip, 8.0),
    ("suggested tip", Label::Tip, 10.0),
    ("gratuity", Label::Tip, 9.0),
    ("trinkgeld", Label::Tip, 9.0),
    ("discount", Label::Discount, 8.0),
    ("you saved", Label::Discount, 9.0),
    ("savings", Label::Discount, 8.0),
    ("total saved", Label::Discount, 9.0),
    ("total savings", Label::Discount, 9.0),
    ("total discount", Label::Discount, 9.0),
    ("rabatt", Label::Discount, 8.0),
    ("remise", Label::Discount, 8.0),
    ("descuento", Label::Discount, 8.0),
    ("sconto", Label::Discount, 8.0),
    ("shipping", Label::Shipping, 8.0),
    ("shipping and handling", Label::Shipping, 9.0),
    ("delivery", Label::Shipping, 7.0),
    ("freight", Label::Shipping, 8.0),
    ("postage", Label::Shipping, 8.0),
    ("versand", Label::Shipping, 8.0),
    ("versandkosten", Label::Shipping, 9.0),
    ("porto", Label::Shipping, 7.0),
    ("frais de port", Label::Shipping, 9.0),
    ("livraison", Label::Shipping, 7.0),
    ("gastos de envio", Label::Shipping, 9.0),
    ("spedizione", Label::Shipping, 8.0),
    ("verzendkosten", Label::Shipping, 9.0),
    ("rounding", Label::Rounding, 8.0),
    ("round adj", Label::Rounding, 9.0),
    ("rounding adj", Label::Rounding, 9.0),
    ("grand total", Label::Total, 11.0),
    ("amount due", Label::Total, 10.0),
    ("balance due", Label::Total, 10.0),
    ("total due", Label::Total, 10.0),
    ("total rounded", Label::Total, 12.0),
    ("rounded total", Label::Total, 12.0),
    ("total after rounding", Label::Total, 12.0),
    ("after rounding", Label::Total, 10.0),
    ("total incl", Label::Total, 9.5),
    ("total inclusive", Label::Total, 9.5),
    ("total sales inclusive", Label::Total, 9.5),
    ("total inc", Label::Total, 9.5),
    ("total gst incl", Label::Total, 9.5),
    ("total vat incl", Label::Total, 9.5),
    ("total tax incl", Label::Total, 9.5),
    ("total gst inclusive", Label::Total, 9.5),
    ("total vat included", Label::Total, 9.5),
    ("total tax included", Label::Total, 9.5),
    ("total amt", Label::Total, 9.0),
    ("total amount", Label::Total, 9.0),
    ("total payable", Label::Total, 10.0),
    ("to pay", Label::Total, 9.0),
    ("total to pay", Label::Total, 10.0),
    ("amount to pay", Label::Total, 10.0),
    ("amount payable", Label::Total, 10.0),
    ("net total", Label::Total, 9.0),
    ("nett total", Label::Total, 9.5),
    ("nett amount", Label::Total, 9.0),
    ("total sales", Label::Total, 8.0),
    ("total", Label::Total, 8.0),
    ("summe", Label::Total, 8.0),
    ("gesamt", Label::Total, 8.0),
    ("gesamtbetrag", Label::Total, 10.0),
    ("gesamtsumme", Label::Total, 10.0),
    ("rechnungsbetrag", Label::Total, 10.0),
    ("endbetrag", Label::Total, 10.0),
    ("zu zahlen", Label::Total, 10.0),
    ("betrag", Label::Total, 5.0),
    ("brutto", Label::Total, 7.0),
    ("kokku", Label::Total, 8.0),
    ("total ttc", Label::Total, 10.0),
    ("montant total", Label::Total, 9.0),
    ("a payer", Label::Total, 10.0),
    ("net a payer", Label::Total, 11.0),
    ("importe total", Label::Total, 10.0),
    ("total a pagar", Label::Total, 11.0),
    ("totale", Label::Total, 8.0),
    ("totaal", Label::Total, 8.0),
    ("amount", Label::Total, 3.0),
];

/// Words that make a total one of something else.
const NOT_MONEY: [&str; 8] = ["qty", "items", "item", "quantity", "pieces", "points", "unit", "artikel"];

/// Words that make a tax the number of one who is taxed.
const IDENTIFIES: [&str; 12] = [
    "no",
    "nr",
    "number",
    "id",
    "idnr",
    "reg",
    "registration",
    "nummer",
    "numero",
    "num",
    "steuernummer",
    "identification",
];

/// What a row says it is, and how surely; the surest phrase counts, the longer one of two.
pub(crate) fn label(row: &Row) -> Option<(Label, f64)> {
    let words = plain_words(&row.text());
    let has = |phrase: &str| contains(&words, phrase);
    let found = PHRASES.iter().filter(|(phrase, ..)| has(phrase));
    let best = found.max_by(|a, b| {
        let rank = |(phrase, _, sure): &(&str, Label, f64)| (phrase.split(' ').count(), *sure);
        let (one, other) = (rank(a), rank(b));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
    });
    let (_, label, sure) = best?;
    let says = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // `VAT No`, `Tax ID`: the number of whoever pays it.
    if *label == Label::Tax && says(&IDENTIFIES) {
        return None;
    }
    let of_something = *label == Label::Total && says(&NOT_MONEY);
    Some((*label, if of_something { sure - 7.0 } else { *sure }))
}

/// Whether words hold a phrase, each word with at most one wrong letter if it is long.
pub(crate) fn contains(words: &[String], phrase: &str) -> bool {
    let parts: Vec<&str> = phrase.split(' ').collect();
    words.windows(parts.len().max(1)).any(|window| window.iter().zip(&parts).all(|(word, part)| alike(word, part)))
}

/// Where a phrase stands among words: the first, and how many.
pub(crate) fn position(words: &[String], phrase: &[String]) -> Option<usize> {
    let all = |window: &[String]| window.iter().zip(phrase).all(|(word, part)| alike(word, part));
    if phrase.is_empty() { None } else { words.windows(phrase.len()).position(all) }
}

/// Small letters without marks, digits that look like letters as letters; one for each word, which may be empty.
pub(crate) fn plain(word: &str) -> String {
    let has_letters = word.chars().filter(|letter| letter.is_alphabetic()).count() * 2 >= word.chars().count();
    let letters = word.chars().flat_map(char::to_lowercase).filter_map(|letter| {
        Some(match letter {
            'ä' | 'à' | 'á' | 'â' => 'a',
            'ö' | 'ò' | 'ó' | 'ô' => 'o',
            'ü' | 'ù' | 'ú' | 'û' => 'u',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'º' | '°' => 'o',
            'ç' => 'c',
            'ñ' => 'n',
            '0' if has_letters => 'o',
            '1' | '|' if has_letters => 'l',
            '5' if has_letters => 's',
            letter if letter.is_alphanumeric() => letter,
            _ => return None,
        })
    });
    letters.collect()
}

/// The words of a text, plain; what stands between signs are words of their own.
fn plain_words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || "():/&-.,;%<>[]{}".contains(letter));
    words.map(plain).filter(|word| !word.is_empty()).collect()
}

/// Whether two words are the same but for a letter, where they are long.
fn alike(one: &str, other: &str) -> bool {
    const LONG: usize = 5;
    /// Bytes of a character at most.
    const WIDEST: usize = 4;
    if one == other {
        return true;
    }
    if one.len().min(other.len()) < LONG || one.len().abs_diff(other.len()) > WIDEST {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().min(other.len()) < LONG || one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let end = one[start..].iter().rev().zip(other[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    (one.len() - start - end).max(other.len() - start - end) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Area, Word};

    #[test]
    fn rows_are_known_by_their_words() {
        for (text, expected) in [
            ("TOTAL", Some(Label::Total)),
            ("T0TAL RM", Some(Label::Total)),
            ("Tota1 Sales (Inclusive of GST)", Some(Label::Total)),
            ("Sub-Total", Some(Label::Subtotal)),
            ("SUBTOTAL", Some(Label::Subtotal)),
            ("SUBT0TAI.", Some(Label::Subtotal)),
            ("TAX 8.00%", Some(Label::Tax)),
            ("MwSt 7,0%", Some(Label::Tax)),
            ("Rückgeld", Some(Label::Change)),
            ("Suggested tip 20%", Some(Label::Tip)),
            ("You saved", Some(Label::Discount)),
            ("Rounding Adj", Some(Label::Rounding)),
            ("TOTAL <GST INCL)", Some(Label::Total)),
            ("Total GST", Some(Label::Tax)),
            ("Total (GST Excl)", Some(Label::Subtotal)),
            ("Tax number", None),
            ("USt-IdNr.", None),
            ("VAT Reg No", None),
            ("Sandwich", None),
        ] {
            let word = |text: &str| Word { text: text.into(), area: Area::default(), confidence: 1.0 };
            let row = Row { words: text.split(' ').map(word).collect(), area: Area::default(), page: 1 };
            assert_eq!(label(&row).map(|(label, _)| label), expected, "{text}");
        }
    }
}
