//! Pictures decoded, resampled and encoded. No HTTP, no service: what image, ocr and pdf share.
//!
//! Each row of the table uses only rows above it, so that any of them can be read, tested and replaced with what lies
//! below left alone. Bytes of strangers are met from the top down: the format by its signature, the parts of its
//! container, its head, the limits; only then is a pixel decoded.
//!
//! | module | job |
//! | --- | --- |
//! | `format`, `error` | the formats; why a picture cannot be read or written |
//! | `sniff` | the format of some bytes, by their signature |
//! | `limits` | the bounds every picture is held to before it is decoded |
//! | `container/` | chunks, segments, boxes and directories of files, walked without decoding |
//! | `pages` | the pages of a TIFF, the pictures of an icon |
//! | `color` | ICC profiles to sRGB |
//! | `turn` | quarter turns and mirrors |
//! | `kernel` | resampling filters, for one raster or one plane |
//! | `planes` | the planes of a JPEG as they are, for whoever makes a JPEG again |
//! | `picture` | frames of pixels |
//! | `resample` | a picture at another size |
//! | `shrink` | a smaller size, while rows are still being read |
//! | `svg` | drawings to pixels |
//! | `head` | size, orientation, profile, frames: what a file says before it is decoded |
//! | `metadata/` | EXIF, XMP, IPTC and comments, read and taken out |
//! | `decode/` | bytes to a [`Picture`]: upright, in sRGB, no larger than the caller needs |
//! | `encode/` | a picture to bytes |

mod color;
mod container;
mod decode;
mod encode;
mod error;
mod format;
mod head;
mod kernel;
mod limits;
mod metadata;
mod pages;
mod picture;
mod planes;
mod resample;
mod shrink;
mod sniff;
mod svg;
mod turn;

pub use decode::{DecodeOptions, Frames, decode};
pub use encode::{Encoding, encode};
pub use error::Error;
pub use format::Format;
pub use head::{Animation, Colors, Head, head};
/// The common buffer, and what can be done with it.
pub use image;
pub use kernel::{Kernel, Part, Region};
pub use limits::Limits;
pub use metadata::{
    Exif, Keep, Location, Metadata, Property, Stripped, Tag, is_location, profile_name, strip, strip_location,
    strippable,
};
pub use picture::{Frame, Picture, Pixels};
pub use planes::{Plane, Planes};
pub use resample::resample;
pub use svg::Drawing;
pub use turn::{orientation, turned};
