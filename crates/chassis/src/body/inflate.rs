//! Bodies and files that come compressed.

use std::pin::Pin;

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use tokio::io::{AsyncBufRead, AsyncRead};

/// The most memory zstd may ask for to look back into, as a power of two: 8 MB (RFC 9659).
pub(crate) const ZSTD_WINDOW: u32 = 23;

/// What a `Content-Encoding` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Zstd,
}

impl Coding {
    /// The coding of a header's value; nothing when it is one that is not read here.
    pub(crate) fn of(value: Option<&[u8]>) -> Option<Self> {
        match value.unwrap_or_default().trim_ascii().to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Some(Self::Identity),
            b"gzip" | b"x-gzip" => Some(Self::Gzip),
            b"zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The bytes as they were before.
    pub(crate) fn inflate<R: AsyncBufRead + Send + 'static>(self, bytes: R) -> Pin<Box<dyn AsyncRead + Send>> {
        match self {
            Self::Identity => Box::pin(bytes),
            Self::Gzip => {
                let mut decoder = GzipDecoder::new(bytes);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Self::Zstd => {
                let mut decoder = ZstdDecoder::with_params(bytes, &[DParameter::window_log_max(ZSTD_WINDOW)]);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_known_by_name() {
        assert_eq!(Coding::of(None), Some(Coding::Identity));
        assert_eq!(Coding::of(Some(b" GZip ")), Some(Coding::Gzip));
        assert_eq!(Coding::of(Some(b"gzip, zstd")), None);
        assert_eq!(Coding::of(Some(b"\xff")), None);
    }
}
