//! A message to JSON.

use chassis::{Call, Data, Error, Operation};
use garde::Validate;
use jiff::civil::Date;
use mail_parser::parsers::MessageStream;
use mail_parser::{DateTime, Header, HeaderValue, Message, MimeHeaders};
use schemars::JsonSchema;
use scraper::Html;
use serde::{Deserialize, Serialize};

use super::people::{Person, people};
use super::{Attachment, attached, message_bytes, parse};
use crate::extract::text_of;
use crate::worker;

/// Bytes of the texts of an answer.
const MAX_TEXT: usize = 32 << 20;

const DESCRIPTION: &str = "\
Reads an e-mail message (EML, RFC 5322) to JSON: who, when, subject, text and HTML, attachments, every header field, all decoded. `message` is the raw \
message as text, a file or a URL. `text` is that of the message, or made of its HTML where it has none (`textFromHtml`). `threadId` is the same \
for all messages of a conversation whose programs name what they answer.

Attachments are listed with name, type and size; `mail/attachments` takes them out as files.";

/// A message.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MailReadRequest {
    /// Message: its text, a file or a URL.
    #[serde(
        alias = "file",
        alias = "data",
        alias = "eml",
        alias = "url",
        alias = "input",
        alias = "raw",
        alias = "mail",
        alias = "email"
    )]
    pub message: Data,
}

/// What a message says.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailReadResponse {
    /// Subject; empty without one.
    pub subject: String,
    /// When it was sent, with its zone (RFC 3339); null where the message has no date that can be read.
    pub date: Option<String>,
    /// Authors.
    pub from: Vec<Person>,
    /// Who sent it, if that is somebody else.
    pub sender: Vec<Person>,
    /// Recipients.
    pub to: Vec<Person>,
    /// Recipients of a copy.
    pub cc: Vec<Person>,
    /// Recipients of a hidden copy, where the message still names them.
    pub bcc: Vec<Person>,
    /// To whom answers go, if not to the authors.
    pub reply_to: Vec<Person>,
    /// Text of the message.
    pub text: Option<String>,
    /// Whether the text was made of the HTML.
    pub text_from_html: bool,
    /// HTML of the message, as it was sent: not safe to show without cleaning (`markup` does that).
    pub html: Option<String>,
    /// Attachments, files within the message among them.
    pub attachments: Vec<Attachment>,
    /// Its id, without angle brackets.
    pub message_id: Option<String>,
    /// Id of the message it answers.
    pub in_reply_to: Option<String>,
    /// Ids of the messages before it, the first of the conversation first.
    pub references: Vec<String>,
    /// Id of the first message of the conversation, its own for one that answers nothing.
    pub thread_id: Option<String>,
    /// Subject without Re: and Fwd:.
    pub thread_subject: String,
    /// Whether a program sent it: an answer while someone is away, a notice of delivery.
    pub automatic: bool,
    /// Whether it says that a message could not be delivered.
    pub bounce: bool,
    /// Id of the mailing list it came through.
    pub list_id: Option<String>,
    /// Where to leave the mailing list: addresses and URLs.
    pub unsubscribe: Vec<String>,
    /// All header fields in their order, decoded.
    pub headers: Vec<HeaderField>,
    /// Size of the message in bytes.
    pub size: usize,
}

/// A header field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeaderField {
    /// Name as it was written.
    pub name: String,
    /// Value on one line, decoded.
    pub value: String,
}

fn example() -> MailReadRequest {
    let message = "From: =?utf-8?q?Ada_L=C3=B6w?= <ada@example.com>\r\nTo: orders@example.com\r\nSubject: Order 17\r\n\
                   Date: Tue, 5 Mar 2024 10:00:00 +0100\r\nMessage-ID: <1@example.com>\r\n\r\nTwo lamps, please.\r\n";
    MailReadRequest { message: Data::Text(message.to_owned()) }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read an e-mail message (EML) to JSON").description(DESCRIPTION).example(example).isolated()
}

/// Reads a message.
///
/// # Errors
/// When it is none, or too large.
pub fn read(request: MailReadRequest, call: &Call) -> Result<MailReadResponse, Error> {
    let (response, damaged) = worker::within_limit("message", call, move || {
        let bytes = message_bytes(&request.message)?;
        let message = parse(&bytes)?;
        let damaged = message.parts.iter().any(|part| part.is_encoding_problem);
        of(&message, bytes.len()).map(|response| (response, damaged))
    })??;
    if damaged {
        call.warn(
            "damaged-message",
            Some("message"),
            "the message is not built as it should be: a part may be missing or cut off",
        );
    }
    Ok(response)
}

fn of(message: &Message<'_>, size: usize) -> Result<MailReadResponse, Error> {
    let html: Vec<&str> =
        message.html_bodies().filter(|part| part.is_text_html()).filter_map(|part| part.text_contents()).collect();
    let html = (!html.is_empty()).then(|| html.join("\n"));
    let plain: Vec<&str> =
        message.text_bodies().filter(|part| !part.is_text_html()).filter_map(|part| part.text_contents()).collect();
    let plain = (!plain.is_empty()).then(|| plain.join("\n").replace("\r\n", "\n"));
    let text_from_html = plain.is_none() && html.is_some();
    let text = plain.or_else(|| html.as_deref().map(|html| text_of(Html::parse_document(html).root_element())));
    if text.as_ref().map_or(0, String::len) + html.as_ref().map_or(0, String::len) > MAX_TEXT {
        let message = format!("the texts of the message have more than {} MB", MAX_TEXT >> 20);
        return Err(Error::new(chassis::Code::PayloadTooLarge, message));
    }
    let ids = |list: &HeaderValue<'_>| -> Vec<String> {
        match (list.as_text_list(), list.as_text()) {
            (Some(list), _) => list.iter().take(1_000).map(|id| id.trim().to_owned()).collect(),
            (None, Some(id)) => vec![id.trim().to_owned()],
            (None, None) => Vec::new(),
        }
    };
    let message_id = message.message_id().map(str::to_owned);
    let references = ids(message.references());
    let in_reply_to = ids(message.in_reply_to()).into_iter().next();
    let thread_id = references.first().or(in_reply_to.as_ref()).or(message_id.as_ref()).cloned();
    let said = |name: &str| text_value(message, name).unwrap_or_default().to_ascii_lowercase();
    let is_report = message.root_part().content_type().is_some_and(|kind| {
        kind.attribute("report-type").is_some_and(|report| report.eq_ignore_ascii_case("delivery-status"))
    });
    let submitted = said("Auto-Submitted");
    let automatic = is_report
        || !submitted.is_empty() && submitted != "no"
        || !said("X-Autoreply").is_empty()
        || matches!(said("Precedence").as_str(), "auto_reply" | "auto-reply")
        || said("X-Auto-Response-Suppress").contains("all") && !said("X-Autorespond").is_empty();
    let list_id = text_value(message, "List-Id").map(|id| {
        let inner = id.rsplit_once('<').map_or(id.as_str(), |(_, id)| id);
        inner.trim_end_matches('>').trim().to_owned()
    });
    let unsubscribe = text_value(message, "List-Unsubscribe").unwrap_or_default();
    let unsubscribe = unsubscribe.split(',').map(|one| one.trim().trim_matches(['<', '>']).to_owned());
    Ok(MailReadResponse {
        subject: message.subject().unwrap_or_default().trim().to_owned(),
        date: message.date().and_then(date),
        from: people(message.from()),
        sender: people(message.sender()),
        to: message.all_to().flat_map(|list| people(Some(list))).collect(),
        cc: message.all_cc().flat_map(|list| people(Some(list))).collect(),
        bcc: message.all_bcc().flat_map(|list| people(Some(list))).collect(),
        reply_to: people(message.reply_to()),
        text,
        text_from_html,
        html,
        attachments: attached(message).into_iter().map(|(attachment, _)| attachment).collect(),
        message_id,
        in_reply_to,
        references,
        thread_id,
        thread_subject: message.thread_name().unwrap_or_default().trim().to_owned(),
        automatic,
        bounce: is_report,
        list_id: list_id.filter(|id| !id.is_empty()),
        unsubscribe: unsubscribe.filter(|one| !one.is_empty()).collect(),
        headers: message
            .headers()
            .iter()
            .map(|header| HeaderField { name: name(message, header), value: value(message, header) })
            .collect(),
        size,
    })
}

/// The name of a field as it was written.
fn name(message: &Message<'_>, header: &Header<'_>) -> String {
    let [from, to] = [header.offset_field, header.offset_start].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    let raw = message.raw_message().get(from..to).and_then(|raw| std::str::from_utf8(raw).ok());
    let written = raw.map(|raw| raw.trim_end_matches([':', ' ', '\t']).trim()).filter(|raw| !raw.is_empty());
    written.unwrap_or(header.name()).to_owned()
}

/// The value of a field on one line, decoded.
fn value(message: &Message<'_>, header: &Header<'_>) -> String {
    let [from, to] = [header.offset_start, header.offset_end].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    let raw = message.raw_message().get(from..to).unwrap_or_default();
    let parsed = MessageStream::new(raw).parse_unstructured();
    let text = parsed.as_text().map_or_else(|| String::from_utf8_lossy(raw).into_owned(), str::to_owned);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_value(message: &Message<'_>, name: &str) -> Option<String> {
    let header = message.headers().iter().rev().find(|header| header.name().eq_ignore_ascii_case(name))?;
    Some(value(message, header)).filter(|value| !value.is_empty())
}

/// A date with its zone, if it is one.
fn date(date: &DateTime) -> Option<String> {
    let year = i16::try_from(date.year).ok()?;
    let [month, day, hour, minute, second] =
        [date.month, date.day, date.hour, date.minute, date.second].map(u8::cast_signed);
    Date::new(year, month, day).ok()?;
    // A leap second is the one before it.
    if !(0..24).contains(&hour)
        || !(0..60).contains(&minute)
        || !(0..=60).contains(&second)
        || date.tz_hour > 23
        || date.tz_minute > 59
    {
        return None;
    }
    let second = second.min(59);
    let zone = match (date.tz_before_gmt, date.tz_hour, date.tz_minute) {
        (_, 0, 0) => "Z".to_owned(),
        (before, hour, minute) => format!("{}{hour:02}:{minute:02}", if before { '-' } else { '+' }),
    };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"))
}
