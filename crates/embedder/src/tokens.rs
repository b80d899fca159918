//! Texts to the pieces a model knows: counted, cut, with their places.
//!
//! Tokenizer files come with truncation and padding of the day they were written (128 tokens for all-MiniLM-L6-v2): both
//! are taken out. A long text is read part by part, cut at white space, where BERT's own rules cut too; so what is cut off
//! in the end is not read at all, and reading can be stopped.

use std::path::Path;

use tokenizers::Tokenizer;

use crate::Error;

/// Bytes of a text that are read at once, about.
const PART: usize = 16 * 1024;

/// What a text is for. Models that were trained to tell them apart want a word before each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Something to be found, or compared.
    #[default]
    Passage,
    /// Something to find others by.
    Query,
}

/// What becomes of a text that is longer than the model reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cut {
    /// It ends where the model stops reading.
    #[default]
    At,
    /// It is an error.
    Refuse,
}

/// A text as a model reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The numbers of its pieces, with those that mark start and end.
    pub ids: Vec<u32>,
    /// Whether it was longer.
    pub truncated: bool,
    /// Pieces that stand for something the model does not know.
    pub unknown: usize,
    /// Marks of start and end among the ids.
    marks: usize,
}

impl Tokens {
    /// The share of its pieces that the model does not know, from 0 to 1.
    #[must_use]
    pub fn unknown_share(&self) -> f64 {
        self.unknown as f64 / (self.ids.len() - self.marks).max(1) as f64
    }
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its number in the vocabulary.
    pub id: u32,
    /// The byte of the text it starts at.
    pub start: usize,
    /// The byte of the text behind it.
    pub end: usize,
}

/// A tokenizer as its model wants it.
pub struct Reader {
    tokenizer: Tokenizer,
    /// Ids before and behind every text.
    before: Vec<u32>,
    behind: Vec<u32>,
    unknown: Option<u32>,
    /// Whether white space always parts pieces.
    parts: bool,
}

impl Reader {
    /// Reads `tokenizer.json` in a folder, for a model with so many pieces.
    pub fn read(folder: &Path, vocabulary: usize) -> Result<Self, String> {
        let text =
            std::fs::read(folder.join("tokenizer.json")).map_err(|problem| format!("tokenizer.json: {problem}"))?;
        let wrong = |problem: tokenizers::Error| format!("tokenizer.json: {problem}");
        let mut tokenizer = Tokenizer::from_bytes(&text).map_err(wrong)?;
        tokenizer.with_truncation(None).map_err(wrong)?;
        tokenizer.with_padding(None);
        let whole = tokenizer.encode_fast("a", true).map_err(wrong)?;
        let bare = tokenizer.encode_fast("a", false).map_err(wrong)?;
        let (whole, bare) = (whole.get_ids(), bare.get_ids());
        let place = whole.windows(bare.len().max(1)).position(|window| window == bare);
        let place = place.ok_or("tokenizer.json: its marks are not around the text")?;
        if tokenizer.get_vocab_size(true) > vocabulary {
            return Err("tokenizer.json: it has more pieces than the model".to_owned());
        }
        let kind: serde_json::Value = serde_json::from_slice(&text).map_err(|problem| problem.to_string())?;
        let unknown = kind["model"]["unk_token"].as_str().and_then(|token| tokenizer.token_to_id(token));
        Ok(Self {
            before: whole[..place].to_vec(),
            behind: whole[place + bare.len()..].to_vec(),
            unknown,
            parts: kind["pre_tokenizer"]["type"] == "BertPreTokenizer"
                && kind["normalizer"]["type"] == "BertNormalizer",
            tokenizer,
        })
    }

    /// A text as ids, cut to a limit.
    pub fn tokens(&self, prompt: &str, text: &str, limit: usize, cut: Cut) -> Result<Tokens, Error> {
        let marks = self.before.len() + self.behind.len();
        let room = limit.saturating_sub(marks);
        let prompted = if prompt.is_empty() { None } else { Some(format!("{prompt}{text}")) };
        let mut ids = self.before.clone();
        let mut has_own = prompted.is_none();
        for part in self.parts(prompted.as_deref().unwrap_or(text)) {
            let encoding = self.tokenizer.encode_fast(part, false).map_err(|_| Error::Empty)?;
            ids.extend_from_slice(encoding.get_ids());
            if cut == Cut::At && ids.len() - self.before.len() > room {
                break;
            }
        }
        let pieces = ids.len() - self.before.len();
        if !has_own {
            // The prompt's own pieces say nothing about the text.
            has_own = self.parts(text).any(|part| {
                self.tokenizer.encode_fast(part, false).is_ok_and(|encoding| !encoding.get_ids().is_empty())
            });
        }
        if pieces == 0 || !has_own {
            return Err(Error::Empty);
        }
        if cut == Cut::Refuse && pieces > room {
            return Err(Error::TooLong { tokens: pieces + marks, limit });
        }
        ids.truncate(self.before.len() + room);
        let unknown = ids[self.before.len()..].iter().filter(|id| Some(**id) == self.unknown).count();
        ids.extend_from_slice(&self.behind);
        Ok(Tokens { ids, truncated: pieces > room, unknown, marks })
    }

    /// A query that was read, and a text, as one: the text has what the query leaves of the limit. What is said of cuts and
    /// unknown pieces is said of the text.
    pub fn pair(&self, query: &Tokens, text: &str, limit: usize) -> Result<Tokens, Error> {
        let room = (limit + self.before.len()).saturating_sub(query.ids.len());
        let text = self.tokens("", text, room, Cut::At)?;
        let ids = [&query.ids, &text.ids[self.before.len()..]].concat();
        let marks = ids.len() - (text.ids.len() - text.marks);
        Ok(Tokens { ids, marks, ..text })
    }

    /// Ids that every text has besides its pieces.
    pub fn marks(&self) -> usize {
        self.before.len() + self.behind.len()
    }

    /// The pieces of a text with their places. `check` is asked between parts and may end it.
    pub fn pieces<E>(&self, text: &str, check: &dyn Fn() -> Result<(), E>) -> Result<Vec<Piece>, E> {
        let mut pieces = Vec::new();
        let mut base = 0;
        for part in self.parts(text) {
            check()?;
            if let Ok(encoding) = self.tokenizer.encode(part, false) {
                let places = encoding.get_ids().iter().zip(encoding.get_offsets());
                pieces.extend(places.map(|(id, (start, end))| Piece { id: *id, start: base + start, end: base + end }));
            }
            base += part.len();
        }
        Ok(pieces)
    }

    /// How many pieces a text has.
    pub fn count<E>(&self, text: &str, check: &dyn Fn() -> Result<(), E>) -> Result<usize, E> {
        let mut count = 0;
        for part in self.parts(text) {
            check()?;
            count += self.tokenizer.encode_fast(part, false).map_or(0, |encoding| encoding.get_ids().len());
        }
        Ok(count)
    }

    /// A piece as it is written in the vocabulary.
    pub fn piece(&self, id: u32) -> Option<String> {
        self.tokenizer.id_to_token(id)
    }

    /// Parts of a text that have the pieces of the whole: they end before white space.
    fn parts<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let (mut rest, parts) = (text, self.parts);
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let from = if parts { rest.ceil_char_boundary(PART.min(rest.len())) } else { rest.len() };
            let end = rest[from..].find(char::is_whitespace).map_or(rest.len(), |place| from + place);
            let (part, others) = rest.split_at(end);
            rest = others;
            Some(part)
        })
    }
}
