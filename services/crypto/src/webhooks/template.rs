//! The template of what is signed, with placeholders in braces.

use super::fields::{is_name, same_header};
use crate::Error;
use crate::error::conflict;

/// Headers in a template.
const MAX_HEADERS: usize = 4;

/// A part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Itself.
    Text(&'t str),
    Body,
    /// The time, exactly as it was written.
    Timestamp,
    Id,
    /// The whole address.
    Url,
    /// The address from its path on.
    Path,
    Method,
    /// The fields of the form, sorted, names and values without anything between.
    Form,
    Header(&'t str),
}

/// The parts of a template.
///
/// # Errors
/// When a brace is not closed or holds an unknown name.
pub(super) fn parse(template: &str) -> Result<Vec<Part<'_>>, Error> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, opened)) = rest.split_once('{') {
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        let (name, after) = opened.split_once('}').ok_or_else(|| unknown("{"))?;
        parts.push(match name {
            "body" => Part::Body,
            "timestamp" => Part::Timestamp,
            "id" => Part::Id,
            "url" => Part::Url,
            "path" => Part::Path,
            "method" => Part::Method,
            "form" => Part::Form,
            _ => match name.strip_prefix("header:").map(str::trim) {
                // A name with a brace in it could be taken for another part.
                Some(header) if is_name(header) => Part::Header(header),
                _ => return Err(unknown(&format!("{{{}}}", name.chars().take(40).collect::<String>()))),
            },
        });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

/// Refuses a template with a place that is there twice, or many headers: what is signed could be far longer than the
/// request.
///
/// # Errors
/// When it is one.
pub(super) fn check(parts: &[Part<'_>]) -> Result<(), Error> {
    for (index, part) in parts.iter().enumerate() {
        if parts[..index].iter().any(|earlier| earlier.is_same_place(part)) {
            return Err(conflict("generic.template", format!("has {} twice: each may occur once", part.written())));
        }
    }
    if parts.iter().filter(|part| matches!(part, Part::Header(_))).count() > MAX_HEADERS {
        return Err(conflict("generic.template", format!("has more than {MAX_HEADERS} headers")));
    }
    Ok(())
}

impl Part<'_> {
    fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(_), _) => false,
            (Self::Header(one), Self::Header(other)) => same_header(one, other),
            _ => self == other,
        }
    }

    /// As it stands in a template.
    fn written(&self) -> String {
        match self {
            Self::Text(text) => (*text).to_owned(),
            Self::Body => "{body}".to_owned(),
            Self::Timestamp => "{timestamp}".to_owned(),
            Self::Id => "{id}".to_owned(),
            Self::Url => "{url}".to_owned(),
            Self::Path => "{path}".to_owned(),
            Self::Method => "{method}".to_owned(),
            Self::Form => "{form}".to_owned(),
            Self::Header(name) => format!("{{header:{name}}}"),
        }
    }
}

fn unknown(sent: &str) -> Error {
    let known = "{body}, {timestamp}, {id}, {url}, {path}, {method}, {form} and {header:X-Name}";
    conflict("generic.template", format!("has {sent}, which is not a placeholder: use {known}"))
}

#[cfg(test)]
mod tests {
    use super::super::scheme::{Event, StampPlace};
    use super::super::table::TABLE;
    use super::*;

    #[test]
    fn a_template_is_text_and_parts() {
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(
            parse("v0:{timestamp}.{header:X-A}{body}!").unwrap(),
            [Part::Text("v0:"), Part::Timestamp, Part::Text("."), Part::Header("X-A"), Part::Body, Part::Text("!")]
        );
        for wrong in ["{", "{body", "{Body}", "{header:}", "{}", "a{{body}}", "{header:{body}", "{header:a b}"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_row_of_the_table_can_be_read() {
        for (provider, scheme) in TABLE {
            assert!(parse(scheme.content).is_ok(), "{provider:?}");
            assert!(!scheme.headers.is_empty(), "{provider:?}");
            let in_body = scheme.stamp.is_some_and(|stamp| matches!(stamp.place, StampPlace::Body(_)));
            assert_eq!(
                scheme.stamp.is_some(),
                scheme.content.contains(if in_body { "{body}" } else { "{timestamp}" }),
                "{provider:?}: a time is signed"
            );
            assert_eq!(
                scheme.id.is_empty(),
                !matches!(scheme.event, Event::Id),
                "{provider:?}: an id that is signed is the event's"
            );
            assert_eq!(scheme.id.is_empty(), !scheme.content.contains("{id}"), "{provider:?}: an id is signed");
        }
    }
}
