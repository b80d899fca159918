//! A navigable small world graph (HNSW: Malkov and Yashunin, 2018) over the int8 rows of a collection.
//!
//! Its nodes are slots. It holds links alone: what it compares lies in [`Memory`], so it takes 130 bytes a point and is
//! written to disk as links. Dead slots are walked and not returned. One thread changes it (`indexer.rs`), in two steps:
//! neighbors are found while others search, links are set in an instant.

use super::memory::Memory;
use super::scan::{pack, unpack};
use super::walk::{Walk, Walker};

/// Levels above the base at most.
const MAX_LEVELS: usize = 12;

/// A graph over the slots up to a number.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    pub(super) m: usize,
    breadth: usize,
    /// The base level: a count and up to 2m neighbors a slot.
    base: Vec<u32>,
    /// The levels above, by slot.
    upper: std::collections::HashMap<u32, Vec<Vec<u32>>>,
    /// Where walks begin, and its level.
    entry: Option<(u32, usize)>,
    /// Slots below this have been put in.
    pub(super) covered: usize,
    /// Nodes put in.
    pub(super) nodes: usize,
}

/// What is to be linked for one slot.
pub(super) struct Plan {
    slot: u32,
    level: usize,
    /// Neighbors a level, the base first.
    neighbors: Vec<Vec<u32>>,
}

impl Graph {
    /// Without nodes; fit for so many.
    pub(super) fn new(expected: usize) -> Self {
        let (m, breadth) = if expected > 200_000 { (24, 200) } else { (16, 200) };
        Self::with(m, breadth)
    }

    pub(super) fn with(m: usize, breadth: usize) -> Self {
        Self {
            m,
            breadth,
            base: Vec::new(),
            upper: std::collections::HashMap::new(),
            entry: None,
            covered: 0,
            nodes: 0,
        }
    }

    fn stride(&self) -> usize {
        2 * self.m + 1
    }

    /// Where walks begin, and on which level.
    pub(super) fn entry(&self) -> Option<(u32, usize)> {
        self.entry
    }

    /// The neighbors of a slot on a level.
    pub(super) fn neighbors(&self, slot: u32, level: usize) -> &[u32] {
        if level > 0 {
            return self.upper.get(&slot).and_then(|levels| levels.get(level - 1)).map_or(&[], Vec::as_slice);
        }
        let start = slot as usize * self.stride();
        match self.base.get(start) {
            Some(count) => &self.base[start + 1..start + 1 + *count as usize],
            None => &[],
        }
    }

    fn set(&mut self, slot: u32, level: usize, neighbors: &[u32]) {
        if level > 0 {
            let levels = self.upper.entry(slot).or_default();
            if levels.len() < level {
                levels.resize(level, Vec::new());
            }
            levels[level - 1] = neighbors.to_vec();
            return;
        }
        let (stride, start) = (self.stride(), slot as usize * self.stride());
        if self.base.len() < start + stride {
            self.base.resize(start + stride, 0);
        }
        let kept = neighbors.len().min(stride - 1);
        self.base[start] = u32::try_from(kept).unwrap_or(0);
        self.base[start + 1..start + 1 + kept].copy_from_slice(&neighbors[..kept]);
    }

    /// Finds the neighbors of a slot that is to be put in.
    pub(super) fn plan(&self, memory: &Memory, walker: &mut Walker, slot: u32) -> Plan {
        let level = level_of(slot, self.m);
        let query = memory.codes.query_of(slot as usize);
        let mut neighbors = vec![Vec::new(); level + 1];
        if let Some((entry, top)) = self.entry {
            let mut walk = Walk { graph: self, memory, query: &query, walker };
            let mut at = walk.descend(entry, top, level);
            for level in (0..=level.min(top)).rev() {
                let found = walk.level(&[at], level, self.breadth);
                let most = if level == 0 { 2 * self.m } else { self.m };
                neighbors[level] = select(memory, &found, self.m.min(most), slot);
                if let Some((best, _)) = found.first() {
                    at = *best;
                }
            }
        }
        Plan { slot, level, neighbors }
    }

    /// Puts a slot in, linked as was planned.
    pub(super) fn link(&mut self, memory: &Memory, plan: &Plan) {
        let Plan { slot, level, neighbors } = plan;
        for (level, neighbors) in neighbors.iter().enumerate() {
            self.set(*slot, level, neighbors);
            let most = if level == 0 { 2 * self.m } else { self.m };
            for neighbor in neighbors {
                let mut back = self.neighbors(*neighbor, level).to_vec();
                back.push(*slot);
                if back.len() > most {
                    back = pruned(memory, *neighbor, &back, most);
                }
                self.set(*neighbor, level, &back);
            }
        }
        if self.entry.is_none_or(|(_, top)| *level > top) {
            self.entry = Some((*slot, *level));
        }
        self.covered = self.covered.max(*slot as usize + 1);
        self.nodes += 1;
    }

    /// Passes over slots that are not to be put in.
    pub(super) fn pass(&mut self, until: usize) {
        self.covered = self.covered.max(until);
    }

    /// Bytes of memory it takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.base.capacity() * 4 + self.upper.len() * (self.m * 4 + 72)
    }

    /// The links of every node: slot, and its neighbors a level. For the file.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (u32, Vec<&[u32]>)> {
        let slots = (0..self.base.len() / self.stride()).map(|slot| u32::try_from(slot).unwrap_or(u32::MAX));
        slots.filter_map(|slot| {
            let base = self.neighbors(slot, 0);
            let upper = self.upper.get(&slot).map_or(0, Vec::len);
            let alone = self.entry.is_some_and(|(entry, _)| entry == slot);
            (!base.is_empty() || upper > 0 || alone)
                .then(|| (slot, (0..=upper).map(|level| self.neighbors(slot, level)).collect()))
        })
    }

    /// Takes a node as a file has it.
    pub(super) fn restore(&mut self, slot: u32, levels: &[Vec<u32>]) {
        for (level, neighbors) in levels.iter().enumerate() {
            self.set(slot, level, neighbors);
        }
        let level = levels.len().saturating_sub(1);
        if self.entry.is_none_or(|(_, top)| level > top) {
            self.entry = Some((slot, level));
        }
        self.covered = self.covered.max(slot as usize + 1);
        self.nodes += 1;
    }
}

/// The level of a slot: geometric as the paper wants it, made of the slot's number, so that a graph can be built again alike.
fn level_of(slot: u32, m: usize) -> usize {
    let mixed = u64::from(slot).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    #[expect(clippy::cast_precision_loss, reason = "53 bits of it")]
    let uniform = ((mixed >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let level = -uniform.ln() / (m as f64).ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    (level as usize).min(MAX_LEVELS)
}

/// Neighbors that lie in different directions: one that is nearer to a chosen one than to the slot itself is left out
/// (algorithm 4 of the paper); what is left of the room is filled with the nearest of those.
fn select(memory: &Memory, found: &[(u32, f32)], most: usize, slot: u32) -> Vec<u32> {
    let mut chosen: Vec<u32> = Vec::with_capacity(most);
    let mut left_out = Vec::new();
    for (candidate, score) in found.iter().filter(|(candidate, _)| *candidate != slot) {
        if chosen.len() == most {
            break;
        }
        let query = memory.codes.query_of(*candidate as usize);
        let own = |other: u32| nearness(memory, &query, *candidate, other);
        let far = chosen.iter().all(|other| own(*other) < symmetric(memory, *score, slot));
        if far { chosen.push(*candidate) } else { left_out.push(*candidate) }
    }
    let room = most - chosen.len();
    chosen.extend(left_out.into_iter().take(room));
    chosen
}

/// The nearness of two slots.
fn nearness(memory: &Memory, query: &kernels::Query, asked: u32, slot: u32) -> f32 {
    let key = memory.keyed(memory.codes.dot(query, slot as usize), slot);
    symmetric(memory, key, asked)
}

/// A key that is the same whoever asks: for Euclid minus the squared distance.
fn symmetric(memory: &Memory, key: f32, asked: u32) -> f32 {
    key + memory.keyed(0.0, asked)
}

/// The neighbors a slot keeps of too many.
pub(super) fn pruned(memory: &Memory, slot: u32, neighbors: &[u32], most: usize) -> Vec<u32> {
    let query = memory.codes.query_of(slot as usize);
    let key = |other: u32| memory.keyed(memory.codes.dot(&query, other as usize), other);
    let mut ordered: Vec<u64> = neighbors.iter().map(|other| pack(key(*other), *other)).collect();
    ordered.sort_unstable_by(|a, b| b.cmp(a));
    let ordered: Vec<(u32, f32)> = ordered.into_iter().map(unpack).collect();
    select(memory, &ordered, most, slot)
}
