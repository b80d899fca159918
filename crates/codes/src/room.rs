//! A QR code with room for a logo in its middle.
//!
//! The modules below it are gone, and error correction makes up for them. Whether it can is tried out, on the worst case:
//! every module below the picture read wrong.

use rxing::common::BitMatrix;
use rxing::qrcode::decoder::qrcode_decoder;

use crate::qr::{self, Qr};
use crate::symbol::{Area, ErrorCorrection, Symbol};
use crate::{Error, conflict};

/// Percent of the width of the code a logo may have: with margins for dirt, far less than error correction can mend.
pub const WIDEST: u32 = 22;
/// Percent it has at least, rather than that the code becomes larger.
const LEAST: u32 = 18;
/// Versions that are tried until error correction makes up for what is gone.
const TRIES: u8 = 8;

/// A code with room for a picture of this size in its middle, and where that is.
///
/// # Errors
/// When the text is too long, or no code of it can be read with the picture on it.
pub fn encode(text: &str, logo: (u32, u32)) -> Result<(Qr, Area), Error> {
    let smallest = qr::encode(text, ErrorCorrection::H, 1).map_err(|_| {
        conflict(
            "text",
            "is too long for a code with a logo, which holds about 1,270 bytes: shorten it, or leave logo out",
        )
    })?;
    for version in smallest.version..=smallest.version.saturating_add(TRIES).min(40) {
        let code = qr::encode(text, ErrorCorrection::H, version)?;
        let modules = code.symbol.columns;
        // Half a module around the picture stays empty. The middle of a code is a module, so an odd number makes way.
        let most = ((modules * WIDEST).div_ceil(100) + 1) | 1;
        let areas = [most, most - 2].into_iter().filter(|&longer| (longer - 1) * 100 >= modules * LEAST);
        for area in areas.map(|longer| area(modules, longer, logo)) {
            if survives(&code.symbol, area) {
                let symbol = code.symbol.with(area, |_| false);
                return Ok((Qr { symbol, ..code }, area));
            }
        }
    }
    Err(conflict("logo", "would make this code unreadable: shorten the text, or leave logo out"))
}

/// The modules in the middle that make way for a picture of this size, so many along its longer side.
fn area(modules: u32, most: u32, (width, height): (u32, u32)) -> Area {
    let odd = |length: u64| (length.max(1) - 1) as u32 / 2 * 2 + 1;
    let longer = u64::from(width.max(height)).max(1);
    let part = |side: u32| odd((u64::from(most) * u64::from(side)).div_ceil(longer) + 1).clamp(3, most);
    let (columns, rows) = (part(width), part(height));
    Area { x: (modules - columns) / 2, y: (modules - rows) / 2, columns, rows }
}

/// Whether it can be read with every module of a part wrong.
fn survives(symbol: &Symbol, area: Area) -> bool {
    let worst = symbol.with(area, |dark| !dark);
    let Ok(mut bits) = BitMatrix::new(worst.columns, worst.rows) else { return false };
    for y in 0..worst.rows {
        for x in (0..worst.columns).filter(|&x| worst.is_dark(x, y)) {
            bits.set(x, y);
        }
    }
    qrcode_decoder::decode_bitmatrix(&bits).is_ok()
}
