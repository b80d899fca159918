//! A text in atoms that are never cut, and how good a place it is to cut before each.

use unicode_segmentation::UnicodeSegmentation;

use crate::sentences::sentences;

/// How good a place to cut is, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    /// Within a word that is too long.
    Inside,
    /// Between words.
    Word,
    /// Between lines.
    Line,
    /// Between sentences.
    Sentence,
    /// Between paragraphs, or blocks of Markdown.
    Block,
    /// Before a heading of Markdown.
    Section,
}

/// A word, or whatever stands between white space and words.
#[derive(Debug, Clone, Copy)]
pub struct Atom {
    /// The byte it starts at.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// How good a place it is to cut before it.
    pub before: Break,
}

/// The atoms of a text: all that is not white space is in one of them.
pub fn atoms(text: &str) -> Vec<Atom> {
    let mut starts = sentences(text).into_iter().map(|(start, _)| start).peekable();
    let mut graphemes = text.grapheme_indices(true).map(|(start, _)| start).peekable();
    let mut atoms: Vec<Atom> = Vec::new();
    let mut reached = 0;
    for (start, word) in text.split_word_bound_indices() {
        let end = start + word.len();
        while graphemes.next_if(|grapheme| *grapheme < start).is_some() {}
        let whole = graphemes.peek() == Some(&start);
        if word.chars().all(char::is_whitespace) && whole {
            continue;
        }
        let sentence = starts.next_if(|sentence| *sentence <= start).is_some();
        match atoms.last_mut() {
            // A word never starts within a grapheme.
            Some(last) if !whole && last.end == start => last.end = end,
            _ => {
                let gap = &text[reached..start];
                let before = match gap.matches('\n').count() {
                    0 if sentence => Break::Sentence,
                    0 => Break::Word,
                    1 if sentence => Break::Sentence,
                    1 => Break::Line,
                    _ => Break::Block,
                };
                atoms.push(Atom { start, end, before });
            }
        }
        reached = end;
    }
    atoms
}

/// The same with atoms that are too long cut between graphemes. `fits` says whether a part is short enough.
pub fn bounded(text: &str, atoms: Vec<Atom>, fits: &dyn Fn(&str) -> bool) -> Vec<Atom> {
    let mut all = Vec::with_capacity(atoms.len());
    for atom in atoms {
        if fits(&text[atom.start..atom.end]) {
            all.push(atom);
            continue;
        }
        let graphemes = text[atom.start..atom.end].grapheme_indices(true);
        let ends: Vec<usize> = graphemes.map(|(start, grapheme)| atom.start + start + grapheme.len()).collect();
        let (mut rest, mut left) = (atom, ends.as_slice());
        while !left.is_empty() {
            let fitting = |end: &usize| fits(&text[rest.start..*end]);
            // The longest start that fits, found by doubling and then by halving: longer ones hold no less. What is measured
            // is never much longer than that. One grapheme is taken in any case.
            let mut reach = 1;
            while reach < left.len() && fitting(&left[reach]) {
                reach = (2 * reach).min(left.len());
            }
            let most = left[..reach].partition_point(fitting).max(1);
            let end = left[most - 1];
            all.push(Atom { end, ..rest });
            rest = Atom { start: end, before: Break::Inside, ..rest };
            left = &left[most..];
        }
    }
    all
}
