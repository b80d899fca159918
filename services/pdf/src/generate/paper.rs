//! Paper of documents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Paper of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// 210 by 297 mm.
    A4,
    /// 8.5 by 11 inches.
    #[serde(alias = "us-letter")]
    Letter,
    /// 148 by 210 mm.
    A5,
    /// 8.5 by 14 inches.
    #[serde(alias = "us-legal")]
    Legal,
    /// 297 by 420 mm.
    A3,
}

impl Paper {
    /// Its name in typst.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "us-letter",
            Self::A5 => "a5",
            Self::Legal => "us-legal",
            Self::A3 => "a3",
        }
    }

    /// Its name in style sheets.
    pub(crate) fn css(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
            Self::A5 => "a5",
            Self::Legal => "legal",
            Self::A3 => "a3",
        }
    }
}
