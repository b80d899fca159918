//! Asking the chat engine: whose tokens they are, and what its faults are to a client.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Call, Code, Error, Operation};
use chat::{Answering, Asker, Chat, Fault, Pieces, Prompt, Said};

/// Time an operation that asks a model has: models are slower than anything else here.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Gives an operation the time models take.
pub(crate) fn patient(op: Operation) -> Operation {
    op.deadline(PATIENCE)
}

/// A whole answer, and what served it.
pub(crate) struct Answered {
    pub(crate) said: Said,
    pub(crate) served_by: String,
}

/// Whose tokens are spent.
fn asker(call: &Call) -> Option<Asker> {
    call.consumer().map(|consumer| Asker {
        id: consumer.id.clone(),
        plan: consumer.plan().map(str::to_owned),
        now: call.now().as_second(),
    })
}

/// Begins to ask; the first piece is there.
///
/// # Errors
/// Why nothing answers.
pub(crate) async fn begin(chat: &Chat, call: &Call, model: Option<&str>, prompt: Prompt) -> Result<Answering, Error> {
    let answering = chat.answer(model, prompt, asker(call).as_ref()).await;
    answering.map_err(|fault| match fault {
        Fault::UnknownModel => unknown(chat, model),
        fault => error(fault),
    })
}

/// The rest of an answer.
///
/// # Errors
/// When it breaks off.
pub(crate) async fn finish(pieces: Pieces) -> Result<Said, Error> {
    Said::of(pieces).await.map_err(error)
}

/// Asks and waits for the whole answer.
///
/// # Errors
/// Why there is none.
pub(crate) async fn ask(chat: &Arc<Chat>, call: &Call, model: Option<&str>, prompt: Prompt) -> Result<Answered, Error> {
    let Answering { served_by, pieces } = begin(chat, call, model, prompt).await?;
    Ok(Answered { said: finish(pieces).await?, served_by })
}

fn unknown(chat: &Chat, model: Option<&str>) -> Error {
    let names: Vec<String> = chat.models().into_iter().map(|model| model.name).collect();
    let asked: String = model.unwrap_or("default").chars().take(60).collect();
    if names.is_empty() {
        return Error::new(
            Code::Unavailable,
            "no chat model is configured: set FLOWFORGE_CHAT to an upstream, or run `flowforge models pull`",
        );
    }
    Error::field(Code::NotFound, "model", format!("there is no chat model {asked}; these are: {}", names.join(", ")))
}

/// What a fault is to a client.
pub(crate) fn error(fault: Fault) -> Error {
    let seconds = fault.retry_after().map(|time| time.as_secs_f64().ceil() as u64);
    let code = match &fault {
        Fault::UnknownModel => Code::NotFound,
        Fault::Impossible { field, message } => return Error::impossible(*field, message),
        Fault::Refused(_) => Code::Unprocessable,
        Fault::NotReady(_) | Fault::Busy { .. } | Fault::Resting { .. } => Code::Unavailable,
        Fault::TooSlow => Code::DeadlineExceeded,
        Fault::Spent { .. } => Code::RateLimited,
        Fault::Denied(_)
        | Fault::Unreachable
        | Fault::Failed { .. }
        | Fault::Malformed(_)
        | Fault::Reported(_)
        | Fault::Broken => Code::BadGateway,
    };
    let text = match &fault {
        Fault::Spent { limit, .. } => {
            format!("the {limit} tokens your plan has a day are used up: they come back at 0:00 UTC")
        }
        other => other.to_string(),
    };
    let error = Error::new(code, text);
    match (code, seconds) {
        (Code::Unavailable | Code::RateLimited, seconds) => error.retry_after(seconds.unwrap_or(5).max(1)),
        (_, Some(seconds)) => error.retry_after(seconds.max(1)),
        (_, None) => error,
    }
}
