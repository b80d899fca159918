//! Filters to sets of rows, by the table of scalar leaves. What takes long ends when nobody waits for it any more.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};

use chassis::Error;
use ledger::rusqlite::{Connection, OptionalExtension, Params};
use roaring::RoaringBitmap;

use super::patience;
use super::schema::failed;
use super::write::row_number;
use crate::filter::leaves::{Kind, Leaf, leaf_of, number_leaf};
use crate::filter::remarks::{self, Fields};
use crate::filter::{Bounds, Condition, Filter, Scalar};
use crate::store::Remark;

/// The rows of a collection that a filter keeps.
pub(super) fn rows_of(connection: &Connection, collection: i64, filter: &Filter) -> Result<RoaringBitmap, Error> {
    Select { whole: Some(filter), ..Select::of(connection, collection) }.filter(filter)
}

struct Select<'c> {
    connection: &'c Connection,
    collection: i64,
    /// The whole filter.
    whole: Option<&'c Filter>,
    /// Rows whose long texts contain a text, by path and text, for all conditions of the filter at once.
    long: OnceCell<BTreeMap<(&'c str, &'c str), RoaringBitmap>>,
}

impl<'c> Select<'c> {
    fn of(connection: &'c Connection, collection: i64) -> Self {
        Self { connection, collection, whole: None, long: OnceCell::new() }
    }
}

impl<'c> Select<'c> {
    fn rows(&self, sql: &str, parameters: impl Params) -> Result<RoaringBitmap, Error> {
        let mut select = self.connection.prepare_cached(sql).map_err(failed)?;
        patience::over(|| {
            let mut rows = select.query(parameters).map_err(failed)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next().map_err(failed)? {
                found.push(row_number(row.get(0).map_err(failed)?)?);
            }
            found.sort_unstable();
            Ok(found.into_iter().collect())
        })
    }

    fn all(&self) -> Result<RoaringBitmap, Error> {
        self.rows("select row from points where collection = ?", [self.collection])
    }

    fn filter(&self, filter: &Filter) -> Result<RoaringBitmap, Error> {
        let mut kept: Option<RoaringBitmap> = None;
        let both = |kept: &mut Option<RoaringBitmap>, rows: RoaringBitmap| match kept {
            Some(kept) => *kept &= rows,
            None => *kept = Some(rows),
        };
        for condition in &filter.must {
            both(&mut kept, self.condition(condition)?);
        }
        if !filter.should.is_empty() {
            let mut any = RoaringBitmap::new();
            for condition in &filter.should {
                any |= self.condition(condition)?;
            }
            both(&mut kept, any);
        }
        if let Some((least, conditions)) = &filter.min_should {
            both(&mut kept, self.at_least(*least, conditions)?);
        }
        let mut kept = match kept {
            Some(kept) => kept,
            None => self.all()?,
        };
        for condition in &filter.must_not {
            kept -= self.condition(condition)?;
        }
        Ok(kept)
    }

    /// Rows for which at least so many conditions hold. How many hold is counted for all rows at once, a set for each bit
    /// of the count.
    fn at_least(&self, least: usize, conditions: &[Condition]) -> Result<RoaringBitmap, Error> {
        if least == 0 {
            return self.all();
        }
        if least > conditions.len() {
            return Ok(RoaringBitmap::new());
        }
        let mut bits: Vec<RoaringBitmap> = Vec::new();
        for condition in conditions {
            let mut carry = self.condition(condition)?;
            for bit in &mut bits {
                let both = &*bit & &carry;
                *bit ^= &carry;
                carry = both;
            }
            if !carry.is_empty() {
                bits.push(carry);
            }
        }
        let (mut more, mut same) = (RoaringBitmap::new(), RoaringBitmap::new());
        bits.iter().for_each(|bit| same |= bit);
        if least >> bits.len() > 0 {
            return Ok(more);
        }
        for (place, bit) in bits.iter().enumerate().rev() {
            match least >> place & 1 == 1 {
                true => same &= bit,
                false => {
                    more |= &same & bit;
                    same -= bit;
                }
            }
        }
        Ok(more | same)
    }

    fn condition(&self, condition: &Condition) -> Result<RoaringBitmap, Error> {
        match condition {
            Condition::Any { key, values } => self.any(key, values),
            Condition::Except { key, values } => {
                let mut rows = RoaringBitmap::new();
                for kind in [Kind::Text, Kind::LongText, Kind::Number, Kind::Bool] {
                    let Some(field) = self.field(key, kind)? else { continue };
                    let of_kind = distinct(values).into_iter().filter(|(of, _)| *of == kind);
                    let excluded: Vec<_> = of_kind.map(|(_, leaf)| sql_value(&leaf)).collect();
                    let marks = vec!["?"; excluded.len()].join(",");
                    let sql = format!("select row from leaves where field = {field} and value not in ({marks})");
                    rows |= self.rows(&sql, ledger::rusqlite::params_from_iter(excluded))?;
                }
                Ok(rows)
            }
            Condition::Contains { key, text } => self.contains(key, text),
            Condition::Range { key, bounds } => {
                let bounds = Bounds {
                    gte: bounds.gte.map(number_leaf),
                    gt: bounds.gt.map(number_leaf),
                    lte: bounds.lte.map(number_leaf),
                    lt: bounds.lt.map(number_leaf),
                };
                self.range(key, Kind::Number, [bounds.gte, bounds.gt, bounds.lte, bounds.lt])
            }
            Condition::Times { key, bounds } => {
                let bounds = [bounds.gte, bounds.gt, bounds.lte, bounds.lt];
                self.range(key, Kind::Time, bounds.map(|bound| bound.map(Leaf::Whole)))
            }
            Condition::Empty { key } => {
                let mut rows = self.all()?;
                for (field, kind) in self.fields(key)? {
                    if kind != Kind::Null.letter() {
                        rows -= self.rows("select row from leaves where field = ?", [field])?;
                    }
                }
                Ok(rows)
            }
            Condition::Null { key } => match self.field(key, Kind::Null)? {
                Some(field) => self.rows("select row from leaves where field = ?", [field]),
                None => Ok(RoaringBitmap::new()),
            },
            Condition::Ids(ids) => {
                let sql = "select row from points where collection = ? and id = ?";
                let mut rows = RoaringBitmap::new();
                for id in ids {
                    rows |= self.rows(sql, (self.collection, id))?;
                }
                Ok(rows)
            }
            Condition::Nested(filter) => self.filter(filter),
        }
    }

    fn any(&self, key: &str, values: &[Scalar]) -> Result<RoaringBitmap, Error> {
        let mut rows = RoaringBitmap::new();
        for (kind, leaf) in distinct(values) {
            let Some(field) = self.field(key, kind)? else { continue };
            let sql = "select row from leaves where field = ? and value = ?";
            rows |= self.rows(sql, (field, sql_value(&leaf)))?;
        }
        Ok(rows)
    }

    fn range(&self, key: &str, kind: Kind, bounds: [Option<Leaf>; 4]) -> Result<RoaringBitmap, Error> {
        let Some(field) = self.field(key, kind)? else { return Ok(RoaringBitmap::new()) };
        let mut sql = format!("select row from leaves where field = {field}");
        let mut values = Vec::new();
        for (bound, sign) in bounds.iter().zip([">=", ">", "<=", "<"]) {
            if let Some(leaf) = bound {
                sql.push_str(" and value ");
                sql.push_str(sign);
                sql.push_str(" ?");
                values.push(sql_value(leaf));
            }
        }
        self.rows(&sql, ledger::rusqlite::params_from_iter(values))
    }

    /// Text within text: short ones lie in the table, long ones in the payloads.
    fn contains(&self, key: &str, text: &str) -> Result<RoaringBitmap, Error> {
        let mut rows = RoaringBitmap::new();
        if let Some(field) = self.field(key, Kind::Text)? {
            rows |= self.rows("select row from leaves where field = ? and instr(value, ?) > 0", (field, text))?;
        }
        let long = match self.long.get() {
            Some(known) => known,
            None => {
                let found = self.long_texts()?;
                self.long.get_or_init(|| found)
            }
        };
        if let Some(found) = long.get(&(key, text)) {
            rows |= found;
        }
        Ok(rows)
    }

    /// What the conditions of the whole filter find in long texts; each payload is read once for all of them.
    fn long_texts(&self) -> Result<BTreeMap<(&'c str, &'c str), RoaringBitmap>, Error> {
        let mut wanted: BTreeMap<&str, (RoaringBitmap, HashSet<&str>)> = BTreeMap::new();
        for condition in self.whole.into_iter().flat_map(Filter::leaves) {
            let Condition::Contains { key, text } = condition else { continue };
            if let Some((_, texts)) = wanted.get_mut(key.as_str()) {
                texts.insert(text);
            } else if let Some(field) = self.field(key, Kind::LongText)? {
                let rows = self.rows("select row from leaves where field = ?", [field])?;
                wanted.insert(key, (rows, HashSet::from([text.as_str()])));
            }
        }
        let mut found: BTreeMap<(&str, &str), RoaringBitmap> = BTreeMap::new();
        let mut all = RoaringBitmap::new();
        wanted.values().for_each(|(rows, _)| all |= rows);
        let mut select = self.connection.prepare_cached("select payload from points where row = ?").map_err(failed)?;
        for row in all {
            patience::check()?;
            let payload: String = select.query_row([row], |row| row.get(0)).map_err(failed)?;
            let value = serde_json::from_str(&payload).unwrap_or_default();
            for (key, (_, texts)) in wanted.iter().filter(|(_, (rows, _))| rows.contains(row)) {
                let known = texts_at(&value, key);
                for text in texts.iter().filter(|text| known.iter().any(|known| known.contains(**text))) {
                    found.entry((key, text)).or_default().insert(row);
                }
            }
        }
        Ok(found)
    }

    fn field(&self, path: &str, kind: Kind) -> Result<Option<i64>, Error> {
        let sql = "select id from fields where collection = ? and path = ? and kind = ? and count > 0";
        let mut select = self.connection.prepare_cached(sql).map_err(failed)?;
        select.query_row((self.collection, path, kind.letter()), |row| row.get(0)).optional().map_err(failed)
    }

    /// The fields of a path, of all kinds, and those below it.
    fn fields(&self, path: &str) -> Result<Vec<(i64, String)>, Error> {
        let sql = "select id, kind from fields where collection = ?1 and count > 0
                   and (path = ?2 or substr(path, 1, length(?2) + 1) = ?2 || '.' or substr(path, 1, length(?2) + 2) = ?2 || '[]')";
        let mut select = self.connection.prepare_cached(sql).map_err(failed)?;
        let fields = select.query_map((self.collection, path), |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        fields.collect::<Result<_, _>>().map_err(failed)
    }
}

/// The values of a condition as they are compared, each once.
fn distinct(values: &[Scalar]) -> Vec<(Kind, Leaf)> {
    let mut seen = HashSet::new();
    let is_new = |(kind, leaf): &(Kind, Leaf)| {
        seen.insert(match leaf {
            Leaf::Text(text) => (*kind, text.clone()),
            Leaf::Whole(number) => (*kind, number.to_string()),
            Leaf::Float(number) => (*kind, format!("{:x}", number.to_bits())),
        })
    };
    values.iter().filter_map(leaf_of).filter(is_new).collect()
}

/// The texts at a path of a payload.
fn texts_at<'v>(value: &'v serde_json::Value, path: &str) -> Vec<&'v str> {
    use serde_json::Value;
    match value {
        Value::String(text) if path.is_empty() => vec![text],
        Value::Array(members) => {
            let rest = path.strip_prefix("[]").map_or(path, |rest| rest.trim_start_matches('.'));
            members.iter().flat_map(|member| texts_at(member, rest)).collect()
        }
        Value::Object(entries) => entries
            .iter()
            .filter_map(|(name, value)| {
                let rest = path.strip_prefix(name.as_str())?;
                let joined = rest.is_empty() || rest.starts_with("[]") || rest.starts_with('.');
                joined.then(|| texts_at(value, rest.strip_prefix('.').unwrap_or(rest)))
            })
            .flatten()
            .collect(),
        _ => Vec::new(),
    }
}

fn sql_value(leaf: &Leaf) -> ledger::rusqlite::types::Value {
    match leaf {
        Leaf::Text(text) => text.clone().into(),
        Leaf::Whole(number) => (*number).into(),
        Leaf::Float(number) => (*number).into(),
    }
}

/// The fields of a collection, as its tables have them.
struct Known<'c>(Select<'c>);

impl Fields for Known<'_> {
    type Fault = Error;

    fn kinds(&self, path: &str) -> Result<Vec<Kind>, Error> {
        patience::check()?;
        Ok(self.0.fields(path)?.iter().filter_map(|(_, letter)| Kind::of_letter(letter)).collect())
    }

    fn paths(&self) -> Result<Vec<String>, Error> {
        let sql = "select distinct path from fields where collection = ? and count > 0 limit 1000";
        let mut select = self.0.connection.prepare_cached(sql).map_err(failed)?;
        let paths = select.query_map([self.0.collection], |row| row.get::<_, String>(0)).map_err(failed)?;
        paths.collect::<Result<_, _>>().map_err(failed)
    }
}

/// What is odd about the fields of a filter.
pub(super) fn remarks(connection: &Connection, collection: i64, filter: &Filter) -> Result<Vec<Remark>, Error> {
    remarks::remarks(filter, &Known(Select::of(connection, collection)))
}

/// A field no point has.
pub(super) fn unknown(connection: &Connection, collection: i64, key: &str) -> Result<Remark, Error> {
    remarks::unknown(key, &Known(Select::of(connection, collection)))
}
