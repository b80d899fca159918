//! Places, threads and ends of the model of this process.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{join, join_all};

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
        drop(pieces);
        // The next one waits for the place, which is free as soon as the thread has heard of it.
        let said = Said::of(begun(&local, &story(Some(3))).await).await.unwrap();
        assert_eq!((said.finish, said.usage.completion), (Finish::Length, 3));
    });
}

/// What somebody asks.
fn asked(asker: &str, prompt: &Arc<Prompt>) -> Arc<Prompt> {
    Arc::new(Prompt { asker: Some(asker.to_owned()), ..Prompt::clone(prompt) })
}

/// One asker's long answers have the place and fill the line, and all that come are read: another one's short answer is
/// finished before any of them.
#[test]
fn long_answers_of_one_asker_do_not_hold_up_another() {
    let Some(local) = local(Limits { sequences: 1, answer: 4000, ..Limits::default() }) else { return };
    let (greedy, modest) = (asked("greedy", &story(None)), asked("modest", &story(Some(12))));
    run(async {
        let finished = Cell::new(0);
        let read = async |mut pieces: Pieces| {
            while let Some(piece) = pieces.next().await {
                finished.set(finished.get() + usize::from(piece.unwrap().finish.is_some()));
            }
        };
        let first = begun(&local, &greedy).await;
        let more = (0..100).map(|_| async {
            if let Ok(pieces) = local.open("", &greedy).await {
                read(pieces).await;
            }
        });
        let flood = join(read(first), join_all(more));
        let modest = async { Said::of(begun(&local, &modest).await).await.unwrap() };
        let said = tokio::select! {
            biased;
            _ = flood => panic!("the other one had to wait for all of them"),
            said = modest => said,
        };
        assert_eq!((said.usage.completion, finished.get()), (12, 0));
    });
}

#[test]
fn a_reader_who_is_slow_holds_nobody_up() {
    let Some(local) = local(Limits { sequences: 1, answer: 4000, ..Limits::default() }) else { return };
    run(async {
        let mut unread = begun(&local, &asked("slow", &story(Some(60)))).await;
        let said = Said::of(begun(&local, &asked("quick", &story(Some(3)))).await).await.unwrap();
        assert_eq!(said.usage.completion, 3);
        // It goes on where it was.
        let mut said = 0;
        while let Some(piece) = unread.next().await {
            said = piece.unwrap().usage.map_or(said, |usage| usage.completion);
        }
        assert_eq!(said, 60);
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
