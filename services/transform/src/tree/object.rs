//! The entries of an object: in order, found by key.
//!
//! Most objects have a handful of keys, where looking at each beats hashing, and an index would cost more memory than the
//! entries. Larger ones get an index.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// Entries up to which keys are compared one by one.
const SMALL: usize = 12;

/// Entries by key, in the order in which they were put there.
#[derive(Debug, Clone)]
pub struct Object<V> {
    entries: Vec<(Arc<str>, V)>,
    /// The place of each key, of larger ones.
    #[expect(clippy::box_collection, reason = "most objects have none: one word in each of them and not six")]
    index: Option<Box<HashMap<Arc<str>, usize>>>,
}

impl<V> Default for Object<V> {
    fn default() -> Self {
        Self { entries: Vec::new(), index: None }
    }
}

impl<V> Object<V> {
    /// Entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|(known, _)| &**known == key),
        }
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.place(key).map(|place| &self.entries[place].1)
    }

    /// The value under a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.place(key).map(|place| &mut self.entries[place].1)
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Puts a value under a key: in the place of the one that was there, which it gives back, else at the end.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: V) -> Option<V> {
        let key = key.into();
        if let Some(place) = self.place(&key) {
            return Some(std::mem::replace(&mut self.entries[place].1, value));
        }
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, value));
        if self.index.is_none() && self.entries.len() > SMALL {
            self.index = Some(Box::new(self.places()));
        }
        None
    }

    /// Takes an entry out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        let place = self.place(key)?;
        let (_, value) = self.entries.remove(place);
        self.reindex();
        Some(value)
    }

    /// Keeps the entries of which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &V) -> bool) {
        self.entries.retain(|(key, value)| keep(key, value));
        self.reindex();
    }

    fn reindex(&mut self) {
        self.index = (self.entries.len() > SMALL).then(|| Box::new(self.places()));
    }

    fn places(&self) -> HashMap<Arc<str>, usize> {
        self.entries.iter().enumerate().map(|(place, (key, _))| (key.clone(), place)).collect()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &V)> + DoubleEndedIterator {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values in order, to be changed.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// The entries sorted by key, by code points.
    pub(crate) fn sorted(&self) -> Vec<(&Arc<str>, &V)> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        entries
    }
}

impl<V: Ord> Object<V> {
    /// First by the sorted keys, then by the values in their order.
    pub(crate) fn sorted_cmp(&self, other: &Self) -> Ordering {
        let (one, two) = (self.sorted(), other.sorted());
        let keys = one.iter().map(|(key, _)| key).cmp(two.iter().map(|(key, _)| key));
        keys.then_with(|| one.iter().map(|(_, value)| value).cmp(two.iter().map(|(_, value)| value)))
    }
}

impl<V> IntoIterator for Object<V> {
    type Item = (Arc<str>, V);
    type IntoIter = std::vec::IntoIter<(Arc<str>, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<V, K: Into<Arc<str>>> FromIterator<(K, V)> for Object<V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut object = Self::default();
        for (key, value) in entries {
            object.insert(key, value);
        }
        object
    }
}

impl<V: PartialEq> PartialEq for Object<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_places() {
        for size in [3, SMALL, SMALL + 1, 100] {
            let mut object: Object<usize> = (0..size).rev().map(|n| (format!("k{n}"), n)).collect();
            assert_eq!(object.insert("k1", 777), Some(1));
            let keys: Vec<_> = object.keys().map(ToString::to_string).collect();
            let expected: Vec<_> = (0..size).rev().map(|n| format!("k{n}")).collect();
            assert_eq!(keys, expected);
            assert_eq!(object.remove("k2"), Some(2));
            assert_eq!((object.get("k2"), object.get("k1"), object.get("k0")), (None, Some(&777), Some(&0)));
            assert_eq!((object.len(), object.contains("x")), (size - 1, false));
            object.retain(|_, value| *value != 777);
            assert_eq!((object.len(), object.get("k0")), (size - 2, Some(&0)));
        }
    }
}
