//! The files in a message.

use chassis::{Call, Code, Data, Error, File, Operation, WithFiles};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attachment, attached, content, message_bytes, parse};

/// Bytes of all files together.
const MAX_TOTAL: usize = 100 << 20;
/// Files at most.
const MAX_FILES: usize = 500;
/// Letters of the name of a file.
const MAX_NAME: usize = 200;

const DESCRIPTION: &str = "\
Takes the attachments out of an e-mail message (EML); one comes as it is, several as a zip archive, with `output=base64` or `output=url` each by \
itself. With `names` only those; pictures shown within the message only with `inline`. A message without attachments is 422; `mail/read` lists them.";

/// A message whose attachments to take out.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MailAttachmentsRequest {
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
    /// Names of the attachments; all by default.
    #[serde(default)]
    #[garde(length(max = 500))]
    pub names: Vec<String>,
    /// Whether files that are shown within the message are taken out, too.
    #[serde(default)]
    pub inline: bool,
}

/// The attachments.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MailAttachmentsFacts {
    /// Number of attachments.
    pub count: usize,
    /// Attachments, in the order of the files.
    pub rows: Vec<Attachment>,
}

fn example() -> MailAttachmentsRequest {
    let message = "From: ada@example.com\r\nSubject: Prices\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
                   --x\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n--x\r\nContent-Type: text/csv; name=prices.csv\r\n\
                   Content-Disposition: attachment; filename=prices.csv\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxiCjEsMgo=\r\n--x--\r\n";
    MailAttachmentsRequest { message: Data::Text(message.to_owned()), names: Vec::new(), inline: false }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Take the attachments out of an e-mail message (EML)")
        .description(DESCRIPTION)
        .example(example)
        .answers(&["*/*", "application/zip"])
        .isolated()
}

/// Takes attachments out of a message.
///
/// # Errors
/// When it is no message, or has not these attachments.
pub fn attachments(request: MailAttachmentsRequest, call: &Call) -> Result<WithFiles<MailAttachmentsFacts>, Error> {
    let bytes = message_bytes(&request.message)?;
    let message = parse(&bytes)?;
    let all = attached(&message);
    for (index, name) in request.names.iter().enumerate() {
        if !all.iter().any(|(attachment, _)| attachment.name == *name) {
            let names: Vec<&str> = all.iter().take(10).map(|(attachment, _)| attachment.name.as_str()).collect();
            let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(Error::impossible(
                format!("names[{index}]"),
                format!("is no attachment of the message, which has {has}"),
            ));
        }
    }
    let wanted = |attachment: &Attachment| match request.names.is_empty() {
        true => request.inline || !attachment.inline,
        false => request.names.contains(&attachment.name),
    };
    let (mut files, mut rows, mut total) = (Vec::new(), Vec::new(), 0);
    for (attachment, part) in all {
        call.check()?;
        if !wanted(&attachment) {
            continue;
        }
        total += attachment.size;
        if total > MAX_TOTAL || files.len() >= MAX_FILES {
            let message = format!(
                "has attachments of more than {} MB, or more than {MAX_FILES}: ask for some with names",
                MAX_TOTAL >> 20
            );
            return Err(Error::field(Code::PayloadTooLarge, "message", message));
        }
        let name: String = attachment.name.replace(['/', '\\'], "_").chars().take(MAX_NAME).collect();
        files.push(File::new(name, attachment.content_type.clone(), content(part).to_vec()));
        rows.push(attachment);
    }
    if rows.is_empty() {
        return Err(Error::impossible(
            "message",
            "has no attachments; pictures shown within it come with inline: true",
        ));
    }
    Ok(WithFiles { files, facts: MailAttachmentsFacts { count: rows.len(), rows } })
}
