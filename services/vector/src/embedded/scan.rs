//! The nearest rows by comparing all of them, or all that a filter keeps: by int8 codes, then the best again in float.
//!
//! Codes find the ten nearest among the best thirty in every set that was measured, uniform random vectors included; twice
//! the number wanted and twenty more are compared again. `exact` compares floats alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::memory::{Allowed, Memory};

/// Rows ahead of the one compared that are asked for.
const AHEAD: usize = 8;

/// The best few of many: a bounded heap of scores and slots. Of equal scores the lower slot is better.
pub(super) struct Best {
    most: usize,
    heap: BinaryHeap<Reverse<u64>>,
    /// What a score must exceed to be worth the heap.
    bar: f32,
}

/// A score and a slot as one number in the order of scores.
pub(super) fn pack(score: f32, slot: u32) -> u64 {
    let bits = score.to_bits();
    let ordered = if bits >> 31 == 1 { !bits } else { bits | 0x8000_0000 };
    u64::from(ordered) << 32 | u64::from(!slot)
}

/// The score and the slot.
#[expect(clippy::cast_possible_truncation, reason = "the two halves")]
pub(super) fn unpack(packed: u64) -> (u32, f32) {
    let ordered = (packed >> 32) as u32;
    let bits = if ordered >> 31 == 1 { ordered & 0x7fff_ffff } else { !ordered };
    (!(packed as u32), f32::from_bits(bits))
}

impl Best {
    pub(super) fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::with_capacity(most.min(4_096) + 1), bar: f32::NEG_INFINITY }
    }

    pub(super) fn offer(&mut self, score: f32, slot: u32) {
        if score < self.bar || self.most == 0 {
            return;
        }
        self.heap.push(Reverse(pack(score, slot)));
        if self.heap.len() > self.most {
            self.heap.pop();
        }
        if self.heap.len() == self.most
            && let Some(Reverse(worst)) = self.heap.peek()
        {
            self.bar = unpack(*worst).1;
        }
    }

    pub(super) fn into_sorted(self) -> Vec<(u32, f32)> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(packed)| unpack(packed)).collect()
    }
}

/// Candidates that are compared in float for so many results. At the edge of many that are gone, the nearest lie close
/// together and codes tell them apart badly: with 40 candidates, one of ten was missed.
pub(super) fn candidates(wanted: usize) -> usize {
    4 * wanted + 60
}

/// The nearest by float alone.
pub(super) fn exact(memory: &Memory, query: &[f32], most: usize, allowed: Option<&Allowed>) -> Vec<(u32, f32)> {
    let mut best = Best::new(most);
    each(memory, 0, allowed, |slot| best.offer(memory.nearness(query, slot), slot));
    best.into_sorted()
}

/// The nearest by codes, from a slot on: slot and what codes order by.
pub(super) fn by_codes(
    memory: &Memory,
    query: &kernels::Query,
    from: usize,
    most: usize,
    allowed: Option<&Allowed>,
) -> Vec<(u32, f32)> {
    let mut best = Best::new(most);
    let mut four = [0u32; 4];
    let mut waiting = 0;
    let codes = &memory.codes;
    let mut take = |slots: &[u32]| {
        if let [a, b, c, d] = *slots {
            let products = codes.dot4(query, [a, b, c, d].map(|slot| slot as usize));
            for (product, slot) in products.into_iter().zip([a, b, c, d]) {
                best.offer(memory.keyed(product, slot), slot);
            }
        } else {
            for slot in slots {
                best.offer(memory.keyed(codes.dot(query, *slot as usize), *slot), *slot);
            }
        }
    };
    each(memory, from, allowed, |slot| {
        four[waiting] = slot;
        waiting += 1;
        if waiting == 4 {
            take(&four);
            waiting = 0;
        }
    });
    take(&four[..waiting]);
    best.into_sorted()
}

/// Hands out the slots from one on that are alive and allowed. The codes of those that come soon are fetched: of others they
/// would only be in the way.
fn each(memory: &Memory, from: usize, allowed: Option<&Allowed>, mut take: impl FnMut(u32)) {
    match allowed {
        Some(allowed) => {
            let start = allowed.slots.partition_point(|slot| (*slot as usize) < from);
            for (place, slot) in allowed.slots.iter().enumerate().skip(start) {
                if let Some(next) = allowed.slots.get(place + AHEAD) {
                    memory.codes.prefetch(*next as usize);
                }
                if memory.is_live(*slot) {
                    take(*slot);
                }
            }
        }
        None => {
            for slot in from..memory.len() {
                memory.codes.prefetch(slot + AHEAD);
                let slot = u32::try_from(slot).unwrap_or(u32::MAX);
                if memory.is_live(slot) {
                    take(slot);
                }
            }
        }
    }
}

/// Compares candidates again in float; the nearest first.
pub(super) fn rescored(
    memory: &Memory,
    query: &[f32],
    candidates: impl Iterator<Item = u32>,
    most: usize,
) -> Vec<(u32, f32)> {
    let candidates: Vec<u32> = candidates.collect();
    let mut best = Best::new(most);
    for (place, slot) in candidates.iter().enumerate() {
        if let Some(next) = candidates.get(place + 2) {
            kernels::prefetch(memory.vector(*next));
        }
        best.offer(memory.nearness(query, *slot), *slot);
    }
    best.into_sorted()
}

/// The nearest by codes and then by float.
pub(super) fn nearest(memory: &Memory, query: &[f32], most: usize, allowed: Option<&Allowed>) -> Vec<(u32, f32)> {
    if !memory.distance.has_codes() {
        return exact(memory, query, most, allowed);
    }
    let codes = memory.codes.query(query);
    let found = by_codes(memory, &codes, 0, candidates(most), allowed);
    rescored(memory, query, found.into_iter().map(|(slot, _)| slot), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_and_slots_are_ordered_as_one_number() {
        let pairs = [(f32::NEG_INFINITY, 1), (-2.5, 7), (-0.0, 3), (0.5, 9), (0.5, 2), (1e30, 0)];
        for pair in pairs.windows(2) {
            assert!(pack(pair[0].0, pair[0].1) < pack(pair[1].0, pair[1].1), "{pair:?}");
            assert_eq!(unpack(pack(pair[0].0, pair[0].1)), (pair[0].1, pair[0].0));
        }
        let mut best = Best::new(3);
        pairs.iter().for_each(|(score, slot)| best.offer(*score, *slot));
        assert_eq!(best.into_sorted().iter().map(|(slot, _)| *slot).collect::<Vec<_>>(), [0, 2, 9]);
    }
}
