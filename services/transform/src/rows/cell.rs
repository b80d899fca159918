//! Cells, rows and their columns.
//!
//! A number is its own text and a nested value its own JSON, so that what nobody asked to change is written as it was
//! read: `1.10`, `9007199254740993`, the order of keys. A row names only the columns it has, in its own order: rows of JSON
//! may lack some, and have them in any order.

use std::borrow::Cow;
use std::collections::HashMap;

use chassis::{Code, Error};

/// Columns a table may have: as many as a spreadsheet.
pub const MAX_COLUMNS: usize = 16_384;

/// Bytes of names that are compared to say which was meant.
const MAX_COMPARED: usize = 200;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it is written in JSON.
    Number(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list or an object, as JSON.
    Json(Cow<'a, str>),
}

impl Cell<'_> {
    /// The same, on its own.
    #[must_use]
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(value),
            Self::Number(text) => Cell::Number(Cow::Owned(text.into_owned())),
            Self::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Self::Json(text) => Cell::Json(Cow::Owned(text.into_owned())),
        }
    }

    /// The cell as a text file has it: nothing for null.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Null => "",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(text) | Self::Text(text) | Self::Json(text) => text,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Null) || matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// A row: which columns it has, and what is in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row<'a> {
    /// Places of columns with their cells, in the order of the row.
    pub cells: Vec<(u32, Cell<'a>)>,
}

impl<'a> Row<'a> {
    /// The cell of a column; none when the row lacks it.
    #[must_use]
    pub fn get(&self, column: u32) -> Option<&Cell<'a>> {
        // Rows of tables have every column in its place.
        match self.cells.get(column as usize) {
            Some((place, cell)) if *place == column => Some(cell),
            _ => self.cells.iter().find(|(place, _)| *place == column).map(|(_, cell)| cell),
        }
    }

    /// Puts a cell into a column: in the place of the one that is there, else last.
    pub fn set(&mut self, column: u32, cell: Cell<'a>) {
        match self.cells.iter_mut().find(|(place, _)| *place == column) {
            Some((_, old)) => *old = cell,
            None => self.cells.push((column, cell)),
        }
    }

    /// The same, on its own.
    #[must_use]
    pub fn into_owned(self) -> Row<'static> {
        Row { cells: self.cells.into_iter().map(|(column, cell)| (column, cell.into_owned())).collect() }
    }
}

/// The columns of a table, in the order in which they were first seen.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    names: Vec<String>,
    places: HashMap<String, u32>,
    /// Whether they are those of a table without any: it may have whatever is asked for.
    open: bool,
}

impl Columns {
    /// Columns of these names; of two that are called alike the second is renamed.
    ///
    /// # Errors
    /// When there are too many.
    pub fn of(names: impl IntoIterator<Item = String>) -> Result<Self, Error> {
        let mut columns = Self::default();
        for name in names {
            columns.add(name)?;
        }
        Ok(columns)
    }

    /// None yet, of what is made of a table with these: if that may have whatever is asked for, so may this.
    #[must_use]
    pub fn after(inner: &Self) -> Self {
        Self { open: inner.open, ..Self::default() }
    }

    /// Of a table that has no columns lets every name be one. A list of rows is empty on some days, and what is done with it
    /// must not fail on those.
    pub fn open_if_empty(&mut self) {
        self.open = self.names.is_empty();
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Their names in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of one.
    #[must_use]
    pub fn name(&self, column: u32) -> &str {
        self.names.get(column as usize).map_or("", String::as_str)
    }

    /// The place of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        self.places.get(name).copied()
    }

    /// The place of a name a request asks for.
    ///
    /// # Errors
    /// When there is no such column; the nearest is named.
    pub fn expect(&mut self, field: &str, name: &str) -> Result<u32, Error> {
        match self.find(name) {
            Some(place) => Ok(place),
            None if self.open => self.place(name),
            None => Err(self.missing(field, name)),
        }
    }

    /// The error for a column that is not there.
    #[must_use]
    pub fn missing(&self, field: &str, name: &str) -> Error {
        // Names as long as a text are no slips of the pen.
        let is_name = |name: &&String| name.len() <= MAX_COMPARED;
        let near = self.names.iter().filter(is_name).take_while(|_| name.len() <= MAX_COMPARED);
        let near = near.map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()), known));
        let near = near.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known);
        let name = shown(name);
        let message = match near {
            Some(near) => format!("there is no column {name}; did you mean {}?", shown(near)),
            None => {
                let some: Vec<String> = self.names.iter().take(8).map(|name| shown(name)).collect();
                match (some.is_empty(), self.names.len() - some.len()) {
                    (true, _) => format!("there is no column {name}: the table has none"),
                    (_, 0) => format!("there is no column {name}; there are {}", some.join(", ")),
                    (_, more) => format!("there is no column {name}; there are {} and {more} more", some.join(", ")),
                }
            }
        };
        Error::impossible(field, message)
    }

    /// The place of a name, which is added when it is new.
    ///
    /// # Errors
    /// When there are too many.
    pub fn place(&mut self, name: &str) -> Result<u32, Error> {
        match self.places.get(name) {
            Some(place) => Ok(*place),
            None => self.insert(name.to_owned()),
        }
    }

    /// Adds a column, under another name if its own is taken.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add(&mut self, name: String) -> Result<u32, Error> {
        if !self.places.contains_key(&name) {
            return self.insert(name);
        }
        let free = (2..).map(|number| format!("{name}_{number}")).find(|name| !self.places.contains_key(name));
        self.insert(free.expect("numbers do not end"))
    }

    fn insert(&mut self, name: String) -> Result<u32, Error> {
        if self.names.len() >= MAX_COLUMNS {
            return Err(Error::new(Code::Unprocessable, format!("the table has more than {MAX_COLUMNS} columns")));
        }
        let place = u32::try_from(self.names.len()).expect("there are few columns");
        self.places.insert(name.clone(), place);
        self.names.push(name);
        Ok(place)
    }
}

/// A name or a value in a message: in quotes, short.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{short}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_are_called_alike_are_told_apart() {
        let columns = Columns::of(["a", "b", "a", "a_2", "a"].map(str::to_owned)).unwrap();
        assert_eq!(columns.names(), ["a", "b", "a_2", "a_2_2", "a_3"]);
        assert_eq!(columns.find("a_3"), Some(4));
        assert!(columns.missing("by", "A").message().contains("did you mean \"a\"?"));
    }
}
