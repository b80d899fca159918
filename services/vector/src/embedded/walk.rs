//! Walks through a graph.

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

/// How a walk over the base ended.
pub(super) struct Walked {
    /// The nearest found, by what codes order by, the nearest first.
    pub(super) found: Vec<(u32, f32)>,
    /// Rows compared.
    pub(super) compared: usize,
    /// Whether it was given up, because it had compared as many as it might.
    pub(super) given_up: bool,
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
        self.walk(starts, level, breadth, usize::MAX, |_| true).found
    }

    /// The nearest slots that are alive and allowed, on the base.
    pub(super) fn search(&mut self, breadth: usize, budget: usize, allowed: Option<&Allowed>) -> Walked {
        let Some((entry, top)) = self.graph.entry() else {
            return Walked { found: Vec::new(), compared: 0, given_up: false };
        };
        let at = self.descend(entry, top, 0);
        let (memory, dead) = (self.memory, Cell::new(0));
        let mut walked = self.walk(&[at], 0, breadth, budget, |slot| match memory.is_live(slot) {
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
            for slot in self.graph.neighbors(unpack(next).0, level) {
                if self.walker.first(*slot) {
                    self.memory.codes.prefetch(*slot as usize);
                    fresh.push(*slot);
                }
            }
        }
        let found = found.into_sorted_vec().into_iter().map(|Reverse(packed)| unpack(packed)).collect();
        Walked { found, compared, given_up: false }
    }
}
