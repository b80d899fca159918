//! Rows of two tables put together, as those of the left come.

use std::collections::{HashMap, HashSet, VecDeque};

use chassis::{Call, Code, Error};

use super::fuzzy::Fuzzy;
use super::{Comparison, How};
use crate::rows::cell::{Cell, Columns, Row, shown};
use crate::rows::key::Key;
use crate::rows::number;
use crate::rows::open::Table;
use crate::rows::source::Source;

/// Rows a join may make.
const MAX_ROWS: u64 = 10_000_000;

/// Where the columns of both sides stand.
pub struct Keys {
    /// Columns of the left and of the right that must be the same.
    left: Vec<u32>,
    right: Vec<u32>,
    /// What is put behind a name that is taken.
    suffix: String,
    /// Whether the right has keys of the same names, which are not there twice.
    shared: bool,
}

/// Both tables, and what they have in common.
pub struct Sides {
    pub left: Table,
    pub right: Table,
    pub keys: Keys,
}

impl Sides {
    pub fn of(
        mut left: Table,
        mut right: Table,
        (left_on, right_on): (&[String], &[String]),
        [first, second]: [&str; 2],
        suffix: &str,
    ) -> Result<Self, Error> {
        let shared = left_on == right_on;
        let side = |name: &str, side: &str, error: Error| {
            Error::impossible(
                name.to_owned(),
                error.message().replace(&format!("{name}: there is no"), &format!("the {side} table has no")),
            )
        };
        let columns_left = left_on
            .iter()
            .map(|name| left.columns.expect(first, name).map_err(|error| side(first, "left", error)))
            .collect::<Result<_, _>>()?;
        let columns_right = right_on
            .iter()
            .map(|name| right.columns.expect(second, name).map_err(|error| side(second, "right", error)))
            .collect::<Result<_, _>>()?;
        let keys = Keys { left: columns_left, right: columns_right, suffix: suffix.to_owned(), shared };
        Ok(Self { left, right, keys })
    }
}

/// Rows of both tables.
pub struct Joined {
    left: Box<dyn Source>,
    /// Columns of the left.
    width: u32,
    right: Vec<Row<'static>>,
    /// Where columns of the right stand in the answer; none for keys that are there already.
    places: Vec<Option<u32>>,
    keys: Keys,
    how: How,
    types: Comparison,
    index: HashMap<Vec<Key>, Vec<u32>>,
    fuzzy: Option<(Fuzzy, u32)>,
    matched: Vec<bool>,
    waiting: VecDeque<Row<'static>>,
    /// Rows of the left that have come; rows that were made.
    row: usize,
    made: u64,
    ended: bool,
    /// Which types the first key has on either side, and whether anything was the same.
    kinds: [HashSet<&'static str>; 2],
    met: bool,
}

fn kind(key: &Key) -> Option<&'static str> {
    match key {
        Key::Null => None,
        Key::Bool(_) => Some("true or false"),
        Key::Number(_) => Some("numbers"),
        Key::Text(_) => Some("text"),
        Key::Json(_) => Some("lists or objects"),
    }
}

impl Joined {
    pub fn of(
        left: Table,
        right_columns: Columns,
        right: Vec<Row<'static>>,
        keys: Keys,
        how: How,
        types: Comparison,
        fuzzy: Option<Fuzzy>,
    ) -> Result<(Self, Columns), Error> {
        let Table { source, mut columns, .. } = left;
        let width = columns.len() as u32;
        let mut places = Vec::with_capacity(right_columns.len());
        for (place, name) in right_columns.names().iter().enumerate() {
            let is_key = keys.shared && keys.right.contains(&(place as u32));
            let is_silent = matches!(how, How::Semi | How::Anti);
            places.push(match is_key || is_silent {
                true => None,
                false if columns.find(name).is_some() => Some(columns.add(format!("{name}{}", keys.suffix))?),
                false => Some(columns.add(name.clone())?),
            });
        }
        let mut joined = Self {
            left: source,
            width,
            matched: vec![false; right.len()],
            right,
            places,
            keys,
            how,
            types,
            index: HashMap::new(),
            fuzzy: None,
            waiting: VecDeque::new(),
            row: 0,
            made: 0,
            ended: false,
            kinds: Default::default(),
            met: false,
        };
        match fuzzy {
            Some(mut fuzzy) => {
                for row in &joined.right {
                    fuzzy.add(&text_of(row, &joined.keys.right));
                }
                let score = columns.add("score".to_owned())?;
                joined.fuzzy = Some((fuzzy, score));
            }
            None if !joined.keys.left.is_empty() => {
                for (place, row) in joined.right.iter().enumerate() {
                    let key = key_of(row, &joined.keys.right, types);
                    joined.kinds[1].extend(key.first().and_then(kind));
                    if !key.contains(&Key::Null) {
                        joined.index.entry(key).or_default().push(place as u32);
                    }
                }
            }
            None => {}
        }
        Ok((joined, columns))
    }

    /// A row of the left with one of the right.
    fn put_together(&self, left: &Row<'static>, right: Option<u32>) -> Row<'static> {
        let mut row = left.clone();
        let other = right.map(|place| &self.right[place as usize]);
        for (column, place) in self.places.iter().enumerate() {
            if let Some(place) = place {
                let cell = other.and_then(|other| other.get(column as u32)).cloned();
                row.cells.push((*place, cell.unwrap_or(Cell::Null)));
            }
        }
        row
    }

    /// A row of the right alone.
    fn right_alone(&self, place: usize) -> Row<'static> {
        let right = &self.right[place];
        let mut row = Row { cells: (0..self.width).map(|column| (column, Cell::Null)).collect() };
        if self.keys.shared {
            for (left, own) in self.keys.left.iter().zip(&self.keys.right) {
                row.set(*left, right.get(*own).cloned().unwrap_or(Cell::Null));
            }
        }
        for (column, place) in self.places.iter().enumerate() {
            if let Some(place) = place {
                row.cells.push((*place, right.get(column as u32).cloned().unwrap_or(Cell::Null)));
            }
        }
        row
    }

    /// What a row of the left becomes.
    fn take(&mut self, left: Row<'static>) -> Result<(), Error> {
        let position = self.row;
        self.row += 1;
        let found: Vec<u32> = match self.how {
            How::Cross => (0..self.right.len() as u32).collect(),
            How::Position => (position < self.right.len()).then_some(position as u32).into_iter().collect(),
            _ => match &mut self.fuzzy {
                Some((fuzzy, score)) => {
                    let found = fuzzy.find(&text_of(&left, &self.keys.left))?;
                    let column = *score;
                    let mut row = self.put_together(&left, found.map(|(place, _)| place as u32));
                    let score = found.and_then(|(_, score)| number::of_float((score * 10_000.0).round() / 10_000.0));
                    row.set(column, score.map_or(Cell::Null, |score| Cell::Number(score.into())));
                    if found.is_some() || self.how == How::Left {
                        self.waiting.push_back(row);
                    }
                    return Ok(());
                }
                None => {
                    let key = key_of(&left, &self.keys.left, self.types);
                    self.kinds[0].extend(key.first().and_then(kind));
                    self.index.get(&key).cloned().unwrap_or_default()
                }
            },
        };
        self.met |= !found.is_empty();
        for place in &found {
            self.matched[*place as usize] = true;
        }
        self.made += found.len().max(1) as u64;
        if self.made > MAX_ROWS {
            return Err(Error::new(
                Code::PayloadTooLarge,
                "the join makes more than 10 million rows: is a key in both tables many times?",
            ));
        }
        match self.how {
            How::Semi => {
                if !found.is_empty() {
                    self.waiting.push_back(left);
                }
            }
            How::Anti => {
                if found.is_empty() {
                    self.waiting.push_back(left);
                }
            }
            How::Left | How::Full | How::Position if found.is_empty() => {
                self.waiting.push_back(self.put_together(&left, None));
            }
            _ => {
                for place in found {
                    let row = self.put_together(&left, Some(place));
                    self.waiting.push_back(row);
                }
            }
        }
        Ok(())
    }
}

fn key_of(row: &Row<'_>, columns: &[u32], types: Comparison) -> Vec<Key> {
    let key = |column: &u32| match types {
        Comparison::Strict => Key::of(row.get(*column)),
        Comparison::Loose => Key::loose(row.get(*column)),
    };
    columns.iter().map(key).collect()
}

fn text_of(row: &Row<'_>, columns: &[u32]) -> String {
    let parts: Vec<&str> = columns.iter().filter_map(|column| row.get(*column)).map(Cell::text).collect();
    parts.join(" ")
}

impl Source for Joined {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                return Ok(Some(row));
            }
            if self.ended {
                return Ok(None);
            }
            match self.left.next(columns)? {
                Some(row) => {
                    let row = row.into_owned();
                    self.take(row)?;
                }
                None => {
                    self.ended = true;
                    if matches!(self.how, How::Right | How::Full | How::Position) {
                        let alone: Vec<Row<'static>> = (0..self.right.len())
                            .filter(|place| !self.matched[*place])
                            .map(|place| self.right_alone(place))
                            .collect();
                        self.waiting.extend(alone);
                    }
                }
            }
        }
    }

    fn finish(&mut self, columns: &Columns, call: &Call) {
        self.left.finish(columns, call);
        let [left, right] = &self.kinds;
        if !self.met && !left.is_empty() && !right.is_empty() && left.is_disjoint(right) {
            let name = shown(self.keys.left.first().map_or("", |column| columns.name(*column)));
            let list = |kinds: &HashSet<&'static str>| kinds.iter().copied().collect::<Vec<_>>().join(", ");
            let message = format!(
                "nothing is the same: {name} is {} on the left and {} on the right; types: loose compares what they say",
                list(left),
                list(right)
            );
            call.warn("types-differ", Some("types"), message);
        }
    }
}

/// One table below the other, columns by their names.
pub struct Appended {
    first: Option<Box<dyn Source>>,
    second: Box<dyn Source>,
    inner: Columns,
    places: Vec<u32>,
}

impl Appended {
    /// The rows of the left, then those of the right.
    pub fn of(left: Table, right: Table) -> Result<Table, Error> {
        let Table { source, mut columns, detected } = left;
        let places = right.columns.names().iter().map(|name| columns.place(name)).collect::<Result<_, _>>()?;
        let source = Self { first: Some(source), second: right.source, inner: right.columns, places };
        Ok(Table { source: Box::new(source), columns, detected })
    }
}

impl Source for Appended {
    fn next(&mut self, columns: &mut Columns) -> Result<Option<Row<'_>>, Error> {
        let Self { first, second, inner, places } = self;
        if let Some(source) = first {
            // What is handed out cannot stay borrowed where the source may be done with.
            if let Some(row) = source.next(columns)?.map(Row::into_owned) {
                return Ok(Some(row));
            }
            *first = None;
        }
        let Some(mut row) = second.next(inner)? else { return Ok(None) };
        for name in &inner.names()[places.len()..] {
            places.push(columns.place(name)?);
        }
        for (column, _) in &mut row.cells {
            *column = places[*column as usize];
        }
        Ok(Some(row))
    }

    fn finish(&mut self, _: &Columns, call: &Call) {
        self.second.finish(&self.inner, call);
    }
}
