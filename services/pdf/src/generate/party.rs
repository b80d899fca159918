//! Who writes and who is written to.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::locale::Locale;
use super::view::breakable;

/// A person or company.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[garde(allow_unvalidated)]
pub struct Party {
    /// Name of the person or company.
    #[serde(alias = "company")]
    #[garde(length(chars, max = 200))]
    pub name: String,
    /// Person to contact at the company.
    #[garde(length(chars, max = 200))]
    pub contact: Option<String>,
    /// Postal address, lines separated by line breaks; or send `street`, `postalCode`, `city` and `country`.
    #[garde(length(chars, max = 1000))]
    pub address: Option<String>,
    /// Street and number.
    #[garde(length(chars, max = 200))]
    pub street: Option<String>,
    /// Postal code.
    #[serde(alias = "zip", alias = "postcode")]
    #[garde(length(chars, max = 40))]
    pub postal_code: Option<String>,
    /// City.
    #[garde(length(chars, max = 200))]
    pub city: Option<String>,
    /// State or province, written behind the city.
    #[garde(length(chars, max = 100))]
    pub state: Option<String>,
    /// Country, written as it is sent.
    #[garde(length(chars, max = 100))]
    pub country: Option<String>,
    /// Email address.
    #[garde(length(chars, max = 200))]
    pub email: Option<String>,
    /// Phone number.
    #[garde(length(chars, max = 100))]
    pub phone: Option<String>,
    /// Website.
    #[garde(length(chars, max = 200))]
    pub website: Option<String>,
    /// Tax or VAT number.
    #[serde(alias = "vatId", alias = "vatNumber", alias = "taxNumber")]
    #[garde(length(chars, max = 100))]
    pub tax_id: Option<String>,
    /// Registration, such as the court and number of the commercial register.
    #[garde(length(chars, max = 200))]
    pub registration: Option<String>,
}

/// A party as a template shows it.
#[derive(Debug, Serialize)]
pub(crate) struct PartyView {
    pub(crate) name: String,
    /// Contact and address.
    pub(crate) lines: Vec<String>,
    /// The address in one line.
    pub(crate) inline: String,
    /// Email, phone, website.
    pub(crate) reach: Vec<String>,
    /// Tax number with its label, registration.
    pub(crate) legal: Vec<String>,
}

impl Party {
    pub(crate) fn view(&self, locale: &Locale, tax_label: &str) -> PartyView {
        let present =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut address: Vec<String> = match present(&self.address) {
            Some(address) => {
                address.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
            }
            None => present(&self.street).into_iter().collect(),
        };
        let (city, code, state) = (present(&self.city), present(&self.postal_code), present(&self.state));
        // Codes that begin with a letter stand behind the city, in Britain, Ireland and Canada.
        let lettered = code.as_deref().is_some_and(|code| code.starts_with(|first: char| first.is_alphabetic()));
        let town = if locale.language == "en" && (state.is_some() || locale.letter || lettered) {
            let place = [city, state].into_iter().flatten().collect::<Vec<_>>().join(", ");
            [Some(place).filter(|place| !place.is_empty()), code].into_iter().flatten().collect::<Vec<_>>().join(" ")
        } else {
            [code, city, state].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        address.extend(Some(town).filter(|town| !town.is_empty()));
        address.extend(present(&self.country));
        let inline = address.join(" · ");
        let lines = present(&self.contact).into_iter().chain(address);
        let reach = [&self.email, &self.phone, &self.website];
        let tax_id = present(&self.tax_id).map(|number| format!("{tax_label}: {number}"));
        PartyView {
            name: breakable(self.name.trim()),
            lines: lines.map(|line| breakable(&line)).collect(),
            inline: breakable(&inline),
            reach: reach.into_iter().filter_map(present).map(|text| breakable(&text)).collect(),
            legal: tax_id.into_iter().chain(present(&self.registration)).map(|text| breakable(&text)).collect(),
        }
    }
}
