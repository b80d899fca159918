//! Layers of the cascade (`@layer`, CSS Cascading and Inheritance 5): what stands in a later one wins, what stands in none
//! wins over all, and the other way round for what is important.

use std::collections::HashMap;

/// Layers of a page; what stands in more is in none.
const MAX_LAYERS: usize = 1_000;

/// Layers by their numbers, in the order in which they were first named; 0 is what is in none.
#[derive(Debug)]
pub(crate) struct Layers {
    /// The layers within each.
    inner: Vec<Vec<usize>>,
    by_name: HashMap<(usize, String), usize>,
    /// That of the rules that are being read.
    pub(super) now: usize,
}

impl Default for Layers {
    fn default() -> Self {
        Self { inner: vec![Vec::new()], by_name: HashMap::new(), now: 0 }
    }
}

impl Layers {
    /// Goes into a layer, such as `base` or `base.reset`, or one without a name; answers where that was.
    pub(super) fn enter(&mut self, path: &str) -> usize {
        let around = self.now;
        for name in path.split('.').map(str::trim) {
            let next = self.inner.len();
            let key = (self.now, if name.is_empty() { format!(" {next}") } else { name.to_owned() });
            if let Some(known) = self.by_name.get(&key) {
                self.now = *known;
            } else if next <= MAX_LAYERS {
                self.inner[self.now].push(next);
                self.inner.push(Vec::new());
                self.by_name.insert(key, next);
                self.now = next;
            }
        }
        around
    }

    /// The place of each layer among all: those within it come first, then what stands in it alone.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.inner.len()];
        let mut place = 0;
        let mut open = vec![(0, 0)];
        while let Some((layer, done)) = open.pop() {
            if let Some(inner) = self.inner[layer].get(done) {
                open.extend([(layer, done + 1), (*inner, 0)]);
            } else {
                places[layer] = place;
                place += 1;
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_stand_in_the_order_of_their_names() {
        let mut layers = Layers::default();
        for path in ["reset", "base", "base.inner", "", "reset"] {
            let around = layers.enter(path);
            layers.now = around;
        }
        // reset, base.inner, base, the one without a name, none.
        assert_eq!(layers.places(), [4, 0, 2, 1, 3]);
        for _ in 0..2 * MAX_LAYERS {
            layers.enter("");
        }
        assert_eq!(layers.places().len(), MAX_LAYERS + 1);
    }
}
