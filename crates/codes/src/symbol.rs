//! The modules of a code, whatever its kind.

use rxing::common::BitMatrix;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Symbology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CodeType {
    /// QR code: any text; every phone reads it.
    #[default]
    #[serde(alias = "qrcode")]
    Qr,
    /// EAN-13: 12 or 13 digits, on products.
    #[serde(alias = "ean")]
    Ean13,
    /// EAN-8: 7 or 8 digits, on small products.
    Ean8,
    /// UPC-A: 11 or 12 digits, on products in North America.
    #[serde(alias = "upca", alias = "upc")]
    UpcA,
    /// Code 128: ASCII, in logistics.
    Code128,
    /// Code 39: capital letters, digits and `-. $/+%`.
    Code39,
    /// Interleaved 2 of 5: an even number of digits, on cartons (ITF-14).
    #[serde(alias = "itf14")]
    Itf,
    /// Codabar: digits and `-$:/.+`, in libraries and blood banks.
    Codabar,
    /// Data Matrix: any text, on small parts.
    #[serde(alias = "datamatrix")]
    DataMatrix,
    /// PDF417: any text, on documents and boarding passes.
    Pdf417,
    /// Aztec: any text, on tickets.
    Aztec,
}

impl CodeType {
    /// The name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::Ean13 => "ean13",
            Self::Ean8 => "ean8",
            Self::UpcA => "upc-a",
            Self::Code128 => "code128",
            Self::Code39 => "code39",
            Self::Itf => "itf",
            Self::Codabar => "codabar",
            Self::DataMatrix => "data-matrix",
            Self::Pdf417 => "pdf417",
            Self::Aztec => "aztec",
        }
    }

    /// Whether it is bars.
    #[must_use]
    pub fn is_linear(self) -> bool {
        !matches!(self, Self::Qr | Self::DataMatrix | Self::Pdf417 | Self::Aztec)
    }

    /// Whether it is a product's, whose digits stand below by rule.
    #[must_use]
    pub fn is_retail(self) -> bool {
        matches!(self, Self::Ean13 | Self::Ean8 | Self::UpcA)
    }

    /// Modules around it that must be empty. QR: ISO/IEC 18004, 6.3.8. Data Matrix: 16022, 7.1. PDF417: 15438, 5.8.3.
    /// Bars: 15417, 16388, 16390 (10); EAN and UPC: GS1 General Specifications, 5.2.3.4. Aztec needs none (24778, 4.2).
    #[must_use]
    pub fn quiet_zone(self) -> u32 {
        match self {
            Self::Qr => 4,
            Self::Ean13 => 11,
            Self::UpcA => 9,
            Self::Ean8 => 7,
            Self::Code128 | Self::Code39 | Self::Itf | Self::Codabar => 10,
            Self::DataMatrix => 1,
            Self::Pdf417 => 2,
            Self::Aztec => 0,
        }
    }

    /// Modules left empty around it when nobody says: what must be, or a little more where readers do better with it.
    #[must_use]
    pub fn margin(self) -> u32 {
        match self {
            Self::DataMatrix => 2,
            Self::Aztec => 4,
            _ => self.quiet_zone(),
        }
    }
}

/// Error correction level of a QR code: the share of it that may be damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCorrection {
    /// 7 %.
    #[serde(alias = "low")]
    L,
    /// 15 %.
    #[default]
    #[serde(alias = "medium")]
    M,
    /// 25 %.
    #[serde(alias = "quartile")]
    Q,
    /// 30 %.
    #[serde(alias = "high")]
    H,
}

/// Modules, dark or light, row by row. Bars are one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Modules in a row.
    pub columns: u32,
    /// Rows of modules.
    pub rows: u32,
    dark: Vec<bool>,
}

impl Symbol {
    /// Modules by what they are.
    pub(crate) fn new(columns: u32, rows: u32, is_dark: impl Fn(u32, u32) -> bool) -> Self {
        let dark = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))).map(|(x, y)| is_dark(x, y)).collect();
        Self { columns, rows, dark }
    }

    /// Modules as the library has them.
    pub(crate) fn of(matrix: &BitMatrix) -> Self {
        Self::new(matrix.width(), matrix.height(), |x, y| matrix.get(x, y))
    }

    /// Whether a module is dark.
    ///
    /// # Panics
    /// When there is no such module.
    #[must_use]
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        self.dark[(y * self.columns + x) as usize]
    }

    /// The dark runs of a row: where each begins, and its modules.
    pub fn runs(&self, y: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let start = (y * self.columns) as usize;
        let row = &self.dark[start..start + self.columns as usize];
        let mut x = 0;
        row.chunk_by(|a, b| a == b).filter_map(move |run| {
            let (from, length) = (x, run.len() as u32);
            x += length;
            run[0].then_some((from, length))
        })
    }

    /// The same with a part of the modules changed.
    pub(crate) fn with(&self, area: Area, change: impl Fn(bool) -> bool) -> Self {
        Self::new(self.columns, self.rows, |x, y| {
            let dark = self.is_dark(x, y);
            if area.holds(x, y) { change(dark) } else { dark }
        })
    }
}

/// A part of a symbol, in modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Modules from the left edge.
    pub x: u32,
    /// Modules from the top edge.
    pub y: u32,
    /// Width in modules.
    pub columns: u32,
    /// Height in modules.
    pub rows: u32,
}

impl Area {
    fn holds(self, x: u32, y: u32) -> bool {
        (self.x..self.x + self.columns).contains(&x) && (self.y..self.y + self.rows).contains(&y)
    }
}
