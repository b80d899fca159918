//! How far a graph must be walked to find what a scan finds, measured on the collection itself.
//!
//! A fixed breadth is wrong for somebody: where many texts are nearly alike it takes four times that of natural ones, and of
//! uniform random vectors no graph finds anything. What is tried is made up until there are queries: rows with much noise
//! (length 1.5 for rows of length 1) are a little easier than real ones, and points halfway between two rows much harder. On
//! 20,000 sentences and 80,000 mixes of near ones, walks 96 wide found 0.996 for real questions, 1.000 for noisy rows and 0.926
//! for halfway points, so one of the last for five of the first is a cautious guess. The last queries that were really
//! asked take half of the places once there are any. Where no breadth reaches the recall, or only one that costs as much as a
//! scan, the graph is not used.

use super::graph::Graph;
use super::memory::Memory;
use super::scan::{candidates, nearest, rescored};
use super::walk::{Walk, Walker};

/// Recall of the ten nearest that a breadth must reach here, so that others reach 0.98.
const RECALL: f64 = 0.985;
/// Queries that are tried.
const QUERIES: usize = 144;
const BREADTHS: [usize; 11] = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024];
/// What comparing one row on a walk costs, in rows of a scan: measured 3 to 5, for rows that are not next to each other.
pub(super) const WALK_COST: usize = 4;
/// Length of the noise on a row, in lengths of the row.
const NOISE: f32 = 1.5;
const NEAREST: usize = 10;

/// A sequence of numbers that looks random; the same for the same start.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap_or(0)
    }

    /// Within ±1, of triangular shape: near enough to normal.
    #[expect(clippy::cast_precision_loss, reason = "24 bits of it")]
    fn noise(&mut self) -> f32 {
        let mut uniform = || (self.next() >> 40) as f32 / (1u32 << 24) as f32;
        uniform() + uniform() - 1.0
    }
}

/// The breadth of walks a collection needs; nothing when it is better scanned. `memory` is borrowed anew for each
/// query, so that writers need not wait for all of them.
pub(super) fn breadth<'m, M: std::ops::Deref<Target = Memory> + 'm>(
    memory: impl Fn() -> M,
    graph: &Graph,
    asked: &[Vec<f32>],
) -> Option<usize> {
    let mut walker = Walker::default();
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let queries: Vec<(Vec<f32>, Vec<u32>)> = (0..QUERIES)
        .map(|number| {
            let memory = memory();
            let query = match asked.get(number / 2).filter(|_| number % 2 == 1) {
                Some(query) => query.clone(),
                None if number % 6 == 0 => mixed(&memory, &mut chance),
                None => noisy(&memory, &mut chance),
            };
            let truth = nearest(&memory, &query, NEAREST, None).into_iter().map(|(slot, _)| slot).collect();
            (query, truth)
        })
        .collect();
    for breadth in BREADTHS {
        let (mut hits, mut wanted, mut compared) = (0, 0, 0);
        for (query, truth) in &queries {
            let memory = memory();
            let codes = memory.codes.query(query);
            let mut walk = Walk { graph, memory: &memory, query: &codes, walker: &mut walker };
            let walked = walk.search(breadth, usize::MAX, None);
            let found = walked.found.into_iter().map(|(slot, _)| slot).take(candidates(NEAREST));
            let found = rescored(&memory, query, found, NEAREST);
            hits += truth.iter().filter(|slot| found.iter().any(|(found, _)| found == *slot)).count();
            wanted += truth.len();
            compared += walked.compared;
        }
        if compared / QUERIES * WALK_COST > memory().alive() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "about a thousand")]
        if hits as f64 >= RECALL * wanted as f64 {
            return Some(breadth);
        }
    }
    None
}

/// A row that is alive, if one is soon found.
fn some_row(memory: &Memory, chance: &mut Chance) -> u32 {
    let mut slots = (0..64).map(|_| u32::try_from(chance.below(memory.len())).unwrap_or(0));
    let first = slots.next().unwrap_or(0);
    if memory.is_live(first) { first } else { slots.find(|slot| memory.is_live(*slot)).unwrap_or(first) }
}

/// Between two rows, a little off.
fn mixed(memory: &Memory, chance: &mut Chance) -> Vec<f32> {
    let (a, b) = (some_row(memory, chance), some_row(memory, chance));
    let pairs = memory.vector(a).iter().zip(memory.vector(b));
    off(memory, chance, pairs.map(|(a, b)| 0.6 * a + 0.4 * b).collect(), 0.39)
}

/// A row with much noise.
fn noisy(memory: &Memory, chance: &mut Chance) -> Vec<f32> {
    let row = some_row(memory, chance);
    off(memory, chance, memory.vector(row).to_vec(), NOISE)
}

/// Off in some direction, by a share of its length.
fn off(memory: &Memory, chance: &mut Chance, mut query: Vec<f32>, share: f32) -> Vec<f32> {
    let length = kernels::dot(&query, &query).sqrt();
    #[expect(clippy::cast_precision_loss, reason = "a number of dimensions")]
    let sigma = share * length / (query.len() as f32).sqrt();
    // The noise has a variance of a sixth.
    query.iter_mut().for_each(|value| *value += sigma * 2.45 * chance.noise());
    if memory.distance == crate::store::Distance::Cosine {
        crate::vector::normalize(&mut query);
    }
    query
}
