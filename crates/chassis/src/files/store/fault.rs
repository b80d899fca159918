//! What can go wrong with the store, as clients are told and as the log says it.

use std::error::Error as Cause;
use std::fmt;
use std::io::{self, ErrorKind};

use crate::error::{Code, Error, clip};

/// Characters of a cause that are logged.
const CAUSE: usize = 200;

/// What can go wrong.
#[derive(Debug)]
pub(super) enum Fault {
    /// There is no such object.
    Missing,
    /// No space, or the operator's limit.
    Full,
    /// No answer in time.
    Late,
    /// Anything else; why, for the log.
    Failed(String),
}

impl Fault {
    /// What the client is told; why goes to the log.
    pub(super) fn told(self) -> Error {
        tracing::warn!(cause = %self, "the store of files failed");
        let (message, seconds) = match self {
            Self::Full => ("no space is left to keep files: try again later", 60),
            Self::Late => ("the place where files are kept does not answer in time: try again in a few seconds", 5),
            Self::Missing | Self::Failed(_) => {
                ("files cannot be kept or read right now; the log of the server says why", 30)
            }
        };
        Error::new(Code::Unavailable, message).retry_after(seconds)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "not found; is there such a bucket?",
            Self::Full => "no space",
            Self::Late => "no answer in time",
            Self::Failed(cause) => cause,
        })
    }
}

impl Cause for Fault {}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if full(&error) { Self::Full } else { Self::Failed(cause(&error)) }
    }
}

impl From<object_store::Error> for Fault {
    fn from(error: object_store::Error) -> Self {
        match &error {
            object_store::Error::NotFound { .. } => Self::Missing,
            error if causes(error).any(|cause| cause.downcast_ref().is_some_and(full)) => Self::Full,
            error => Self::Failed(cause(error)),
        }
    }
}

fn full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn causes<'e>(error: &'e (dyn Cause + 'static)) -> impl Iterator<Item = &'e (dyn Cause + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The innermost cause, without paths and addresses. What S3 answers may hold the key's id and what was signed: of that
/// only the status and the word in `<Code>` are taken.
pub(super) fn cause(error: &(dyn Cause + 'static)) -> String {
    let text = causes(error).last().unwrap_or(error).to_string();
    let Some(answer) = text.strip_prefix("Server returned ") else { return clip(&text, CAUSE).into_owned() };
    let status = answer.strip_prefix("non-2xx status code: ").and_then(|rest| rest.split(": ").next());
    let code = answer.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    clip(&format!("S3 answered {} {}", status.unwrap_or("200"), code.unwrap_or_default()), CAUSE).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(source: impl Cause + Send + Sync + 'static) -> object_store::Error {
        object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(source) }
    }

    /// An error with another inside, as the store wraps them.
    #[derive(Debug)]
    struct Wrapped(&'static str, Option<io::Error>);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Cause for Wrapped {
        fn source(&self) -> Option<&(dyn Cause + 'static)> {
            self.1.as_ref().map(|inner| inner as _)
        }
    }

    #[test]
    fn a_full_disk_is_told_from_other_faults() {
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            assert!(matches!(Fault::from(generic(Wrapped("unable to copy", Some(kind.into())))), Fault::Full));
            assert!(matches!(Fault::from(io::Error::from(kind)), Fault::Full));
        }
        let error = Fault::Full.told();
        assert_eq!(
            (error.code(), error.message()),
            (Code::Unavailable, "no space is left to keep files: try again later".to_owned())
        );
        let denied = generic(Wrapped("unable to open /home/ann/files", Some(io::Error::from_raw_os_error(13))));
        assert!(matches!(Fault::from(denied), Fault::Failed(cause) if cause == "Permission denied (os error 13)"));
    }

    #[test]
    fn of_an_answer_of_s3_only_status_and_code_are_logged() {
        let answer = "Server returned non-2xx status code: 403 Forbidden: <?xml version=\"1.0\"?><Error>\
                      <Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>";
        for (answer, logged) in [
            (answer, "S3 answered 403 Forbidden SignatureDoesNotMatch"),
            (
                "Server returned non-2xx status code: 500 Internal Server Error: {secret: 1}",
                "S3 answered 500 Internal Server Error ",
            ),
            ("Server returned error response: secret", "S3 answered 200 "),
            ("Server returned error response: <Code>a secret</Code>", "S3 answered 200 "),
        ] {
            assert_eq!(cause(&generic(Wrapped(answer, None))), logged);
        }
        assert!(cause(&generic(Wrapped("x".repeat(1000).leak(), None))).chars().count() <= CAUSE);
    }
}
