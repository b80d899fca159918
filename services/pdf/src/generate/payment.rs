//! How an invoice is paid: bank details, and the code that banking apps read (EPC069-12, "GiroCode").

use chassis::{Call, Error};
use codes::ErrorCorrection;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::locale::Currency;
use super::money::Decimal;
use super::view::breakable;
use super::words::Words;

/// How to pay.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Payment {
    /// Holder of the account; the seller when not given.
    #[serde(default, alias = "accountHolder", alias = "name")]
    #[garde(length(chars, max = 70))]
    pub holder: Option<String>,
    /// Account as an IBAN (ISO 13616), with or without spaces; its check digits are checked.
    #[serde(default)]
    #[garde(length(chars, max = 50))]
    pub iban: Option<String>,
    /// BIC of the bank (ISO 9362).
    #[serde(default, alias = "swift")]
    #[garde(length(chars, max = 11))]
    pub bic: Option<String>,
    /// Name of the bank.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub bank: Option<String>,
    /// Reference to be given with the payment; a creditor reference (ISO 11649) starts with RF. The number of the
    /// document when not given.
    #[serde(default)]
    #[garde(length(chars, max = 140))]
    pub reference: Option<String>,
    /// More about how to pay, such as a link.
    #[serde(default, alias = "terms")]
    #[garde(length(chars, max = 2000))]
    pub instructions: Option<String>,
    /// Whether there is a QR code that fills in a SEPA credit transfer; by default when there is an IBAN and the amount
    /// due is in euros.
    #[serde(default)]
    pub qr: Option<bool>,
}

/// How to pay, as a template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct PaymentView {
    /// Labels and values.
    rows: Vec<(String, String)>,
    instructions: String,
    /// The code as a path of an SVG and its size in modules.
    code: Option<Code>,
}

/// A QR code.
#[derive(Debug, Serialize)]
struct Code {
    svg: String,
}

impl Payment {
    /// Checks the details and draws the code.
    pub(crate) fn view(
        &self,
        seller: &str,
        number: &str,
        due: Decimal,
        currency: &Currency,
        words: &Words,
        call: &Call,
    ) -> Result<PaymentView, Error> {
        let present =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let iban = present(&self.iban).map(|text| iban(&text)).transpose()?;
        let holder = present(&self.holder).unwrap_or_else(|| seller.trim().to_owned());
        let reference =
            present(&self.reference).or_else(|| Some(number.trim().to_owned()).filter(|text| !text.is_empty()));
        let bic = present(&self.bic).map(|bic| bic.to_ascii_uppercase());
        if bic
            .as_deref()
            .is_some_and(|bic| !matches!(bic.len(), 8 | 11) || !bic.bytes().all(|b| b.is_ascii_alphanumeric()))
        {
            return Err(Error::impossible("data.payment.bic", "is not a BIC: it has 8 or 11 letters and digits"));
        }
        let grouped = iban.as_deref().map(|iban| {
            let groups: Vec<&str> = (0..iban.len()).step_by(4).map(|at| &iban[at..iban.len().min(at + 4)]).collect();
            groups.join("\u{a0}")
        });
        let rows = [
            ("accountHolder", Some(holder.clone()).filter(|holder| grouped.is_some() && !holder.is_empty())),
            ("IBAN", grouped),
            ("BIC", bic.clone()),
            ("bank", present(&self.bank)),
            ("reference", reference.clone()),
        ];
        let label = |key: &str| words.get(key).cloned().unwrap_or_else(|| key.to_owned());
        let rows = rows.into_iter().filter_map(|(key, value)| Some((label(key), breakable(&value?)))).collect();
        let payable = currency.code == "EUR"
            && due.is_more_than(Decimal::ZERO)
            && !holder.is_empty()
            && Decimal::whole(1_000_000_000).is_more_than(due);
        let code = match (&iban, payable, self.qr) {
            (_, _, Some(false)) => None,
            (Some(iban), true, _) => code(&transfer(iban, bic.as_deref(), &holder, due, reference.as_deref())),
            (_, _, Some(true)) => {
                let message =
                    "has no effect: the code needs an IBAN, a holder and an amount due in euros, up to 999,999,999.99";
                call.warn("no-effect", Some("data.payment.qr"), message);
                None
            }
            _ => None,
        };
        let instructions = breakable(self.instructions.as_deref().unwrap_or_default().trim());
        Ok(PaymentView { rows, instructions, code })
    }
}

/// An IBAN without spaces, with the right check digits.
fn iban(text: &str) -> Result<String, Error> {
    let iban: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    let iban = iban.to_ascii_uppercase();
    let plausible = (15..=34).contains(&iban.len())
        && iban.bytes().all(|letter| letter.is_ascii_alphanumeric())
        && iban.as_bytes()[..2].iter().all(u8::is_ascii_alphabetic);
    let wrong = |message: &str| Err(Error::impossible("data.payment.iban", message));
    if !plausible {
        return wrong("is not an IBAN: it starts with two letters and has 15 to 34 letters and digits");
    }
    let rest = iban.bytes().cycle().skip(4).take(iban.len()).fold(0_u32, |rest, letter| {
        let value = char::from(letter).to_digit(36).unwrap_or_default();
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    match rest == 1 {
        true => Ok(iban),
        false => wrong("is not an IBAN: its check digits do not match, a digit may be wrong"),
    }
}

/// The text of the code: EPC069-12, version 002, in UTF-8.
fn transfer(iban: &str, bic: Option<&str>, holder: &str, due: Decimal, reference: Option<&str>) -> String {
    let line = |text: &str, most: usize| {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect::<String>()
    };
    let reference = reference.unwrap_or_default();
    let compact: String = reference.split_whitespace().collect();
    let is_creditor_reference = compact.len() > 4
        && compact.len() <= 25
        && compact.starts_with("RF")
        && compact.as_bytes()[2..4].iter().all(u8::is_ascii_digit)
        && compact.bytes().all(|letter| letter.is_ascii_alphanumeric());
    let (structured, free) =
        if is_creditor_reference { (compact, String::new()) } else { (String::new(), line(reference, 140)) };
    let lines = [
        "BCD".to_owned(),
        "002".to_owned(),
        "1".to_owned(),
        "SCT".to_owned(),
        bic.unwrap_or_default().to_owned(),
        line(holder, 70),
        iban.to_owned(),
        format!("EUR{}", due.plain(2)),
        String::new(),
        structured,
        free,
    ];
    lines.join("\n").trim_end().to_owned()
}

/// The code as an SVG, in the error correction the standard asks for (M, at most version 13).
fn code(text: &str) -> Option<Code> {
    let code = codes::qr::encode(text, ErrorCorrection::M, 1).ok().filter(|code| code.version <= 13)?.symbol;
    let mut path = String::new();
    for y in 0..code.rows {
        for (start, length) in code.runs(y) {
            path.push_str(&format!("M{start} {y}h{length}v1h-{length}z"));
        }
    }
    let size = code.columns;
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"><path d="{path}"/></svg>"#
    );
    Some(Code { svg })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of EPC069-12, version 2.1, section 2.
    #[test]
    fn the_text_is_that_of_the_guideline() {
        let amount = Decimal::read(&"1".parse().unwrap(), "amount").unwrap();
        let text = transfer("BE72000000001616", Some("BPOTBEB1"), "Red Cross of Belgium", amount, Some("Urgency fund"));
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines[..4], ["BCD", "002", "1", "SCT"]);
        assert_eq!(
            lines[4..],
            ["BPOTBEB1", "Red Cross of Belgium", "BE72000000001616", "EUR1.00", "", "", "Urgency fund"]
        );
        let text = transfer("BE72000000001616", None, "A", amount, Some("RF18 5390 0754 7034"));
        assert!(text.ends_with("\n\nRF18539007547034"), "{text}");
    }

    /// IBANs from the registry of SWIFT.
    #[test]
    fn check_digits_are_checked() {
        for good in ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "fr14 2004 1010 0505 0001 3M02 606"] {
            assert!(iban(good).is_ok(), "{good}");
        }
        for bad in ["DE89370400440532013001", "DE8937", "8937DE0400440532013000", ""] {
            assert!(iban(bad).is_err(), "{bad}");
        }
    }
}
