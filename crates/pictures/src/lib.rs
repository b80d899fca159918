//! Pictures read, resampled and written. No HTTP, no service: what image, ocr and pdf share.
//!
//! | file | job |
//! | --- | --- |
//! | `format.rs` | which format bytes are, by their first ones |
//! | `head.rs` | size, orientation, profile, frames: what a picture says before it is decoded |
//! | `container/` | the parts of files, walked without decoding |
//! | `limits.rs` | the bounds every picture is held to before it is decoded |
//! | `decode/` | bytes to a [`Picture`]: upright, in sRGB, no larger than the caller needs |
//! | `metadata/` | EXIF, XMP, IPTC and comments, read and taken out |
//! | `picture.rs` | frames of pixels |
//! | `planes.rs` | the planes of a JPEG as they are, for those who make a JPEG again |
//! | `turn.rs` | quarter turns and mirrors |
//! | `resample.rs` | another size |
//! | `shrink.rs` | a smaller size, while rows are still being read |
//! | `svg.rs` | drawings to pixels |
//! | `encode/` | a picture to bytes |

mod color;
mod container;
mod decode;
mod encode;
mod error;
mod format;
mod head;
mod limits;
mod metadata;
mod picture;
mod planes;
mod resample;
mod shrink;
mod svg;
mod turn;

pub use color::profile_name;
pub use decode::{Frames, Wish, decode};
pub use encode::{Encoding, encode};
pub use error::Error;
pub use format::Format;
pub use head::{Animation, Colors, Head, head};
/// The common buffer, and what can be done with it.
pub use image;
pub use limits::Limits;
pub use metadata::{Exif, Keep, Metadata, Position, Property, Stripped, Tag, is_place, strip, strip_place, strippable};
pub use picture::{Frame, Picture, Pixels};
pub use planes::{Plane, Planes};
pub use resample::{Kernel, Part, Region, resample};
pub use svg::Drawing;
pub use turn::{orientation, turned};
