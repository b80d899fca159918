//! How many tokens a text has, and as much of it as fits a budget.

use chassis::{Call, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embed::MAX_CHARS;
use crate::held::Llm;
use crate::sentences::sentences;
use crate::vectors;

const DESCRIPTION: &str = "\
Counts the tokens of a text as the embedding model reads it, without the two that mark start and end. With `maxTokens`, `cut` is \
as much of the start as fits: to the end of a sentence when one fits, else to the end of a word. Tokens are those of the embedding \
model, not of a chat model: for English text the numbers are near, but not equal.";

/// Pieces of an answer.
const MAX_PIECES: usize = 20_000;

/// A text to count.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenizeRequest {
    /// The text.
    #[garde(length(chars, max = MAX_CHARS))]
    pub text: String,
    /// Tokens the text may have.
    #[serde(default)]
    #[garde(inner(range(min = 1, max = 1_000_000)))]
    pub max_tokens: Option<usize>,
    /// Whether to list the tokens, at most 20,000.
    #[serde(default)]
    #[garde(skip)]
    pub list: bool,
}

/// The tokens of a text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenizeResponse {
    /// Number of tokens.
    pub count: usize,
    /// Number of characters (Unicode code points).
    pub characters: usize,
    /// Whether the embedding model reads the whole text.
    pub fits_model: bool,
    /// Name of the model whose tokens these are.
    pub model: String,
    /// As much of the text as fits; with `maxTokens`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutText>,
    /// The tokens; with `list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Vec<Token>>,
}

/// The start of a text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CutText {
    /// Its text.
    pub text: String,
    /// Its tokens.
    pub count: usize,
    /// Character behind the last, counting Unicode code points.
    pub end: usize,
    /// Whether something was cut off.
    pub truncated: bool,
    /// Where it was cut.
    pub at: CutPlace,
}

/// Where a text is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CutPlace {
    /// At its end: nothing was cut off.
    End,
    /// Behind a sentence.
    Sentence,
    /// Behind a word.
    Word,
    /// Nothing fits.
    Nothing,
}

/// A token.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// How the vocabulary writes it.
    pub token: String,
    /// First character, counting Unicode code points from 0.
    pub start: usize,
    /// Character behind the last.
    pub end: usize,
}

fn example() -> TokenizeRequest {
    TokenizeRequest {
        text: "You can return any item within 30 days. We pay the postage.".into(),
        max_tokens: Some(12),
        list: false,
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Count tokens and cut to a budget")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &TokenizeRequest| if request.text.len() > 100_000 { Cost::Heavy } else { Cost::Light })
}

/// Counts tokens.
///
/// # Errors
/// When there is no model, or there are too many tokens to list.
pub fn tokenize(request: TokenizeRequest, call: &Call, llm: &Llm) -> Result<TokenizeResponse, Error> {
    let model = vectors::model(llm)?;
    let text = request.text.as_str();
    let check = || call.check();
    let count = model.count(text, &check)?;
    let cut = match request.max_tokens {
        None => None,
        Some(most) if count <= most => Some((text.len(), CutPlace::End)),
        Some(most) => {
            // Behind the last word whose pieces all fit.
            let pieces = model.pieces(text, &check)?;
            let beyond = pieces.get(most).map_or(text.len(), |piece| piece.start);
            let fitting = sentences(text).into_iter().map(|(_, end)| end).take_while(|end| *end <= beyond).last();
            let (mut end, mut place) = match fitting {
                Some(end) => (end, CutPlace::Sentence),
                None => (word_end(text, beyond), CutPlace::Word),
            };
            while end > 0 && model.count(&text[..end], &check)? > most {
                (end, place) = (word_end(text, end - 1), CutPlace::Word);
            }
            Some((end, if end == 0 { CutPlace::Nothing } else { place }))
        }
    };
    let cut = cut.map(|(end, at)| {
        let part = &text[..end];
        Ok::<_, Error>(CutText {
            count: model.count(part, &check)?,
            end: part.chars().count(),
            truncated: at != CutPlace::End,
            text: part.to_owned(),
            at,
        })
    });
    let tokens = if request.list { Some(listed(text, count, call, &model)?) } else { None };
    Ok(TokenizeResponse {
        count,
        characters: text.chars().count(),
        fits_model: count + model.marks() <= model.limit(),
        model: model.name().to_owned(),
        cut: cut.transpose()?,
        tokens,
    })
}

/// The last end of a word at or before a byte, without white space behind it.
fn word_end(text: &str, byte: usize) -> usize {
    let byte = text.floor_char_boundary(byte);
    if byte == text.len() {
        return byte;
    }
    let spaced = text[..byte].rfind(char::is_whitespace).map_or(0, |start| start);
    let whole = text[byte..].starts_with(char::is_whitespace);
    text[..if whole { byte } else { spaced }].trim_end().len()
}

fn listed(text: &str, count: usize, call: &Call, model: &embedder::Model) -> Result<Vec<Token>, Error> {
    if count > MAX_PIECES {
        return Err(Error::impossible("list", format!("lists at most {MAX_PIECES} tokens, the text has {count}")));
    }
    let pieces = model.pieces(text, &|| call.check())?;
    let (mut byte, mut characters) = (0, 0);
    let tokens = pieces.into_iter().map(|piece| {
        // Pieces never start before the last one did.
        characters += text[byte..piece.start].chars().count();
        byte = piece.start;
        Token {
            id: piece.id,
            token: model.piece(piece.id).unwrap_or_default(),
            start: characters,
            end: characters + text[piece.start..piece.end].chars().count(),
        }
    });
    Ok(tokens.collect())
}
