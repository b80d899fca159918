//! What the owner of a protected document allows.

use lopdf::Permissions;
use lopdf::encryption::EncryptionState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something the owner of a document allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Printing, perhaps in low quality only.
    Print,
    /// Printing in full quality.
    PrintHighQuality,
    /// Copying text and pictures.
    Copy,
    /// Copying for screen readers.
    Accessibility,
    /// Changing the content.
    Modify,
    /// Adding comments, and filling form fields.
    Annotate,
    /// Filling form fields.
    FillForms,
    /// Inserting, rotating and deleting pages.
    Assemble,
}

/// Every permission with its bit.
const ALL: [(Permission, Permissions); 8] = [
    (Permission::Print, Permissions::PRINTABLE),
    (Permission::PrintHighQuality, Permissions::PRINTABLE_IN_HIGH_QUALITY),
    (Permission::Copy, Permissions::COPYABLE),
    (Permission::Accessibility, Permissions::COPYABLE_FOR_ACCESSIBILITY),
    (Permission::Modify, Permissions::MODIFIABLE),
    (Permission::Annotate, Permissions::ANNOTABLE),
    (Permission::FillForms, Permissions::FILLABLE),
    (Permission::Assemble, Permissions::ASSEMBLABLE),
];

impl Permission {
    /// What a document allows: everything when it is not encrypted.
    pub(crate) fn of(encryption: Option<&EncryptionState>) -> Vec<Self> {
        let allowed = encryption.map_or(Permissions::all(), EncryptionState::permissions);
        ALL.iter().filter(|(_, bit)| allowed.contains(*bit)).map(|(permission, _)| *permission).collect()
    }

    /// The bits of some permissions. Screen readers are never kept out (PDF 2.0 asks for that), and full quality
    /// includes low.
    pub(crate) fn bits(permissions: &[Self]) -> Permissions {
        let mut bits = Permissions::COPYABLE_FOR_ACCESSIBILITY;
        for (permission, bit) in ALL {
            if permissions.contains(&permission) {
                bits |= bit;
            }
        }
        if bits.contains(Permissions::PRINTABLE_IN_HIGH_QUALITY) {
            bits |= Permissions::PRINTABLE;
        }
        bits
    }
}
