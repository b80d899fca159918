//! Atoms packed into chunks: as much as fits, cut at the best place in the second half.

use std::ops::Range;

use super::atoms::{Atom, Break};

/// What a stretch of atoms costs, from prefix sums: what lies before each, and what lies before its end.
pub struct Costs {
    /// Cost of the text before each atom.
    pub before: Vec<usize>,
    /// Cost of the text up to the end of each atom.
    pub through: Vec<usize>,
}

impl Costs {
    /// The cost of the atoms from one to another, that one included.
    fn of(&self, first: usize, last: usize) -> usize {
        self.through[last] - self.before[first]
    }
}

/// How chunks are made.
pub struct Plan {
    /// What a chunk may cost.
    pub size: usize,
    /// What two chunks that follow each other may share.
    pub overlap: usize,
    /// Whether chunks end before headings.
    pub sections: bool,
    /// Chunks at most.
    pub most: usize,
    /// The worst place to cut, where there is a choice.
    pub worst: Break,
}

/// The chunks as ranges of atoms, one more than there may be at most. Each starts and ends behind the last.
pub fn pack(atoms: &[Atom], costs: &Costs, plan: &Plan) -> Vec<Range<usize>> {
    let mut chunks: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    // The first atom that is in no chunk yet.
    let mut fresh = 0;
    // Where the next section begins: looked for once it is reached.
    let mut section = if plan.sections { 0 } else { atoms.len() };
    while fresh < atoms.len() && chunks.len() <= plan.most {
        if section <= fresh {
            let next = (fresh + 1..atoms.len()).find(|index| atoms[*index].before == Break::Section);
            section = next.unwrap_or(atoms.len());
        }
        let fits = |last: &usize| costs.of(start, *last) <= plan.size;
        let most = (fresh..section).take_while(fits).last().unwrap_or(fresh) + 1;
        let end = if most == section { most } else { best_end(atoms, costs, start, fresh, most, plan) };
        chunks.push(start..end);
        let next_section = atoms.get(end).is_some_and(|atom| atom.before == Break::Section);
        fresh = end;
        if end < atoms.len() {
            let shares = !(plan.sections && next_section);
            start = if shares { overlap_start(atoms, costs, start, end, plan) } else { end };
        }
    }
    chunks
}

/// Where to cut: at the best place that leaves more than half a chunk (a quarter before a new block), the last of those that are as good; else at the last
/// that is good enough; else where no more fits.
fn best_end(atoms: &[Atom], costs: &Costs, start: usize, fresh: usize, most: usize, plan: &Plan) -> usize {
    let good: Vec<usize> = (fresh + 1..=most).filter(|end| atoms[*end].before >= plan.worst).collect();
    let enough = |end: &usize| plan.size / if atoms[*end].before >= Break::Block { 4 } else { 2 };
    let full = good.iter().copied().filter(|end| costs.of(start, *end - 1) > enough(end));
    full.max_by_key(|end| (atoms[*end].before, *end)).or(good.last().copied()).unwrap_or(most)
}

/// Where the next chunk starts: as far back as the overlap allows, at a sentence when there is one, and so that something
/// new fits behind it.
fn overlap_start(atoms: &[Atom], costs: &Costs, start: usize, end: usize, plan: &Plan) -> usize {
    let may = |first: &usize| {
        costs.of(*first, end - 1) <= plan.overlap
            && costs.of(*first, end) <= plan.size
            && atoms[*first].before > Break::Inside
    };
    let candidates = (start + 1..end).rev().take_while(|first| costs.of(*first, end - 1) <= plan.overlap).filter(may);
    let candidates: Vec<usize> = candidates.filter(|first| atoms[*first].before >= plan.worst).collect();
    let sentence = candidates.iter().rev().find(|first| atoms[**first].before >= Break::Sentence);
    sentence.or(candidates.last()).copied().unwrap_or(end)
}
