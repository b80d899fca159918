//! What all documents of a request have: language, currency, words, paper, color, logo.

use chassis::{Call, Error, File};
use serde::Serialize;

use super::locale::{Currency, Locale};
use super::view::{View, breakable};
use super::words::{self, Words};
use super::{GenerateRequest, Paper};

/// What all documents of a request have.
pub(crate) struct Letterhead {
    pub(crate) locale: Locale,
    pub(crate) currency: Currency,
    pub(crate) words: Words,
    paper: &'static str,
    accent: String,
    logo: Option<String>,
}

/// What a template shows, and what is said of the document.
pub(crate) struct Shown<T> {
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) total: Option<String>,
    pub(crate) content: T,
}

impl Letterhead {
    pub(crate) fn of(request: &GenerateRequest, call: &Call) -> Result<Self, Error> {
        let locale = Locale::of(&request.locale);
        if !locale.known && request.template.is_some() {
            let message = format!("{} is not among the languages of the templates: written in English", request.locale);
            call.warn("language", Some("locale"), message);
        }
        let currency = Currency::of(&request.currency).ok_or_else(|| {
            Error::impossible("currency", "is not a code of ISO 4217: send three letters such as EUR")
        })?;
        let mut words = locale.words();
        for (key, word) in &request.labels {
            if word.chars().count() > 200 {
                return Err(Error::impossible(format!("labels.{key}"), "must have a length of at most 200"));
            }
            let known = words::keys().find(|known| known.eq_ignore_ascii_case(&key.replace(['_', '-', ' '], "")));
            let Some(known) = known else {
                let all: Vec<&str> = words::keys().collect();
                return Err(Error::impossible(
                    format!("labels.{key}"),
                    format!("is not a label: use {}", all.join(", ")),
                ));
            };
            words.insert(known, breakable(word));
        }
        let hex = request.accent.trim().trim_start_matches('#').to_ascii_lowercase();
        if !matches!(hex.len(), 3 | 6) || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Error::impossible("accent", "is not a color: write it as #rrggbb, such as #1f4e79"));
        }
        let logo = request.logo.as_ref().map(|logo| picture_kind(logo, "logo")).transpose()?;
        Ok(Self {
            paper: request.paper.map_or(if locale.letter { "us-letter" } else { "a4" }, Paper::name),
            accent: format!("#{hex}"),
            logo: logo.map(|extension| format!("logo.{extension}")),
            locale,
            currency,
            words,
        })
    }

    /// Labels and values of those that have one.
    pub(crate) fn facts<const N: usize>(&self, facts: [(&str, Option<String>); N]) -> Vec<(String, String)> {
        let present = facts.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let present = present.filter(|(_, value)| !value.trim().is_empty());
        present.map(|(key, value)| (self.words[key].clone(), breakable(value.trim()))).collect()
    }

    pub(crate) fn view<T: Serialize>(&self, shown: Shown<T>) -> Result<(String, Option<String>), Error> {
        let view = View {
            lang: self.locale.language.to_owned(),
            paper: self.paper,
            accent: self.accent.clone(),
            logo: self.logo.clone(),
            w: self.words.clone(),
            title: shown.title,
            author: shown.author,
            content: shown.content,
        };
        Ok((serde_json::to_string(&view).map_err(|_| Error::internal())?, shown.total))
    }
}

/// The ending for a picture that typst reads.
pub(crate) fn picture_kind(file: &File, field: &str) -> Result<&'static str, Error> {
    let bytes = file.bytes();
    let svg = || {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
        head.contains("<svg")
    };
    let kind = match &bytes[..] {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpg",
        [b'G', b'I', b'F', b'8', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        _ if svg() => "svg",
        _ => {
            return Err(Error::impossible(
                field,
                "is not a picture that documents take: send PNG, JPEG, GIF, WebP or SVG",
            ));
        }
    };
    if kind != "svg" {
        pictures::head(bytes).map_err(|_| Error::impossible(field, "is damaged: it cannot be read as a picture"))?;
    }
    Ok(kind)
}
