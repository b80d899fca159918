//! Small pictures out of large JPEG files.

mod bits;
mod frame;
mod huffman;
mod idct;
mod markers;
mod plane;
mod progressive;
mod sequential;

pub use plane::{Plane, Planes};

use frame::Frame;
use markers::Walk;

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A JPEG this decoder does not read; another decoder may.
    #[error("{0} is not read here")]
    Unsupported(&'static str),
    /// No JPEG, a damaged or a truncated one.
    #[error("{0}")]
    Corrupt(&'static str),
    /// The caller no longer wants it.
    #[error("cancelled")]
    Cancelled,
}

/// What is said ahead of the first scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Pixels in a row.
    pub width: u32,
    /// Rows; 0 where the file says it only after the first scan.
    pub height: u32,
    /// 1 grey, 3 colour, 4 CMYK or YCCK.
    pub components: u8,
    /// Whether the picture comes in several passes over the same blocks.
    pub progressive: bool,
    /// Whether [`decode`] reads this kind.
    pub supported: bool,
}

/// Size of the small picture, as a part of the large one's sides, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 1/8: one sample of each block of 8 x 8.
    Eighth,
    /// 1/4: 2 x 2 samples.
    Quarter,
    /// 3/8: 3 x 3 samples.
    ThreeEighths,
    /// 1/2: 4 x 4 samples.
    Half,
}

impl Scale {
    /// Samples a block keeps in each direction.
    const fn samples(self) -> u32 {
        match self {
            Self::Eighth => 1,
            Self::Quarter => 2,
            Self::ThreeEighths => 3,
            Self::Half => 4,
        }
    }

    /// A side of the small picture.
    #[must_use]
    pub const fn of(self, side: u32) -> u32 {
        (side as u64 * self.samples() as u64).div_ceil(8) as u32
    }
}

/// Reads the head of a file, up to its first scan.
pub fn header(bytes: &[u8]) -> Result<Header, Error> {
    let mut walk = Walk::new(bytes)?;
    walk.next_scan()?;
    let frame = walk.frame.as_ref().ok_or(Error::Corrupt("the file holds no picture"))?;
    Ok(Header {
        width: frame.width,
        height: frame.height,
        components: frame.components.len() as u8,
        progressive: frame.progressive,
        supported: walk.check().is_ok(),
    })
}

/// Decodes a picture at a part of its size.
///
/// `cancelled` is asked every few rows of blocks.
pub fn decode(bytes: &[u8], scale: Scale, cancelled: &dyn Fn() -> bool) -> Result<Planes, Error> {
    let mut walk = Walk::new(bytes)?;
    let scan = walk.next_scan()?.ok_or(Error::Corrupt("the file holds no picture"))?;
    let frame = walk.check()?.clone();
    match scale {
        Scale::Eighth => planes::<1>(walk, scan, &frame, cancelled),
        Scale::Quarter => planes::<2>(walk, scan, &frame, cancelled),
        Scale::ThreeEighths => planes::<3>(walk, scan, &frame, cancelled),
        Scale::Half => planes::<4>(walk, scan, &frame, cancelled),
    }
}

fn planes<const N: usize>(
    walk: Walk<'_>,
    first: markers::Scan,
    frame: &Frame,
    cancelled: &dyn Fn() -> bool,
) -> Result<Planes, Error> {
    let planes = if frame.progressive {
        progressive::decode::<N>(walk, first, frame, cancelled)?
    } else {
        sequential::decode::<N>(walk, first, frame, cancelled)?
    };
    let mut planes = planes.into_iter();
    let luma = planes.next().ok_or(Error::Corrupt("the file holds no picture"))?;
    let chroma = planes.next().zip(planes.next()).map(|(blue, red)| [blue, red]);
    Ok(Planes { width: frame.scaled(frame.width, N), height: frame.scaled(frame.height, N), luma, chroma })
}
