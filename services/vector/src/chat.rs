//! Asking the chat engine: whose tokens they are, and what its faults are to a client.

use ::chat::{Answering, Asker, Chat, Fault, Prompt, Said};
use chassis::{Call, Code, Error};

/// Asks and waits for the whole answer; what served it.
///
/// # Errors
/// Why there is none.
pub(crate) async fn ask(
    chat: &Chat,
    call: &Call,
    model: Option<&str>,
    prompt: Prompt,
) -> Result<(Said, String), Error> {
    let asker = call.consumer().map(|consumer| Asker {
        id: consumer.id.clone(),
        plan: consumer.plan().map(str::to_owned),
        now: call.now().as_second(),
    });
    let unknown = || {
        let names: Vec<String> = chat.models().into_iter().map(|model| model.name).collect();
        let asked: String = model.unwrap_or("default").chars().take(60).collect();
        match names.is_empty() {
            true => Error::new(Code::Unavailable, "no chat model is configured: set FLOWFORGE_CHAT to an upstream"),
            false => {
                let message = format!("there is no chat model {asked}; these are: {}", names.join(", "));
                Error::field(Code::NotFound, "chatModel", message)
            }
        }
    };
    let told = |fault: Fault| if fault == Fault::UnknownModel { unknown() } else { error(&fault) };
    let Answering { served_by, pieces } = chat.answer(model, prompt, asker.as_ref()).await.map_err(told)?;
    Ok((Said::of(pieces).await.map_err(told)?, served_by))
}

/// What a fault is to a client.
fn error(fault: &Fault) -> Error {
    let seconds = fault.retry_after().map_or(5, |time| time.as_secs().saturating_add(1));
    match fault {
        Fault::Impossible { message, .. } => Error::impossible("question", message),
        Fault::Refused(_) => Error::new(Code::Unprocessable, fault.to_string()),
        Fault::NotReady(_) | Fault::Busy { .. } | Fault::Resting { .. } => {
            Error::new(Code::Unavailable, fault.to_string()).retry_after(seconds)
        }
        Fault::Spent { limit, .. } => {
            let message = format!("the {limit} tokens your plan has a day are used up: they come back at 0:00 UTC");
            Error::new(Code::RateLimited, message).retry_after(seconds)
        }
        Fault::TooSlow => Error::new(Code::DeadlineExceeded, fault.to_string()),
        _ => Error::new(Code::BadGateway, fault.to_string()),
    }
}
