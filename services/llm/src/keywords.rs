//! The words and phrases that say what a text is about.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::{Call, Code, Cost, Error, Operation};
use embedder::Vector;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::classify::mean;
use crate::held::Llm;
use crate::sentences::sentences;
use crate::vectors::{self, Texts, cosine};

const DESCRIPTION: &str = "\
Words and phrases that say what a text is about: those whose meaning is nearest to that of the whole, chosen so that they differ from \
each other (`diversity`). Phrases have up to `maxWords` words, as they stand in the text, and neither start nor end with words such as \
`the` or `of`. The list of such words is English, and so is the default model; add others by `stopWords`.";

/// Characters of a text.
const MAX_CHARS: usize = 200_000;
/// Phrases that are compared.
const MAX_CANDIDATES: usize = 400;
/// Sentences whose mean stands for the text.
const MAX_SENTENCES: usize = 200;

/// English words that carry no topic.
const STOP_WORDS: &str = "a about above after again against all also although always am an and another any anybody anyone \
    anything are aren't around as ask at away back be became because been before being below between both but by came can \
    can't cannot come could couldn't did didn't do does doesn't doing don't done down during each either else enough even ever \
    every everybody everyone everything few for from further get gets getting give given go goes going gone got had hadn't has \
    hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his how how's however i i'd i'll i'm \
    i've if in instead into is isn't it it's its itself just keep kind know known last later least less let let's like likely long \
    look made make makes making many may maybe me might mine more most much must my myself near need neither never next no nobody \
    none nor not nothing now of off often on once one only onto or other others our ours ourselves out over own per perhaps please \
    put quite rather really said same say says see seem seems seen she she'd she'll she's should shouldn't since so some somebody \
    someone something still such take taken tell than that that's the their theirs them themselves then there there's these they \
    they'd they'll they're they've thing things this those though three through thus to together too took toward two under until up \
    upon us use used uses using very via want wants was wasn't way we we'd we'll we're we've well went were weren't what what's \
    when when's where where's whether which while who who's whole whom whose why why's will with within without won't would \
    wouldn't yes yet you you'd you'll you're you've your yours yourself yourselves";

/// A text.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeywordsRequest {
    /// The text, at most 200,000 characters.
    #[garde(length(chars, min = 1, max = MAX_CHARS))]
    pub text: String,
    /// Number of keywords, at most 50.
    #[serde(default = "ten")]
    #[garde(range(min = 1, max = 50))]
    pub top_n: usize,
    /// Words of a phrase, 1 to 4.
    #[serde(default = "three")]
    #[garde(range(min = 1, max = 4))]
    pub max_words: usize,
    /// How much keywords should differ from each other: 0 takes the nearest, 1 the most different.
    #[serde(default = "half")]
    #[garde(range(min = 0.0, max = 1.0))]
    pub diversity: f64,
    /// Words that no phrase starts or ends with, besides the English ones.
    #[serde(default)]
    #[garde(length(max = 1000), inner(length(chars, min = 1, max = 100)))]
    pub stop_words: Vec<String>,
}

fn ten() -> usize {
    10
}

fn three() -> usize {
    3
}

fn half() -> f64 {
    0.5
}

/// Keywords of a text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeywordsResponse {
    /// The keywords, the most telling first.
    pub keywords: Vec<Keyword>,
    /// Name of the model.
    pub model: String,
}

/// A keyword.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Keyword {
    /// The word or phrase, as it first stands in the text.
    pub keyword: String,
    /// Cosine similarity with the text, -1 to 1.
    pub score: f64,
    /// How often it stands in the text.
    pub count: usize,
    /// First character of the first time, counting Unicode code points from 0.
    pub start: usize,
    /// Character behind it.
    pub end: usize,
}

fn example() -> KeywordsRequest {
    KeywordsRequest {
        text: "The kettle has a temperature control for green tea. Its filter keeps lime out of the water, and the \
               warranty covers the heating element for two years."
            .into(),
        top_n: 4,
        max_words: 2,
        diversity: 0.5,
        stop_words: Vec::new(),
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Find the keywords of a text").description(DESCRIPTION).example(example)
}

/// A phrase that may be a keyword.
struct Candidate {
    text: String,
    start: usize,
    end: usize,
    count: usize,
}

/// Finds keywords.
///
/// # Errors
/// When there is no model, or the text has nothing it can read.
pub async fn keywords(request: KeywordsRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<KeywordsResponse, Error> {
    let KeywordsRequest { text, top_n, max_words, diversity, stop_words } = request;
    let parts: Vec<String> =
        sentences(&text).into_iter().take(MAX_SENTENCES).map(|(start, end)| text[start..end].to_owned()).collect();
    let found = call.compute(Cost::Light, move || Ok(candidates(&text, max_words, &stop_words))).await?;
    let model = vectors::model(&llm)?;
    // Sentences and phrases that the model cannot read say nothing to it.
    let readable = |text: &String| model.tokenize(text, embedder::Purpose::Passage, embedder::Cut::At).is_ok();
    let parts: Vec<String> = parts.into_iter().filter(readable).collect();
    let found: Vec<Candidate> = found.into_iter().filter(|candidate| readable(&candidate.text)).collect();
    if parts.is_empty() {
        return Err(Error::field(Code::ValidationError, "text", "has nothing in it that the model can read"));
    }
    let whole = mean(&vectors::embed(&call, &llm, Texts::within("text", parts)).await?.vectors);
    let phrases = found.iter().map(|candidate| candidate.text.clone()).collect();
    let phrases = vectors::embed(&call, &llm, Texts::within("text", phrases)).await?.vectors;
    let chosen = chosen(&whole, &phrases, top_n, diversity);
    let keyword = |(index, score): (usize, f64)| {
        let Candidate { text, start, end, count } = &found[index];
        Keyword { keyword: text.clone(), score, count: *count, start: *start, end: *end }
    };
    Ok(KeywordsResponse { keywords: chosen.into_iter().map(keyword).collect(), model: model.name().to_owned() })
}

/// Maximal marginal relevance: near the whole, far from what is chosen already.
fn chosen(whole: &[f32], phrases: &[Vector], most: usize, diversity: f64) -> Vec<(usize, f64)> {
    let near: Vec<f64> = phrases.iter().map(|phrase| cosine(phrase, whole)).collect();
    let mut nearest_chosen = vec![0.0_f64; phrases.len()];
    let mut left: Vec<usize> = (0..phrases.len()).collect();
    let mut chosen = Vec::new();
    while chosen.len() < most {
        let value = |index: usize| (1.0 - diversity) * near[index] - diversity * nearest_chosen[index];
        let best = left.iter().enumerate().max_by(|a, b| value(*a.1).total_cmp(&value(*b.1)).then(b.0.cmp(&a.0)));
        let Some((place, _)) = best else { break };
        let best = left.remove(place);
        chosen.push((best, near[best]));
        for other in &left {
            nearest_chosen[*other] = nearest_chosen[*other].max(cosine(&phrases[*other], &phrases[best]));
        }
    }
    chosen
}

/// Phrases of a text that may be keywords, each once; the most frequent, then the first, when there are too many.
fn candidates(text: &str, max_words: usize, more: &[String]) -> Vec<Candidate> {
    let more: Vec<String> = more.iter().map(|word| word.to_lowercase()).collect();
    let stops: std::collections::HashSet<&str> =
        STOP_WORDS.split_whitespace().chain(more.iter().map(String::as_str)).collect();
    let stop = |word: &str| {
        let plain = word.to_lowercase().replace('’', "'");
        stops.contains(plain.as_str()) || !plain.chars().any(char::is_alphabetic) || plain.chars().count() < 2
    };
    let words: Vec<(usize, &str)> = text.unicode_word_indices().collect();
    let mut by_phrase: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<Candidate> = Vec::new();
    for first in 0..words.len() {
        if stop(words[first].1) {
            continue;
        }
        for last in first..(first + max_words).min(words.len()) {
            // Words of a phrase have nothing but spaces and hyphens between them.
            let gap = |pair: &[(usize, &str)]| &text[pair[0].0 + pair[0].1.len()..pair[1].0];
            let joined = words[first..=last].windows(2).all(|pair| matches!(gap(pair), " " | "-" | "\n" | "\r\n"));
            if !joined {
                break;
            }
            if stop(words[last].1) {
                continue;
            }
            let (start, end) = (words[first].0, words[last].0 + words[last].1.len());
            let key = text[start..end].to_lowercase();
            match by_phrase.get(&key) {
                Some(known) => found[*known].count += 1,
                None => {
                    by_phrase.insert(key, found.len());
                    let phrase = text[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
                    found.push(Candidate { text: phrase, start, end, count: 1 });
                }
            }
        }
    }
    if found.len() > MAX_CANDIDATES {
        found.sort_by(|a, b| b.count.cmp(&a.count).then(a.start.cmp(&b.start)));
        found.truncate(MAX_CANDIDATES);
        found.sort_by_key(|candidate| candidate.start);
    }
    // From bytes to characters: starts only rise.
    let (mut byte, mut characters) = (0, 0);
    for candidate in &mut found {
        characters += text[byte..candidate.start].chars().count();
        byte = candidate.start;
        let length = text[candidate.start..candidate.end].chars().count();
        (candidate.start, candidate.end) = (characters, characters + length);
    }
    found
}
