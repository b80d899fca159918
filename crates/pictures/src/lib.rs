//! Pictures read, resampled and written. No HTTP, no service: what image, ocr and pdf share.
//!
//! | file | job |
//! | --- | --- |
//! | `format.rs` | which format bytes are, by their first ones |
//! | `head.rs` | size, orientation, profile, frames: what a picture says before it is decoded |
//! | `limits.rs` | the bounds every picture is held to before it is decoded |
//! | `decode/` | bytes to a [`Picture`]: upright, in sRGB, no larger than the caller needs |
//! | `picture.rs` | frames of pixels, or the planes of a JPEG as they are |
//! | `resample.rs` | another size |
//! | `svg.rs` | drawings to pixels |
//! | `encode/` | a picture to bytes |

mod color;
mod decode;
mod encode;
mod error;
mod format;
mod head;
mod limits;
mod picture;
mod resample;
mod svg;

pub use decode::{Frames, Wish, decode};
pub use encode::{Encoding, encode};
pub use error::Error;
pub use format::Format;
pub use head::{Colors, Head, head};
/// The common buffer, and what can be done with it.
pub use image;
pub use limits::Limits;
pub use picture::{Frame, Picture, Pixels, Plane, Planes};
pub use resample::{Kernel, Part, Region, resample};
pub use svg::Drawing;
