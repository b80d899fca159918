//! Personal data hidden in values, columns and whole documents.
//!
//! What is found is the engine's (`patterns`), the same as that of llm's `redact`. Here it is applied to every text of what was sent: a value, a
//! list, columns, or with neither a whole document as it is.
//!
//! | file | job |
//! | --- | --- |
//! | `spots.rs` | the places in a text that are hidden |
//! | `stand_in.rs` | what takes their place |

mod spots;
mod stand_in;

use chassis::{Call, Code, Confinement, Cost, Error, Operation, Secret};
use garde::Validate;
use patterns::UNCOVERED;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tree::{Object, Tree};
use crate::values::{Failure, OnError, Value, Values, ValuesResponse, text_of};
use crate::worker;
use spots::Seeker;
pub use spots::{CustomPattern, PersonalData};
pub use stand_in::MaskMode;
use stand_in::StandIns;

/// Findings that are listed.
const MAX_LISTED: usize = 10_000;
/// Characters of one text.
const MAX_CHARS: usize = 1_000_000;
/// Levels of a document.
const MAX_DEPTH: usize = 128;

const DESCRIPTION: &str = "\
Finds personal data by patterns and check digits, and hides it: e-mail addresses, telephone numbers, payment cards (Luhn and issued ranges), IBANs (length and mod 97), IP and MAC \
addresses, national numbers of 24 countries; besides `words` and `patterns` (regular expressions) of your own. The input is a value, a list, rows with `columns`, or, without \
`columns`, any document: then every text and number in it is looked at. With `whole` each value is personal as a whole, such as a column of names.

`mode`: redact (`[EMAIL]`), partial (`j***@example.com`), hash (`[EMAIL:1f3a5c7e90b2]`, keyed: the same data has the same hash in every request), token (`EMAIL_1`, the same data the same token; \
`tokens` gives the originals back, to restore them after a model has seen the text), fake (an address, number or account reserved for examples), remove.

`findings` has the place of each, in characters from 0. `uncovered` lists what patterns cannot find, such as names and postal addresses: do not publish a text on the strength of this alone.";

/// Values, and what is hidden in them.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct MaskRequest {
    /// A value, a list of values, or rows (a list of objects) with `columns`. Never fetched.
    #[serde(alias = "value", alias = "values", alias = "text", alias = "data", alias = "rows")]
    pub input: Tree,
    /// Kinds of data to hide; all without it.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub types: Vec<PersonalData>,
    /// What takes the place of a finding.
    #[serde(default, alias = "strategy")]
    pub mode: MaskMode,
    /// Secret of the hashes, at least 16 characters; with `mode` hash.
    #[serde(default)]
    pub key: Option<Secret<String>>,
    /// Words and phrases of your own to hide, whatever their case, at most 1,000.
    #[serde(default)]
    #[garde(length(max = 1_000), inner(length(chars, min = 1, max = 200)))]
    pub words: Vec<String>,
    /// Patterns of your own, at most 20.
    #[serde(default)]
    #[garde(length(max = 20), dive)]
    pub patterns: Vec<CustomPattern>,
    /// Whether each value is hidden as a whole.
    #[serde(default)]
    pub whole: bool,
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

/// What is left when personal data is hidden.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MaskResponse {
    /// What the value became; of a list, what its values became; null with rows.
    pub result: Tree,
    /// Rows with their columns changed; null without `columns`.
    pub rows: Option<Vec<Tree>>,
    /// Number of values.
    pub count: usize,
    /// Values that could not be done, the first 100; with `onError` null or keep.
    pub failures: Vec<Failure>,
    /// What was hidden, in its order, the first 10,000.
    pub findings: Vec<MaskFinding>,
    /// Number of findings by their kind.
    pub totals: Tree,
    /// Originals by their tokens; with `mode` token.
    pub tokens: Tree,
    /// Personal data that this does not find.
    pub uncovered: Vec<String>,
}

/// Something that was hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MaskFinding {
    /// Kind, in capitals; the name of a pattern of the request.
    pub kind: String,
    /// Place of its text in the input: `[2].email`; empty for the input itself.
    pub path: String,
    /// Character at which it begins, from 0.
    pub start: usize,
    /// Character after its last one.
    pub end: usize,
    /// Country of a national number or a bank account (ISO 3166).
    pub country: Option<String>,
    /// What took its place.
    pub replacement: String,
}

fn example() -> MaskRequest {
    let row = |name: &str, note: &str| {
        let cells = [("name".to_owned(), Tree::from(name)), ("note".to_owned(), Tree::from(note))];
        Tree::from(cells.into_iter().collect::<Object<Tree>>())
    };
    MaskRequest {
        input: vec![
            row("Jane", "Mail jane.doe@example.com or call +1 415-555-2671"),
            row("Ken", "Paid with 4111 1111 1111 1111"),
        ]
        .into(),
        types: Vec::new(),
        mode: MaskMode::Partial,
        key: None,
        words: Vec::new(),
        patterns: Vec::new(),
        whole: false,
        columns: vec!["note".to_owned()],
        into: None,
        on_error: OnError::Fail,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Hide personal data in texts, columns and documents")
        .description(DESCRIPTION)
        .cost_of(|request: &MaskRequest| match &request.input {
            Tree::Text(text) if text.len() > 20_000 => Cost::Heavy,
            Tree::List(list) if list.len() > 100 => Cost::Heavy,
            _ => Cost::Light,
        })
        .isolated_when(|request: &MaskRequest| (!request.patterns.is_empty()).then(Confinement::default))
        .example(example)
}

/// Hides personal data.
///
/// # Errors
/// When hashes have no key, a pattern is none, or a value is too long.
pub fn mask(request: MaskRequest, call: &Call) -> Result<MaskResponse, Error> {
    let MaskRequest { input, types, mode, key, words, patterns, whole, columns, into, on_error } = request;
    let stand_ins = StandIns::of(mode, key.as_ref().map(|key| key.reveal().as_str()))?;
    let compiled = !patterns.is_empty();
    let seeker = Seeker::of(&types, words, &patterns, whole)?;
    let document = columns.is_empty() && holds_objects(&input);
    let values = match document {
        true => Values::One(input),
        false => Values::of(input, &columns, into.as_deref())?,
    };
    let mut hider = Hider { seeker, stand_ins, findings: Vec::new(), totals: Object::default() };
    let (changed, hider) = if compiled {
        // The values go to the thread that may be left behind; the results are put into their places here.
        let places: Vec<(Tree, String)> = values.iter().map(|value| (value.tree.clone(), path(&value))).collect();
        let hide = move || {
            let results = places.into_iter().map(|(tree, path)| hider.hide(&tree, path, MAX_DEPTH)).collect::<Vec<_>>();
            (results, hider)
        };
        let (results, hider) = worker::within_limit("patterns", call, hide)?;
        let mut results = results.into_iter();
        (values.change(on_error, call, |_| results.next().unwrap_or(Ok(Tree::Null)))?, hider)
    } else {
        (values.change(on_error, call, |value| hider.hide(value.tree, path(value), MAX_DEPTH))?, hider)
    };
    let ValuesResponse { result, rows, count, failures } = changed;
    if hider.findings.len() == MAX_LISTED {
        call.warn(
            "findings-cut",
            Some("findings"),
            "more was found than the 10,000 findings that are listed; all of it is hidden",
        );
    }
    Ok(MaskResponse {
        result,
        rows,
        count,
        failures,
        findings: hider.findings,
        totals: hider.totals.into(),
        tokens: hider.stand_ins.tokens(),
        uncovered: UNCOVERED.map(str::to_owned).to_vec(),
    })
}

/// The place of a value in the input.
fn path(value: &Value<'_>) -> String {
    value.field().trim_start_matches("input").to_owned()
}

/// Whether it is a document, not values.
fn holds_objects(tree: &Tree) -> bool {
    match tree {
        Tree::Object(_) => true,
        Tree::List(list) => list.iter().any(|value| matches!(value, Tree::Object(_) | Tree::List(_))),
        _ => false,
    }
}

/// Hides what is found, and keeps account of it.
struct Hider {
    seeker: Seeker,
    stand_ins: StandIns,
    findings: Vec<MaskFinding>,
    totals: Object<Tree>,
}

impl Hider {
    fn hide(&mut self, tree: &Tree, path: String, depth: usize) -> Result<Tree, String> {
        match tree {
            Tree::Null | Tree::Bool(_) => Ok(tree.clone()),
            Tree::Text(_) | Tree::Number(_) => {
                let text = text_of(tree)?;
                if text.len() > MAX_CHARS && text.chars().nth(MAX_CHARS).is_some() {
                    return Err("has a text of more than 1,000,000 characters: send it in parts".to_owned());
                }
                Ok(self.text(&text, &path)?.map_or_else(|| tree.clone(), Tree::from))
            }
            Tree::List(_) | Tree::Object(_) if depth == 0 => Err("is nested too deep".to_owned()),
            Tree::List(list) => list
                .iter()
                .enumerate()
                .map(|(at, value)| self.hide(value, format!("{path}[{at}]"), depth - 1))
                .collect(),
            Tree::Object(object) => {
                let mut hidden = Object::default();
                for (key, value) in object.iter() {
                    let dot = if path.is_empty() { "" } else { "." };
                    hidden.insert(key.clone(), self.hide(value, format!("{path}{dot}{key}"), depth - 1)?);
                }
                Ok(hidden.into())
            }
        }
    }

    /// A text with what is found in it hidden; nothing when nothing is.
    fn text(&mut self, text: &str, path: &str) -> Result<Option<String>, String> {
        let spots = self.seeker.spots(text)?;
        if spots.is_empty() {
            return Ok(None);
        }
        let mut hidden = String::with_capacity(text.len());
        let (mut byte, mut characters) = (0, 0);
        for spot in spots {
            let found = &text[spot.start..spot.end];
            let replacement = self.stand_ins.of_finding(found, &spot)?;
            hidden.push_str(&text[byte..spot.start]);
            hidden.push_str(&replacement);
            let start = characters + text[byte..spot.start].chars().count();
            let end = start + found.chars().count();
            (byte, characters) = (spot.end, end);
            let total = self.totals.get(&spot.label).and_then(|total| match total {
                Tree::Number(number) => number.as_i64(),
                _ => None,
            });
            self.totals.insert(spot.label.as_str(), Tree::from(total.unwrap_or(0) + 1));
            if self.findings.len() < MAX_LISTED {
                let country = spot.country.map(str::to_owned);
                self.findings.push(MaskFinding {
                    kind: spot.label,
                    path: path.to_owned(),
                    start,
                    end,
                    country,
                    replacement,
                });
            }
        }
        hidden.push_str(&text[byte..]);
        Ok(Some(hidden))
    }
}

/// The error for a field that another one needs.
fn required(field: &str, message: &str) -> Error {
    Error::field(Code::ValidationError, field, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(request: &str) -> Result<MaskResponse, String> {
        let request: MaskRequest = serde_json::from_str(request).unwrap();
        mask(request, &Call::detached()).map_err(|error| error.message())
    }

    fn result(request: &str) -> String {
        done(request).unwrap_or_else(|why| panic!("{request}: {why}")).result.to_json()
    }

    #[test]
    fn values_lists_columns_and_documents() {
        for (request, right) in [
            (r#"{"input":"Mail a@b.io"}"#, r#""Mail [EMAIL]""#),
            (r#"{"input":["a@b.io",7,null,"none"]}"#, r#"["[EMAIL]",7,null,"none"]"#),
            (r#"{"input":4111111111111111}"#, r#""[CARD]""#),
            (
                r#"{"input":{"user":{"mail":"a@b.io","age":1.10},"tags":["x"]}}"#,
                r#"{"user":{"mail":"[EMAIL]","age":1.10},"tags":["x"]}"#,
            ),
            (r#"{"input":"Mail a@b.io","mode":"partial"}"#, r#""Mail a***@b.io""#),
            (r#"{"input":"Mail a@b.io","mode":"remove"}"#, r#""Mail ""#),
            (r#"{"input":"Mail a@b.io","mode":"fake"}"#, r#""Mail person@example.com""#),
            (r#"{"input":"a@b.io, c@d.io, A@B.io","mode":"token"}"#, r#""EMAIL_1, EMAIL_2, EMAIL_1""#),
            (r#"{"input":"Ada met Adam","words":["ada"]}"#, r#""[WORD] met Adam""#),
            (
                r#"{"input":"order AB-123","patterns":[{"name":"ORDER","pattern":"[A-Z]{2}-\\d+"}]}"#,
                r#""order [ORDER]""#,
            ),
            (r#"{"input":["Ada Lovelace",""],"whole":true,"mode":"partial"}"#, r#"["A** L*******",""]"#),
            (r#"{"input":"a@b.io +1 415-555-2671","types":["phone"]}"#, r#""a@b.io [PHONE]""#),
        ] {
            assert_eq!(result(request), right, "{request}");
        }
        let rows = done(r#"{"input":[{"a":"x@y.io","b":"x@y.io"}],"columns":["b"]}"#).unwrap();
        assert_eq!(Tree::from(rows.rows.unwrap()).to_json(), r#"[{"a":"x@y.io","b":"[EMAIL]"}]"#);
    }

    #[test]
    fn what_was_found_is_reported() {
        let request = r#"{"input":[{"n":"é a@b.io, DE89 3704 0044 0532 0130 00"}],"mode":"token"}"#;
        let response = done(request).unwrap();
        let places: Vec<_> = response
            .findings
            .iter()
            .map(|found| (found.kind.as_str(), found.path.as_str(), found.start, found.end))
            .collect();
        assert_eq!(places, [("EMAIL", "[0].n", 2, 8), ("IBAN", "[0].n", 10, 37)]);
        assert_eq!(response.totals.to_json(), r#"{"EMAIL":1,"IBAN":1}"#);
        assert_eq!(response.tokens.to_json(), r#"{"EMAIL_1":"a@b.io","IBAN_1":"DE89 3704 0044 0532 0130 00"}"#);
        assert!(response.uncovered.iter().any(|kind| kind.contains("names")));
    }

    #[test]
    fn hashes_need_a_key() {
        let hashed = |input: &str| result(&format!(r#"{{"input":"{input}","mode":"hash","key":"0123456789abcdef"}}"#));
        assert_eq!(hashed("4111 1111 1111 1111"), hashed("4111-1111-1111-1111"));
        assert_ne!(hashed("a@b.io"), hashed("c@b.io"));
        for (request, part) in [
            (r#"{"input":"a","mode":"hash"}"#, "key: is required with hash"),
            (r#"{"input":"a","mode":"hash","key":"short"}"#, "key: must have 16 characters"),
            (r#"{"input":"a","key":"0123456789abcdef"}"#, "key: is for mode hash"),
            (
                r#"{"input":"a","patterns":[{"name":"X","pattern":"("}]}"#,
                "patterns[0].pattern: is no regular expression",
            ),
        ] {
            let message = done(request).unwrap_err();
            assert!(message.starts_with(part), "{message}");
        }
    }

    /// What passes a text once must not pass it again for each of its parts.
    #[test]
    fn long_texts_take_linear_time() {
        for piece in ["1 ", "a@", "DE89 ", "1.", "+1", "4111 ", "ab:", "a.b@c", "0-"] {
            let text = piece.repeat(400_000 / piece.len());
            let request = format!(r#"{{"input":"{text}"}}"#);
            assert!(done(&request).is_ok(), "{piece}");
        }
    }
}
