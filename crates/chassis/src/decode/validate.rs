//! Bounds of a request type, in sentences. garde checks; this is the one table from its findings to our words.

use std::borrow::Cow;
use std::fmt::Display;

use garde::Validate;
use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind, with_i18n};
use serde::de::DeserializeOwned;

use super::identifiers::Identifiers;
use crate::error::{Code, Detail, Error};

/// Fields named in one error.
const MAX_DETAILS: usize = 20;

/// Checks a request's bounds.
pub(crate) fn check<T: Validate<Context = ()> + DeserializeOwned + 'static>(request: &T) -> Result<(), Error> {
    if request.validate().is_ok() {
        return Ok(());
    }
    let report = match with_i18n(Sentences, || request.validate()) {
        Ok(()) => return Ok(()),
        Err(report) => report,
    };
    let names = Identifiers::of::<T>();
    let details = report
        .iter()
        .take(MAX_DETAILS)
        .map(|(path, error)| Detail { field: names.json(path), message: error.message().to_owned() });
    Err(Error::fields(Code::ValidationError, details.collect()))
}

struct Sentences;

type Sentence = Cow<'static, str>;

impl I18n for Sentences {
    fn length_lower_than(&self, min: usize) -> Sentence {
        if min == 1 { "must not be empty".into() } else { format!("must have a length of at least {min}").into() }
    }

    fn length_greater_than(&self, max: usize) -> Sentence {
        format!("must have a length of at most {max}").into()
    }

    fn range_lower_than(&self, min: &dyn Display) -> Sentence {
        format!("must be at least {min}").into()
    }

    fn range_greater_than(&self, max: &dyn Display) -> Sentence {
        format!("must be at most {max}").into()
    }

    fn pattern_no_match(&self, pattern: &dyn Display) -> Sentence {
        format!("must match the pattern {pattern}").into()
    }

    fn contains_missing(&self, pattern: &dyn Display) -> Sentence {
        format!("must contain {pattern}").into()
    }

    fn prefix_missing(&self, pattern: &dyn Display) -> Sentence {
        format!("must start with {pattern}").into()
    }

    fn suffix_missing(&self, pattern: &dyn Display) -> Sentence {
        format!("must end with {pattern}").into()
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Sentence {
        format!("must be the same as {field}").into()
    }

    fn ascii_invalid(&self) -> Sentence {
        "must be plain ASCII".into()
    }

    fn alphanumeric_invalid(&self) -> Sentence {
        "must be letters and digits only".into()
    }

    fn required_not_set(&self) -> Sentence {
        "is required".into()
    }

    fn url_invalid(&self, reason: InvalidUrl) -> Sentence {
        format!("is not a URL: {reason}").into()
    }

    fn email_invalid(&self, reason: InvalidEmail) -> Sentence {
        format!("is not an email address: {reason}").into()
    }

    fn ip_invalid(&self, kind: IpKind) -> Sentence {
        match kind {
            IpKind::Any => "is not an IP address",
            IpKind::V4 => "is not an IPv4 address",
            IpKind::V6 => "is not an IPv6 address",
        }
        .into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Sentence {
        "is not a phone number".into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Sentence {
        "is not a card number".into()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Validate)]
    #[serde(rename_all = "camelCase")]
    struct Inner {
        #[garde(range(min = 1, max = 9))]
        line_width: u32,
    }

    #[derive(Deserialize, Validate)]
    struct Outer {
        #[garde(length(chars, min = 1, max = 3))]
        name: String,
        #[garde(dive)]
        shapes: Vec<Inner>,
    }

    #[test]
    fn findings_are_json_paths_and_sentences() {
        let outer = Outer { name: "äöüß".into(), shapes: vec![Inner { line_width: 3 }, Inner { line_width: 10 }] };
        let error = check(&outer).unwrap_err();
        let found: Vec<(&str, &str)> = error.details().iter().map(|d| (&*d.field, &*d.message)).collect();
        assert_eq!(found, [("name", "must have a length of at most 3"), ("shapes[1].lineWidth", "must be at most 9")]);
    }

    #[test]
    fn text_length_is_counted_in_characters() {
        assert!(check(&Outer { name: "äöü".into(), shapes: vec![] }).is_ok());
    }
}
