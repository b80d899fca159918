//! Walks through a graph.
//!
//! Under a filter that keeps few, a walk that compares all it passes compares ten of which nine are not wanted, and one that
//! passes only what is wanted soon stands still. So it looks through those that the filter leaves out, to their neighbors,
//! and compares what is wanted alone (ACORN-1: Patel and others, 2024).

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::Graph;
use super::memory::{Allowed, Memory};
use super::scan::{pack, unpack};

/// Which slots a walk has seen: kept from walk to walk, so that nothing is cleared.
#[derive(Debug, Default)]
pub(super) struct Walker {
    seen: Vec<u32>,
    turn: u32,
}

impl Walker {
    fn begin(&mut self, slots: usize) {
        if self.seen.len() < slots {
            self.seen.resize(slots, 0);
        }
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 {
            self.seen.fill(0);
            self.turn = 1;
        }
    }

    /// Whether it is seen for the first time.
    fn first(&mut self, slot: u32) -> bool {
        match self.seen.get_mut(slot as usize) {
            Some(seen) if *seen != self.turn => {
                *seen = self.turn;
                true
            }
            _ => false,
        }
    }
}

/// A walk toward a query.
pub(super) struct Walk<'w> {
    pub(super) graph: &'w Graph,
    pub(super) memory: &'w Memory,
    pub(super) query: &'w kernels::Query,
    pub(super) walker: &'w mut Walker,
}

/// Rows of one step after which it looks through no more of those that are left out.
const ENOUGH: usize = 32;
/// Rows from which a walk through a filter begins: the nearest, whatever the filter says.
const STARTS: usize = 24;
/// A filter that keeps fewer than one of so many rows is sparse.
const SPARSE: usize = 3;

/// How a walk over the base ended.
pub(super) struct Walked {
    /// The nearest found, by what codes order by, the nearest first.
    pub(super) found: Vec<(u32, f32)>,
    /// Rows compared.
    pub(super) compared: usize,
    /// Whether it was given up, because it had compared as many as it might.
    pub(super) given_up: bool,
}

/// Whether a filter keeps so few that a walk looks through the others.
pub(super) fn is_sparse(allowed: &Allowed, memory: &Memory) -> bool {
    allowed.slots.len() * SPARSE < memory.len()
}

impl Walk<'_> {
    fn key(&self, slot: u32) -> f32 {
        self.memory.keyed(self.memory.codes.dot(self.query, slot as usize), slot)
    }

    /// Goes down greedily from the top to just above a level.
    pub(super) fn descend(&mut self, entry: u32, top: usize, level: usize) -> u32 {
        let (mut at, mut best) = (entry, self.key(entry));
        for level in (level + 1..=top).rev() {
            loop {
                let nearest = self.graph.neighbors(at, level).iter().map(|slot| (self.key(*slot), *slot));
                let nearest = nearest.max_by(|a, b| a.0.total_cmp(&b.0));
                match nearest.filter(|(key, _)| *key > best) {
                    Some((key, slot)) => (at, best) = (slot, key),
                    None => break,
                }
            }
        }
        at
    }

    /// The nearest slots on a level, dead ones too.
    pub(super) fn level(&mut self, starts: &[u32], level: usize, breadth: usize) -> Vec<(u32, f32)> {
        self.walk(starts, level, breadth, usize::MAX, false, |_| true).found
    }

    /// The nearest slots that are alive and allowed, on the base.
    pub(super) fn search(&mut self, breadth: usize, budget: usize, allowed: Option<&Allowed>) -> Walked {
        let Some((entry, top)) = self.graph.entry() else {
            return Walked { found: Vec::new(), compared: 0, given_up: false };
        };
        let at = self.descend(entry, top, 0);
        let (memory, dead) = (self.memory, Cell::new(0));
        if let Some(allowed) = allowed.filter(|allowed| is_sparse(allowed, memory)) {
            let wanted = |slot: u32| allowed.bits.has(slot) && memory.is_live(slot);
            // From several sides, because what the filter keeps may lie together, away from the question.
            let starts: Vec<u32> = self.level(&[at], 0, STARTS).into_iter().map(|(slot, _)| slot).collect();
            let mut walked = self.walk(&starts, 0, breadth, budget, true, wanted);
            // It may have come to an end in a corner.
            walked.given_up |= walked.found.len() < breadth;
            return walked;
        }
        let mut walked = self.walk(&[at], 0, breadth, budget, false, |slot| match memory.is_live(slot) {
            true => allowed.is_none_or(|allowed| allowed.bits.has(slot)),
            false => {
                dead.set(dead.get() + 1);
                false
            }
        });
        // Who asks amid many dead may miss what lives beyond them: a walk that met more of them than it sought is not believed.
        walked.given_up |= dead.get() > breadth;
        walked
    }

    fn walk(
        &mut self,
        starts: &[u32],
        level: usize,
        breadth: usize,
        budget: usize,
        through: bool,
        wanted: impl Fn(u32) -> bool,
    ) -> Walked {
        self.walker.begin(self.memory.len());
        let mut open: BinaryHeap<u64> = BinaryHeap::new();
        let mut found: BinaryHeap<Reverse<u64>> = BinaryHeap::with_capacity(breadth + 1);
        let mut compared = 0;
        let mut fresh: Vec<u32> = Vec::with_capacity(64);
        for start in starts {
            if self.walker.first(*start) {
                fresh.push(*start);
            }
        }
        loop {
            compared += fresh.len();
            let bar = |found: &BinaryHeap<Reverse<u64>>| match found.peek() {
                Some(Reverse(worst)) if found.len() >= breadth => *worst,
                _ => 0,
            };
            let mut take = |slot: u32, product: f32| {
                let packed = pack(self.memory.keyed(product, slot), slot);
                if packed > bar(&found) {
                    open.push(packed);
                    if wanted(slot) {
                        found.push(Reverse(packed));
                        if found.len() > breadth {
                            found.pop();
                        }
                    }
                }
            };
            let fours = fresh.as_chunks::<4>();
            for four in fours.0 {
                let products = self.memory.codes.dot4(self.query, four.map(|slot| slot as usize));
                four.iter().zip(products).for_each(|(slot, product)| take(*slot, product));
            }
            for slot in fours.1 {
                take(*slot, self.memory.codes.dot(self.query, *slot as usize));
            }
            fresh.clear();
            let Some(next) = open.pop().filter(|next| *next >= bar(&found)) else { break };
            if compared > budget {
                return Walked { found: Vec::new(), compared, given_up: true };
            }
            let neighbors = self.graph.neighbors(unpack(next).0, level);
            if through {
                for slot in neighbors.iter().filter(|slot| !wanted(**slot)) {
                    kernels::prefetch(self.graph.neighbors(*slot, level));
                }
            }
            for slot in neighbors {
                if through && !wanted(*slot) {
                    if fresh.len() < ENOUGH && self.walker.first(*slot) {
                        for slot in self.graph.neighbors(*slot, level).iter().filter(|slot| wanted(**slot)) {
                            if self.walker.first(*slot) {
                                self.memory.codes.prefetch(*slot as usize);
                                fresh.push(*slot);
                            }
                        }
                    }
                } else if self.walker.first(*slot) {
                    self.memory.codes.prefetch(*slot as usize);
                    fresh.push(*slot);
                }
            }
        }
        let found = found.into_sorted_vec().into_iter().map(|Reverse(packed)| unpack(packed)).collect();
        Walked { found, compared, given_up: false }
    }
}
