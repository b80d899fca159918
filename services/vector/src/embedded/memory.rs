//! A collection in memory: what a search compares.
//!
//! A row of the database has a **slot** here, its place in all these lists. Slots follow the order of rows and are never
//! given to another row; a dead one stays until the collection is read anew.

use kernels::Codes;

use super::postings::Postings;
use super::write::Applied;
use crate::store::Distance;

/// Dead slots up to which a collection is not read anew because of them.
const SPARE: usize = 2_000;

/// A set of slots.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn has(&self, slot: u32) -> bool {
        self.0.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    pub(super) fn set(&mut self, slot: u32) {
        let word = slot as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (slot % 64);
    }

    pub(super) fn clear(&mut self, slot: u32) {
        if let Some(word) = self.0.get_mut(slot as usize / 64) {
            *word &= !(1 << (slot % 64));
        }
    }
}

/// Which slots come into question in a search.
#[derive(Debug)]
pub(super) struct Allowed {
    /// In ascending order.
    pub(super) slots: Vec<u32>,
    pub(super) bits: Bits,
}

impl Allowed {
    pub(super) fn new(slots: Vec<u32>) -> Self {
        let mut bits = Bits::default();
        slots.iter().for_each(|slot| bits.set(*slot));
        Self { slots, bits }
    }

    /// Bytes of memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * 4 + self.bits.0.capacity() * 8
    }
}

/// A collection in memory.
pub(super) struct Memory {
    /// The sequence number of the collection that this is.
    pub(super) seq: i64,
    pub(super) distance: Distance,
    pub(super) dimensions: usize,
    /// The row of each slot.
    rows: Vec<u32>,
    live: Bits,
    alive: usize,
    pub(super) codes: Codes,
    floats: Vec<f32>,
    /// Squared lengths; for Euclidean distances only.
    norms: Vec<f32>,
    /// A slot by the hash of its vector: whoever asks with a vector that is there finds it, whatever an index misses.
    same: std::collections::HashMap<u64, u32>,
    pub(super) postings: Postings,
}

impl Memory {
    pub(super) fn new(distance: Distance, dimensions: usize, seq: i64) -> Self {
        Self {
            seq,
            distance,
            dimensions,
            rows: Vec::new(),
            live: Bits::default(),
            alive: 0,
            codes: Codes::new(if distance.has_codes() { dimensions } else { 0 }),
            floats: Vec::new(),
            norms: Vec::new(),
            same: std::collections::HashMap::new(),
            postings: Postings::default(),
        }
    }

    /// Number of slots, dead ones too.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Number of points.
    pub(super) fn alive(&self) -> usize {
        self.alive
    }

    pub(super) fn is_live(&self, slot: u32) -> bool {
        self.live.has(slot)
    }

    pub(super) fn row(&self, slot: u32) -> u32 {
        self.rows[slot as usize]
    }

    pub(super) fn slot(&self, row: u32) -> Option<u32> {
        let slot = self.rows.binary_search(&row).ok()?;
        u32::try_from(slot).ok()
    }

    pub(super) fn vector(&self, slot: u32) -> &[f32] {
        let start = slot as usize * self.dimensions;
        &self.floats[start..start + self.dimensions]
    }

    /// Bytes of memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.floats.capacity() * 4 + self.codes.bytes() + self.rows.capacity() * 32 + self.postings.bytes()
    }

    /// Whether it is mostly of the dead, and had better be read anew.
    pub(super) fn is_worn(&self) -> bool {
        self.len() - self.alive > self.alive.max(SPARE)
    }

    /// Makes room for so many rows more.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
        self.floats.reserve(rows * self.dimensions);
        if self.distance.has_codes() {
            self.codes.reserve(rows);
        }
    }

    /// Adds the row after all others.
    pub(super) fn push(&mut self, row: u32, vector: &[f32], weights: &[(u32, f32)]) {
        let slot = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(row);
        self.floats.extend_from_slice(vector);
        // A vector of another length cannot get here; if one did, no other row may suffer.
        self.floats.resize(self.rows.len() * self.dimensions, 0.0);
        if self.distance.has_codes() {
            self.codes.push(vector);
        }
        if self.distance == Distance::Euclid {
            self.norms.push(kernels::dot(vector, vector));
        }
        self.same.insert(hash(vector), slot);
        self.live.set(slot);
        self.alive += 1;
        self.postings.add(slot, weights);
    }

    /// Follows a change of the database.
    pub(super) fn apply(&mut self, applied: &Applied) {
        for removed in &applied.removed {
            let Some(slot) = self.slot(removed.row).filter(|slot| self.is_live(*slot)) else { continue };
            self.live.clear(slot);
            self.alive -= 1;
            self.postings.remove(&removed.terms);
        }
        // Put in and taken out again within one change.
        let gone: std::collections::HashSet<u32> = applied.removed.iter().map(|removed| removed.row).collect();
        for added in &applied.added {
            if !gone.contains(&added.row) {
                self.push(added.row, &added.vector, &added.weights);
            }
        }
        self.seq = applied.seq;
    }

    /// The slot of a vector that is there exactly so.
    pub(super) fn same_as(&self, vector: &[f32]) -> Option<u32> {
        let slot = *self.same.get(&hash(vector))?;
        (self.is_live(slot) && self.vector(slot) == vector).then_some(slot)
    }

    /// How near a slot is to a query, exactly; higher is nearer, whatever the distance.
    pub(super) fn nearness(&self, query: &[f32], slot: u32) -> f32 {
        let vector = self.vector(slot);
        match self.distance {
            Distance::Cosine | Distance::Dot => kernels::dot(query, vector),
            Distance::Euclid => {
                let squares: f32 = query.iter().zip(vector).map(|(a, b)| (a - b) * (a - b)).sum();
                -squares.sqrt()
            }
            Distance::Manhattan => -query.iter().zip(vector).map(|(a, b)| (a - b).abs()).sum::<f32>(),
        }
    }

    /// A nearness as a score of the collection's distance.
    pub(super) fn score(&self, nearness: f32) -> f32 {
        if self.distance.is_similarity() { nearness } else { -nearness }
    }

    /// What orders slots by their codes: a dot product, from which the other distances follow.
    pub(super) fn keyed(&self, product: f32, slot: u32) -> f32 {
        match self.distance {
            Distance::Euclid => 2.0 * product - self.norms[slot as usize],
            _ => product,
        }
    }
}

fn hash(vector: &[f32]) -> u64 {
    let bits = vector.iter().map(|value| u64::from((value + 0.0).to_bits()));
    bits.fold(0xcbf2_9ce4_8422_2325, |hash: u64, bits| {
        (hash ^ bits).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
    })
}
