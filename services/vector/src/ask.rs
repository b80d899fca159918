//! Ask a collection of documents: the passages an answer would be found in, with their sources.

use std::sync::Arc;
use std::time::Duration;

use ::chat::grounded::{self, Cited};
use ::chat::{Finish, Prompt};
use chassis::{Call, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chat;
use crate::documents::{number_entry, text_entry};
use crate::json_object::JsonObject;
use crate::model;
use crate::plan::MAX_RESULTS;
use crate::query::{self, MAX_QUERY, Mode, QueryRequest, Scores};
use crate::settings::Vectors;
use crate::store::Distance;
use crate::text::highlight::{Highlight, highlights};

/// Score of the vector below which a passage says nothing about the question: of 40 questions on the subject the best passage had
/// 0.37 to 0.77, of 40 off it at most 0.23 (all-MiniLM-L6-v2, abstracts of SciFact).
const MIN_SCORE: f32 = 0.30;

/// Characters of a passage that the chat model is given.
const MAX_PASSAGE: usize = 8_000;
/// Time for an answer: chat models are slower than anything else here.
const PATIENCE: Duration = Duration::from_secs(300);

const DESCRIPTION: &str = "\
Finds the passages of a collection that are about a question, by meaning and words, with document, title, source, section, page and place of \
each. Passages whose vector scores under `minScore` (0.30 by default, for cosine) are left out; when none is left, `abstained` is true and \
`reason` says so: better no answer than one made of what is not about it.\n\n\
Where the operator has configured a chat model of an upstream, it is given the passages, told to answer from them alone and to cite them; \
`answer: false` asks for the passages only. Citations of passages that were not there are taken out, with the warning `invented-citations`; an \
answer without any has the warning `uncited`. When the model says that the passages do not have the answer, or fails, `answer` is null and \
`reason` says why. With `answer: true` a failing model is an error, and the small model of this process may answer too, though it often guesses.";

/// A question.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskRequest {
    /// The collection, which must have a model.
    #[garde(length(chars, min = 1, max = 63))]
    pub collection: String,
    /// The question, at most 8,192 characters.
    #[garde(length(chars, min = 1, max = MAX_QUERY))]
    pub question: String,
    /// Number of passages, 1 to 50: 6 by default.
    #[serde(default)]
    #[garde(range(min = 1, max = 50))]
    pub limit: Option<usize>,
    /// Score of the vector a passage must have: 0.30 by default.
    #[serde(default)]
    #[garde(range(min = -1.0, max = 1.0))]
    pub min_score: Option<f32>,
    /// Which points come into question.
    #[serde(default)]
    #[garde(skip)]
    pub filter: Option<JsonObject>,
    /// Whether a chat model makes an answer of the passages: by default when one of an upstream is configured.
    #[serde(default)]
    #[garde(skip)]
    pub answer: Option<bool>,
    /// Name of the chat model; by default the operator's `default`.
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 200))]
    pub chat_model: Option<String>,
    /// Tokens of the answer at most, 1 to 100,000.
    #[serde(default)]
    #[garde(range(min = 1, max = 100_000))]
    pub max_tokens: Option<u32>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No passage is about the question.
    NoRelevantPassage,
    /// No chat model of an upstream is configured to make an answer of the passages.
    NoChatEngine,
    /// The chat model says that the passages do not have the answer.
    NotInPassages,
    /// The chat model failed; a warning says how.
    ChatFailed,
    /// The passages alone were asked for.
    NotAsked,
}

/// A passage about the question.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    /// Its number, from 1, to cite it by.
    pub number: usize,
    /// The id of its point.
    pub id: String,
    /// Its text.
    pub text: String,
    /// The score that decides the order.
    pub score: f32,
    /// The scores apart.
    pub scores: Scores,
    /// The document it is of, if it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// The title of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the document is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The page of a PDF it starts on, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// Where it starts, in characters from the start of the document's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<u64>,
    /// Where it ends, in characters from the start of the document's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// Where the words of the question are in it.
    pub highlights: Vec<Highlight>,
    /// Whether the answer cites it.
    pub cited: bool,
}

/// The passages about a question, and an answer made of them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskResponse {
    /// An answer made of the passages, with their numbers in brackets; null when there is none, and `reason` says why.
    pub answer: Option<String>,
    /// Whether there is nothing about the question.
    pub abstained: bool,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The passages, the best first.
    pub passages: Vec<Passage>,
    /// What made the answer: `upstream/model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_by: Option<String>,
    /// Tokens used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<AnswerUsage>,
}

/// Tokens that an answer took.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerUsage {
    /// Of the prompt.
    pub prompt_tokens: u64,
    /// Of the answer.
    pub completion_tokens: u64,
    /// Of both.
    pub total_tokens: u64,
}

/// Describes the operation for its registration.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.named("ask").summary("Ask a collection").description(DESCRIPTION).deadline(PATIENCE).example(|| AskRequest {
        collection: "animals".into(),
        question: "When do owls hunt?".into(),
        limit: Some(3),
        min_score: None,
        filter: None,
        answer: Some(false),
        chat_model: None,
        max_tokens: None,
    })
}

/// Finds the passages about a question, and has an answer made of them.
///
/// # Errors
/// When the collection has no model or another one, there is no such collection, or an answer is demanded and none can be had.
pub async fn ask(request: AskRequest, call: Arc<Call>, vectors: Arc<Vectors>) -> Result<AskResponse, Error> {
    let AskRequest { question, answer: wanted, chat_model, max_tokens, .. } = &request;
    let asking =
        Asking { wanted: *wanted, model: chat_model.clone(), max_tokens: *max_tokens, question: question.clone() };
    let tenant = vectors.tenant(&call);
    let spec = vectors.store.spec(&call, &tenant, &request.collection).await?;
    model::check("collection", &spec, &vectors.model)?;
    if matches!(spec.distance, Distance::Euclid | Distance::Manhattan) {
        let message =
            "is compared by distance, and minScore is a likeness: ask a collection with the distance cosine or dot";
        return Err(Error::impossible("collection", message));
    }
    let limit = request.limit.unwrap_or(6);
    let query = QueryRequest {
        collection: request.collection,
        text: Some(request.question),
        mode: Some(Mode::Hybrid),
        filter: request.filter,
        // Points without a text are no passages and take no places.
        limit: Some((limit * 4).min(MAX_RESULTS)),
        score_threshold: Some(request.min_score.unwrap_or(MIN_SCORE)),
        ..QueryRequest::default()
    };
    let found = query::search(&query, &spec, &call, &vectors, &tenant).await?;
    let mut passages: Vec<Passage> = found
        .hits
        .into_iter()
        .filter(|hit| hit.point.text.is_some())
        .take(limit)
        .enumerate()
        .map(|(index, hit)| {
            let row = query::row(hit, &query, found.mode, &found.terms);
            let (payload, text) = (row.payload.as_ref(), row.text.unwrap_or_default());
            Passage {
                number: index + 1,
                highlights: highlights(&text, &found.terms),
                document_id: text_entry(payload, "documentId"),
                title: text_entry(payload, "title"),
                source: text_entry(payload, "source"),
                section: text_entry(payload, "section"),
                page: number_entry(payload, "page"),
                start: number_entry(payload, "start"),
                end: number_entry(payload, "end"),
                id: row.id,
                text,
                score: row.score,
                scores: row.scores,
                cited: false,
            }
        })
        .collect();
    let abstained = passages.is_empty();
    let made = match abstained {
        true => Made::nothing(Reason::NoRelevantPassage),
        false => asking.answer(&passages, &call, &vectors).await?,
    };
    passages.iter_mut().for_each(|passage| passage.cited = made.cited.contains(&passage.number));
    let Made { answer, reason, served_by, usage, .. } = made;
    Ok(AskResponse { answer, abstained, reason, passages, served_by, usage })
}

/// How an answer is asked for.
struct Asking {
    wanted: Option<bool>,
    model: Option<String>,
    max_tokens: Option<u32>,
    question: String,
}

/// An answer, or why there is none.
struct Made {
    answer: Option<String>,
    cited: Vec<usize>,
    reason: Option<Reason>,
    served_by: Option<String>,
    usage: Option<AnswerUsage>,
}

impl Made {
    fn nothing(reason: Reason) -> Self {
        Self { answer: None, cited: Vec::new(), reason: Some(reason), served_by: None, usage: None }
    }
}

impl Asking {
    /// An answer made of passages.
    async fn answer(self, passages: &[Passage], call: &Call, vectors: &Vectors) -> Result<Made, Error> {
        let model = self.model.as_deref();
        let demanded = self.wanted == Some(true) || model.is_some();
        match self.wanted {
            Some(false) => return Ok(Made::nothing(Reason::NotAsked)),
            _ if !demanded && !vectors.chat.is_elsewhere(None) => return Ok(Made::nothing(Reason::NoChatEngine)),
            _ => {}
        }
        let texts: Vec<String> =
            passages.iter().map(|passage| passage.text.chars().take(MAX_PASSAGE).collect()).collect();
        let texts = texts.iter().map(String::as_str);
        let prompt = Prompt { max_tokens: self.max_tokens, ..grounded::prompt(texts, &self.question) };
        let (said, served_by) = match chat::ask(&vectors.chat, call, model, prompt).await {
            Ok(answered) => answered,
            Err(error) if !demanded => {
                call.warn("chat-failed", Some("answer"), error.message());
                return Ok(Made::nothing(Reason::ChatFailed));
            }
            Err(error) => return Err(error),
        };
        if said.finish == Finish::Length {
            call.warn("cut", Some("maxTokens"), "the answer reached its number of tokens and is cut: raise maxTokens");
        }
        let usage = Some(AnswerUsage {
            prompt_tokens: said.usage.prompt,
            completion_tokens: said.usage.completion,
            total_tokens: said.usage.total(),
        });
        let served_by = Some(served_by);
        let Some(Cited { answer, numbers, invented }) = grounded::read(&said.text, passages.len()) else {
            return Ok(Made { served_by, usage, ..Made::nothing(Reason::NotInPassages) });
        };
        if invented > 0 {
            let message = format!("{invented} citations of passages that are not there were taken out");
            call.warn("invented-citations", Some("answer"), message);
        }
        if numbers.is_empty() {
            call.warn("uncited", Some("answer"), "the answer cites no passage: check it");
        }
        Ok(Made { answer: Some(answer), cited: numbers, reason: None, served_by, usage })
    }
}
