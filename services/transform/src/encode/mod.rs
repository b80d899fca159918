//! Texts and bytes in other spellings, there and back.
//!
//! | file | job |
//! | --- | --- |
//! | `bytes.rs` | Base64, Base32, hex |
//! | `url.rs` | percent-encoding of addresses and forms; host names |
//! | `html.rs` | entities of HTML |
//! | `quoted.rs` | quoted-printable, as mail has it |
//! | `escape.rs` | escapes of JSON and of Unicode, ROT13 |
//!
//! Reading is lenient where nothing can be misread (missing padding, line breaks, either alphabet of Base64), and an error with the
//! place where something would be lost. What is decoded is a text when its bytes are one, and else the request says what
//! becomes of the bytes.

mod bytes;
mod escape;
mod html;
mod quoted;
mod url;

use chassis::{Call, Code, Error, File, Flow, Operation, WithFile};
use encoding_rs::Encoding;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tree::Tree;
use crate::values::{Failure, OnError, Values, ValuesResponse};

const DESCRIPTION: &str = "\
Encodes and decodes (`action: decode`) texts: Base64, Base32, hex, percent-encoding of URLs and forms, HTML entities, quoted-printable, escapes of JSON and \
Unicode, ROT13, Punycode. The input is a value, a list of values, or rows with `columns`; `file` is a file whose bytes are encoded instead.

Base64 is read in both alphabets, with or without padding, with line breaks, and behind `data:...;base64,`. HTML has all named entities. Texts are UTF-8 \
unless `charset` names another. Decoded bytes that are no text are an error, unless `bytes` says how they are shown (hex, base64) or `asFile` makes a file of them, \
whose type is told by its content.";

/// A spelling of texts or bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// Base64 (RFC 4648).
    #[default]
    Base64,
    /// Base64 with - and _, without padding, for URLs and tokens.
    Base64url,
    /// Base32 (RFC 4648).
    Base32,
    /// Two hexadecimal digits a byte.
    Hex,
    /// Percent-encoding of a part of a URL: all but letters, digits and - . _ ~.
    Url,
    /// Percent-encoding of a whole URL: its own signs stay.
    UrlWhole,
    /// Percent-encoding of forms: a space is +.
    UrlForm,
    /// Entities of HTML; also those of XML.
    Html,
    /// Quoted-printable (RFC 2045).
    QuotedPrintable,
    /// Text inside a JSON string.
    Json,
    /// \u00e9 for what is not ASCII, as in JavaScript.
    Unicode,
    /// Letters moved by 13 places.
    Rot13,
    /// Host names and addresses in ASCII: xn--mnchen-3ya.de.
    Punycode,
}

/// Which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To the spelling.
    #[default]
    Encode,
    /// Back from it.
    Decode,
}

/// How bytes are shown in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BytesAs {
    /// In hexadecimal digits.
    Hex,
    /// In Base64.
    Base64,
}

/// Texts, and how they are spelled.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct EncodeRequest {
    /// A value, a list of values, or rows (a list of objects) with `columns`. Never fetched.
    #[serde(default, alias = "value", alias = "values", alias = "text", alias = "data", alias = "rows")]
    pub input: Option<Tree>,
    /// File whose bytes are encoded, instead of `input`.
    #[serde(default)]
    pub file: Option<File>,
    /// Spelling.
    #[serde(default, alias = "encoding", alias = "scheme", alias = "format", alias = "to")]
    pub spelling: Spelling,
    /// Which way: encode or decode.
    #[serde(default, alias = "direction", alias = "operation", alias = "mode")]
    pub action: Direction,
    /// Encoding of characters as bytes (default utf-8): windows-1252, shift_jis.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub charset: Option<String>,
    /// Characters of a line of Base64 (76 in mail, 64 in PEM); one line by default.
    #[serde(default)]
    #[garde(range(min = 4, max = 1_000))]
    pub line_length: Option<usize>,
    /// Whether Base64 and Base32 end with = signs (default true; false for base64url).
    #[serde(default)]
    pub padding: Option<bool>,
    /// Whether what is not ASCII is escaped too, in HTML and JSON.
    #[serde(default)]
    pub ascii_only: bool,
    /// How decoded bytes are shown.
    #[serde(default)]
    pub bytes: Option<BytesAs>,
    /// Whether the decoded bytes of a value are answered as a file.
    #[serde(default)]
    pub as_file: bool,
    /// Name of that file.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 255))]
    pub file_name: Option<String>,
    /// Columns of the rows to work on.
    #[serde(default, alias = "column")]
    #[garde(length(max = 100))]
    pub columns: Vec<String>,
    /// Column the results go to (default the column of the values).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub into: Option<String>,
    /// What becomes of a value that cannot be done.
    #[serde(default)]
    pub on_error: OnError,
}

/// What values became, or what there is to say of a file.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EncodeResponse {
    /// What the value became; of a list, what its values became; null with rows.
    pub result: Tree,
    /// Rows with their columns changed; null without `columns`.
    pub rows: Option<Vec<Tree>>,
    /// Number of values.
    pub count: usize,
    /// Values that could not be done, the first 100; with `onError` null or keep.
    pub failures: Vec<Failure>,
}

fn example() -> EncodeRequest {
    EncodeRequest {
        input: Some(Tree::from("Ünïcode & more")),
        file: None,
        spelling: Spelling::Base64,
        action: Direction::Encode,
        charset: None,
        line_length: None,
        padding: None,
        ascii_only: false,
        bytes: None,
        as_file: false,
        file_name: None,
        columns: Vec::new(),
        into: None,
        on_error: OnError::Fail,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Encode and decode texts: Base64, URL, HTML, hex, quoted-printable and more")
        .description(DESCRIPTION)
        .files(1, &[])
        .answers(&["application/octet-stream", "image/*", "application/pdf"])
        .example(example)
}

/// How a request spells.
struct Speller {
    spelling: Spelling,
    charset: &'static Encoding,
    line_length: Option<usize>,
    padding: bool,
    ascii_only: bool,
    bytes: Option<BytesAs>,
}

/// Encodes or decodes.
///
/// # Errors
/// When there is nothing to encode, or a value is not spelled so.
pub fn encode(request: EncodeRequest, call: &Call) -> Result<Flow<EncodeResponse>, Error> {
    let charset = request.charset.as_deref().unwrap_or("utf-8");
    let charset = Encoding::for_label(charset.as_bytes())
        .filter(|encoding| encoding.output_encoding() == *encoding)
        .ok_or_else(|| {
            Error::impossible(
                "charset",
                "is not known: use utf-8, windows-1252, iso-8859-2, shift_jis, gbk or another label of the web",
            )
        })?;
    let speller = Speller {
        spelling: request.spelling,
        charset,
        line_length: request.line_length,
        padding: request.padding.unwrap_or(request.spelling != Spelling::Base64url),
        ascii_only: request.ascii_only,
        bytes: request.bytes,
    };
    let values = match (request.input, &request.file) {
        (Some(_), Some(_)) => {
            return Err(Error::impossible("file", "is there together with input: send one of the two"));
        }
        (None, None) => {
            return Err(Error::field(Code::ValidationError, "input", "is required: the text to encode or decode"));
        }
        (None, Some(file)) => {
            if request.action == Direction::Decode {
                return Err(Error::impossible("file", "is for encode: to decode send the text in input"));
            }
            let result = speller.of_bytes(file.bytes()).map_err(|why| Error::impossible("file", why))?;
            return Ok(Flow::Facts(EncodeResponse { result: result.into(), count: 1, ..EncodeResponse::default() }));
        }
        (Some(input), None) => Values::of(input, &request.columns, request.into.as_deref())?,
    };
    if request.as_file {
        return file_of(&values, request.action, &speller, request.file_name);
    }
    let changed = values.change(request.on_error, call, |value| {
        if matches!(value.tree, Tree::Null) {
            return Ok(Tree::Null);
        }
        let text = value.text()?;
        match request.action {
            Direction::Encode => speller.encode(&text),
            Direction::Decode => speller.decode(&text),
        }
        .map(Tree::from)
    })?;
    let ValuesResponse { result, rows, count, failures } = changed;
    Ok(Flow::Facts(EncodeResponse { result, rows, count, failures }))
}

/// The decoded bytes of one value as a file.
fn file_of(
    values: &Values,
    action: Direction,
    speller: &Speller,
    name: Option<String>,
) -> Result<Flow<EncodeResponse>, Error> {
    let (Values::One(tree), Direction::Decode) = (values, action) else {
        return Err(Error::impossible("asFile", "is for one value with action decode"));
    };
    let text = crate::values::text_of(tree).map_err(|why| Error::impossible("input", why))?;
    let bytes = speller.decode_bytes(&text).map_err(|why| Error::impossible("input", why))?;
    let kind = infer::get(&bytes);
    let text = kind.is_none() && std::str::from_utf8(&bytes).is_ok();
    let (content_type, ending) = match (kind, text) {
        (Some(kind), _) => (kind.mime_type(), kind.extension()),
        (None, true) => ("text/plain; charset=utf-8", "txt"),
        (None, false) => ("application/octet-stream", "bin"),
    };
    let file = File::new(name.unwrap_or_else(|| format!("decoded.{ending}")), content_type, bytes);
    Ok(Flow::File(WithFile { file, facts: EncodeResponse { count: 1, ..EncodeResponse::default() } }))
}

impl Speller {
    /// The bytes of a text.
    fn bytes_of(&self, text: &str) -> Result<Vec<u8>, String> {
        let (bytes, _, lost) = self.charset.encode(text);
        if lost { Err(format!("has characters that {} has not", self.charset.name())) } else { Ok(bytes.into_owned()) }
    }

    /// The text of bytes.
    fn text_of(&self, bytes: Vec<u8>) -> Result<String, String> {
        match self.bytes {
            Some(BytesAs::Hex) => return Ok(bytes::hex(&bytes)),
            Some(BytesAs::Base64) => return Ok(bytes::base64(&bytes, false, true)),
            None => {}
        }
        let text = self.charset.decode_without_bom_handling_and_without_replacement(&bytes);
        text.map(std::borrow::Cow::into_owned).ok_or_else(|| {
            let name = self.charset.name();
            format!("gives bytes that are no {name} text: ask for asFile, or for bytes hex or base64, or name another charset")
        })
    }

    /// Bytes in a spelling that has any.
    fn of_bytes(&self, bytes: &[u8]) -> Result<String, String> {
        let text = match self.spelling {
            Spelling::Base64 => bytes::base64(bytes, false, self.padding),
            Spelling::Base64url => bytes::base64(bytes, true, self.padding),
            Spelling::Base32 => bytes::base32(bytes, self.padding),
            Spelling::Hex => bytes::hex(bytes),
            Spelling::Url => url::encode(bytes, url::Kind::Component),
            Spelling::UrlWhole => url::encode(bytes, url::Kind::Whole),
            Spelling::UrlForm => url::encode(bytes, url::Kind::Form),
            Spelling::QuotedPrintable => quoted::encode(bytes),
            Spelling::Html | Spelling::Json | Spelling::Unicode | Spelling::Rot13 | Spelling::Punycode => {
                let text = self.charset.decode_without_bom_handling_and_without_replacement(bytes);
                return self.encode(&text.ok_or("is no text, which this spelling needs")?);
            }
        };
        Ok(match self.line_length {
            Some(length) if matches!(self.spelling, Spelling::Base64 | Spelling::Base64url | Spelling::Base32) => {
                bytes::lines(&text, length)
            }
            _ => text,
        })
    }

    fn encode(&self, text: &str) -> Result<String, String> {
        match self.spelling {
            Spelling::Html => Ok(html::encode(text, self.ascii_only)),
            Spelling::Json => Ok(escape::json(text, self.ascii_only)),
            Spelling::Unicode => Ok(escape::unicode(text)),
            Spelling::Rot13 => Ok(escape::rot13(text)),
            Spelling::Punycode => url::host_to_ascii(text),
            _ => self.of_bytes(&self.bytes_of(text)?),
        }
    }

    fn decode(&self, text: &str) -> Result<String, String> {
        match self.spelling {
            Spelling::Html => Ok(html::decode(text)),
            Spelling::Json => escape::of_json(text),
            Spelling::Unicode => Ok(escape::of_unicode(text)),
            Spelling::Rot13 => Ok(escape::rot13(text)),
            Spelling::Punycode => url::host_to_unicode(text),
            _ => self.text_of(self.decode_bytes(text)?),
        }
    }

    fn decode_bytes(&self, text: &str) -> Result<Vec<u8>, String> {
        match self.spelling {
            Spelling::Base64 | Spelling::Base64url => bytes::of_base64(text),
            Spelling::Base32 => bytes::of_base32(text),
            Spelling::Hex => bytes::of_hex(text),
            Spelling::Url | Spelling::UrlWhole => Ok(url::decode(text, false)),
            Spelling::UrlForm => Ok(url::decode(text, true)),
            Spelling::QuotedPrintable => Ok(quoted::decode(text)),
            _ => self.decode(text).map(String::into_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(request: &str) -> Result<String, String> {
        let request: EncodeRequest = serde_json::from_str(request).unwrap();
        match encode(request, &Call::detached()) {
            Ok(Flow::Facts(facts)) => Ok(facts.result.to_json()),
            Ok(Flow::File(made)) => Ok(format!("{:?} {:?}", made.file.name(), made.file.content_type())),
            Ok(_) => panic!("it makes no stream"),
            Err(error) => Err(error.message()),
        }
    }

    #[test]
    fn there_and_back() {
        let text = "Ünïcode & <more> \"x\" + 100% 😀\nline\t2";
        for spelling in [
            "base64",
            "base64url",
            "base32",
            "hex",
            "url",
            "url-form",
            "html",
            "quoted-printable",
            "json",
            "unicode",
            "rot13",
        ] {
            let quoted = serde_json::to_string(text).unwrap();
            let encoded = done(&format!(r#"{{"input":{quoted},"spelling":"{spelling}"}}"#)).unwrap();
            let decoded = done(&format!(r#"{{"input":{encoded},"spelling":"{spelling}","action":"decode"}}"#)).unwrap();
            let back: String = serde_json::from_str(&decoded).unwrap();
            assert_eq!(back.replace("\r\n", "\n"), text, "{spelling}: {encoded}");
        }
    }

    #[test]
    fn charsets_files_and_bytes() {
        for (request, right) in [
            (r#"{"input":"é","spelling":"hex","charset":"latin1"}"#, r#""e9""#),
            (r#"{"input":"e9","spelling":"hex","charset":"latin1","action":"decode"}"#, r#""é""#),
            (r#"{"input":"/+8","action":"decode","bytes":"hex"}"#, r#""ffef""#),
            (r#"{"input":["YQ==",null,"Yg"],"action":"decode"}"#, r#"["a",null,"b"]"#),
            (
                r#"{"input":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ","action":"decode","asFile":true}"#,
                r#"Some("decoded.png") Some("image/png")"#,
            ),
        ] {
            assert_eq!(done(request).unwrap(), right, "{request}");
        }
        for (request, part) in [
            (r#"{"input":"/+8","action":"decode"}"#, "input: gives bytes that are no UTF-8 text: ask for asFile"),
            (r#"{"input":"日","charset":"latin1"}"#, "has characters that windows-1252 has not"),
            (r#"{"input":"a","charset":"nope"}"#, "charset: is not known"),
            (r#"{"spelling":"hex"}"#, "input: is required"),
            (r#"{"input":"xyz","spelling":"hex","action":"decode"}"#, "is no hex"),
            (r#"{"input":["YQ=="],"action":"decode","asFile":true}"#, "asFile: is for one value"),
        ] {
            let message = done(request).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }
}
