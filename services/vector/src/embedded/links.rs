//! The file of a graph's links: nodes by their rows, so that it still fits when slots are others.
//!
//! It may be older than the database, and then rows of it are dead: what led to one is led on to what that one led to. It
//! may be damaged, and then its hash is wrong and it is not used. It is never newer in what counts, because rows are not
//! used twice.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::graph::{Graph, pruned};
use super::memory::Memory;

const MAGIC: &[u8; 8] = b"FFLINKS1";
const HASH: usize = 32;

/// Writes the links of a graph; in one step, as far as readers see.
pub(super) fn save(path: &Path, collection: i64, memory: &Memory, graph: &Graph, breadth: usize) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(graph.bytes());
    let number = |bytes: &mut Vec<u8>, number: usize| {
        bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    };
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&collection.to_le_bytes());
    number(&mut bytes, graph.m);
    number(&mut bytes, breadth);
    for (slot, levels) in graph.nodes() {
        bytes.extend_from_slice(&memory.row(slot).to_le_bytes());
        number(&mut bytes, levels.len());
        for neighbors in levels {
            number(&mut bytes, neighbors.len());
            for neighbor in neighbors {
                bytes.extend_from_slice(&memory.row(*neighbor).to_le_bytes());
            }
        }
    }
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    let beside = path.with_extension("part");
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved
}

/// A file of links, read.
pub(super) struct Links {
    m: usize,
    /// The breadth of walks when it was written; 0 when the graph was of no use.
    pub(super) breadth: usize,
    nodes: Vec<(u32, Vec<Vec<u32>>)>,
}

/// Reads a file of links; nothing when there is none.
///
/// # Errors
/// When it is damaged, or of another collection.
pub(super) fn load(path: &Path, collection: i64) -> Result<Option<Links>, String> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let (body, hash) = bytes.split_at_checked(bytes.len().saturating_sub(HASH)).ok_or("it is too short")?;
    if blake3::hash(body).as_bytes() != hash {
        return Err("its hash is wrong".to_owned());
    }
    let body = body.strip_prefix(MAGIC).and_then(|body| body.strip_prefix(&collection.to_le_bytes()));
    let mut numbers =
        body.ok_or("it is of another collection")?.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    read(&mut numbers).ok_or_else(|| "it ends too early".to_owned()).map(Some)
}

fn read(numbers: &mut impl Iterator<Item = u32>) -> Option<Links> {
    let mut links = Links { m: numbers.next()? as usize, breadth: numbers.next()? as usize, nodes: Vec::new() };
    if !(2..=256).contains(&links.m) {
        return None;
    }
    while let Some(row) = numbers.next() {
        let levels = numbers.next().filter(|levels| *levels <= 64)?;
        let mut node = Vec::new();
        for _ in 0..levels {
            let count = numbers.next()? as usize;
            let neighbors: Vec<u32> = numbers.take(count).collect();
            if neighbors.len() != count {
                return None;
            }
            node.push(neighbors);
        }
        links.nodes.push((row, node));
    }
    Some(links)
}

impl Links {
    /// The graph over what is in memory now.
    pub(super) fn graph(&self, memory: &Memory) -> Graph {
        let live = |row: u32| memory.slot(row).filter(|slot| memory.is_live(*slot));
        let dead: HashMap<u32, &Vec<Vec<u32>>> =
            self.nodes.iter().filter(|(row, _)| live(*row).is_none()).map(|(row, levels)| (*row, levels)).collect();
        let mut graph = Graph::with(self.m, 200);
        for (row, levels) in &self.nodes {
            let Some(slot) = live(*row) else { continue };
            let levels: Vec<Vec<u32>> = levels
                .iter()
                .enumerate()
                .map(|(level, neighbors)| {
                    let onward = |row: &u32| dead.get(row).and_then(|levels| levels.get(level)).into_iter().flatten();
                    let missing = neighbors.iter().any(|row| dead.contains_key(row));
                    let bridged = neighbors.iter().flat_map(onward).filter(|_| missing);
                    let mut slots: Vec<u32> = neighbors.iter().chain(bridged).filter_map(|row| live(*row)).collect();
                    slots.sort_unstable();
                    slots.dedup();
                    slots.retain(|neighbor| *neighbor != slot);
                    let most = if level == 0 { 2 * self.m } else { self.m };
                    if slots.len() > most { pruned(memory, slot, &slots, most) } else { slots }
                })
                .collect();
            graph.restore(slot, &levels);
        }
        graph
    }
}
