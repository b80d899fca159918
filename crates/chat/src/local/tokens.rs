//! Text to tokens and back, by the vocabulary of a GGUF file (byte-level BPE, as GPT-2 has it).
//!
//! What a user writes never becomes a control token: the template's text is guarded where it comes from a message (see
//! [`guarded`]), so `<|im_end|>` in a message is those ten characters.

use std::borrow::Cow;
use std::collections::HashMap;

use candle_core::Result;
use tokenizers::models::bpe::BPE;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::{SplitDelimiterBehavior, Tokenizer};

use super::weights::Weights;

/// A noncharacter of Unicode, which no text for exchange has.
const GUARD: char = '\u{fdd0}';

/// How Llama 3 and Qwen 2 cut text into words; they differ in how many digits go together.
const LLAMA_3: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN_2: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Names by which models mark the end of a turn.
const ENDS: [&str; 6] = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|eom_id|>", "</s>"];

/// The vocabulary.
pub(super) struct Tokens {
    cutter: Tokenizer,
    /// What each token says; nothing for control tokens.
    bytes: Vec<Box<[u8]>>,
    /// Control tokens as the template writes them.
    control: Vec<(String, u32)>,
    ends: Vec<u32>,
    /// The token every prompt begins with, if any.
    first: Option<u32>,
}

impl Tokens {
    pub(super) fn read(weights: &Weights) -> Result<Self> {
        let kind = weights.text("tokenizer.ggml.model")?;
        if kind != "gpt2" {
            candle_core::bail!("its tokenizer is {kind}: only gpt2 (byte-level BPE) is supported");
        }
        let words = weights.texts("tokenizer.ggml.tokens")?;
        let merges = weights.texts("tokenizer.ggml.merges")?;
        let merges = merges
            .iter()
            .map(|merge| merge.split_once(' ').map(|(one, other)| (one.to_owned(), other.to_owned())))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| candle_core::Error::Msg("a merge of its tokenizer is not two words".to_owned()))?;
        let numbered = words.iter().enumerate();
        let vocabulary = numbered.map(|(number, word)| (word.clone(), u32::try_from(number).unwrap_or(u32::MAX)));
        let cut = weights.text("tokenizer.ggml.pre").unwrap_or_else(|_| "default".to_owned());
        let model = BPE::builder()
            .vocab_and_merges(vocabulary.collect::<tokenizers::models::bpe::Vocab>(), merges)
            .ignore_merges(cut == "llama-bpe")
            .build()
            .map_err(candle_core::Error::wrap)?;
        let mut cutter = Tokenizer::new(model);
        cutter.with_pre_tokenizer(Some(pre_tokenizer(&cut)?));

        let kinds: Vec<i64> = match weights.fact("tokenizer.ggml.token_type") {
            Some(kinds) => kinds.to_vec()?.iter().map(|kind| kind.to_i32().map(i64::from)).collect::<Result<_>>()?,
            None => Vec::new(),
        };
        // 3 is control, 4 is what a user defined: whole words that are matched before anything is cut.
        let is = |number: usize, kind: i64| kinds.get(number) == Some(&kind);
        let letters = letters();
        let mut bytes = Vec::with_capacity(words.len());
        let mut control = Vec::new();
        for (number, word) in words.iter().enumerate() {
            let id = u32::try_from(number).unwrap_or(u32::MAX);
            if is(number, 3) || is(number, 4) {
                control.push((word.clone(), id));
            }
            let said: Option<Vec<u8>> = word.chars().map(|letter| letters.get(&letter).copied()).collect();
            bytes.push(match said {
                _ if is(number, 3) => Box::default(),
                _ if is(number, 4) => word.as_bytes().into(),
                Some(said) => said.into(),
                None => word.as_bytes().into(),
            });
        }
        // The longest first: one may begin with another.
        control.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let ends = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"];
        let ends = ends.iter().filter_map(|key| weights.token(key));
        let named = control.iter().filter(|(word, _)| ENDS.contains(&word.as_str())).map(|(_, id)| *id);
        let ends = ends.chain(named).collect();
        let begins =
            weights.fact("tokenizer.ggml.add_bos_token").is_some_and(|begins| begins.to_bool().unwrap_or(false));
        let first = weights.token("tokenizer.ggml.bos_token_id").filter(|_| begins);
        Ok(Self { cutter, bytes, control, ends, first })
    }

    /// The tokens of a text in which control tokens are written out.
    pub(super) fn of(&self, text: &str) -> Result<Vec<u32>> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some((at, word, id)) = self.next_control(rest) {
            self.cut(&rest[..at], &mut tokens)?;
            tokens.push(id);
            rest = &rest[at + word..];
        }
        self.cut(rest, &mut tokens)?;
        if let Some(first) = self.first
            && tokens.first() != Some(&first)
        {
            tokens.insert(0, first);
        }
        Ok(tokens)
    }

    /// The tokens of plain text.
    fn cut(&self, text: &str, tokens: &mut Vec<u32>) -> Result<()> {
        if !text.is_empty() {
            let text: Cow<'_, str> = if text.contains(GUARD) { text.replace(GUARD, "").into() } else { text.into() };
            let cut = self.cutter.encode_fast(text, false).map_err(candle_core::Error::wrap)?;
            tokens.extend_from_slice(cut.get_ids());
        }
        Ok(())
    }

    /// Where the next control token begins, its length, and the token.
    fn next_control(&self, text: &str) -> Option<(usize, usize, u32)> {
        let found = self.control.iter().filter_map(|(word, id)| Some((text.find(word.as_str())?, word.len(), *id)));
        found.min_by_key(|(at, length, _)| (*at, std::cmp::Reverse(*length)))
    }

    /// Text of a message as the template is to get it: no control token is in it.
    pub(super) fn guarded<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut guarded: Cow<'a, str> = if text.contains(GUARD) { text.replace(GUARD, "").into() } else { text.into() };
        for (word, _) in &self.control {
            if guarded.contains(word.as_str()) {
                let mut letters = word.chars();
                let first = letters.next().map(String::from).unwrap_or_default();
                guarded = guarded.replace(word.as_str(), &format!("{first}{GUARD}{}", letters.as_str())).into();
            }
        }
        guarded
    }

    /// What a token says; nothing for a control token.
    pub(super) fn bytes(&self, token: u32) -> &[u8] {
        self.bytes.get(token as usize).map_or(&[], AsRef::as_ref)
    }

    /// Whether a token ends the answer.
    pub(super) fn is_end(&self, token: u32) -> bool {
        self.ends.contains(&token)
    }

    /// How the file writes a token.
    pub(super) fn word(&self, token: u32) -> Option<&str> {
        self.control.iter().find(|(_, id)| *id == token).map(|(word, _)| word.as_str())
    }
}

/// How text is cut into words before merges are applied.
fn pre_tokenizer(kind: &str) -> Result<PreTokenizerWrapper> {
    let by = |pattern: &str| -> Result<PreTokenizerWrapper> {
        let split = Split::new(SplitPattern::Regex(pattern.to_owned()), SplitDelimiterBehavior::Isolated, false);
        let split = split.map_err(candle_core::Error::wrap)?;
        Ok(Sequence::new(vec![split.into(), ByteLevel::new(false, false, false).into()]).into())
    };
    match kind {
        "smollm" | "starcoder" | "refact" | "codeshell" => {
            Ok(Sequence::new(vec![Digits::new(true).into(), ByteLevel::new(false, false, true).into()]).into())
        }
        "gpt-2" | "default" => Ok(ByteLevel::new(false, false, true).into()),
        "llama-bpe" => by(LLAMA_3),
        "qwen2" => by(QWEN_2),
        other => candle_core::bail!("its tokenizer cuts text as {other} does: not supported"),
    }
}

/// The letters GPT-2 writes bytes with: printable ones as themselves, the others from U+0100 on.
fn letters() -> HashMap<char, u8> {
    let mut others = 0x100_u32..;
    let letter = |byte: u8| match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => Some(char::from(byte)),
        _ => others.next().and_then(char::from_u32),
    };
    let mut letter = letter;
    (0..=u8::MAX).filter_map(|byte| Some((letter(byte)?, byte))).collect()
}
