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
        let mut rest = atom;
        while rest.start < rest.end {
            let part = &text[rest.start..rest.end];
            let ends: Vec<usize> =
                part.grapheme_indices(true).map(|(start, grapheme)| start + grapheme.len()).collect();
            // The longest start that fits, found by halving: longer ones hold no less. One grapheme is taken in any case.
            let most = ends.partition_point(|end| fits(&part[..*end])).max(1);
            let end = rest.start + ends[most - 1];
            all.push(Atom { end, ..rest });
            rest = Atom { start: end, before: Break::Inside, ..rest };
        }
    }
    all
}
