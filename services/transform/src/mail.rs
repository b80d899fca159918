//! E-mail: a message read to JSON, its attachments as files, a message made of JSON; the quality of addresses.
//!
//! | file | job |
//! | --- | --- |
//! | `read.rs` | a message to JSON |
//! | `attachments.rs` | the files in a message |
//! | `write.rs` | a message of JSON |
//! | `addresses.rs`, `hosts.rs` | the quality of addresses; what is known of their hosts |
//! | `people.rs` | names with addresses, in requests and answers |

pub mod addresses;
pub mod attachments;
mod hosts;
mod people;
pub mod read;
pub mod write;

use std::borrow::Cow;

use chassis::{Data, Error};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use people::is_address;
pub use people::{People, Person};

/// Bytes of a message.
const MAX_BYTES: usize = 50 << 20;
/// Parts of a message, those of messages inside it among them.
const MAX_PARTS: usize = 2_000;

/// A file in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Media type the message states.
    pub content_type: String,
    /// Bytes, decoded.
    pub size: usize,
    /// Whether it is shown within the message, as a picture in the HTML is.
    pub inline: bool,
    /// Id by which the HTML names it (`cid:`), without angle brackets.
    pub content_id: Option<String>,
}

/// The bytes of a message.
///
/// # Errors
/// When it is none: JSON, an Outlook file, too large.
fn message_bytes(data: &Data) -> Result<Cow<'_, [u8]>, Error> {
    let bytes: &[u8] = match data {
        Data::Text(text) => text.as_bytes(),
        Data::File(file) => file.bytes(),
        Data::Json(_) => return Err(Error::impossible("message", "must be a message as text, a file or a URL")),
    };
    if crate::package::is_old(bytes) {
        let text = "is an Outlook file (.msg): save it as EML, or forward it as an attachment";
        return Err(Error::impossible("message", text));
    }
    if bytes.len() > MAX_BYTES {
        let text = format!("the message has more than {} MB", MAX_BYTES >> 20);
        return Err(Error::new(chassis::Code::PayloadTooLarge, text));
    }
    // A line of a mailbox before the first field, and empty lines.
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    let bytes = bytes[start..].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes[start..]);
    let bytes = match (bytes.starts_with(b"From "), bytes.iter().position(|byte| *byte == b'\n')) {
        (true, Some(end)) => &bytes[end + 1..],
        _ => bytes,
    };
    // A field that does not end is none to the parser; what stands behind an empty line is left as it is.
    let has_body = || bytes.windows(2).any(|pair| pair == b"\n\n") || bytes.windows(3).any(|three| three == b"\n\r\n");
    Ok(if bytes.ends_with(b"\n") || has_body() { bytes.into() } else { [bytes, b"\r\n"].concat().into() })
}

/// Takes a message apart.
///
/// # Errors
/// When there are no header fields.
fn parse(bytes: &[u8]) -> Result<Message<'_>, Error> {
    let has_fields = |message: &Message<'_>| message.headers().iter().any(|header| is_field(header.name()));
    if bytes.get(..15).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCALENDAR")) {
        return Err(Error::impossible("message", "is a calendar: send it to calendar/read"));
    }
    let message = MessageParser::default().parse(bytes).filter(has_fields).ok_or_else(|| {
        Error::impossible(
            "message",
            "is no e-mail message: it must begin with header fields, such as From: and Subject:",
        )
    })?;
    if message.parts.len() > MAX_PARTS {
        return Err(Error::new(chassis::Code::PayloadTooLarge, format!("the message has more than {MAX_PARTS} parts")));
    }
    Ok(message)
}

fn is_field(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The files in a message, with their parts.
fn attached<'m>(message: &'m Message<'m>) -> Vec<(Attachment, &'m MessagePart<'m>)> {
    let mut found: Vec<(Attachment, &MessagePart<'_>)> = Vec::new();
    for part in message.attachments() {
        let content_type = match (part.content_type(), &part.body) {
            (None, PartType::Message(_)) => "message/rfc822".to_owned(),
            (None, PartType::Text(_)) => "text/plain".to_owned(),
            (None, _) => "application/octet-stream".to_owned(),
            (Some(stated), _) => match stated.subtype() {
                Some(subtype) => format!("{}/{subtype}", stated.ctype()).to_ascii_lowercase(),
                None => stated.ctype().to_ascii_lowercase(),
            },
        };
        let content_id = part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned());
        let inline = part.content_disposition().map_or(content_id.is_some(), mail_parser::ContentType::is_inline);
        let name = part.attachment_name().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let name = name.unwrap_or_else(|| unnamed(part, &content_type, found.len() + 1));
        found.push((Attachment { name, content_type, size: content(part).len(), inline, content_id }, part));
    }
    found
}

/// The bytes of a file in a message.
fn content<'m>(part: &'m MessagePart<'_>) -> &'m [u8] {
    match &part.body {
        PartType::Message(inner) => inner.raw_message(),
        _ => part.contents(),
    }
}

/// A name for a file that has none.
fn unnamed(part: &MessagePart<'_>, content_type: &str, number: usize) -> String {
    if let PartType::Message(inner) = &part.body {
        let subject = inner.subject().unwrap_or_default();
        let plain: String =
            subject.chars().filter(|c| !c.is_control() && !"/\\:*?\"<>|".contains(*c)).take(80).collect();
        if !plain.trim().is_empty() {
            return format!("{}.eml", plain.trim());
        }
    }
    let end = match content_type {
        "message/rfc822" => "eml",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/vcard" => "vcf",
        "text/csv" => "csv",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/json" => "json",
        "message/delivery-status" | "text/rfc822-headers" => "txt",
        _ => "bin",
    };
    format!("attachment-{number}.{end}")
}
