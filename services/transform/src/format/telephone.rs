//! Telephone numbers.

use super::outcome::{Bad, Good, Outcome};
use super::{Input, Settings, Style};
use crate::phone::{self, Phone};

/// A telephone number, as libphonenumber judges it.
pub(super) fn check(input: Input<'_>, settings: &Settings) -> Outcome {
    let phone = Phone::parse(input.text, settings.country).map_err(phone::Problem::reason)?;
    let calling_code = format!("+{}", phone.code);
    if !phone.is_valid() {
        // Without a form that could be dialed: it would look as if it were usable.
        return Err(Bad::from(phone.reason()).with("possible", phone.is_possible()).with("callingCode", calling_code));
    }
    let style = match settings.style {
        Some(Style::International) => phone::Style::International,
        Some(Style::National) => phone::Style::National,
        Some(Style::Rfc3966) => phone::Style::Rfc3966,
        _ => phone::Style::E164,
    };
    Ok(Good::new(phone.write(style))
        .with("e164", phone.write(phone::Style::E164))
        .with("international", phone.write(phone::Style::International))
        .with("national", phone.write(phone::Style::National))
        .with("extension", phone.extension.as_deref())
        .with("callingCode", calling_code)
        .with("country", phone.country())
        .with("type", phone.line().map(phone::Line::name)))
}
