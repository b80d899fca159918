//! Differences of documents, as a list for people and as a JSON Patch.
//!
//! Lists are aligned by the longest common subsequence of their elements, so that one that was inserted at the front is one
//! change and not one for each element after it. Where that would take too long, they are compared place by place.

use chassis::{Call, Error};

use super::{Change, ChangeKind, DiffResponse, Equality, MAX_CHANGES};
use crate::pointer;
use crate::tree::{Object, Tree};

/// Pairs of elements that are compared to align two lists.
const MAX_PAIRS: usize = 4_000_000;

struct Differ<'a> {
    equality: &'a Equality<'a>,
    call: &'a Call,
    changes: Vec<Change>,
    operations: Vec<Tree>,
    /// Pairs that may still be compared.
    pairs: usize,
}

pub(super) fn diff(left: &Tree, right: &Tree, equality: &Equality<'_>, call: &Call) -> Result<DiffResponse, Error> {
    let mut differ = Differ { equality, call, changes: Vec::new(), operations: Vec::new(), pairs: MAX_PAIRS };
    differ.values(left, right, &mut Place::default())?;
    let Differ { changes, operations, .. } = differ;
    Ok(DiffResponse {
        equal: changes.is_empty(),
        changes,
        patch: Some(operations.into()),
        only_left: Vec::new(),
        only_right: Vec::new(),
        different: Vec::new(),
        same: None,
    })
}

/// Where the differ is: in the left document, in the right one, and in the document that the patch has made so far.
#[derive(Default)]
struct Place {
    left: String,
    right: String,
    patched: String,
}

impl Place {
    fn within<T>(&mut self, steps: [&str; 3], run: impl FnOnce(&mut Self) -> T) -> T {
        let lengths = (self.left.len(), self.right.len(), self.patched.len());
        pointer::push(&mut self.left, steps[0]);
        pointer::push(&mut self.right, steps[1]);
        pointer::push(&mut self.patched, steps[2]);
        let value = run(self);
        self.left.truncate(lengths.0);
        self.right.truncate(lengths.1);
        self.patched.truncate(lengths.2);
        value
    }
}

impl Differ<'_> {
    fn note(
        &mut self,
        kind: ChangeKind,
        place: &Place,
        left: Option<&Tree>,
        right: Option<&Tree>,
    ) -> Result<(), Error> {
        if self.changes.len() == MAX_CHANGES {
            return Err(Error::impossible("right", format!("differs from left in more than {MAX_CHANGES} places")));
        }
        if self.changes.len().is_multiple_of(256) {
            self.call.check()?;
        }
        let (op, path) = match kind {
            ChangeKind::Added => ("add", &place.right),
            ChangeKind::Removed => ("remove", &place.left),
            ChangeKind::Changed => ("replace", &place.left),
        };
        let mut operation = Object::from_iter([("op", Tree::from(op)), ("path", place.patched.as_str().into())]);
        if let Some(value) = right {
            operation.insert("value", value.clone());
        }
        self.operations.push(operation.into());
        let side = |value: Option<&Tree>| value.cloned().unwrap_or_default();
        self.changes.push(Change { kind, path: path.clone(), left: side(left), right: side(right) });
        Ok(())
    }

    fn values(&mut self, left: &Tree, right: &Tree, place: &mut Place) -> Result<(), Error> {
        match (left, right) {
            (Tree::Object(left), Tree::Object(right)) => self.objects(left, right, place),
            (Tree::List(left), Tree::List(right)) => self.lists(left, right, place),
            _ if self.equality.scalars(left, right) => Ok(()),
            _ => self.note(ChangeKind::Changed, place, Some(left), Some(right)),
        }
    }

    fn objects(&mut self, left: &Object<Tree>, right: &Object<Tree>, place: &mut Place) -> Result<(), Error> {
        for (key, value) in left.iter() {
            if self.equality.ignores(&place.left, key) {
                continue;
            }
            place.within([key, key, key], |place| match right.get(key) {
                Some(other) => self.values(value, other, place),
                None => self.note(ChangeKind::Removed, place, Some(value), None),
            })?;
        }
        for (key, value) in right.iter() {
            if !left.contains(key) && !self.equality.ignores(&place.left, key) {
                place.within([key, key, key], |place| self.note(ChangeKind::Added, place, None, Some(value)))?;
            }
        }
        Ok(())
    }

    fn lists(&mut self, left: &[Tree], right: &[Tree], place: &mut Place) -> Result<(), Error> {
        let same = self.aligned(left, right, place)?;
        // Between two pairs that are the same, elements are changed, then removed or added.
        let (mut at, mut other, mut patched) = (0, 0, 0);
        for (next, next_other) in same.into_iter().chain([(left.len(), right.len())]) {
            while at < next || other < next_other {
                let steps = [at.to_string(), other.to_string(), patched.to_string()];
                let steps = [steps[0].as_str(), steps[1].as_str(), steps[2].as_str()];
                if at < next && other < next_other {
                    place.within(steps, |place| self.values(&left[at], &right[other], place))?;
                    (at, other, patched) = (at + 1, other + 1, patched + 1);
                } else if at < next {
                    place.within(steps, |place| self.note(ChangeKind::Removed, place, Some(&left[at]), None))?;
                    at += 1;
                } else {
                    place.within(steps, |place| self.note(ChangeKind::Added, place, None, Some(&right[other])))?;
                    (other, patched) = (other + 1, patched + 1);
                }
            }
            (at, other, patched) = (next + 1, next_other + 1, patched + 1);
        }
        Ok(())
    }

    /// The places of elements that are the same on both sides, in order.
    fn aligned(&mut self, left: &[Tree], right: &[Tree], place: &Place) -> Result<Vec<(usize, usize)>, Error> {
        let equality = self.equality;
        let equal = |at: usize, other: usize| {
            if equality.is_plain() {
                left[at] == right[other]
            } else {
                equality.equal(&left[at], &right[other], &format!("{}/{at}", place.left))
            }
        };
        let shorter = left.len().min(right.len());
        let front = (0..shorter).take_while(|at| equal(*at, *at)).count();
        let back = (1..=shorter - front).take_while(|at| equal(left.len() - at, right.len() - at)).count();
        let mut same: Vec<(usize, usize)> = (0..front).map(|at| (at, at)).collect();
        let (rows, columns) = (left.len() - front - back, right.len() - front - back);
        let pairs = rows.saturating_mul(columns);
        if pairs > 0 && pairs <= self.pairs {
            self.pairs -= pairs;
            // Lengths of the longest common subsequences of what comes after each pair.
            let width = columns + 1;
            let mut lengths = vec![0_u32; (rows + 1) * width];
            let mut matches = vec![false; rows * columns];
            for row in (0..rows).rev() {
                self.call.check()?;
                for column in (0..columns).rev() {
                    let is_same = equal(front + row, front + column);
                    matches[row * columns + column] = is_same;
                    lengths[row * width + column] = if is_same {
                        lengths[(row + 1) * width + column + 1] + 1
                    } else {
                        lengths[(row + 1) * width + column].max(lengths[row * width + column + 1])
                    };
                }
            }
            let (mut row, mut column) = (0, 0);
            while row < rows && column < columns {
                if matches[row * columns + column] {
                    same.push((front + row, front + column));
                    (row, column) = (row + 1, column + 1);
                } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
                    row += 1;
                } else {
                    column += 1;
                }
            }
        }
        same.extend((1..=back).rev().map(|at| (left.len() - at, right.len() - at)));
        Ok(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::apply;
    use crate::tree::read;

    const EQUALITY: Equality<'static> = Equality { ignore: &[], loose: false, tolerance: 0.0 };

    fn compared(left: &str, right: &str) -> DiffResponse {
        diff(&read(left).unwrap(), &read(right).unwrap(), &EQUALITY, &Call::detached()).unwrap()
    }

    #[test]
    fn changes_have_their_places() {
        let response = compared(
            r#"{"a":1,"b":[1,2,3],"c":{"d":1.10},"e":null}"#,
            r#"{"c":{"d":1.1},"a":2,"b":[0,1,2,3],"f":true}"#,
        );
        let changes: Vec<String> = response
            .changes
            .iter()
            .map(|change| format!("{:?} {} {} {}", change.kind, change.path, change.left, change.right))
            .collect();
        assert_eq!(changes, ["Changed /a 1 2", "Added /b/0 null 0", "Removed /e null null", "Added /f null true"]);
        assert!(compared("[1.0]", "[1.00]").equal);
    }

    #[test]
    fn the_patch_makes_the_one_of_the_other() {
        // A small generator: the same numbers each time.
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        fn value(random: &mut dyn FnMut(u64) -> u64, depth: u64) -> Tree {
            match random(if depth == 0 { 3 } else { 5 }) {
                0 => Tree::Null,
                1 => Tree::from(i64::try_from(random(3)).unwrap()),
                2 => Tree::from(["x", "y/z", "~"][usize::try_from(random(3)).unwrap()]),
                3 => (0..random(5)).map(|_| value(random, depth - 1)).collect(),
                _ => {
                    let entries = (0..random(4)).map(|_| {
                        (["a", "b/c", "d~", ""][usize::try_from(random(4)).unwrap()], value(random, depth - 1))
                    });
                    entries.collect::<Object<_>>().into()
                }
            }
        }
        for _ in 0..2_000 {
            let (left, right) = (value(&mut random, 4), value(&mut random, 4));
            let response = diff(&left, &right, &EQUALITY, &Call::detached()).unwrap();
            let patch = response.patch.unwrap();
            let patched = apply(left.clone(), patch.as_list().unwrap(), &Call::detached()).unwrap();
            assert_eq!(patched, right, "{left} {patch}");
            assert_eq!(response.equal, left == right);
        }
    }

    #[test]
    fn lists_that_are_too_long_to_align_are_compared_by_place() {
        let list = |shift: i64| (0..3_000).map(|at| Tree::from(at * 2 + shift)).collect::<Tree>();
        let response = diff(&list(0), &list(1), &EQUALITY, &Call::detached()).unwrap();
        assert_eq!(response.changes.len(), 3_000);
    }
}
