//! Reciprocal rank fusion: one list of several, by the ranks alone (Cormack, Clarke, Büttcher, 2009).
//!
//! The score of a point is the sum over the lists that have it of `1 / (k + rank)`, ranks counted from 0 as Qdrant counts
//! them. `k` is 60, that of the paper, unless a request says otherwise: with Qdrant's default of 2 the first of one list beats
//! a point that both lists have.

use std::collections::HashMap;
use std::hash::Hash;

/// The constant, unless a request says otherwise.
pub const DEFAULT_K: u32 = 60;

/// The points of all lists with their fused scores, the best first; equal ones in the order they are first met.
#[must_use]
pub fn fuse<P: Clone + Eq + Hash>(lists: &[Vec<P>], k: u32) -> Vec<(P, f32)> {
    let mut order: Vec<(P, f64)> = Vec::new();
    let mut places: HashMap<P, usize> = HashMap::new();
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    for rank in 0..longest {
        for point in lists.iter().filter_map(|list| list.get(rank)) {
            let place = *places.entry(point.clone()).or_insert_with(|| {
                order.push((point.clone(), 0.0));
                order.len() - 1
            });
            #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
            let share = 1.0 / (f64::from(k) + rank as f64);
            order[place].1 += share;
        }
    }
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    #[expect(clippy::cast_possible_truncation, reason = "a score")]
    order.into_iter().map(|(point, score)| (point, score as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constant_decides_who_wins() {
        let lists = [vec!["X", "d1", "d2", "Y"], vec!["s1", "s2", "s3", "Y"]];
        let score = |k: u32, name: &str| fuse(&lists, k).into_iter().find(|(point, _)| *point == name).unwrap().1;
        assert_eq!(["s1", "X", "Y"].map(|name| score(2, name)), [0.5, 0.5, 0.4]);
        assert_eq!(fuse(&lists, 60)[0].0, "Y");
        assert!((score(60, "Y") - 2.0 / 63.0).abs() < 1e-6 && (score(60, "X") - 1.0 / 60.0).abs() < 1e-6);
        assert_eq!(fuse::<u8>(&[], 60), []);
    }
}
