//! The text of a query, as far as it must be understood: its words, where they stand, and the tables its rows come from.

/// Words that may follow a table and are no other name of it.
const NO_NAMES: [&str; 17] = [
    "join", "left", "right", "full", "inner", "outer", "cross", "natural", "on", "using", "where", "group", "order",
    "having", "limit", "window", "indexed",
];
/// Words that end the tables of a query.
const ENDS: [&str; 6] = ["where", "group", "order", "having", "limit", "window"];
/// Names SQLite has for the number of a row.
const ROW_NUMBERS: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A word, in small letters.
    Word(String),
    /// A name in quotes.
    Name(String),
    /// A text or a number.
    Value,
    /// Anything else.
    Sign(char),
}

impl Piece {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        matches!(self, Self::Word(own) if words.contains(&own.as_str()))
    }

    /// What it may be the name of.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// The pieces of a query with their places, without comments.
pub(super) fn pieces(sql: &str) -> Vec<(usize, Piece)> {
    let mut pieces = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let at = sql.len() - rest.len();
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let length = match first {
            _ if first.is_whitespace() => first.len_utf8(),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '\'' | '"' | '`' | '[' => {
                let end = if first == '[' { ']' } else { first };
                let mut length = 1;
                loop {
                    match rest[length..].find(end) {
                        None => break length = rest.len(),
                        // Twice is once within.
                        Some(found) if end != ']' && rest[length + found + 1..].starts_with(end) => length += found + 2,
                        Some(found) => break length += found + 1,
                    }
                }
                let inner = rest[1..length].strip_suffix(end).unwrap_or_default();
                let doubled: String = [end, end].iter().collect();
                pieces.push((
                    at,
                    match first {
                        '\'' => Piece::Value,
                        _ => Piece::Name(inner.replace(&doubled, &end.to_string()).to_lowercase()),
                    },
                ));
                length
            }
            _ if first.is_ascii_digit() => {
                pieces.push((at, Piece::Value));
                rest.find(|c: char| !word(c) && c != '.').unwrap_or(rest.len())
            }
            _ if word(first) => {
                let length = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
                pieces.push((at, Piece::Word(rest[..length].to_lowercase())));
                length
            }
            _ => {
                pieces.push((at, Piece::Sign(first)));
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    pieces
}

/// A query that also tells which rows of which tables each of its rows was made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Traced {
    /// The query with the numbers of those rows as its last columns.
    pub(super) sql: String,
    /// The tables they belong to, in their order.
    pub(super) tables: Vec<usize>,
    /// Which column each column of the answer is, where the query only names it; empty where a star stands for some.
    pub(super) columns: Vec<Option<Taken>>,
}

/// A column that is handed out as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its name, in small letters.
    pub(super) column: String,
    /// Which of the tables of [`Traced`] it is of, if the query says so.
    pub(super) table: Option<usize>,
}

/// Lets a query tell, if its rows are rows of tables that it names: one plain select without groups. `tables` have names and
/// columns, in small letters.
pub(super) fn traced(sql: &str, tables: &[(String, Vec<String>)]) -> Option<Traced> {
    let pieces = pieces(sql);
    if !pieces.first()?.1.is("select") || pieces.get(1)?.1.is("distinct") {
        return None;
    }
    // What stands in no brackets, and where brackets open.
    let mut depth = 0_i32;
    let mut outer = Vec::new();
    for (at, piece) in &pieces {
        match piece {
            Piece::Sign('(') => {
                if depth == 0 {
                    outer.push((*at, piece));
                }
                depth += 1;
            }
            Piece::Sign(')') => depth -= 1,
            _ if depth == 0 => outer.push((*at, piece)),
            _ => {}
        }
    }
    if outer.iter().any(|(_, piece)| piece.is_one_of(&["union", "intersect", "except", "group", "having"])) {
        return None;
    }
    let from = outer.iter().position(|(_, piece)| piece.is("from"))?;
    let (mut found, mut names, mut numbers) = (Vec::new(), Vec::new(), String::new());
    let mut is_table = true;
    let mut at = from + 1;
    while let Some((_, piece)) = outer.get(at) {
        at += 1;
        match piece {
            _ if piece.is_one_of(&ENDS) => break,
            Piece::Sign(';') => break,
            Piece::Sign(',') => is_table = true,
            _ if piece.is("join") => is_table = true,
            _ if is_table => {
                is_table = false;
                let next = |at: usize| outer.get(at).map(|(_, piece)| *piece);
                let Some(name) = piece.name() else { continue };
                let place = tables.iter().position(|(own, _)| own == name);
                let Some(place) = place.filter(|_| !matches!(next(at), Some(Piece::Sign('(' | '.')))) else { continue };
                if next(at).is_some_and(|piece| piece.is("as")) {
                    at += 1;
                }
                let other = next(at).filter(|piece| !piece.is_one_of(&NO_NAMES)).and_then(Piece::name);
                let called = other.unwrap_or(name);
                let number = ROW_NUMBERS.iter().find(|number| !tables[place].1.iter().any(|column| column == *number));
                if let Some(number) = number {
                    numbers.push_str(&format!(", \"{}\".{number}", called.replace('"', "\"\"")));
                    found.push(place);
                    names.push(called);
                }
            }
            _ => {}
        }
    }
    if found.is_empty() {
        return None;
    }
    let list: Vec<&Piece> = outer[1..from].iter().map(|(_, piece)| *piece).collect();
    let items: Vec<&[&Piece]> = list.split(|piece| **piece == Piece::Sign(',')).collect();
    let has_star = items.iter().any(|item| item.last() == Some(&&Piece::Sign('*')));
    let columns = if has_star { Vec::new() } else { items.iter().map(|item| taken(item, &names)).collect() };
    let (before, after) = sql.split_at(outer[from].0);
    Some(Traced { sql: format!("{} {numbers} {after}", before.trim_end()), tables: found, columns })
}

/// The column that an item of a select names and does nothing with.
fn taken(item: &[&Piece], tables: &[&str]) -> Option<Taken> {
    let (table, rest) = match item {
        [table, Piece::Sign('.'), rest @ ..] => (Some(table.name()?), rest),
        rest => (None, rest),
    };
    let column = match rest {
        [column] => column,
        // Under another name.
        [column, name] if name.name().is_some() => column,
        [column, between, name] if between.is("as") && name.name().is_some() => column,
        _ => return None,
    };
    let table = match table {
        Some(table) => Some(tables.iter().position(|name| *name == table)?),
        None => None,
    };
    Some(Taken { column: column.name()?.to_owned(), table })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_tell_their_rows() {
        let tables = [("data".to_owned(), vec!["id".to_owned()]), ("my table".to_owned(), vec!["rowid".to_owned()])];
        for (sql, numbers, places) in [
            ("select * from data", "\"data\".rowid", &[0][..]),
            ("SELECT -a, (select 1 from data) x FROM Data AS d order by 1", "\"d\".rowid", &[0]),
            ("select 'from' from data d, \"My Table\" limit 1", "\"d\".rowid, \"my table\"._rowid_", &[0, 1]),
            ("select 1 from data left join [my table] as t on t.a = data.a", "\"data\".rowid, \"t\"._rowid_", &[0, 1]),
            ("select 1 from (select 2) x, data where a in (1)", "\"data\".rowid", &[0]),
        ] {
            let traced = traced(sql, &tables).unwrap();
            assert_eq!(traced.tables, places, "{sql}");
            assert!(traced.columns.iter().all(Option::is_none), "{sql}");
            assert!(traced.sql.to_lowercase().contains(&format!("{numbers} from")), "{}", traced.sql);
        }
        let own = traced("select A, b.c as x, (1) y, d.e, lower(a), \"f g\" h from data b", &tables).unwrap();
        let taken = |column: &str, table| Some(Taken { column: column.to_owned(), table });
        assert_eq!(own.columns, [taken("a", None), taken("c", Some(0)), None, None, None, taken("f g", None)]);
        for sql in [
            "select distinct a from data",
            "select a from data union select b from data",
            "select a from data group by a",
            "with data as (select 1) select * from data",
            "select 1",
            "values (1)",
            "select a from json_each('[]')",
            "select a from data(1)",
            "",
        ] {
            assert_eq!(traced(sql, &tables), None, "{sql}");
        }
        for sql in ["'", "\"a", "[", "/*", "--", "é'é", "select \"a\"\"b\" from `x``y`"] {
            pieces(sql);
        }
    }
}
