//! A search: one moment of the database and of memory, both lists, fused.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use chassis::Error;
use ledger::rusqlite::Connection;

use super::calibrate::WALK_COST;
use super::indexer::GRAPH_FROM;
use super::memory::{Allowed, Memory};
use super::patience;
use super::postings;
use super::read;
use super::scan::{self, Best};
use super::schema::{Head, Refused, head};
use super::select::{remarks, rows_of};
use super::tenant::{Collection, Database};
use super::walk::{self, Walk, Walker};
use crate::fusion::fuse;
use crate::store::{Found, Hit, Search};

/// Times a search looks again for a moment at which memory is what its snapshot is.
const ATTEMPTS: usize = 50;
/// Times a filter is evaluated while memory may move on; after that memory is held still for it.
const EVALUATIONS: usize = 2;

thread_local! {
    static WALKER: RefCell<Walker> = RefCell::default();
}

/// Searches a collection.
///
/// `bring` brings the collection to memory, without what has expired, when it is not there.
pub(super) fn search(
    database: &Arc<Database>,
    name: &str,
    search: &Search,
    now: i64,
    bring: impl Fn() -> Result<(), Error>,
) -> Result<Found, Error> {
    let mut evaluated = 0;
    for attempt in 0..ATTEMPTS {
        patience::check()?;
        let found = database.ledger.read(|snapshot| -> Result<Option<Found>, Refused> {
            let head = head(snapshot, name)?;
            let Some(collection) = database.known(head.id) else { return Ok(None) };
            if collection.is_due(now) {
                return Ok(None);
            }
            let patience = attempt + 1 < ATTEMPTS;
            let found = at_one_moment(snapshot, &collection, &head, search, patience, &mut evaluated)?;
            if collection.wants_measuring() {
                database.tell(&collection);
            }
            Ok(found)
        });
        match found.map_err(|Refused(error)| error)? {
            Some(found) => return Ok(found),
            None => {
                bring()?;
                std::thread::yield_now();
            }
        }
    }
    Err(Error::internal())
}

/// The search, if memory is at the moment of the snapshot; with little patience left, whatever memory has.
fn at_one_moment(
    snapshot: &Connection,
    collection: &Arc<Collection>,
    head: &Head,
    search: &Search,
    patience: bool,
    evaluated: &mut usize,
) -> Result<Option<Found>, Error> {
    let still = collection.memory();
    if still.seq != head.seq && patience {
        return Ok(None);
    }
    let kept = collection.kept_filter(&search.filter, head.seq);
    let (rows, memory) = match (&kept, search.filter.is_empty()) {
        (None, false) if *evaluated < EVALUATIONS => {
            // Changes need not wait for it.
            drop(still);
            *evaluated += 1;
            (Some(rows_of(snapshot, head.id, &search.filter)?), collection.memory())
        }
        (None, false) => (Some(rows_of(snapshot, head.id, &search.filter)?), still),
        _ => (None, still),
    };
    if memory.seq != head.seq && patience {
        return Ok(None);
    }
    let allowed = match (kept, rows) {
        (Some(kept), _) => Some(kept),
        (None, Some(rows)) => {
            let allowed = Arc::new(Allowed::new(rows.iter().filter_map(|row| memory.slot(row)).collect()));
            // Of two moments, it is good for this answer alone.
            if memory.seq == head.seq {
                collection.keep_filter(&search.filter, head.seq, &allowed);
            }
            Some(allowed)
        }
        (None, None) => None,
    };
    let remarks = if search.filter.is_empty() { Vec::new() } else { remarks(snapshot, head.id, &search.filter)? };
    let ranked = ranked(collection, &memory, search, allowed.as_deref())?;
    let rows: Vec<u32> = ranked.iter().map(|one| memory.row(one.slot)).collect();
    drop(memory);
    let mut points = read::by_rows(snapshot, rows.iter().copied(), search.parts)?.into_iter().peekable();
    let mut hits = Vec::with_capacity(ranked.len());
    for (Ranked { score, dense, sparse, .. }, row) in ranked.into_iter().zip(rows) {
        let there = points.next_if(|(known, _)| *known == row);
        hits.extend(there.map(|(_, point)| Hit { point, score, dense, sparse }));
    }
    Ok(Some(Found { hits, remarks }))
}

struct Ranked {
    slot: u32,
    score: f32,
    dense: Option<f32>,
    sparse: Option<f32>,
}

fn ranked(
    collection: &Collection,
    memory: &Memory,
    search: &Search,
    allowed: Option<&Allowed>,
) -> Result<Vec<Ranked>, Error> {
    let depth = search.depth();
    let meets = |score: f32| search.threshold.is_none_or(|threshold| memory.distance.meets(score, threshold));
    let dense = search.vector.as_deref().map(|query| {
        let found = nearest(collection, memory, query, depth, allowed, search.exact);
        let scored = found.into_iter().map(|(slot, nearness)| (slot, memory.score(nearness)));
        scored.filter(|(_, score)| meets(*score)).collect::<Vec<_>>()
    });
    let terms = search.terms.as_deref().map(|terms| postings::sought(memory, terms));
    let found = terms.as_deref().map(|terms| postings::search(memory, terms, depth, allowed)).transpose()?;
    let sparse = found.map(|found| {
        let near = |slot: u32| match (search.threshold, search.vector.as_deref()) {
            (Some(_), Some(query)) => meets(memory.score(memory.nearness(query, slot))),
            _ => true,
        };
        found.into_iter().filter(|(slot, _)| near(*slot)).collect::<Vec<_>>()
    });
    let (ranked, by_vector, by_words): (Vec<(u32, f32)>, HashMap<_, _>, HashMap<_, _>) = match (dense, sparse) {
        (Some(dense), Some(sparse)) => {
            let slots = |list: &[(u32, f32)]| list.iter().map(|(slot, _)| *slot).collect::<Vec<_>>();
            let fused = fuse(&[slots(&dense), slots(&sparse)], search.fusion);
            (fused, dense.into_iter().collect(), sparse.into_iter().collect())
        }
        (Some(dense), None) => (dense.clone(), dense.into_iter().collect(), HashMap::new()),
        (None, Some(sparse)) => (sparse.clone(), HashMap::new(), sparse.into_iter().collect()),
        (None, None) => Default::default(),
    };
    // Of a list that does not have it, a point has its score all the same.
    let by_vector_or_own = |slot: u32| {
        let own = || search.vector.as_deref().map(|query| memory.score(memory.nearness(query, slot)));
        by_vector.get(&slot).copied().or_else(own)
    };
    let by_words_or_own = |slot: u32| {
        let own = || terms.as_deref().and_then(|terms| postings::score_of(memory, terms, slot));
        by_words.get(&slot).copied().or_else(own)
    };
    let page = ranked.into_iter().skip(search.offset).take(search.limit);
    let ranked =
        page.map(|(slot, score)| Ranked { slot, score, dense: by_vector_or_own(slot), sparse: by_words_or_own(slot) });
    Ok(ranked.collect())
}

/// The nearest slots to a query: slot and nearness, the nearest first.
pub(super) fn nearest(
    collection: &Collection,
    memory: &Memory,
    query: &[f32],
    most: usize,
    allowed: Option<&Allowed>,
    exact: bool,
) -> Vec<(u32, f32)> {
    if exact || !memory.distance.has_codes() {
        return scan::exact(memory, query, most, allowed);
    }
    let rows = allowed.map_or(memory.alive(), |allowed| allowed.slots.len());
    if rows > GRAPH_FROM / 2 {
        collection.note(query);
    }
    let walked = walk(collection, memory, query, most, allowed, rows);
    let found = walked.unwrap_or_else(|| scan::nearest(memory, query, most, allowed));
    // Whoever asks with a vector that is there finds it, whatever a graph misses.
    match memory.same_as(query).filter(|slot| allowed.is_none_or(|allowed| allowed.bits.has(*slot))) {
        Some(same) if found.iter().all(|(slot, _)| *slot != same) => {
            let mut best = Best::new(most);
            found.iter().for_each(|(slot, nearness)| best.offer(*nearness, *slot));
            best.offer(memory.nearness(query, same), same);
            best.into_sorted()
        }
        _ => found,
    }
}

/// The nearest by the graph; nothing where a scan is cheaper, or the graph of no use.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cost")]
fn walk(
    collection: &Collection,
    memory: &Memory,
    query: &[f32],
    most: usize,
    allowed: Option<&Allowed>,
    rows: usize,
) -> Option<Vec<(u32, f32)>> {
    let graph = collection.graph();
    let indexed = graph.as_ref()?;
    let sparse = allowed.is_some_and(|allowed| walk::is_sparse(allowed, memory));
    let breadth = indexed.breadth?;
    // What is compared on a walk through a filter is what the filter keeps: fewer steps meet as many.
    let breadth = if sparse { breadth - breadth / 4 } else { breadth }.max(most + most / 2);
    // Below, a scan of what the filter keeps costs less than walking through what it does not.
    let few = match allowed {
        Some(_) => (20.0 * (memory.len() as f32).sqrt()) as usize,
        None => GRAPH_FROM / 2,
    };
    if rows < few {
        return None;
    }
    let codes = memory.codes.query(query);
    // The rows of a filter lie apart from each other for a scan too.
    let budget = if sparse { rows / 2 } else { rows / WALK_COST };
    let walked = WALKER.with_borrow_mut(|walker| {
        Walk { graph: &indexed.graph, memory, query: &codes, walker }.search(breadth, budget, allowed)
    });
    if walked.given_up || walked.found.len() < most.min(rows) {
        return None;
    }
    let wanted = scan::candidates(most);
    let newer = scan::by_codes(memory, &codes, indexed.graph.covered, wanted, allowed);
    let found = walked.found.into_iter().take(wanted).chain(newer);
    Some(scan::rescored(memory, query, found.map(|(slot, _)| slot), most))
}
