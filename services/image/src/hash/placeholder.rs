//! Placeholders: what is shown while a picture loads.

use chassis::Call;
use data_encoding::BASE64;
use pictures::{Encoding, Format, Kernel, Picture, encode};

use super::{scaled, within};
use crate::error::{Error, of_field};
use crate::raster::Raster;

/// Enough for 4 by 3 components.
const BLURHASH_SIDE: u32 = 64;
const COMPONENTS: (usize, usize) = (4, 3);
/// What the algorithm takes at most.
const THUMBHASH_SIDE: u32 = 100;
const LQIP_SIDE: u32 = 20;
const LQIP_QUALITY: u8 = 40;

fn rgba(look: &Picture, side: u32, call: &Call) -> Result<Raster, Error> {
    let small = scaled(look, within(look.frame_size(), side), Kernel::Linear, call)?;
    Ok(Raster::of(small.into_raster()).colored().transparent())
}

pub(super) fn blurhash(look: &Picture, call: &Call) -> Result<String, Error> {
    Ok(super::blurhash::encode(&rgba(look, BLURHASH_SIDE, call)?, COMPONENTS))
}

pub(super) fn thumbhash(look: &Picture, call: &Call) -> Result<String, Error> {
    let raster = rgba(look, THUMBHASH_SIDE, call)?;
    Ok(BASE64.encode(&thumbhash::rgba_to_thumb_hash(raster.width, raster.height, &raster.samples)))
}

pub(super) fn lqip(look: &Picture, call: &Call) -> Result<String, Error> {
    let small = scaled(look, within(look.frame_size(), LQIP_SIDE), Kernel::Linear, call)?;
    let encoding = Encoding { quality: LQIP_QUALITY, ..Encoding::of(Format::Webp) };
    let bytes = encode(&small, &encoding, &|| call.cancelled()).map_err(of_field("image"))?;
    Ok(format!("data:image/webp;base64,{}", BASE64.encode(&bytes)))
}
