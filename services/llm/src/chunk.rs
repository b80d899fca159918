//! Texts in chunks that fit a model, each with its exact place.

mod atoms;
mod markdown;
mod pack;

use atoms::{Atom, Break};
use chassis::{Call, Code, Cost, Error, Operation};
use embedder::Model;
use garde::Validate;
use markdown::Line;
use pack::{Costs, Plan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embed::MAX_CHARS;
use crate::held::Llm;
use crate::sentences::sentences;
use crate::vectors;

const DESCRIPTION: &str = "\
Cuts a text into chunks for embedding or for a prompt. `unit` says what `size` and `overlap` count: characters (Unicode code \
points), tokens of the embedding model, or sentences. Chunks end at the best place in their second half: before a paragraph, else a \
sentence, a line, a word; words are cut only when they alone are too long, and a grapheme (an accented letter, an emoji) never is. \
With `format` markdown, chunks do not run across headings, `headings` is the path of headings a chunk is under, and a chunk that \
starts within a table has the table's head in `tableHead`. `start` and `end` count characters, so that `text[start:end]` is the \
chunk in Python; `startUtf16` and `endUtf16` do the same for `slice` in JavaScript.";

/// Chunks of one answer.
const MAX_CHUNKS: usize = 10_000;
/// Characters of all chunks together.
const MAX_OUTPUT: usize = 20_000_000;

/// A text to cut.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChunkRequest {
    /// The text.
    #[garde(length(chars, max = MAX_CHARS))]
    pub text: String,
    /// What `size` and `overlap` count.
    #[serde(default)]
    #[garde(skip)]
    pub unit: ChunkUnit,
    /// Most units of a chunk; by default 1,000 characters, 200 tokens or 5 sentences.
    #[serde(default, alias = "chunkSize", alias = "chunk_size")]
    #[garde(inner(range(min = 1, max = 100_000)))]
    pub size: Option<usize>,
    /// Most units that a chunk repeats of the one before, at most `size`.
    #[serde(default, alias = "chunkOverlap", alias = "chunk_overlap")]
    #[garde(range(max = 100_000))]
    pub overlap: usize,
    /// How the text is written.
    #[serde(default)]
    #[garde(skip)]
    pub format: ChunkFormat,
}

/// What the size of a chunk counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChunkUnit {
    /// Unicode code points.
    #[default]
    Characters,
    /// Tokens of the embedding model, without those that mark start and end.
    Tokens,
    /// Sentences.
    Sentences,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChunkFormat {
    /// Plain text.
    #[default]
    Text,
    /// Markdown.
    Markdown,
}

/// Chunks of a text, in its order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChunkResponse {
    /// The chunks.
    pub chunks: Vec<Chunk>,
    /// Number of chunks.
    pub count: usize,
    /// What the size counted.
    pub unit: ChunkUnit,
}

/// A chunk.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Chunk {
    /// Position among the chunks, from 0.
    pub index: usize,
    /// Its text, exactly as in the whole.
    pub text: String,
    /// First character, counting Unicode code points from 0.
    pub start: usize,
    /// Character behind the last.
    pub end: usize,
    /// First character, counting UTF-16 units, as JavaScript does.
    pub start_utf16: usize,
    /// Character behind the last, counting UTF-16 units.
    pub end_utf16: usize,
    /// Tokens of the embedding model; with `unit` tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<usize>,
    /// Headings it is under, the highest first; with `format` markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headings: Option<Vec<String>>,
    /// Head of the table it starts within; with `format` markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_head: Option<String>,
}

fn example() -> ChunkRequest {
    ChunkRequest {
        text: "# Returns\n\nYou can return any item within 30 days. We pay the postage.\n\n## Refunds\n\nMoney comes back in \
               five days."
            .into(),
        unit: ChunkUnit::Characters,
        size: Some(60),
        overlap: 0,
        format: ChunkFormat::Markdown,
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Cut a text into chunks")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &ChunkRequest| if request.text.len() > 100_000 { Cost::Heavy } else { Cost::Light })
}

/// Cuts a text.
///
/// # Errors
/// When it would be too many chunks, or one character is longer than a chunk may be.
pub fn chunk(request: ChunkRequest, call: &Call, llm: &Llm) -> Result<ChunkResponse, Error> {
    let text = request.text.as_str();
    let default = match request.unit {
        ChunkUnit::Characters => 1000,
        ChunkUnit::Tokens => 200,
        ChunkUnit::Sentences => 5,
    };
    let size = request.size.unwrap_or(default);
    if request.overlap > size {
        return Err(Error::field(Code::ValidationError, "overlap", format!("must be at most the size, {size}")));
    }
    let model = if request.unit == ChunkUnit::Tokens { Some(vectors::model(llm)?) } else { None };
    let measure = Measure { unit: request.unit, model: model.as_deref(), call };

    let mut outline = (request.format == ChunkFormat::Markdown).then(|| Outline::of(text));
    let mut atoms = atoms::atoms(text);
    if let Some(outline) = &mut outline {
        outline.mark(&mut atoms);
    }
    call.check()?;
    if request.unit != ChunkUnit::Sentences {
        atoms = atoms::bounded(text, atoms, &|part| measure.fits(part, size));
        let too_long = atoms.iter().find(|atom| !measure.fits(&text[atom.start..atom.end], size));
        if let Some(atom) = too_long {
            let character: String = text[atom.start..atom.end].chars().take(8).collect();
            return Err(Error::impossible("size", format!("is too small for {character:?}, which cannot be cut")));
        }
    }
    let costs = measure.costs(text, &atoms)?;
    let worst = if request.unit == ChunkUnit::Sentences { Break::Sentence } else { Break::Word };
    let mut plan = Plan { size, overlap: request.overlap, sections: outline.is_some(), most: MAX_CHUNKS, worst };
    let ranges = loop {
        call.check()?;
        let ranges = pack::pack(&atoms, &costs, &plan);
        if ranges.len() > MAX_CHUNKS {
            let message = format!("would make more than {MAX_CHUNKS} chunks: choose a greater size");
            return Err(Error::impossible("size", message));
        }
        // Cut words may have more tokens than the whole had: then less goes into a chunk.
        let over = measure.over(text, &atoms, &ranges, size)?;
        if over == 0 || plan.size == 1 {
            break ranges;
        }
        plan.size = plan.size.saturating_sub(over).max(1);
        plan.overlap = plan.overlap.min(plan.size);
    };

    let mut places = Places { text, byte: 0, characters: 0, utf16: 0 };
    let mut chunks = Vec::with_capacity(ranges.len());
    let mut output = 0;
    for (index, range) in ranges.into_iter().enumerate() {
        let (from, to) = (atoms[range.start].start, atoms[range.end - 1].end);
        let part = &text[from..to];
        output += part.len();
        if output > MAX_OUTPUT {
            return Err(Error::impossible(
                "overlap",
                "makes chunks of too much text together: choose a smaller overlap",
            ));
        }
        let (start, start_utf16) = places.at(from);
        let characters = part.chars().count();
        let utf16: usize = part.chars().map(char::len_utf16).sum();
        chunks.push(Chunk {
            index,
            text: part.to_owned(),
            start,
            end: start + characters,
            start_utf16,
            end_utf16: start_utf16 + utf16,
            tokens: measure.tokens(part)?,
            headings: outline.as_ref().map(|outline| outline.path(text, from)),
            table_head: outline.as_ref().and_then(|outline| outline.table_head(text, from)),
        });
    }
    Ok(ChunkResponse { count: chunks.len(), chunks, unit: request.unit })
}

/// What the size counts.
struct Measure<'a> {
    unit: ChunkUnit,
    model: Option<&'a Model>,
    call: &'a Call,
}

impl Measure<'_> {
    fn tokens(&self, part: &str) -> Result<Option<usize>, Error> {
        self.model.map(|model| model.count(part, &|| self.call.check())).transpose()
    }

    /// Whether a part alone is short enough.
    fn fits(&self, part: &str, size: usize) -> bool {
        match self.model {
            // A token has a character at least, save one that says several are unknown.
            Some(model) => model.count(part, &|| self.call.check()).is_ok_and(|count| count <= size),
            None => part.len() <= size || part.chars().count() <= size,
        }
    }

    fn costs(&self, text: &str, atoms: &[Atom]) -> Result<Costs, Error> {
        // Where each unit starts.
        let starts: Vec<usize> = match (self.unit, self.model) {
            (ChunkUnit::Sentences, _) => sentences(text).into_iter().map(|(start, _)| start).collect(),
            (_, Some(model)) => {
                model.pieces(text, &|| self.call.check())?.into_iter().map(|piece| piece.start).collect()
            }
            _ => text.char_indices().map(|(start, _)| start).collect(),
        };
        let until = |byte: usize| starts.partition_point(|start| *start < byte);
        // A sentence that has begun counts as a whole.
        let before = |atom: &Atom| match self.unit {
            ChunkUnit::Sentences => starts.partition_point(|start| *start <= atom.start).saturating_sub(1),
            _ => until(atom.start),
        };
        let before = atoms.iter().map(before).collect();
        Ok(Costs { before, through: atoms.iter().map(|atom| until(atom.end)).collect() })
    }

    /// By how much the longest chunk is too long.
    fn over(&self, text: &str, atoms: &[Atom], ranges: &[std::ops::Range<usize>], size: usize) -> Result<usize, Error> {
        let mut most = 0;
        for range in ranges {
            let part = &text[atoms[range.start].start..atoms[range.end - 1].end];
            most = most.max(self.tokens(part)?.unwrap_or_default().saturating_sub(size));
        }
        Ok(most)
    }
}

/// Counts characters up to places that never go back far.
struct Places<'t> {
    text: &'t str,
    byte: usize,
    characters: usize,
    utf16: usize,
}

impl Places<'_> {
    /// The place of a byte in code points and UTF-16 units.
    fn at(&mut self, byte: usize) -> (usize, usize) {
        // Starts only rise.
        for character in self.text[self.byte..byte].chars() {
            self.characters += 1;
            self.utf16 += character.len_utf16();
        }
        self.byte = byte;
        (self.characters, self.utf16)
    }
}

/// Headings and tables of a Markdown document.
struct Outline {
    lines: Vec<markdown::Placed>,
}

impl Outline {
    fn of(text: &str) -> Self {
        Self { lines: markdown::lines(text) }
    }

    fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|line| line.end <= byte)
    }

    /// Says how good a place it is to cut before each atom.
    fn mark(&self, atoms: &mut [Atom]) {
        let mut last = None;
        for atom in atoms {
            let index = self.line(atom.start);
            let first = last != Some(index);
            last = Some(index);
            let line = self.lines[index].line;
            atom.before = match line {
                Line::Heading(_) if first && !self.follows_heading(index) => Break::Section,
                Line::Heading(_) | Line::Underline | Line::TableHead if !first => Break::Inside,
                // What a heading or a table begins is not parted from it.
                Line::Underline => Break::Inside,
                _ if first
                    && self
                        .previous(index)
                        .is_some_and(|previous| matches!(previous, Line::Heading(_) | Line::Underline)) =>
                {
                    Break::Word
                }
                Line::TableHead if self.previous_is(index, Line::TableHead) => Break::Inside,
                Line::TableRow if first && self.previous_is(index, Line::TableHead) => Break::Inside,
                Line::TableRow if first => Break::Sentence,
                Line::TableRow => Break::Word,
                Line::Code if first && !self.previous_is(index, Line::Code) => Break::Block,
                Line::Code if first => Break::Line,
                Line::Code => Break::Word,
                Line::Item if first => atom.before.max(Break::Sentence),
                _ => atom.before,
            };
        }
    }

    /// What the last line before this one that is not empty is.
    fn previous(&self, index: usize) -> Option<Line> {
        self.lines[..index].iter().rev().map(|placed| placed.line).find(|line| *line != Line::Blank)
    }

    /// Whether the line right before is of a kind.
    fn previous_is(&self, index: usize, line: Line) -> bool {
        index > 0 && self.lines[index - 1].line == line
    }

    fn follows_heading(&self, index: usize) -> bool {
        matches!(self.previous(index), Some(Line::Heading(_) | Line::Underline))
    }

    /// The headings that a place is under; those that it starts with, too.
    fn path(&self, text: &str, byte: usize) -> Vec<String> {
        let mut end = self.line(byte);
        while end < self.lines.len() && matches!(self.lines[end].line, Line::Heading(_) | Line::Underline | Line::Blank)
        {
            end += 1;
        }
        let mut path: Vec<(u8, String)> = Vec::new();
        for placed in &self.lines[..end] {
            if let Line::Heading(level) = placed.line {
                path.retain(|(above, _)| *above < level);
                path.push((level, markdown::title(&text[placed.start..placed.end]).to_owned()));
            }
        }
        path.into_iter().map(|(_, title)| title).collect()
    }

    /// The head of the table that a place is within, when it is behind the head.
    fn table_head(&self, text: &str, byte: usize) -> Option<String> {
        let index = self.line(byte);
        if self.lines.get(index)?.line != Line::TableRow {
            return None;
        }
        let first = self.lines[..index]
            .iter()
            .rposition(|placed| placed.line != Line::TableRow && placed.line != Line::TableHead);
        let first = first.map_or(0, |before| before + 1);
        let heads = self.lines[first..index].iter().take_while(|placed| placed.line == Line::TableHead);
        let end = heads.last()?.end;
        Some(text[self.lines[first].start..end].trim_end().to_owned())
    }
}

/// Sentences of a text, short ones together, that a model can read, as places in bytes: a single remark is not lost among others.
pub(crate) fn passages(text: &str, model: &Model) -> Vec<(usize, usize)> {
    const CHARACTERS: usize = 120;
    let mut passages: Vec<(usize, usize)> = Vec::new();
    for (start, end) in sentences(text) {
        match passages.last_mut() {
            Some(last) if end - last.0 <= CHARACTERS => last.1 = end,
            _ => passages.push((start, end)),
        }
    }
    let readable = |(start, end): &(usize, usize)| {
        model.tokenize(&text[*start..*end], embedder::Purpose::Passage, embedder::Cut::At).is_ok()
    };
    passages.retain(readable);
    passages
}
