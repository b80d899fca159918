//! A message of JSON.

use chassis::{Call, Error, File, Operation, WithFile};
use garde::Validate;
use jiff::{Timestamp, Zoned};
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::people::{People, Person, is_address};
use crate::rows::named::Named;

/// Files of a message.
const MAX_FILES: usize = 50;
/// Bytes of texts of a message.
const MAX_TEXT: usize = 5_000_000;

const DESCRIPTION: &str = "\
Makes an e-mail message (EML, RFC 5322) of addresses, subject, text, HTML and files; nothing is sent. People are `Ada <ada@example.com>`, a list of \
these, or objects with `email` and `name`. With `text` and `html` a program that reads the message chooses. A file in `inline` is named \
in the HTML by `cid:` and its file name (`<img src=\"cid:logo.png\">`). `calendar` is an invitation (iCalendar), which `calendar/write` makes: with it programs \
show accept and decline. To answer a message give its id as `inReplyTo` and its `references`.";

/// What a message is made of.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MailWriteRequest {
    /// Author, or authors.
    pub from: People,
    /// Recipients.
    #[serde(default)]
    pub to: People,
    /// Recipients of a copy.
    #[serde(default)]
    pub cc: People,
    /// Recipients of a hidden copy. They stand in the message: whatever sends it must take them out.
    #[serde(default)]
    pub bcc: People,
    /// To whom answers go, if not to the author.
    #[serde(default)]
    pub reply_to: People,
    /// Subject.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub subject: String,
    /// Text of the message.
    #[serde(default)]
    #[garde(length(chars, max = MAX_TEXT))]
    pub text: Option<String>,
    /// HTML of the message.
    #[serde(default)]
    #[garde(length(chars, max = MAX_TEXT))]
    pub html: Option<String>,
    /// Invitation: iCalendar with a METHOD.
    #[serde(default)]
    #[garde(length(chars, max = 1_000_000))]
    pub calendar: Option<String>,
    /// Attachments.
    #[serde(default, alias = "files", alias = "file")]
    #[garde(length(max = MAX_FILES))]
    pub attachments: Vec<File>,
    /// Files that the HTML shows, by `cid:` and their names.
    #[serde(default)]
    #[garde(length(max = MAX_FILES))]
    pub inline: Vec<File>,
    /// When it was written (RFC 3339), by default now.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub date: Option<String>,
    /// Its id, by default a new one.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub message_id: Option<String>,
    /// Id of the message it answers.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub in_reply_to: Option<String>,
    /// Ids of the messages before it, the first of the conversation first.
    #[serde(default)]
    #[garde(length(max = 1_000))]
    pub references: Vec<String>,
    /// Further header fields by name, at most 100.
    #[serde(default)]
    pub headers: Named<String>,
    /// Name of the file.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub filename: Option<String>,
}

/// What there is to say about the message.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailWriteFacts {
    /// Its id, without angle brackets.
    pub message_id: String,
    /// Everybody it is for, each address once.
    pub recipients: Vec<String>,
    /// Size of the message in bytes.
    pub size: usize,
}

fn example() -> MailWriteRequest {
    let person =
        |name: &str, email: &str| People(vec![Person { name: Some(name.to_owned()), email: email.to_owned() }]);
    MailWriteRequest {
        from: person("Lamp shop", "shop@example.com"),
        to: person("Ada Löw", "ada@example.com"),
        cc: People::default(),
        bcc: People::default(),
        reply_to: People::default(),
        subject: "Your order 17".to_owned(),
        text: Some("Thank you for your order.".to_owned()),
        html: Some("<p>Thank you for your <b>order</b>.</p>".to_owned()),
        calendar: None,
        attachments: vec![File::new("order.csv", "text/csv", &b"item,count\nlamp,2\n"[..])],
        inline: Vec::new(),
        date: Some("2024-03-05T10:00:00+01:00".to_owned()),
        message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        headers: Named::default(),
        filename: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make an e-mail message (EML) of JSON and files")
        .description(DESCRIPTION)
        .example(example)
        .files(2 * MAX_FILES, &[])
        .answers(&["message/rfc822"])
}

/// Makes a message.
///
/// # Errors
/// When there is nobody it is from, or something in it may not stand in a header.
pub fn write(request: MailWriteRequest, call: &Call) -> Result<WithFile<MailWriteFacts>, Error> {
    let Some(author) = request.from.0.first().cloned() else {
        return Err(Error::impossible("from", "is missing: name the author's address"));
    };
    for (field, text) in [
        ("subject", Some(&request.subject)),
        ("messageId", request.message_id.as_ref()),
        ("inReplyTo", request.in_reply_to.as_ref()),
    ] {
        on_one_line(field, text.map_or("", String::as_str))?;
    }
    let date = match &request.date {
        Some(text) => zoned(text)?,
        None => call.now().to_zoned(jiff::tz::TimeZone::UTC),
    };
    let host = author.email.rsplit_once('@').map_or("localhost", |(_, host)| host).trim_matches(['[', ']']);
    let message_id = request
        .message_id
        .as_deref()
        .map(bare)
        .filter(|id| !id.is_empty())
        .map_or_else(|| format!("{}@{host}", uuid::Uuid::new_v4()), str::to_owned);
    let mut builder = MessageBuilder::new().from(addresses(&request.from)).message_id(message_id.clone());
    builder = builder.header("Date", Raw::new(date.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()));
    for (people, name) in
        [(&request.to, "To"), (&request.cc, "Cc"), (&request.bcc, "Bcc"), (&request.reply_to, "Reply-To")]
    {
        if !people.0.is_empty() {
            builder = builder.header(name, HeaderType::Address(addresses(people)));
        }
    }
    builder = builder.subject(request.subject.as_str());
    if let Some(id) = request.in_reply_to.as_deref().map(bare).filter(|id| !id.is_empty()) {
        builder = builder.in_reply_to(id.to_owned());
    }
    let mut references = Vec::new();
    for (at, id) in request.references.iter().enumerate() {
        on_one_line(&format!("references[{at}]"), id)?;
        references.push(bare(id).to_owned());
    }
    if references.is_empty() {
        references.extend(request.in_reply_to.as_deref().map(|id| bare(id).to_owned()));
    }
    references.retain(|id| !id.is_empty());
    if !references.is_empty() {
        builder = builder.references(MessageId::new_list(references.into_iter()));
    }
    for (name, value) in further(&request.headers)? {
        builder = builder.header(name.to_owned(), HeaderType::Text(Text::new(value.to_owned())));
    }
    let builder = builder.body(body(&request)?);
    let mut bytes = Vec::new();
    builder.serialize(&mut bytes);
    let mut recipients: Vec<String> = Vec::new();
    for person in [&request.to, &request.cc, &request.bcc].into_iter().flat_map(|people| &people.0) {
        if !recipients.contains(&person.email) {
            recipients.push(person.email.clone());
        }
    }
    let name = request.filename.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "message.eml".to_owned());
    let facts = MailWriteFacts { message_id, recipients, size: bytes.len() };
    Ok(WithFile { file: File::new(name, "message/rfc822", bytes), facts })
}

/// Further fields, checked.
fn further(headers: &Named<String>) -> Result<Vec<(&str, &str)>, Error> {
    if headers.0.len() > 100 {
        return Err(Error::impossible("headers", "has more than 100 fields"));
    }
    let own = [
        "from",
        "to",
        "cc",
        "bcc",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
    ];
    for (name, value) in &headers.0 {
        let field = format!("headers.{name}");
        if name.is_empty() || name.len() > 100 || !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':') {
            return Err(Error::impossible(field, "is no name of a header field: use letters, digits and -"));
        }
        let lower = name.to_ascii_lowercase();
        if own.contains(&lower.as_str()) || lower.starts_with("content-") {
            return Err(Error::impossible(
                field,
                "has a field of its own in the request, or is made of what the message holds",
            ));
        }
        if value.len() > 10_000 {
            return Err(Error::impossible(field, "is longer than 10,000 bytes"));
        }
        on_one_line(&field, value)?;
    }
    Ok(headers.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
}

/// What the message holds: texts to choose from, pictures beside the HTML, attachments behind.
fn body(request: &MailWriteRequest) -> Result<MimePart<'_>, Error> {
    let mut forms = Vec::new();
    if let Some(text) = &request.text {
        forms.push(MimePart::new("text/plain", BodyPart::Text(text.as_str().into())));
    }
    if let Some(html) = &request.html {
        let html = MimePart::new("text/html", BodyPart::Text(html.as_str().into()));
        forms.push(match request.inline.is_empty() {
            true => html,
            false => {
                let mut parts = vec![html];
                for (at, file) in request.inline.iter().enumerate() {
                    let name = file.name().map_or_else(|| format!("inline-{}", at + 1), str::to_owned);
                    on_one_line(&format!("inline[{at}].name"), &name)?;
                    let id = name.replace(' ', "_");
                    parts.push(
                        MimePart::new(media_type(file), BodyPart::Binary(file.bytes().as_ref().into()))
                            .attachment(name)
                            .inline()
                            .cid(id),
                    );
                }
                MimePart::new("multipart/related", parts)
            }
        });
    } else if !request.inline.is_empty() {
        return Err(Error::impossible("inline", "needs html, which shows the files"));
    }
    if let Some(calendar) = &request.calendar {
        let method = calendar.lines().find_map(|line| line.strip_prefix("METHOD:")).map_or("PUBLISH", str::trim);
        if !calendar.trim_start().starts_with("BEGIN:VCALENDAR") {
            return Err(Error::impossible("calendar", "is no iCalendar: it begins with BEGIN:VCALENDAR"));
        }
        let plain = method.bytes().all(|byte| byte.is_ascii_alphabetic());
        let kind = mail_builder::headers::content_type::ContentType::new("text/calendar")
            .attribute("method", if plain { method } else { "PUBLISH" });
        forms.push(MimePart::new(kind, BodyPart::Text(calendar.as_str().into())));
    }
    let main = match forms.len() {
        0 => MimePart::new("text/plain", BodyPart::Text("".into())),
        1 => forms.remove(0),
        _ => MimePart::new("multipart/alternative", forms),
    };
    if request.attachments.is_empty() {
        return Ok(main);
    }
    let mut parts = vec![main];
    for (at, file) in request.attachments.iter().enumerate() {
        let name = file.name().map_or_else(|| format!("attachment-{}", at + 1), str::to_owned);
        on_one_line(&format!("attachments[{at}].name"), &name)?;
        parts.push(MimePart::new(media_type(file), BodyPart::Binary(file.bytes().as_ref().into())).attachment(name));
    }
    Ok(MimePart::new("multipart/mixed", parts))
}

/// The media type of a file: as it says, if that is one.
fn media_type(file: &File) -> String {
    let plain = |kind: &&str| {
        let token = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_".contains(&byte))
        };
        kind.split_once('/')
            .is_some_and(|(kind, subtype)| token(kind) && token(subtype) && kind != "multipart" && kind != "message")
    };
    file.content_type().filter(plain).unwrap_or("application/octet-stream").to_owned()
}

/// An id without its angle brackets.
fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>').trim()
}

fn addresses(people: &People) -> Address<'static> {
    let address = |person: &Person| {
        debug_assert!(is_address(&person.email), "people were checked when they were read");
        Address::new_address(person.name.clone(), person.email.clone())
    };
    Address::new_list(people.0.iter().map(address).collect())
}

/// A line end would begin another field.
fn on_one_line(field: &str, text: &str) -> Result<(), Error> {
    if text.contains(char::is_control) {
        return Err(Error::impossible(field, "must be on one line, without control characters"));
    }
    Ok(())
}

fn zoned(text: &str) -> Result<Zoned, Error> {
    let text = text.trim();
    if let Ok(pieces) = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text)
        && let Some(jiff::fmt::temporal::PiecesOffset::Numeric(offset)) = pieces.offset()
        && let Ok(moment) = text.parse::<Timestamp>()
    {
        return Ok(moment.to_zoned(jiff::tz::TimeZone::fixed(offset.offset())));
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment.to_zoned(jiff::tz::TimeZone::UTC));
    }
    jiff::fmt::rfc2822::parse(text)
        .map_err(|_| Error::impossible("date", "must be a moment such as 2024-03-05T10:00:00+01:00"))
}
