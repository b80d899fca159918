//! Made-up rows, by a list of fields or by a JSON Schema; the same seed gives the same rows for ever.
//!
//! The words are our own lists and the chance is our own (`generate/chance.rs`): a library of fakes gives other rows with its next
//! version.
//!
//! | file | job |
//! | --- | --- |
//! | `chance.rs` | numbers by chance that are the same everywhere |
//! | `lists.rs`, `data/` | words by language; people, places, phone numbers |
//! | `field.rs` | fields as a request says them |
//! | `value.rs` | the value of a field in a row |
//! | `pattern.rs` | texts that a regular expression matches |
//! | `schema.rs` | values that a JSON Schema asks for |

mod chance;
mod field;
mod lists;
mod pattern;
mod schema;
mod value;

use chassis::{Call, Code, Cost, Error, Flow, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use chance::hashed;
pub use field::{Distribution, Field, FieldList, FieldType, Sent};
pub use lists::Tongue;
use value::Maker;

use crate::rows::answer::{Answering, MEDIA_TYPES, TableResponse, Target, WriteOptions};
use crate::rows::cell::{Columns, Row};
use crate::rows::document::table::cell;
use crate::rows::named::Named;
use crate::rows::open::{Detected, Table};
use crate::rows::source::{Ahead, Source};
use crate::tree::{Object, Tree, structure_of};

/// Fields of a row, and values of an answer, at most.
const MAX_FIELDS: usize = 200;
const MAX_VALUES: u64 = 5_000_000;

const DESCRIPTION: &str = "\
Makes rows of made-up data. `fields` names each column with its type, or an object of the type and what goes with it:

`{\"id\": \"sequence\", \"name\": \"name\", \"email\": \"email\", \"plan\": {\"type\": \"choice\", \"values\": [\"free\", \"pro\"], \"weights\": [9, 1]}, \
\"age\": {\"type\": \"integer\", \"min\": 18, \"max\": 90, \"distribution\": \"normal\"}, \"since\": {\"type\": \"date\", \"from\": \"2024-01-01\"}}`

Types: `sequence`, `uuid`, `boolean`, `integer`, `number`, `price`, `choice`, `constant`, `pattern` (a regular expression); `name`, `given-name`, \
`family-name`, `gender`, `email`, `username`, `phone`, `birth-date`; `street`, `city`, `region`, `region-code`, `postal-code`, `country`, `country-code`, \
`address`, `latitude`, `longitude`; `company`, `job`, `department`, `product`, `currency`, `card`; `date`, `date-time`, `time`; `word`, `sentence`, `text`; `url`, \
`domain`, `ipv4`, `ipv6`, `mac`, `color`. Numbers have two `decimals` unless told otherwise. With `unique` no value comes twice; `nulls` is the share of rows without one.

Or `schema` is a JSON Schema of a row, by its types, formats, bounds, patterns and references; names such as `firstName` or `city` say what texts \
are like.

The fields of a row belong together: the e-mail address is that of the name, the postal code that of the city. Nobody is met: addresses are at \
example.com, phone numbers in ranges kept free for fiction, IP addresses in those for documentation, cards those of tests. The same `seed` gives the same \
rows, always; a field keeps its values when others are added. Without a `seed` a warning tells the one that was taken.";

/// What rows are made of.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct GenerateRequest {
    /// Fields by name, in order: the name of a type, or an object of the type and what goes with it.
    #[serde(default)]
    pub fields: Option<FieldList>,
    /// JSON Schema of a row.
    #[serde(default)]
    pub schema: Option<Tree>,
    /// Number of rows, up to 100,000.
    #[serde(default = "ten", alias = "rows")]
    #[garde(range(max = 100_000))]
    pub count: u32,
    /// Seed: any text or number. The same seed gives the same rows.
    #[serde(default)]
    #[garde(length(chars, max = 1_000))]
    pub seed: Option<String>,
    /// Language and country of names, places and words.
    #[serde(default)]
    pub locale: Tongue,
    /// Format of the answer: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// How the answer is written.
    #[serde(default)]
    #[garde(dive)]
    pub write: Option<WriteOptions>,
}

fn ten() -> u32 {
    10
}

fn example() -> GenerateRequest {
    let sent = |json: &str| Sent(serde_json::from_str(json).expect("it is JSON"));
    let fields = [
        ("id", r#""sequence""#),
        ("name", r#""name""#),
        ("email", r#""email""#),
        ("plan", r#"{"type":"choice","values":["free","pro"],"weights":[9,1]}"#),
        ("since", r#"{"type":"date","from":"2024-01-01","until":"2024-12-31"}"#),
    ];
    GenerateRequest {
        fields: Some(FieldList(Named(fields.into_iter().map(|(name, json)| (name.to_owned(), sent(json))).collect()))),
        schema: None,
        count: 3,
        seed: Some("42".to_owned()),
        locale: Tongue::En,
        to: Target::Rows,
        write: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make rows of test data, the same for the same seed")
        .description(DESCRIPTION)
        .answers(MEDIA_TYPES)
        .cost_of(|request: &GenerateRequest| if request.count > 1_000 { Cost::Heavy } else { Cost::Light })
        .example(example)
}

/// Makes rows.
///
/// # Errors
/// When a field says what does not go together, or no value is left that may come.
pub fn generate(request: GenerateRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let GenerateRequest { fields, schema, count, seed, locale, to, write } = request;
    let seed = seed.filter(|seed| !seed.is_empty()).unwrap_or_else(|| {
        let seed = call.now().as_nanosecond().to_string();
        call.warn("seed", Some("seed"), format!("the seed was {seed}: send it to get these rows again"));
        seed
    });
    let (seed, mut columns) = (hashed(&seed), Columns::default());
    let source: Box<dyn Source> = match (fields, schema) {
        (Some(FieldList(fields)), None) => {
            let makers = makers(fields, u64::from(count), locale, &mut columns, call)?;
            Box::new(Made { makers, seed, row: 0, count: u64::from(count) })
        }
        (None, Some(schema)) => {
            let schema = of_a_row(structure_of(schema, "schema")?);
            let rows = Drawn { schema, tongue: locale, seed, row: 0, count: u64::from(count), values: 0 };
            // Spreadsheets want to know their columns first.
            Box::new(Ahead::of(Box::new(rows), &mut columns, 100)?)
        }
        _ => {
            let message = "or schema is required, one of them: what the rows are made of";
            return Err(Error::field(Code::ValidationError, "fields", message));
        }
    };
    let table = Table { source, columns, detected: Detected::default() };
    let write = WriteOptions { to, ..write.unwrap_or_default() };
    let answering = Answering { write, name: None, live: false, limit: None, in_worker: call.is_in_worker() };
    Ok(match answering.answer(table, call)? {
        Flow::Facts(facts) => Flow::Facts(TableResponse { detected: None, ..facts }),
        Flow::File(mut file) => {
            file.facts.detected = None;
            Flow::File(file)
        }
        other => other,
    })
}

/// The schema of a row: of a list of rows that of its elements.
fn of_a_row(schema: Tree) -> Tree {
    let is_list = schema.get("type").and_then(Tree::as_text) == Some("array");
    let Some(items) = schema.get("items").filter(|items| is_list && items.as_object().is_some()) else { return schema };
    // References lead to what stands beside it.
    let mut row = items.as_object().cloned().unwrap_or_default();
    for name in ["$defs", "definitions"] {
        if let Some(definitions) = schema.get(name) {
            row.insert(name, definitions.clone());
        }
    }
    row.into()
}

fn makers(
    fields: Named<Sent>,
    count: u64,
    locale: Tongue,
    columns: &mut Columns,
    call: &Call,
) -> Result<Vec<(u32, Maker)>, Error> {
    let many = fields.0.len();
    if many == 0 || many > MAX_FIELDS {
        return Err(Error::impossible("fields", "must be 1 to 200 fields"));
    }
    if count * many as u64 > MAX_VALUES {
        let message = "and fields are too many together: an answer has at most 5,000,000 values";
        return Err(Error::impossible("count", message));
    }
    let mut makers = Vec::with_capacity(many);
    for (name, Sent(sent)) in fields.0 {
        let sent = match sent {
            Tree::Text(kind) => Object::from_iter([("type", Tree::Text(kind))]).into(),
            values @ Tree::List(_) => Object::from_iter([("type", Tree::from("choice")), ("values", values)]).into(),
            other => other,
        };
        let field: Field = call.read(&format!("fields.{name}"), &sent.to_json())?;
        let place = columns.place(&name)?;
        makers.push((place, Maker::of(&name, field, locale)?));
    }
    Ok(makers)
}

/// Rows of fields.
struct Made {
    makers: Vec<(u32, Maker)>,
    seed: u64,
    row: u64,
    count: u64,
}

impl Source for Made {
    fn next(&mut self, _: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        if self.row == self.count {
            return Ok(None);
        }
        let mut row = Row::default();
        for (column, maker) in &mut self.makers {
            row.cells.push((*column, cell(&maker.make(self.seed, self.row)?).into_owned()));
        }
        self.row += 1;
        Ok(Some(row))
    }
}

/// Rows of a schema.
struct Drawn {
    schema: Tree,
    tongue: Tongue,
    seed: u64,
    row: u64,
    count: u64,
    values: u64,
}

impl Source for Drawn {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        if self.row == self.count {
            return Ok(None);
        }
        let mut schema =
            schema::Schema { root: &self.schema, tongue: self.tongue, seed: self.seed, row: self.row, values: 0 };
        let made = schema.value(&self.schema, "", 0)?;
        self.values += schema.values as u64;
        if self.values > MAX_VALUES {
            let message = "is too many for this schema: an answer has at most 5,000,000 values";
            return Err(Error::impossible("count", message));
        }
        let Some(object) = made.as_object() else {
            let message = format!("must be that of an object, the row; this one gives {}", made.kind());
            return Err(Error::impossible("schema", message));
        };
        let mut row = Row::default();
        for (name, value) in object.iter() {
            row.cells.push((columns.place(name)?, cell(value).into_owned()));
        }
        self.row += 1;
        Ok(Some(row))
    }
}
