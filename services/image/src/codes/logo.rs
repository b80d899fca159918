//! A logo in the center of a QR code, in the room that was made for it.

use chassis::{Call, File};
use codes::Area;
use codes::room::WIDEST;
use pictures::image::RgbaImage;
use pictures::{Frames, Kernel};

use super::layout::{Layout, Rect};
use crate::error::{Error, of_field};
use crate::input;

/// What a picture of the request says of its size.
pub(super) fn size(logo: &File) -> Result<(u32, u32), Error> {
    Ok(input::head("logo", logo)?.upright())
}

/// The picture, as large as its place in a code of so many modules allows, and where it stands.
pub(super) fn place(
    logo: &File,
    area: Area,
    modules: u32,
    layout: &Layout,
    call: &Call,
) -> Result<(RgbaImage, Rect), Error> {
    let room = layout.pixels(area);
    let module = room.width / area.columns;
    let most = (modules * module * WIDEST / 100).max(1);
    let (width, height) = ((room.width - module).min(most), (room.height - module).min(most));
    let picture = input::picture("logo", logo, Some((width, height)), Frames::One(0), call)?;
    let (from_width, from_height) = picture.frame_size();
    let (from_width, from_height) = (u64::from(from_width), u64::from(from_height));
    // As wide as there is room, or as high.
    let (width, height) = match u64::from(width) * from_height <= u64::from(height) * from_width {
        true => (width, ((u64::from(width) * from_height / from_width) as u32).max(1)),
        false => (((u64::from(height) * from_width / from_height) as u32).max(1), height),
    };
    let logo = pictures::resample(&picture, None, (width, height), Kernel::Lanczos3, &|| call.cancelled());
    let logo = logo.map_err(of_field("logo"))?.into_raster().into_rgba8();
    let (x, y) = (room.x + (room.width - width) / 2, room.y + (room.height - height) / 2);
    Ok((logo, Rect { x, y, width, height }))
}
