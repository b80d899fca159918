//! Places, threads and ends of the model of this process.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;

use super::reference::file;
use super::{Limits, Local};
use crate::fault::Fault;
use crate::piece::{Finish, Said};
use crate::prompt::{Message, Prompt, Role};
use crate::{Backend, Pieces};

fn local(limits: Limits) -> Option<Local> {
    let file = file()?;
    Some(Local::new("smol", limits, move || Ok(file.clone())))
}

fn story(max_tokens: Option<u32>) -> Arc<Prompt> {
    let messages = vec![Message::new(Role::User, "Tell me a very long story about a lighthouse.")];
    Arc::new(Prompt { messages, max_tokens, temperature: Some(1.0), seed: Some(5), ..Prompt::default() })
}

async fn begun(local: &Local, prompt: &Arc<Prompt>) -> Pieces {
    local.open("", prompt).await.unwrap()
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn who_leaves_gives_the_place_back() {
    let Some(local) = local(Limits { sequences: 1, answer: 4000, ..Limits::default() }) else { return };
    run(async {
        let mut pieces = begun(&local, &story(None)).await;
        assert!(!pieces.next().await.unwrap().unwrap().text.is_empty());
        assert_eq!(local.places.available_permits(), 0);
        drop(pieces);
        // The next one waits for the place, which is free as soon as the thread has heard of it.
        let said = Said::of(begun(&local, &story(Some(3))).await).await.unwrap();
        assert_eq!((said.finish, said.usage.completion), (Finish::Length, 3));
    });
}

#[test]
fn time_ends_an_answer() {
    let Some(local) = local(Limits { answer: 4000, time: Duration::ZERO, ..Limits::default() }) else { return };
    run(async {
        let said = Said::of(begun(&local, &story(None)).await).await.unwrap();
        assert_eq!((said.finish, said.usage.completion), (Finish::Length, 0));
    });
}

#[test]
fn a_file_that_is_none_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gguf");
    for bytes in [
        &b""[..],
        b"GGUF",
        b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"not a model at all",
    ] {
        std::fs::write(&path, bytes).unwrap();
        let found = path.clone();
        let local = Local::new("x", Limits::default(), move || Ok(found.clone()));
        run(async {
            let fault = Said::of(begun(&local, &story(None)).await).await.unwrap_err();
            assert!(matches!(fault, Fault::NotReady(_)), "{fault:?}");
        });
    }
    let missing = Local::new("x", Limits::default(), || Err("run this".to_owned()));
    run(async {
        assert_eq!(missing.open("", &story(None)).await.err(), Some(Fault::NotReady("run this".to_owned())));
    });
}
