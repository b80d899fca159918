//! What can be found, and what cannot.

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// The number of a payment card.
    Card,
    /// An International Bank Account Number.
    Iban,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// The address of a network card.
    MacAddress,
    /// A number that a state gives to a person.
    NationalId,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Email, Self::Phone, Self::Card, Self::Iban, Self::IpAddress, Self::MacAddress, Self::NationalId];

    /// Its name, in capitals.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
            Self::Card => "CARD",
            Self::Iban => "IBAN",
            Self::IpAddress => "IP_ADDRESS",
            Self::MacAddress => "MAC_ADDRESS",
            Self::NationalId => "NATIONAL_ID",
        }
    }
}

/// Personal data that no pattern finds.
pub const UNCOVERED: [&str; 7] = [
    "names of persons and companies",
    "postal addresses",
    "dates of birth",
    "passport and driving license numbers",
    "bank accounts other than IBAN",
    "user names and passwords",
    "data in pictures and attachments",
];
