//! Operations: functions from typed requests to typed answers, and all that makes endpoints of them.
//!
//! | file | job |
//! | --- | --- |
//! | `registration.rs` | an operation as a service registers it: function, settings, texts |
//! | `function.rs` | the functions it may be, with or without what the service holds |
//! | `task.rs` | a request with its function, their types forgotten |
//! | `mount.rs` | an operation that runs: read, prepare, compute, answer; its deadline |
//! | `incoming.rs` | a body taken apart: JSON, forms, multipart, raw files |
//! | `parts.rs` | which part of a multipart body is a file, for which field, and which an option |
//! | `batch.rs` | `POST <operation>/batch`: several requests as one |
//! | `answer.rs` | what a function answers, written |
//! | `nonfinite.rs` | numbers of an answer that JSON cannot hold |
//! | `outgoing.rs` | files of an answer: bytes, base64, links |
//! | `output.rs` | an answer written bit by bit, by a function that blocks: rows, or events of rows |
//! | `events.rs` | an answer in server-sent events, from an async source |
//!
//! A function knows its own types and nothing of HTTP; whatever lies between it and the wire is here, once. Types are
//! forgotten as early as may be (`task.rs`), so that what follows is compiled once and not for each operation.

pub(crate) mod answer;
pub(crate) mod batch;
pub(crate) mod events;
pub(crate) mod function;
pub(crate) mod incoming;
pub(crate) mod mount;
pub(crate) mod nonfinite;
pub(crate) mod outgoing;
pub(crate) mod output;
mod parts;
pub(crate) mod registration;
pub(crate) mod task;
