//! What is in a web page or a text: fields by CSS selector, tables, JSON-LD and metadata; e-mail addresses, URLs, numbers,
//! phone numbers and dates.

mod dates;
mod found;
mod page;
mod tables;

use chassis::{Call, Data, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use found::{Found, Kind};
pub(crate) use page::{decoded, text_of};
pub use tables::Table;

use crate::tree::{Object, Tree, structure_of};
use crate::worker;

const DESCRIPTION: &str = "\
Takes out of a **page** (`html`: text, a file or a URL) what `fields`, `tables`, `jsonLd` and `metadata` ask for, or out of a **text** (`text`, which \
is never fetched) what `find` names: all there is without it.

`fields` has a CSS selector for each name: `{\"title\": \"h1\", \"price\": \".price\", \"link\": {\"selector\": \"a.buy\", \"attribute\": \"href\"}, \"tags\": \
{\"selector\": \".tag\", \"all\": true}}`; the answer has the text, or the attribute, or with `\"content\": \"html\"` the HTML of the first match, or of all. \
With `each` (`\".product\"`) the fields are taken from every element that matches, one row each. `tables` are rows by the names of their head. \
`metadata` is title, description, language, canonical address, Open Graph and Twitter cards, icons and feeds. With `baseUrl` links become absolute.

`find`: `emails`, `urls`, `numbers`, `phones`, `dates`; each with its place, in characters from 0. Phone numbers are those that exist, in E.164; `region` is the \
country of those without a country code. Numbers have `.` before their decimals unless `decimal` is `,`. Dates are ISO 8601; `3/5/2024` has no value unless `dateOrder` says \
which comes first.";

/// Mark before the decimals of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Decimal {
    /// As in 1,234.50.
    #[default]
    #[serde(rename = ".")]
    Point,
    /// As in 1.234,50.
    #[serde(rename = ",")]
    Comma,
}

/// Order of the parts of a date in digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// A page or a text, and what to take out of it.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ExtractRequest {
    /// Page: HTML as text, a file or a URL.
    #[serde(default)]
    pub html: Option<Data>,
    /// Text, at most 1,000,000 characters; never fetched.
    #[serde(default)]
    #[garde(length(chars, max = 1_000_000))]
    pub text: Option<String>,
    /// CSS selectors by the names of fields.
    #[serde(default)]
    pub fields: Option<Tree>,
    /// CSS selector of the elements that become rows.
    #[serde(default)]
    pub each: Option<String>,
    /// Whether tables are taken out.
    #[serde(default)]
    pub tables: bool,
    /// Whether JSON-LD is taken out.
    #[serde(default)]
    pub json_ld: bool,
    /// Whether metadata is taken out.
    #[serde(default)]
    pub metadata: bool,
    /// Address of the page, to which links are relative.
    #[serde(default)]
    pub base_url: Option<String>,
    /// What to find in the text (default everything), or in the text of the page.
    #[serde(default, alias = "kind", alias = "kinds", alias = "types")]
    #[garde(length(max = 5))]
    pub find: Vec<Kind>,
    /// Whether only the first of each kind is found.
    #[serde(default)]
    pub first: bool,
    /// Country of phone numbers without a country code (ISO 3166): `US`.
    #[serde(default)]
    pub region: Option<String>,
    /// Mark before the decimals of numbers.
    #[serde(default)]
    pub decimal: Decimal,
    /// Order of dates in digits.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
}

/// What was found.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtractResponse {
    /// Fields by name, null where nothing matches; null without `fields`, or with `each`.
    pub fields: Option<Tree>,
    /// One row of fields for each element that matches `each`.
    pub rows: Vec<Tree>,
    /// Tables of the page.
    pub tables: Vec<Table>,
    /// JSON-LD of the page.
    pub json_ld: Vec<Tree>,
    /// Metadata of the page; null unless asked for.
    pub metadata: Option<Tree>,
    /// What `find` names, in the order of the text.
    pub found: Vec<Found>,
    /// Values of `found` by kind: lists, or with `first` the value or null; null without `find`.
    pub values: Option<Tree>,
}

fn example() -> ExtractRequest {
    let html =
        "<html><body><h1>Lamp</h1><p class=price>19.90</p><p>Ask <a href=/mail>shop@example.com</a></p></body></html>";
    let selectors = [("title", Tree::from("h1")), ("price", Tree::from(".price"))];
    ExtractRequest {
        html: Some(Data::Text(html.to_owned())),
        text: None,
        fields: Some(Object::from_iter(selectors).into()),
        each: None,
        tables: false,
        json_ld: false,
        metadata: false,
        base_url: None,
        find: vec![Kind::Emails],
        first: false,
        region: None,
        decimal: Decimal::Point,
        date_order: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Take fields, tables and metadata out of a page; addresses, numbers and dates out of a text")
        .description(DESCRIPTION)
        .example(example)
        .isolated()
}

/// Takes out of a page or a text what was asked for.
///
/// # Errors
/// When there is neither, a selector is none, or it takes too long.
pub fn extract(mut request: ExtractRequest, call: &Call) -> Result<ExtractResponse, Error> {
    if request.html.is_none() && request.find.is_empty() {
        request.find = vec![Kind::Emails, Kind::Urls, Kind::Numbers, Kind::Phones, Kind::Dates];
    }
    request.fields = request.fields.take().map(|fields| structure_of(fields, "fields")).transpose()?;
    let field = if request.html.is_some() { "html" } else { "text" };
    worker::within_limit(field, call, move || take(&request))?
}

fn take(request: &ExtractRequest) -> Result<ExtractResponse, Error> {
    let mut response = ExtractResponse::default();
    let of_page = request.fields.is_some() || request.tables || request.json_ld || request.metadata;
    if request.html.is_some() && !of_page && request.find.is_empty() {
        return Err(Error::impossible(
            "fields",
            "or tables, jsonLd, metadata or find is required: what to take out of the page",
        ));
    }
    let text = match (&request.html, &request.text) {
        (Some(_), Some(_)) => {
            return Err(Error::impossible("text", "is there together with html: send one of the two"));
        }
        (None, None) => return Err(Error::impossible("text", "is missing: send text or html")),
        (None, Some(text)) => {
            if of_page {
                return Err(Error::impossible(
                    "html",
                    "is missing: fields, tables, jsonLd and metadata are those of a page",
                ));
            }
            text.clone()
        }
        (Some(html), None) => {
            let html = page::html_of(html)?;
            let page = page::Page::of(&html, request.base_url.as_deref())?;
            page.take(request, &mut response)?;
            if request.find.is_empty() { String::new() } else { page.text() }
        }
    };
    if !request.find.is_empty() {
        let (found, values) = found::find(&text, request)?;
        (response.found, response.values) = (found, Some(values));
    }
    Ok(response)
}
