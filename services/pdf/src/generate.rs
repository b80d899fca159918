//! Documents from data: named templates, where the data is all there is to send, and templates of one's own.
//!
//! A named template is two things: types that say what its data is (read, checked, computed and written out in Rust, in
//! exact decimals and in the language of the locale), and a file of typst that only places finished texts. So a sum on
//! an invoice never depends on what typst does with numbers, and what is wrong with the data is told by its field.
//!
//! | file | job |
//! | --- | --- |
//! | `invoice.rs`, `receipt.rs`, `letter.rs`, `certificate.rs`, `report.rs` | the data of a template, and what it shows of it |
//! | `template.rs`, `letterhead.rs`, `paper.rs` | the templates; what all documents of a request have; paper |
//! | `items.rs`, `money.rs`, `payment.rs`, `party.rs` | what several of them have: items and totals, exact decimals, bank details and their code, addresses |
//! | `locale.rs`, `words.rs` | numbers, money and dates as a country writes them; the words of the templates |
//! | `view.rs` | what all templates are shown |
//! | `templates/` | how they look |

mod certificate;
mod invoice;
mod items;
mod letter;
mod letterhead;
mod locale;
mod money;
mod paper;
mod party;
mod payment;
mod receipt;
mod report;
mod template;
mod tidy;
mod view;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::{Call, Cost, Data, Error, File, Operation, WithFiles};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::html::{HtmlPage, PaperWishes};
use crate::named::Supplies;
use crate::settings::Workshop;
use crate::typeset::{Manuscript, PDF, Standard, Task};
pub(crate) use letterhead::{Letterhead, Shown, picture_kind};
pub use paper::Paper;
pub use template::Template;
pub(crate) use template::schema_of;

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
placeholders of Jinja (`{{ data.name }}`, `{% for row in data.rows %}`), set as `from-html` does; pictures and style sheets whose URLs stand in it \
as they are, not in placeholders, are fetched. Files sent as `files` are known by their names. \
Packages, the network and fonts of the system are out of reach.

An invoice in euros with an IBAN carries a QR code that banking apps read (EPC069-12). `standard: a-2b` makes PDF/A-2b. What no typeface \
has is shown as a box and named in a warning.

The fields of each template's data are those of `GET /templates`; a wrong one is named in the error.";

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
    let mut supplies = assets(&request)?;
    if let Some(html) = &request.html {
        supplies.fetch(html, "", None, &call).await?;
    }
    let Supplies { names: assets, files, lost } = supplies;
    let created = today(&call);
    let count = drafts.len();
    let stem = request.name.as_deref().map(stem).filter(|name| !name.is_empty());
    let stem = stem.unwrap_or_else(|| request.template.map_or("document", Template::name).to_owned());
    let own = request.typst.as_ref().map(|_| "typst").or(request.html.as_ref().map(|_| "html"));
    let mut response = GenerateResponse { count, pages: 0, documents: Vec::new() };
    let mut made_files = Vec::with_capacity(count);
    for (index, mut draft) in drafts.into_iter().enumerate() {
        if let Manuscript::Html(page) = &mut draft.manuscript {
            page.lost.clone_from(&lost);
        }
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
fn assets(request: &GenerateRequest) -> Result<Supplies, Error> {
    if request.template.is_some() {
        if !request.files.is_empty() {
            return Err(Error::impossible("files", "are for a template of your own: send the logo as logo"));
        }
        let logo = request.logo.iter();
        let names = logo.clone().map(|logo| picture_kind(logo, "logo").map(|kind| format!("logo.{kind}")));
        let names = names.collect::<Result<_, _>>()?;
        return Ok(Supplies { names, files: logo.cloned().collect(), ..Supplies::default() });
    }
    let mut supplies = Supplies::of(request.files.clone());
    if let Some(logo) = &request.logo {
        supplies.names.push(format!("logo.{}", picture_kind(logo, "logo")?));
        supplies.files.push(logo.clone());
    }
    Ok(supplies)
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
            let json = tidy::tidy(template, json, locale::Locale::of(&request.locale).decimal);
            let (view, total) = template.shown(&json, &head, call)?;
            Ok(Draft { manuscript: Manuscript::Template(template, view), total })
        }
        (None, Some(source), None) => {
            Ok(Draft { manuscript: Manuscript::Typst(source.clone(), json.to_owned()), total: None })
        }
        (None, None, Some(html)) => {
            let paper =
                PaperWishes { size: request.paper.map(|paper| paper.css().to_owned()), ..PaperWishes::default() };
            let page = HtmlPage { html: html.clone(), paper, data: Some(json.to_owned()), ..HtmlPage::default() };
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
