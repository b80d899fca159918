//! SQL over tables of the request.

mod columns;
mod literals;
mod text;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use chassis::{Call, Code, Cost, Data, DataStream, Error, Flow, Operation};
use garde::Validate;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Statement, ToSql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::join::stream_of;
use crate::rows::answer::{Answering, MEDIA_TYPES, TableResponse, Target, WriteOptions};
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::collect::Room;
use crate::rows::named::Named;
use crate::rows::number;
use crate::rows::open::{self, Detected, ReadOptions, Table, Want};
use crate::rows::source::Rows;
use crate::tree::Tree;
use literals::{Literals, Origin};
use text::{Taken, Traced};

/// Tables of one request.
const MAX_TABLES: usize = 10;
/// Time a query has.
const TIME: Duration = Duration::from_secs(10);
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 10_000;
/// Bytes of a value, and of all SQLite holds.
const MAX_VALUE: i32 = 16 << 20;
const MAX_HEAP: u64 = 700 << 20;
/// Cells that are looked at for the literals of numbers that an answer has under another name.
const MAX_LOOKS: u64 = 200_000_000;
/// Rows of an answer.
const MAX_ROWS: usize = 1_000_000;
/// The column of a table that has none, and columns that such a table is given.
const NOTHING: &str = "(no columns)";
const MAX_ADDED: usize = 200;

/// What the document says.
const DESCRIPTION: &str = "\
Runs a SELECT (SQLite's SQL, with joins, window functions, common table expressions and JSON functions) over up to ten tables, each in any format that \
`convert` reads: `data` is the table data, `tables` names others. Values for ? and :name come in `params`.

Texts and whole numbers to 64 bits are exact. Decimals are computed with as doubles; those that a query hands out unchanged have their own digits (1.10), and results none of the noise of doubles (0.1 * 3 is 0.3). Whole numbers of more than 64 bits are compared as texts; true and false are 1 and 0, lists and objects are JSON texts. Ids and postcodes are \
texts, as `convert` reads them: compare them with '01730'. Nothing but reading these tables is allowed; a query has 10 seconds.";

/// Tables and a query.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct SqlRequest {
    /// The table that is called data: text, a file, or JSON itself.
    #[serde(default, alias = "file", alias = "input", alias = "rows", alias = "json")]
    pub data: Option<Data>,
    /// Other tables by their names.
    #[serde(default)]
    pub tables: Named<Data>,
    /// One SELECT: select region, sum(amount) as total from data group by region.
    #[serde(alias = "query")]
    #[garde(length(chars, min = 1, max = 100_000))]
    pub sql: String,
    /// Values for ? as a list (or the one value), or for :name as an object.
    #[serde(default)]
    pub params: Option<Tree>,
    /// Format of the answer: rows in its JSON (default), or a file.
    #[serde(default)]
    pub to: Target,
    /// How tables are read. Everything is detected.
    #[serde(default)]
    #[garde(dive)]
    pub read: Option<ReadOptions>,
    /// How the answer is written.
    #[serde(default)]
    #[garde(dive)]
    pub write: Option<WriteOptions>,
}

fn example() -> SqlRequest {
    SqlRequest {
        data: Some(Data::Text("region,amount\nnorth,1.5\nsouth,5\nnorth,2\n".to_owned())),
        tables: Named(Vec::new()),
        sql: "select region, sum(amount) as total from data where amount > ? group by region order by total desc"
            .to_owned(),
        params: Some(Tree::from(vec![Tree::from(1_i64)])),
        to: Target::Rows,
        read: None,
        write: None,
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Query tables with SQL")
        .description(DESCRIPTION)
        .files(MAX_TABLES, &[])
        .answers(MEDIA_TYPES)
        .cost(Cost::Heavy)
        .isolated()
        .example(example)
}

/// Runs a query.
///
/// # Errors
/// When it is no SELECT, names what is not there, or takes too long.
pub fn sql(request: SqlRequest, call: &Call) -> Result<Flow<TableResponse>, Error> {
    let SqlRequest { data, tables, sql, params, to, read, write } = request;
    let read = read.unwrap_or_default();
    let named = data.iter().map(|data| ("data", data)).chain(tables.0.iter().map(|(name, data)| (name.as_str(), data)));
    let named: Vec<(&str, &Data)> = named.collect();
    if named.is_empty() {
        return Err(Error::field(Code::ValidationError, "data", "or tables is required: there is nothing to query"));
    }
    if named.len() > MAX_TABLES {
        return Err(Error::impossible("tables", format!("are more than {MAX_TABLES}")));
    }
    let mut base = opened()?;
    let (mut literals, mut empty) = (Literals::default(), Vec::new());
    for (name, data) in &named {
        let table = open::rows(&stream_of(data), &read, Want::Columns, call)?;
        if table.columns.is_empty() {
            empty.push(*name);
        }
        load(&mut base, name, table, &sql, &mut literals, call)?;
    }
    lock(&mut base)?;
    let (rows, columns) = query_open(&mut base, &sql, params.as_ref(), &literals, &empty)?;
    literals.warn(call);
    let detected = Detected { format: "sql".to_owned(), ..Detected::default() };
    let write = WriteOptions { to, ..write.unwrap_or_default() };
    let table = Table { source: Box::new(Rows::of(rows)), columns, detected };
    let answered = Answering::to(&DataStream::Text(String::new()), write, call).answer(table, call)?;
    Ok(match answered {
        Flow::Facts(facts) => Flow::Facts(TableResponse { detected: None, ..facts }),
        Flow::File(mut file) => {
            file.facts.detected = None;
            Flow::File(file)
        }
        stream @ Flow::Stream(_) => stream,
    })
}

fn fault(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OutOfMemory) => Error::new(
            Code::PayloadTooLarge,
            "the query needs more than 700 MB of memory: select fewer rows or columns",
        ),
        Some(rusqlite::ErrorCode::OperationInterrupted) => {
            Error::impossible("sql", format!("ran longer than {} seconds and was stopped", TIME.as_secs()))
        }
        Some(rusqlite::ErrorCode::TooBig) => Error::impossible("sql", "makes a value of more than 16 MB"),
        Some(rusqlite::ErrorCode::AuthorizationForStatementDenied) => {
            Error::impossible("sql", "may only read the tables of the request: write one SELECT")
        }
        _ => {
            let said = match error {
                rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
                rusqlite::Error::SqlInputError { msg, offset, .. } if *offset >= 0 => {
                    format!("{msg} (character {})", offset + 1)
                }
                rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
                rusqlite::Error::MultipleStatement => "is more than one statement: write one SELECT".to_owned(),
                other => other.to_string(),
            };
            Error::impossible("sql", said)
        }
    }
}

fn opened() -> Result<Connection, Error> {
    let base = Connection::open_in_memory().map_err(|_| Error::internal())?;
    let settings = format!(
        "PRAGMA hard_heap_limit={MAX_HEAP}; PRAGMA trusted_schema=0; PRAGMA temp_store=2; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cell_size_check=0;"
    );
    base.execute_batch(&settings).map_err(|_| Error::internal())?;
    Ok(base)
}

/// A name in quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes a table of rows.
fn load(
    base: &mut Connection,
    name: &str,
    table: Table,
    sql: &str,
    literals: &mut Literals,
    call: &Call,
) -> Result<(), Error> {
    let Table { mut source, mut columns, .. } = table;
    let plain = !name.is_empty() && name.len() <= 100 && !name.to_ascii_lowercase().starts_with("sqlite_");
    if !plain {
        return Err(Error::impossible(
            "tables",
            "must have names of 1 to 100 characters that do not begin with sqlite_",
        ));
    }
    if columns.is_empty() {
        columns.add(NOTHING.to_owned())?;
    }
    let width = columns.len();
    if width > 2_000 {
        return Err(Error::impossible(name.to_owned(), "has more than 2,000 columns"));
    }
    // Names of SQL are the same in any case.
    let mut taken = HashSet::new();
    let unique: Vec<String> = columns
        .names()
        .iter()
        .map(|name| {
            let mut unique = name.clone();
            let mut number = 1;
            while !taken.insert(unique.to_lowercase()) {
                number += 1;
                unique = format!("{name}_{number}");
            }
            unique
        })
        .collect();
    let names: Vec<String> = unique.iter().map(|name| quoted(name)).collect();
    let refused = |error: &rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OutOfMemory) => {
            Error::new(Code::PayloadTooLarge, "the tables need more than 700 MB of memory: send fewer rows or columns")
        }
        _ => Error::impossible(name.to_owned(), format!("cannot be made a table: {error}")),
    };
    let transaction = base.transaction().map_err(|error| refused(&error))?;
    transaction
        .execute(&format!("CREATE TABLE {} ({})", quoted(name), names.join(", ")), [])
        .map_err(|error| refused(&error))?;
    {
        // What the query does not look at stays away: of wide tables it is most.
        let needed = columns::needed(sql, &unique);
        let chosen: Vec<&str> = needed.iter().map(|column| names[*column].as_str()).collect();
        let places = vec!["?"; chosen.len()].join(", ");
        let mut insert = transaction
            .prepare(&format!("INSERT INTO {} ({}) VALUES ({places})", quoted(name), chosen.join(", ")))
            .map_err(|error| refused(&error))?;
        literals.begin(needed.iter().map(|column| unique[*column].clone()));
        let mut rows = 0_usize;
        while let Some(row) = source.next(&mut columns)? {
            rows += 1;
            if rows.is_multiple_of(1024) {
                call.check()?;
            }
            for (place, column) in needed.iter().enumerate() {
                let value = Bound::of(row.get(*column as u32));
                value.note(place, rows - 1, literals);
                insert.raw_bind_parameter(place + 1, value).map_err(|error| refused(&error))?;
            }
            insert.raw_execute().map_err(|error| refused(&error))?;
        }
    }
    transaction.commit().map_err(|error| refused(&error))?;
    source.finish(&columns, call);
    Ok(())
}

/// A cell as a value of SQL.
enum Bound<'c> {
    Null,
    Whole(i64),
    Double(f64, &'c str),
    Text(&'c str),
    /// A whole number of more digits than SQL has.
    Big(&'c str),
}

impl<'c> Bound<'c> {
    fn of(cell: Option<&'c Cell<'_>>) -> Self {
        match cell {
            None | Some(Cell::Null) => Self::Null,
            Some(Cell::Bool(value)) => Self::Whole(i64::from(*value)),
            Some(Cell::Text(content) | Cell::Json(content)) => Self::Text(content),
            Some(Cell::Number(literal)) => {
                if let Some(whole) = literal.parse::<i64>().ok().filter(|_| literal != "-0") {
                    return Self::Whole(whole);
                }
                match literal.parse::<f64>() {
                    // A double would lose digits of a whole number: it is an id.
                    Ok(double) if !number::is_big(literal) && double.is_finite() => Self::Double(double, literal),
                    _ => Self::Big(literal),
                }
            }
        }
    }

    /// Keeps the literal of what SQL holds in another form.
    fn note(&self, column: usize, row: usize, literals: &mut Literals) {
        match self {
            Self::Double(double, literal) => literals.note(column, row, literal, *double),
            Self::Big(literal) => literals.note_text(literal),
            Self::Text(text) => literals.note_word(text),
            _ => {}
        }
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Whole(whole) => ToSqlOutput::Owned(Value::Integer(*whole)),
            Self::Double(double, _) => ToSqlOutput::Owned(Value::Real(*double)),
            Self::Text(text) | Self::Big(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// Closes all doors but reading.
fn lock(base: &mut Connection) -> Result<(), Error> {
    let limits = [
        (Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
        (Limit::SQLITE_LIMIT_VDBE_OP, 1_000_000),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
    ];
    for (limit, value) in limits {
        base.set_limit(limit, value).map_err(|_| Error::internal())?;
    }
    let allowed = |context: AuthContext<'_>| match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } => match function_name {
            "load_extension" | "readfile" | "writefile" | "edit" | "fts3_tokenizer" => Authorization::Deny,
            _ => Authorization::Allow,
        },
        _ => Authorization::Deny,
    };
    base.authorizer(Some(allowed)).map_err(|_| Error::internal())?;
    let end = Instant::now() + TIME;
    base.progress_handler(STEPS, Some(move || Instant::now() >= end)).map_err(|_| Error::internal())
}

/// Runs a query where some tables have no columns, because they have no rows: those get the columns it asks for.
fn query_open(
    base: &mut Connection,
    sql: &str,
    params: Option<&Tree>,
    literals: &Literals,
    empty: &[&str],
) -> Result<(Vec<Row<'static>>, Columns), Error> {
    let mut added = HashSet::new();
    loop {
        let missing = match base.prepare(sql) {
            Ok(_) => break,
            Err(error) => missing_column(&error).filter(|_| !empty.is_empty() && added.len() < MAX_ADDED),
        };
        let Some(name) = missing.filter(|name| added.insert(name.to_lowercase())) else { break };
        base.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(|_| Error::internal())?;
        for table in empty {
            let add = format!("ALTER TABLE {} ADD COLUMN {}", quoted(table), quoted(&name));
            base.execute(&add, []).map_err(|error| fault(&error))?;
        }
        lock(base)?;
    }
    // A column that stands for none is none, also in the rows of another table.
    let is_nothing = |name: &str| name == NOTHING && !empty.is_empty();
    query(base, sql, params, literals, &is_nothing)
}

/// What SQLite says.
fn said(error: &rusqlite::Error) -> Option<&str> {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => Some(message),
        rusqlite::Error::SqlInputError { msg, .. } => Some(msg),
        _ => None,
    }
}

/// The table that a query asks for and is not there.
fn missing_table(error: &rusqlite::Error) -> Option<String> {
    said(error)?.strip_prefix("no such table: ").map(str::to_owned)
}

/// The column that a query asks for and is not there.
fn missing_column(error: &rusqlite::Error) -> Option<String> {
    let name = said(error)?.strip_prefix("no such column: ")?;
    Some(name.rsplit('.').next().unwrap_or(name).to_owned())
}

/// The tables that are loaded, with their columns, in small letters.
fn tables_of(base: &Connection) -> rusqlite::Result<Vec<(String, Vec<String>)>> {
    let mut tables = Vec::new();
    let mut names = base.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")?;
    for name in names.query_map([], |row| row.get::<_, String>(0))? {
        let name = name?;
        let statement = base.prepare(&format!("SELECT * FROM {}", quoted(&name)))?;
        let columns = statement.column_names().map(str::to_lowercase).collect();
        tables.push((name.to_lowercase(), columns));
    }
    Ok(tables)
}

fn query(
    base: &Connection,
    sql: &str,
    params: Option<&Tree>,
    literals: &Literals,
    is_nothing: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Row<'static>>, Columns), Error> {
    let mut statement = base.prepare(sql).map_err(|error| match missing_table(&error) {
        Some(name) => {
            let tables = tables_of(base).unwrap_or_default();
            let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
            Error::impossible("sql", format!("there is no table {}; there are {}", shown(&name), names.join(", ")))
        }
        None => fault(&error),
    })?;
    if statement.column_count() == 0 || !statement.readonly() {
        return Err(Error::impossible("sql", "answers with no rows: write one SELECT"));
    }
    let kept: Vec<usize> =
        (0..statement.column_count()).filter(|column| !statement.column_name(*column).is_ok_and(is_nothing)).collect();
    let names = kept.iter().map(|column| statement.column_name(*column).unwrap_or_default().to_owned());
    let columns = Columns::of(names)?;
    let width = statement.column_count();
    // Where it can, the query tells which rows it takes, so that each number is written as it is there.
    let (mut origins, mut taken) = (Vec::new(), Vec::new());
    let traced = tables_of(base).ok().and_then(|tables| text::traced(sql, &tables));
    if let Some(Traced { sql, tables, columns }) = traced
        && let Ok(telling) = base.prepare(&sql)
        && telling.column_count() == width + tables.len()
        && telling.readonly()
    {
        statement = telling;
        (origins, taken) = (tables, columns);
    }
    bind(&mut statement, params)?;
    let mut found = statement.raw_query();
    let (mut rows, mut room) = (Vec::new(), Room::default());
    let called: Vec<Vec<(usize, usize)>> = columns.names().iter().map(|name| literals.called(name)).collect();
    let mut looks = MAX_LOOKS;
    // Doubles whose rows are not known, with their places.
    let (mut open, mut doubles) = (Vec::new(), HashSet::new());
    while let Some(row) = found.next().map_err(|error| fault(&error))? {
        if rows.len() >= MAX_ROWS {
            return Err(Error::new(Code::PayloadTooLarge, "the answer has more than 1,000,000 rows: add a LIMIT"));
        }
        let origin = |(place, table): (usize, &usize)| match row.get_ref(width + place) {
            Ok(ValueRef::Integer(number)) => usize::try_from(number - 1).ok().map(|row| (*table, row)),
            _ => None,
        };
        let origins: Vec<Option<Origin>> = origins.iter().enumerate().map(origin).collect();
        let made_of: Vec<Origin> = origins.iter().flatten().copied().collect();
        let mut literal = |column: usize, place: usize, double: f64| {
            let of_taken = |Taken { column, table }: &Taken| match table {
                Some(table) => literals.of_column(origins[*table]?, column, double),
                None => made_of.iter().find_map(|origin| literals.of_column(*origin, column, double)),
            };
            let of_taken = taken.get(column).and_then(Option::as_ref).and_then(of_taken);
            of_taken.or_else(|| literals.of_origins(&called[place], double, &made_of, &mut looks))
        };
        let mut cells = Vec::with_capacity(kept.len());
        for (place, column) in kept.iter().enumerate() {
            let cell = match row.get_ref(*column).map_err(|error| fault(&error))? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(whole) => Cell::Number(whole.to_string().into()),
                ValueRef::Real(double) => match literal(*column, place, double) {
                    Some(literal) => Cell::Number(literal.into()),
                    None => {
                        doubles.insert(double.to_bits());
                        open.push((rows.len(), place, double));
                        Cell::Null
                    }
                },
                ValueRef::Text(text) => {
                    let text = String::from_utf8_lossy(text).into_owned();
                    if literals.is_number(&text) { Cell::Number(text.into()) } else { Cell::Text(text.into()) }
                }
                ValueRef::Blob(bytes) => Cell::Text(hex(bytes).into()),
            };
            cells.push((place as u32, cell));
        }
        let row = Row { cells };
        room.take(&row, "the answer")?;
        rows.push(row);
    }
    let written = literals.found(&doubles);
    for (row, place, double) in open {
        if let Some(literal) = written.written(columns.name(place as u32), double) {
            let cell = Cell::Number(literal.into());
            room.take_cell(&cell, "the answer")?;
            rows[row].cells[place].1 = cell;
        }
    }
    Ok((rows, columns))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Gives the parameters of a query their values.
fn bind(statement: &mut Statement<'_>, params: Option<&Tree>) -> Result<(), Error> {
    let wanted = statement.parameter_count();
    let wrong = |message: String| Error::impossible("params", message);
    match params {
        None | Some(Tree::Null) if wanted == 0 => Ok(()),
        None | Some(Tree::Null) => {
            Err(wrong(format!("must have {wanted} values: the query has so many places for them")))
        }
        Some(Tree::List(list)) => {
            if list.len() != wanted {
                return Err(wrong(format!("has {} values where the query has {wanted} places", list.len())));
            }
            for (index, value) in list.iter().enumerate() {
                bind_one(statement, index + 1, value)?;
            }
            Ok(())
        }
        Some(Tree::Object(object)) => {
            for index in 1..=wanted {
                let name =
                    statement.parameter_name(index).map(|name| name.trim_start_matches([':', '@', '$']).to_owned());
                let name =
                    name.ok_or_else(|| wrong("is an object, but the query has a ? without a name".to_owned()))?;
                let value = object.get(&name).ok_or_else(|| wrong(format!("has no {name}")))?;
                bind_one(statement, index, value)?;
            }
            Ok(())
        }
        Some(value) if wanted == 1 => bind_one(statement, 1, value),
        Some(_) => Err(wrong("must be a list or an object".to_owned())),
    }
}

fn bind_one(statement: &mut Statement<'_>, index: usize, value: &Tree) -> Result<(), Error> {
    let cell = crate::rows::document::table::cell(value);
    statement.raw_bind_parameter(index, Bound::of(Some(&cell))).map_err(|error| fault(&error))
}
