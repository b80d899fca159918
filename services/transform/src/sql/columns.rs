//! Which columns of a table a query may look at, so that the others need not be loaded.
//!
//! Told by the text alone: a column is named where it is used, unless a star stands for all. Whoever asks SQLite instead is not told
//! of columns that `using` names. In doubt a column is loaded.

use super::text::{Piece, pieces};

/// The places of the columns a query may look at; at least one.
pub(super) fn needed(sql: &str, columns: &[String]) -> Vec<usize> {
    let lower = sql.to_lowercase();
    // A table that values are looked for in has all its columns there, and none is named.
    let is_list = |pair: &[(usize, Piece)]| pair[0].1.is("in") && matches!(pair[1].1, Piece::Word(_) | Piece::Name(_));
    if pieces(sql).windows(2).any(is_list) {
        return (0..columns.len()).collect();
    }
    if has_star(&lower) || lower.contains("natural") || lower.contains("--") || lower.contains("/*") {
        return (0..columns.len()).collect();
    }
    let named = |name: &String| name.contains(['"', '\'', '`', '[', ']', '\\']) || lower.contains(&name.to_lowercase());
    let found: Vec<usize> = (0..columns.len()).filter(|place| named(&columns[*place])).collect();
    if found.is_empty() { vec![0] } else { found }
}

/// Whether a star stands for all columns, and not for a product or in count(*).
fn has_star(lower: &str) -> bool {
    lower.match_indices('*').any(|(at, _)| {
        let before = lower[..at].trim_end();
        if before.ends_with('(') {
            return false;
        }
        let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let is_value =
            before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | '"' | '\'' | '`' | ']' | '?'));
        !is_value || matches!(word, "select" | "distinct" | "all")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_or_may_be_meant() {
        let columns = ["id", "Price", "qty", "first name", "odd\"one"].map(str::to_owned);
        for (sql, places) in [
            ("select sum(price * qty) from data", &[1, 2, 4][..]),
            ("select count(*) from data", &[4]),
            ("select * from data", &[0, 1, 2, 3, 4]),
            ("SELECT DISTINCT * FROM data", &[0, 1, 2, 3, 4]),
            ("select d.* from data d", &[0, 1, 2, 3, 4]),
            ("select 1, * from data", &[0, 1, 2, 3, 4]),
            ("select (select * from data) from data", &[0, 1, 2, 3, 4]),
            ("select a from data join other using (\"First Name\")", &[3, 4]),
            ("select 1 from data natural join other", &[0, 1, 2, 3, 4]),
            ("select --x\n* from data", &[0, 1, 2, 3, 4]),
            ("select 2*3 from data", &[4]),
            ("select 1 from other where (a, b) not in data", &[0, 1, 2, 3, 4]),
            ("select 1 from other where a IN (1, 2)", &[4]),
        ] {
            assert_eq!(needed(sql, &columns), places, "{sql}");
        }
        assert_eq!(needed("select 1 from data", &["a_b".to_owned(), "c_d".to_owned()]), [0]);
    }
}
