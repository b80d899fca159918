//! Matrix codes other than QR: Data Matrix by datamatrix, PDF417 and Aztec by rxing.

use datamatrix::{DataMatrixBuilder, SymbolList};
use rxing::common::CharacterSet;
use rxing::pdf417::encoder::PDF417;
use rxing::{BarcodeFormat, EncodeHints};

use crate::gs1::Elements;
use crate::linear::write;
use crate::symbol::{CodeType, Symbol};
use crate::{Error, conflict};

/// How high a row of PDF417 is at least, in modules: ISO/IEC 15438, 5.8.2.
pub const PDF417_ROW: u32 = 3;

/// A text as modules; `gs1` for a GS1 element string in Data Matrix.
///
/// # Errors
/// When the code cannot hold the text.
pub fn encode(text: &str, code: CodeType, gs1: bool) -> Result<Symbol, Error> {
    let utf8 = (!text.is_ascii()).then(|| "UTF-8".to_owned());
    let (symbol, most) = match code {
        CodeType::DataMatrix => (data_matrix(text, gs1)?, "1,550 characters"),
        CodeType::Aztec => {
            let hints = EncodeHints { CharacterSet: utf8, ..EncodeHints::default() };
            (write(text, BarcodeFormat::AZTEC, &hints).map(|matrix| Symbol::of(&matrix)), "1,400 bytes")
        }
        _ => (pdf417(text), "1,000 bytes"),
    };
    symbol.ok_or_else(|| {
        let name = code.name();
        conflict("text", format!("is too long for {name}: it holds about {most}: shorten it, or use qr"))
    })
}

/// A square Data Matrix: in Latin-1, which is its own, or else in UTF-8, which it says.
fn data_matrix(text: &str, gs1: bool) -> Result<Option<Symbol>, Error> {
    let builder = DataMatrixBuilder::new().with_symbol_list(SymbolList::default().enforce_square());
    let made = match gs1 {
        true => builder.with_fnc1_start(true).encode(Elements::read(text)?.encoded().as_bytes()),
        false => builder.encode_str(text),
    };
    let Ok(code) = made else { return Ok(None) };
    let bitmap = code.bitmap();
    let (columns, rows) = (bitmap.width(), bitmap.height());
    let bits = bitmap.bits();
    Ok(Some(Symbol::new(columns as u32, rows as u32, |x, y| bits[y as usize * columns + x as usize])))
}

/// The rows of a PDF417, one module high.
fn pdf417(text: &str) -> Option<Symbol> {
    let mut encoder = PDF417::new();
    if !text.is_ascii() {
        encoder.setEncoding(Some(CharacterSet::UTF8));
    }
    // The recommended level for what it holds (15438, annex E), or less where that does not fit.
    let level = match text.len() {
        0..=60 => 2,
        61..=240 => 3,
        241..=480 => 4,
        _ => 5,
    };
    let mut levels = (2..=level).rev();
    levels.find(|&level| encoder.generateBarcodeLogic(text, level).is_ok())?;
    let rows = encoder.getBarcodeMatrix().as_ref()?.getMatrix();
    let (columns, height) = (rows.first()?.len() as u32, rows.len() as u32);
    // The library has the last row first.
    Some(Symbol::new(columns, height, |x, y| rows[(height - 1 - y) as usize][x as usize] == 1))
}
