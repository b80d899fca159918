//! A question, answered from a text.

use std::sync::Arc;

use chassis::{Call, Cost, Error, Operation};
use chat::grounded::{self, Cited};
use chat::{Finish, Prompt};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asking::{self, Answered};
use crate::chat::TokenUsage;
use crate::held::Llm;
use crate::passages::{self, Span};

const DESCRIPTION: &str = "\
Answers a question from a text of the request. The text is cut into passages of about 500 characters; those that share most words with the question \
(BM25) are given to the model, which is told to answer from them alone and to cite them. The answer comes with the passages it cites, with their places in the \
text. When the model says that the text does not have the answer, or no passage has a word of the question, `answer` is null. A citation of \
a passage that was not there is taken out, with a warning; an answer without any has the warning `uncited` and should be checked. The small model of \
this process rarely cites and often guesses: use an upstream for what matters.";

const MAX_CHARS: usize = 400_000;

/// A text and a question to it.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct AnswerRequest {
    /// The text, at most 400,000 characters.
    #[garde(length(chars, min = 1, max = MAX_CHARS))]
    pub text: String,
    /// The question.
    #[garde(length(chars, min = 1, max = 4_000))]
    pub question: String,
    /// Maximum number of passages the model is given, 1 to 50.
    #[serde(default = "some", alias = "topK")]
    #[garde(range(min = 1, max = 50))]
    pub passages: usize,
    /// Name of the model; by default the operator's `default`.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub model: Option<String>,
    /// Maximum number of tokens of the answer.
    #[serde(default)]
    #[garde(range(min = 1, max = 100_000))]
    pub max_tokens: Option<u32>,
}

fn some() -> usize {
    6
}

/// An answer, and what it rests on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerResponse {
    /// The answer, with numbers of passages in brackets; null when the text does not have it.
    pub answer: Option<String>,
    /// The passages the answer cites.
    pub passages: Vec<Passage>,
    /// What served it: `upstream/model`; null when no model was asked.
    pub served_by: Option<String>,
    /// Tokens used.
    pub usage: TokenUsage,
}

/// A passage of the text.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    /// Its number in the answer.
    pub number: usize,
    /// Its text.
    pub text: String,
    /// Where it starts in the text, in characters from 0.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
}

fn example() -> AnswerRequest {
    AnswerRequest {
        text: "The office is closed on Mondays. On other days it opens at nine and closes at five.".into(),
        question: "When does the office open?".into(),
        passages: 6,
        max_tokens: Some(60),
        model: None,
    }
}

/// Describes the operation for its registration.
pub fn about(op: Operation) -> Operation {
    asking::patient(op).summary("Answer a question from a text").description(DESCRIPTION).example(example)
}

/// Answers a question from a text.
///
/// # Errors
/// When nothing answers, or the answer is cut.
pub async fn answer(request: AnswerRequest, call: Arc<Call>, llm: Arc<Llm>) -> Result<AnswerResponse, Error> {
    let AnswerRequest { text, question, passages: most, model, max_tokens } = request;
    let asked = question.clone();
    let found = call.compute(Cost::Light, move || Ok(relevant(&text, &asked, most))).await?;
    if found.is_empty() {
        return Ok(AnswerResponse {
            answer: None,
            passages: Vec::new(),
            served_by: None,
            usage: TokenUsage::default(),
        });
    }
    let prompt =
        Prompt { max_tokens, ..grounded::prompt(found.iter().map(|passage| passage.text.as_str()), &question) };
    let Answered { said, served_by } = asking::ask(&llm.chat, &call, model.as_deref(), prompt).await?;
    if said.finish == Finish::Length {
        call.warn("cut", Some("maxTokens"), "the answer reached its number of tokens and is cut: raise maxTokens");
    }
    let usage = (&said.usage).into();
    let served_by = Some(served_by);
    let Some(Cited { answer, numbers, invented }) = grounded::read(&said.text, found.len()) else {
        return Ok(AnswerResponse { answer: None, passages: Vec::new(), served_by, usage });
    };
    if invented > 0 {
        call.warn(
            "invented-citations",
            None,
            format!("{invented} citations of passages that are not there were taken out"),
        );
    }
    if numbers.is_empty() {
        call.warn("uncited", None, "the answer cites no passage: check it");
    }
    let passages = found.into_iter().filter(|passage| numbers.contains(&passage.number)).collect();
    Ok(AnswerResponse { answer: Some(answer), passages, served_by, usage })
}

/// The passages that fit a question best, in their order in the text. A text of few passages is given whole.
fn relevant(text: &str, question: &str, most: usize) -> Vec<Passage> {
    let all = passages::passages(text);
    let scores = passages::relevance(&all.iter().map(|span| span.text).collect::<Vec<_>>(), question);
    let mut order: Vec<usize> = (0..all.len()).collect();
    if all.len() > most {
        order.sort_by(|one, other| scores[*other].total_cmp(&scores[*one]));
        order.retain(|index| scores[*index] > 0.0);
        order.truncate(most);
        order.sort_unstable();
    }
    let passage = |(number, index): (usize, usize)| {
        let Span { text, start, end, .. } = all[index];
        Passage { number: number + 1, text: text.to_owned(), start, end }
    };
    order.into_iter().enumerate().map(passage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_passages_that_fit_are_taken_in_their_order() {
        let filler = "Nothing of interest happens in this long sentence about weather and fields. ".repeat(20);
        let text = format!("The treasure lies under the oak. {filler} The oak stands by the river. {filler}");
        let found = relevant(&text, "Where is the oak with the treasure?", 2);
        assert_eq!(found.len(), 2);
        assert!(
            found[0].text.contains("treasure") && found[1].text.contains("river") && found[0].start < found[1].start
        );
        assert!(relevant(&text, "Xylophone?", 2).is_empty());
        // A short text is given whole, whatever is asked.
        assert_eq!(relevant("Only this.", "Xylophone?", 2).len(), 1);
    }
}
