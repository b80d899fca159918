//! The name of an ICC profile (ICC.1:2022, section 9.2.41, `profileDescriptionTag`).

use moxcms::{ColorProfile, ProfileText};

use super::shown;

/// The name of an ICC profile: its description.
#[must_use]
pub fn profile_name(profile: &[u8]) -> Option<String> {
    let text = match ColorProfile::new_from_slice(profile).ok()?.description? {
        ProfileText::PlainString(text) => text,
        ProfileText::Localizable(texts) => texts.into_iter().next()?.value,
        ProfileText::Description(text) => text.ascii_string,
    };
    let text = shown(&text);
    (!text.is_empty()).then_some(text)
}
