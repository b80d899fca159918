//! One verdict on a text: personal data, forbidden words, topics.

use std::sync::Arc;

use chassis::{Call, Cost, Error, Operation};
use garde::Validate;
use patterns::{Kind, word_places};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::{Label, centers};
use crate::held::Llm;
use crate::redact::EntityType;
use crate::vectors::{self, Texts, cosine};

const DESCRIPTION: &str = "\
Says whether a text may pass, with a reason for each thing that speaks against it: personal data (as `redact` finds it), words you \
forbid, and topics you forbid, each described by examples or a sentence. Topics are compared by embeddings: they catch what is \
plainly about a topic, not hints at it, and not attacks on a chat model. A text that is `allowed` has passed these checks, no others.";

/// Characters of the text.
const MAX_CHARS: usize = 200_000;
/// Reasons of an answer.
const MAX_REASONS: usize = 200;

/// A text and what it must not have.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuardRequest {
    /// The text, at most 200,000 characters.
    #[garde(length(chars, max = MAX_CHARS))]
    pub text: String,
    /// Whether personal data is forbidden.
    #[serde(default = "yes")]
    #[garde(skip)]
    pub personal_data: bool,
    /// Forbidden words and phrases, whatever their case.
    #[serde(default)]
    #[garde(length(max = 1000), inner(length(chars, min = 1, max = 200)))]
    pub words: Vec<String>,
    /// Forbidden topics, at most 50; they need the embedding model.
    #[serde(default)]
    #[garde(length(max = 50), dive)]
    pub topics: Vec<Label>,
    /// Cosine similarity from which a text is about a topic.
    #[serde(default = "near")]
    #[garde(range(min = 0.0, max = 1.0))]
    pub min_score: f64,
}

fn yes() -> bool {
    true
}

fn near() -> f64 {
    0.4
}

/// The verdict.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuardResponse {
    /// Whether nothing speaks against the text.
    pub allowed: bool,
    /// What speaks against it, at most 200.
    pub reasons: Vec<Reason>,
    /// The checks that were made.
    pub checks: Vec<GuardCheck>,
}

/// Something that speaks against a text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The check that failed.
    pub check: GuardCheck,
    /// What was found: a kind of data, a word as it stands in the text, the name of a topic.
    pub found: String,
    /// First character, counting Unicode code points from 0.
    pub start: usize,
    /// Character behind the last.
    pub end: usize,
    /// Cosine similarity with the topic; topics only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

/// A check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GuardCheck {
    /// Personal data.
    PersonalData,
    /// Forbidden words.
    Words,
    /// Forbidden topics.
    Topics,
}

fn example() -> GuardRequest {
    GuardRequest {
        text: "Ask for the secret discount, or write to jane@example.com.".into(),
        personal_data: true,
        words: vec!["secret discount".into()],
        topics: vec![Label {
            name: "medical advice".into(),
            description: Some("symptoms, diagnoses, medication and doses".into()),
            examples: Vec::new(),
        }],
        min_score: 0.4,
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    op.summary("Check a text for what it must not have").description(DESCRIPTION).example(example)
}

/// Judges a text.
///
/// # Errors
/// When topics are asked for without a model.
pub async fn guard(request: GuardRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<GuardResponse, Error> {
    let GuardRequest { text, personal_data, words, topics, min_score } = request;
    let mut checks = Vec::new();
    let mut reasons = Vec::new();
    let text: Arc<str> = text.into();
    if personal_data || !words.is_empty() {
        checks.extend(personal_data.then_some(GuardCheck::PersonalData));
        checks.extend((!words.is_empty()).then_some(GuardCheck::Words));
        let own = text.clone();
        reasons = call.compute(Cost::Light, move || Ok(by_letters(&own, personal_data, &words))).await?;
    }
    if !topics.is_empty() {
        checks.push(GuardCheck::Topics);
        reasons.extend(by_meaning(&text, topics, min_score, &call, &llm).await?);
    }
    reasons.truncate(MAX_REASONS);
    Ok(GuardResponse { allowed: reasons.is_empty(), reasons, checks })
}

/// Personal data and words.
fn by_letters(text: &str, personal_data: bool, words: &[String]) -> Vec<Reason> {
    let mut found: Vec<(usize, usize, GuardCheck, String)> = Vec::new();
    if personal_data {
        found.extend(patterns::find(text, &Kind::ALL, false).into_iter().map(|finding| {
            let kind = serde_json::to_value(EntityType::of(finding.kind)).unwrap_or_default();
            (finding.start, finding.end, GuardCheck::PersonalData, kind.as_str().unwrap_or_default().to_owned())
        }));
    }
    let places = word_places(text, words).into_iter();
    found.extend(places.map(|(start, end)| (start, end, GuardCheck::Words, text[start..end].to_owned())));
    found.sort_by_key(|(start, ..)| *start);
    found.truncate(MAX_REASONS);
    let (mut byte, mut characters) = (0, 0);
    let reason = |(start, end, check, what): (usize, usize, GuardCheck, String)| {
        characters += text[byte..start].chars().count();
        byte = start;
        Reason {
            check,
            found: what,
            start: characters,
            end: characters + text[start..end].chars().count(),
            score: None,
        }
    };
    found.into_iter().map(reason).collect()
}

/// Topics, by the passage that is nearest to each.
async fn by_meaning(
    text: &Arc<str>,
    topics: Vec<Label>,
    least: f64,
    call: &Arc<Call>,
    llm: &Llm,
) -> Result<Vec<Reason>, Error> {
    let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
    let model = vectors::model(llm)?;
    let own = text.clone();
    let passages = call.compute(Cost::Light, move || Ok(crate::chunk::passages(&own, &model))).await?;
    if passages.is_empty() {
        return Ok(Vec::new());
    }
    let centers = centers(topics, call, llm).await?;
    let texts = passages.iter().map(|(start, end)| text[*start..*end].to_owned()).collect();
    let embedded = vectors::embed(call, llm, Texts::within("text", texts)).await?;
    let mut reasons = Vec::new();
    for (name, center) in names.iter().zip(&centers) {
        let scores = embedded.vectors.iter().map(|vector| cosine(vector, center)).enumerate();
        let Some((place, score)) = scores.max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        if score >= least {
            let (start, end) = passages[place];
            let characters = text[..start].chars().count();
            let end = characters + text[start..end].chars().count();
            reasons.push(Reason {
                check: GuardCheck::Topics,
                found: name.clone(),
                start: characters,
                end,
                score: Some(score),
            });
        }
    }
    Ok(reasons)
}
