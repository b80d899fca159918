//! The planes of JPEG files (ITU-T T.81), whole or at 1/8, 1/4 and 1/2 of their size.
//!
//! ```
//! # let file = include_bytes!("../tests/data/420.jpg");
//! let planes = jpeg::decode(file, jpeg::Scale::Eighth, &|| false)?;
//! assert_eq!((planes.width, planes.height), (17, 12)); // of 131 x 93
//! # Ok::<(), jpeg::Error>(())
//! ```
//!
//! # Why it is fast
//!
//! A block of 8 x 8 samples is 64 coefficients, of which a small picture needs the first few: one for 1/8, those up
//! to the 5th in zigzag order for 1/4, to the 25th for 1/2. Decoders made for full size read all of them all the same.
//! Here
//!
//! - the others are gone over several at a time: a table says for the next 12 bits how many symbols they hold, the bits
//!   that follow each of them included, and whether the block ends there (`huffman`). Those that are needed come from a
//!   table too, two in one look-up, with their values;
//! - scans of a progressive picture that hold nothing that is needed are not read at all: the search for the next
//!   marker runs at the speed of memory. At 1/8 that is most of the file (`progressive`);
//! - the bit reader refills without branches (`bits`), and 16 blocks are transformed at a time (`idct`);
//! - nothing is kept of a sequential picture but a row of blocks.
//!
//! # What comes out
//!
//! Whole, luma is within 1 of what libjpeg makes. At 1/8 it is that, bit for bit. At the other scales the lowest 2 x 2 or 4 x 4
//! coefficients go through the transform of that size. libjpeg-turbo makes the mean of 4 x 4 or 2 x 2 samples
//! instead, for which it needs nearly all coefficients; followed by a good resize, ours is nearer to what the full
//! picture gives for photographs (by 1 to 4 dB), further away where the finest lines alternate.
//!
//! Whoever resizes further starts from [`Plane::extent`], not from the plane's sides: at 1/8 of 2,725 x 2,225 pixels that
//! is worth 10 dB.
//!
//! The components are not brought to one size and not turned into RGB: whoever makes the picture smaller still does that
//! better on planes. With chroma at half size (4:2:0), as nearly all cameras write it, the chroma planes are half as
//! large as the small picture: enough for a JPEG or WebP, which have it so again. Where that is too coarse, as for a
//! PNG, the next scale has what is missing.
//!
//! # What is not here
//!
//! Arithmetic coding, 12 bits, lossless and hierarchical pictures, CMYK, RGB without a transform, pictures
//! whose height follows their first scan, and those of more than 100 megapixels: [`Error::Unsupported`], for another
//! decoder to try. Color profiles and orientation. And patience: a picture that breaks off, or whose restart markers
//! are out of order, is [`Error::Corrupt`], never half a picture. Where a scan that is not read is the last of a file
//! without an end marker, nothing tells whether it is whole: that is an error too.
//!
//! # What it needs
//!
//! The planes; of a progressive picture besides 2 bytes for each coefficient that matters and, above 1/8, a bit for
//! each other one: up to 2 bytes for each pixel of the large picture at 1/2 without subsampling, 6 when it is whole. Nothing is allocated
//! before the file is known to be long enough for a bit per block.

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

/// Why a picture was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A JPEG this decoder does not read; another decoder may.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// Not a JPEG, or a damaged or truncated one.
    #[error("{0}")]
    Corrupt(&'static str),
    /// The caller has gone.
    #[error("canceled")]
    Cancelled,
}

/// The header of a file: what it says ahead of its first scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels; 0 where the file says it only after the first scan.
    pub height: u32,
    /// Number of components: 1 for gray, 3 for color, 4 for CMYK or YCCK.
    pub components: u8,
    /// Whether it is a progressive JPEG.
    pub progressive: bool,
    /// Whether [`decode`] supports it.
    pub supported: bool,
}

/// Scale at which a picture is decoded; sides are rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 1/8: one sample of each block of 8 x 8.
    Eighth,
    /// 1/4: 2 x 2 samples.
    Quarter,
    /// 1/2: 4 x 4 samples.
    Half,
    /// All 8 x 8 samples.
    Full,
}

impl Scale {
    /// Samples a block keeps in each direction.
    const fn samples(self) -> u32 {
        match self {
            Self::Eighth => 1,
            Self::Quarter => 2,
            Self::Half => 4,
            Self::Full => 8,
        }
    }

    /// A side of the small picture.
    #[must_use]
    pub const fn of(self, side: u32) -> u32 {
        (side as u64 * self.samples() as u64).div_ceil(8) as u32
    }
}

/// Reads the header of a file, up to its first scan.
pub fn header(bytes: &[u8]) -> Result<Header, Error> {
    let mut walk = Walk::new(bytes)?;
    walk.next_scan_header()?;
    let frame = walk.frame.as_ref().ok_or(Error::Corrupt("the file holds no picture"))?;
    Ok(Header {
        width: frame.width,
        height: frame.height,
        components: frame.components.len() as u8,
        progressive: frame.progressive,
        supported: walk.supported().is_ok(),
    })
}

/// Decodes a picture at a scale.
///
/// `cancelled` is asked once for each row of blocks.
pub fn decode(bytes: &[u8], scale: Scale, cancelled: &dyn Fn() -> bool) -> Result<Planes, Error> {
    let mut walk = Walk::new(bytes)?;
    let segment = walk.next_scan_header()?.ok_or(Error::Corrupt("the file holds no picture"))?;
    let frame = walk.supported()?.clone();
    // Each block takes a bit at least.
    if frame.blocks() > bytes.len().saturating_mul(8) {
        return Err(Error::Corrupt("the file is too short for the picture's size"));
    }
    let scan = walk.scan(segment)?;
    match scale {
        Scale::Eighth => planes::<1>(walk, scan, &frame, cancelled),
        Scale::Quarter => planes::<2>(walk, scan, &frame, cancelled),
        Scale::Half => planes::<4>(walk, scan, &frame, cancelled),
        Scale::Full => planes::<8>(walk, scan, &frame, cancelled),
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
