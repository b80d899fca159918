//! Why a picture cannot be read or written.

use crate::format::Format;

/// Why a picture cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a picture, or of a format we do not read.
    #[error("{0}")]
    Unreadable(String),
    /// A picture, but damaged.
    #[error("this {format} is damaged: {reason}", format = .0.name(), reason = .1)]
    Damaged(Format, String),
    /// Over a limit, which is named.
    #[error("{0}")]
    TooLarge(String),
    /// What was asked for cannot be done with this picture.
    #[error("{0}")]
    Impossible(String),
    /// The caller has gone.
    #[error("the request was canceled")]
    Cancelled,
}

/// What is left of a decoder that gives up by panicking, as some do on damage they did not expect: an error like any other.
pub(crate) fn guarded<T>(format: Format, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    ended.unwrap_or_else(|_| Err(Error::Damaged(format, "its data is invalid".into())))
}

impl Error {
    /// What a decoder of `image` says.
    pub(crate) fn of_image(format: Format, error: &image::ImageError) -> Self {
        use image::ImageError;
        match error {
            ImageError::Unsupported(_) => {
                Self::Unreadable(format!("this variant of {} is not supported: send it as PNG or JPEG", format.name()))
            }
            ImageError::Limits(_) => Self::TooLarge(format!("this {} needs too much memory to decode", format.name())),
            _ => Self::Damaged(format, "it ends early or its data is invalid".into()),
        }
    }
}
