//! Documents from data: named templates, where the data is all there is to send, and templates of one's own.
//!
//! A named template is two things: types that say what its data is (read, checked, computed and written out in Rust, in
//! exact decimals and in the language of the locale), and a file of typst that only places finished texts. So a sum on
//! an invoice never depends on what typst does with numbers, and what is wrong with the data is told by its field.
//!
//! | file | job |
//! | --- | --- |
//! | `invoice.rs`, `receipt.rs`, `letter.rs`, `certificate.rs`, `report.rs` | the data of a template, and what it shows of it |
//! | `items.rs`, `money.rs`, `payment.rs`, `party.rs` | what several of them have: items and totals, exact decimals, bank details and their code, addresses |
//! | `locale.rs`, `words.rs` | numbers, money and dates as a country writes them; the words of the templates |
//! | `view.rs` | what all templates are shown |
//! | `templates/` | how they look |

mod certificate;
mod invoice;
mod items;
mod letter;
mod locale;
mod money;
mod party;
mod payment;
mod receipt;
mod report;
mod view;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::{Call, Cost, Data, Error, File, Operation, OperationRequest, WithFiles};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::html::{HtmlPage, PaperWishes};
use crate::settings::Workshop;
use crate::typeset::{Manuscript, PDF, Standard, Task};
use locale::{Currency, Locale};
use view::{View, breakable};
use words::Words;

/// Documents that one request makes.
const MAX_DOCUMENTS: usize = 500;
/// Bytes of the data of a request.
const MAX_DATA: usize = 10 << 20;
/// Files a request may bring.
const MAX_FILES: usize = 20;
/// Characters of the name of a document.
const NAME_CHARS: usize = 100;

/// What the named templates share, by its name in typst.
pub(crate) const SHARED_SOURCES: [(&str, &str); 1] = [("common.typ", include_str!("generate/templates/common.typ"))];

const DESCRIPTION: &str = "\
Send the name of a `template` and its `data`; totals, taxes, dates and words come from the service. An array of data makes a document of \
each element, which go out as one zip archive (or a list, with `output=base64`).

**Templates**: `invoice` (also credit notes and quotes, by `title`), `receipt`, `letter` (address in the window of the envelope), \
`certificate`, `report-table` (any rows). Sums are computed in exact decimals; an amount with more places than its \
currency is rounded half up, per line. `locale` chooses words, paper and how numbers and dates are written: en, de, fr, es, it, \
nl, pt, pl, sv, da, nb, fi, cs, el, ro, hu, uk, with their countries (`de-AT`); `labels` replaces single words.

**A template of your own**: `typst` is a template in the language of typst 0.15; its data is the variable `data`. `html` is HTML with the \
placeholders of Jinja (`{{ data.name }}`, `{% for row in data.rows %}`), set as `from-html` does. Files sent as `files` are known by their names. \
Packages, the network and fonts of the system are out of reach.

An invoice in euros with an IBAN carries a QR code that banking apps read (EPC069-12). `standard: a-2b` makes PDF/A-2b. What no typeface \
has is shown as a box and named in a warning.

The fields of each template's data are those of `GET /templates`; a wrong one is named in the error.";

/// A named template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Template {
    /// Invoice, credit note, quote.
    Invoice,
    /// Receipt of a payment.
    Receipt,
    /// Business letter.
    Letter,
    /// Certificate, one page across.
    Certificate,
    /// Table of any rows, with figures and sums.
    #[serde(alias = "report", alias = "table")]
    ReportTable,
}

impl Template {
    /// How it looks.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::Invoice => include_str!("generate/templates/invoice.typ"),
            Self::Receipt => include_str!("generate/templates/receipt.typ"),
            Self::Letter => include_str!("generate/templates/letter.typ"),
            Self::Certificate => include_str!("generate/templates/certificate.typ"),
            Self::ReportTable => include_str!("generate/templates/report.typ"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Receipt => "receipt",
            Self::Letter => "letter",
            Self::Certificate => "certificate",
            Self::ReportTable => "report",
        }
    }
}

/// A template and its data.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct GenerateRequest {
    /// Named template, for which `data` is all there is to send; or send `typst` or `html`.
    #[serde(default)]
    pub template: Option<Template>,
    /// Template of your own, in the language of typst; at most 500,000 characters.
    #[serde(default)]
    #[garde(length(chars, max = 500_000))]
    pub typst: Option<String>,
    /// Template of your own in HTML, with the placeholders of Jinja; its data is `data`; at most 500,000 characters.
    #[serde(default)]
    #[garde(length(chars, max = 500_000))]
    pub html: Option<String>,
    /// Data of the document; an array makes a document of each element, up to 500.
    pub data: Data,
    /// Language and country (BCP 47), such as `en-US` or `de`.
    #[serde(default = "english")]
    #[garde(length(chars, min = 2, max = 20))]
    pub locale: String,
    /// Currency (ISO 4217), such as `EUR`.
    #[serde(default = "dollars")]
    #[garde(length(chars, min = 3, max = 3))]
    pub currency: String,
    /// Logo in the head of named templates: PNG, JPEG, GIF, WebP or SVG.
    #[serde(default)]
    pub logo: Option<File>,
    /// Files that a template of your own knows by their names: pictures, fonts are not among them.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub files: Vec<File>,
    /// Color of headings and rules of named templates, as `#rrggbb`.
    #[serde(default = "accent")]
    #[garde(length(chars, max = 9))]
    pub accent: String,
    /// Paper; by default Letter in the United States and Canada, else A4.
    #[serde(default)]
    pub paper: Option<Paper>,
    /// Words of named templates by their keys, to replace those of the language: `{"invoice": "Pro forma invoice"}`.
    #[serde(default)]
    #[garde(length(max = 60))]
    pub labels: BTreeMap<String, String>,
    /// Standard the PDF keeps.
    #[serde(default)]
    pub standard: Standard,
    /// Name of the file; of several, each gets its number.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub name: Option<String>,
}

/// Paper of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// 210 by 297 mm.
    A4,
    /// 8.5 by 11 inches.
    #[serde(alias = "us-letter")]
    Letter,
    /// 148 by 210 mm.
    A5,
    /// 8.5 by 14 inches.
    #[serde(alias = "us-legal")]
    Legal,
    /// 297 by 420 mm.
    A3,
}

impl Paper {
    /// Its name in typst.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "us-letter",
            Self::A5 => "a5",
            Self::Legal => "us-legal",
            Self::A3 => "a3",
        }
    }

    /// Its name in style sheets.
    pub(crate) fn css(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
            Self::A5 => "a5",
            Self::Legal => "legal",
            Self::A3 => "a3",
        }
    }
}

fn english() -> String {
    "en".to_owned()
}

fn dollars() -> String {
    "USD".to_owned()
}

fn accent() -> String {
    "#1f4e79".to_owned()
}

/// The documents that were made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerateResponse {
    /// Number of documents.
    pub count: usize,
    /// Pages of all documents together.
    pub pages: usize,
    /// Each document, in the order of the data; of many, the first 20.
    pub documents: Vec<DocumentFacts>,
}

/// A document that was made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentFacts {
    /// Name of its file.
    pub name: String,
    /// Its pages.
    pub pages: usize,
    /// Total of an invoice or receipt, as an exact decimal in its currency; null for others.
    pub total: Option<String>,
}

/// Documents that the facts list: they travel in a header.
const LISTED: usize = 20;

fn example() -> GenerateRequest {
    let data = r#"{
        "number": "2026-0117", "date": "2026-11-30", "dueDate": "2026-12-14",
        "seller": {"name": "Acme Studio", "street": "1 Market Street", "postalCode": "10115", "city": "Berlin", "taxId": "DE123456789"},
        "customer": {"name": "Jane Doe", "street": "5 Garden Road", "postalCode": "80331", "city": "Munich"},
        "items": [
            {"description": "Design", "quantity": 12, "unit": "h", "price": 85},
            {"description": "Hosting", "quantity": 1, "price": "29.90"}
        ],
        "tax": 19,
        "payment": {"iban": "DE89 3704 0044 0532 0130 00"}
    }"#;
    GenerateRequest {
        template: Some(Template::Invoice),
        typst: None,
        html: None,
        data: Data::Json(RawValue::from_string(data.to_owned()).expect("the example is JSON")),
        locale: "de-DE".to_owned(),
        currency: "EUR".to_owned(),
        logo: None,
        files: Vec::new(),
        accent: accent(),
        paper: None,
        labels: BTreeMap::new(),
        standard: Standard::None,
        name: None,
    }
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make invoices, letters, reports and other documents from data")
        .description(DESCRIPTION)
        .example(example)
        .files(MAX_FILES + 2, &[])
        .answers(&[PDF, "application/zip"])
        .cost(Cost::Heavy)
}

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
    title: String,
    author: String,
    total: Option<String>,
    content: T,
}

impl Letterhead {
    fn of(request: &GenerateRequest, call: &Call) -> Result<Self, Error> {
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

    fn view<T: Serialize>(&self, shown: Shown<T>) -> Result<(String, Option<String>), Error> {
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

/// The data of a template as JSON Schema.
pub(crate) fn schema_of(template: Template) -> serde_json::Value {
    fn schema<T: JsonSchema>() -> serde_json::Value {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
        settings.into_generator().into_root_schema_for::<T>().to_value()
    }
    match template {
        Template::Invoice => schema::<invoice::Invoice>(),
        Template::Receipt => schema::<receipt::Receipt>(),
        Template::Letter => schema::<letter::Letter>(),
        Template::Certificate => schema::<certificate::Certificate>(),
        Template::ReportTable => schema::<report::Report>(),
    }
}

/// One document that is to be made.
struct Draft {
    manuscript: Manuscript,
    total: Option<String>,
}

/// Makes documents.
///
/// # Errors
/// What is wrong with the template or the data, by its field.
pub async fn generate(
    request: GenerateRequest,
    call: Arc<Call>,
    workshop: Arc<Workshop>,
) -> Result<WithFiles<GenerateResponse>, Error> {
    let drafts = call.compute(Cost::Light, {
        let call = call.clone();
        move || drafts(&request, &call).map(|drafts| (request, drafts))
    });
    let (request, drafts) = drafts.await?;
    let (assets, files) = assets(&request)?;
    let created = today(&call);
    let count = drafts.len();
    let stem = request.name.as_deref().map(stem).filter(|name| !name.is_empty());
    let stem = stem.unwrap_or_else(|| request.template.map_or("document", Template::name).to_owned());
    let own = request.typst.as_ref().map(|_| "typst").or(request.html.as_ref().map(|_| "html"));
    let mut response = GenerateResponse { count, pages: 0, documents: Vec::new() };
    let mut made_files = Vec::with_capacity(count);
    for (index, draft) in drafts.into_iter().enumerate() {
        let task = Task { manuscript: draft.manuscript, standard: request.standard, created, assets: assets.clone() };
        let (made, file) =
            workshop.typeset(&call, &task, files.clone()).await.map_err(|error| at(error, index, count))?;
        let name = if count == 1 { format!("{stem}.pdf") } else { format!("{stem}-{}.pdf", index + 1) };
        for note in made.notes {
            note.tell(Some(own.unwrap_or("data")), &call);
        }
        response.pages += made.pages;
        if index < LISTED {
            response.documents.push(DocumentFacts { name: name.clone(), pages: made.pages, total: draft.total });
        }
        made_files.push(File::new(name, PDF, file.bytes().clone()));
    }
    Ok(WithFiles { files: made_files, facts: response })
}

/// The name of a file without what no file may have in it.
pub(crate) fn stem(name: &str) -> String {
    let name = name.trim().strip_suffix(".pdf").unwrap_or(name.trim());
    let plain = |letter: char| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '-' } else { letter };
    name.chars().map(plain).take(NAME_CHARS).collect::<String>().trim_matches(['.', ' ']).to_owned()
}

/// The time of the request, as documents have it.
pub(crate) fn today(call: &Call) -> [i32; 6] {
    let now = jiff::tz::TimeZone::UTC.to_datetime(call.now());
    [
        now.year().into(),
        now.month().into(),
        now.day().into(),
        now.hour().into(),
        now.minute().into(),
        now.second().into(),
    ]
}

/// An error of one of several documents, with its place.
fn at(error: Error, index: usize, count: usize) -> Error {
    if count == 1 {
        return error;
    }
    match error.details().first() {
        Some(detail) => {
            let rest = detail.field.strip_prefix("data").unwrap_or(&detail.field);
            let dot = if detail.field.starts_with("data") { "" } else { ": " };
            Error::field(error.code(), format!("data[{index}]{dot}{rest}"), detail.message.clone())
        }
        None => Error::field(error.code(), format!("data[{index}]"), error.message()),
    }
}

/// The names of the files that come with a document, and the files.
fn assets(request: &GenerateRequest) -> Result<(Vec<String>, Vec<File>), Error> {
    if request.template.is_some() {
        if !request.files.is_empty() {
            return Err(Error::impossible("files", "are for a template of your own: send the logo as logo"));
        }
        let logo = request.logo.iter();
        let names = logo.clone().map(|logo| picture_kind(logo, "logo").map(|kind| format!("logo.{kind}")));
        return Ok((names.collect::<Result<_, _>>()?, logo.cloned().collect()));
    }
    let mut names = Vec::new();
    let mut files = Vec::new();
    for (index, file) in request.files.iter().enumerate() {
        let name = file
            .name()
            .map(|name| name.chars().take(NAME_CHARS).collect())
            .unwrap_or_else(|| format!("file-{}", index + 1));
        names.push(name);
        files.push(file.clone());
    }
    if let Some(logo) = &request.logo {
        names.push(format!("logo.{}", picture_kind(logo, "logo")?));
        files.push(logo.clone());
    }
    Ok((names, files))
}

/// What is to be made, one draft for each element of the data.
fn drafts(request: &GenerateRequest, call: &Call) -> Result<Vec<Draft>, Error> {
    let json = text(&request.data)?;
    if json.len() > MAX_DATA {
        return Err(Error::new(chassis::Code::PayloadTooLarge, "data: has more than the limit of 10 MB"));
    }
    let elements: Vec<Box<RawValue>> = match json.trim_start().starts_with('[') {
        true => serde_json::from_str(&json).map_err(|problem| not_json(&problem))?,
        false => vec![RawValue::from_string(json.trim().to_owned()).map_err(|problem| not_json(&problem))?],
    };
    match elements.len() {
        0 => return Err(Error::impossible("data", "is an empty list: send at least one element")),
        1..=MAX_DOCUMENTS => {}
        many => return Err(Error::impossible("data", format!("has {many} elements: at most {MAX_DOCUMENTS} at once"))),
    }
    let count = elements.len();
    let draft = |json: &str| match (request.template, &request.typst, &request.html) {
        (Some(template), None, None) => {
            let head = Letterhead::of(request, call)?;
            let (view, total) = shown(template, json, &head, call)?;
            Ok(Draft { manuscript: Manuscript::Template(template, view), total })
        }
        (None, Some(source), None) => {
            Ok(Draft { manuscript: Manuscript::Typst(source.clone(), json.to_owned()), total: None })
        }
        (None, None, Some(html)) => {
            let paper =
                PaperWishes { size: request.paper.map(|paper| paper.css().to_owned()), ..PaperWishes::default() };
            let page =
                HtmlPage { html: html.clone(), css: String::new(), paper, strict: false, data: Some(json.to_owned()) };
            Ok(Draft { manuscript: Manuscript::Html(page), total: None })
        }
        (None, None, None) => {
            let message = "send template, such as invoice, or a template of your own as typst or html";
            Err(Error::impossible("template", message))
        }
        _ => Err(Error::impossible("template", "send one of template, typst and html")),
    };
    let mut drafts = Vec::with_capacity(count);
    for (index, element) in elements.iter().enumerate() {
        call.check()?;
        drafts.push(draft(element.get()).map_err(|error| at(error, index, count))?);
    }
    Ok(drafts)
}

fn not_json(problem: &serde_json::Error) -> Error {
    Error::impossible("data", format!("is not JSON: {problem}"))
}

/// The data as the text of its JSON.
pub(crate) fn text(data: &Data) -> Result<String, Error> {
    match data {
        Data::Json(value) => Ok(value.get().to_owned()),
        Data::Text(text) => Ok(text.clone()),
        Data::File(file) => String::from_utf8(file.bytes().to_vec())
            .map_err(|_| Error::impossible("data", "is not JSON: it is not text")),
    }
}

/// The data of a template, read and written out.
fn shown(template: Template, json: &str, head: &Letterhead, call: &Call) -> Result<(String, Option<String>), Error> {
    fn read<T: OperationRequest>(json: &str, call: &Call) -> Result<T, Error> {
        call.read("data", json)
    }
    match template {
        Template::Invoice => head.view(read::<invoice::Invoice>(json, call)?.show(head, call)?),
        Template::Receipt => head.view(read::<receipt::Receipt>(json, call)?.show(head, call)?),
        Template::Letter => head.view(read::<letter::Letter>(json, call)?.show(head, call)?),
        Template::Certificate => head.view(read::<certificate::Certificate>(json, call)?.show(head, call)?),
        Template::ReportTable => head.view(read::<report::Report>(json, call)?.show(head, call)?),
    }
}
