//! Do things to the rows of a table, one after the other.

use chassis::{Call, Cost, DataStream, Error, Flow, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::answer::{Answering, TableResponse, Target, WriteOptions};
use crate::rows::open::{self, ReadOptions, Want};
use crate::steps::{self, Step};

/// What the document says.
const DESCRIPTION: &str = "\
Does things to the rows of a table in any format that `convert` reads: filters and computes columns by expressions (the language of math's \
evaluate: exact decimals, spreadsheet functions, contains and concatenate for texts), sorts, removes rows that are alike, renames, selects and drops columns, casts, fills, trims, \
splits and joins cells. Steps run in their order, each on what the one before left.

What no step touches comes out as it went in. Numbers sort by their value and before texts, texts by code points, or by value when all of a column say numbers; 1.0 is like 1, \
but 3 is not like \"3\" unless `loose`. CSV and NDJSON sent as the body go through in constant memory; `sort`, and `unique` that keeps the last, need \
all rows at once (5 million, or 512 MB).";

/// A table and what is done to it.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RowsRequest {
    /// The table: text, a file, or JSON itself.
    #[serde(alias = "file", alias = "rows", alias = "json", alias = "input", alias = "url")]
    pub data: DataStream,
    /// What is done, in this order.
    #[serde(default)]
    #[garde(length(max = 100), dive)]
    pub steps: Vec<Step>,
    /// Format of the answer: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// How the table is read. Everything is detected.
    #[serde(default)]
    #[garde(dive)]
    pub read: Option<ReadOptions>,
    /// How the answer is written.
    #[serde(default)]
    #[garde(dive)]
    pub write: Option<WriteOptions>,
}

fn example() -> RowsRequest {
    let text = "sku,price,quantity,status\n012,9.95,3,paid\n013,0.10,1,open\n014,2.50,2,paid\n";
    let steps = [
        Step { filter: Some("status = \"paid\"".to_owned()), ..Step::default() },
        Step {
            compute: Some(crate::rows::named::Named(vec![(
                "total".to_owned(),
                "round(price * quantity, 2)".to_owned(),
            )])),
            ..Step::default()
        },
        Step { sort: Some(vec!["-total".into()]), ..Step::default() },
    ];
    RowsRequest {
        data: DataStream::Text(text.to_owned()),
        steps: steps.into(),
        to: Target::Rows,
        read: None,
        write: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Filter, compute, sort, deduplicate and clean rows")
        .description(DESCRIPTION)
        .answers(crate::rows::answer::MEDIA_TYPES)
        .cost(Cost::Heavy)
        .isolated_when(|request: &RowsRequest| {
            let read = request.read.clone().unwrap_or_default();
            open::is_for_worker(&request.data, &read).then(chassis::Confinement::default)
        })
        .example(example)
}

/// Does things to the rows of a table.
///
/// # Errors
/// When the data is no table, or a step asks for what is not there.
pub fn rows(request: RowsRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let read = request.read.unwrap_or_default();
    // An expression may name any column.
    let mut table = open::rows(&request.data, &read, Want::Columns, call)?;
    for (index, step) in request.steps.into_iter().enumerate() {
        table = steps::apply(step, &format!("steps[{index}]"), table, call)?;
    }
    let write = WriteOptions { to: request.to, ..request.write.unwrap_or_default() };
    Answering::to(&request.data, write, call).answer(table, call)
}
