//! Telephone numbers: read as people write them, checked and written as Google's libphonenumber does.
//!
//! The numbering plans are its metadata, as a table; the steps are its own too, because what a number is depends on their
//! order. No crate is used: the one there is finds other regions and types than the reference and takes 0.2 s to start.
//!
//! | file | job |
//! | --- | --- |
//! | `metadata.rs` | numbering plans by region and calling code; patterns, compiled when first needed |
//! | `parse.rs` | a text to a number |
//! | `write.rs` | a number to E.164, international, national and RFC 3966 form |

mod metadata;
mod parse;
mod write;

use metadata::{Region, Shape, is_whole, regions_of, starts};
use parse::Length;
pub use write::Style;

/// A number as it is dialed from abroad. It may be none that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Country calling code.
    pub code: u16,
    /// Digits that follow it, with leading zeros that belong to the number.
    pub national: String,
    /// Extension.
    pub extension: Option<String>,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// It does not look like one.
    NotANumber,
    /// It has no calling code, and no country is known.
    NoCountry,
    /// No country has its calling code.
    UnknownCode,
    /// It has too few digits.
    TooShort,
    /// It has too many digits.
    TooLong,
}

impl Problem {
    /// What is wrong, to people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotANumber => "is no phone number",
            Self::NoCountry => "has no country code: begin it with + and the code, or name the country",
            Self::UnknownCode => "begins with a country code that no country has",
            Self::TooShort => "has too few digits for a phone number",
            Self::TooLong => "has too many digits for a phone number",
        }
    }
}

/// What kind of line a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A fixed line.
    Fixed,
    /// A mobile phone.
    Mobile,
    /// One of the two, as in North America, where numbers do not tell.
    FixedOrMobile,
    /// Free for the caller.
    TollFree,
    /// At a premium rate.
    PremiumRate,
    /// Paid by both sides.
    SharedCost,
    /// A personal number.
    PersonalNumber,
    /// Voice over IP.
    Voip,
    /// A pager.
    Pager,
    /// A company's number.
    Uan,
    /// A voicemail box.
    Voicemail,
}

impl Line {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed-line",
            Self::Mobile => "mobile",
            Self::FixedOrMobile => "fixed-line-or-mobile",
            Self::TollFree => "toll-free",
            Self::PremiumRate => "premium-rate",
            Self::SharedCost => "shared-cost",
            Self::PersonalNumber => "personal-number",
            Self::Voip => "voip",
            Self::Pager => "pager",
            Self::Uan => "uan",
            Self::Voicemail => "voicemail",
        }
    }
}

/// Whether phone numbers of a country (ISO 3166, two letters, capitals) are known.
#[must_use]
pub fn knows(country: &str) -> bool {
    metadata::region(country).is_some()
}

impl Phone {
    /// Reads a number; `country` (ISO 3166, two letters, capitals) is where it is dialed if it has no calling code.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, Problem> {
        parse::parse(text, country)
    }

    fn found(&self) -> Option<(&'static Region, Line)> {
        let mut regions = regions_of(self.code);
        let (first, second) = (regions.next()?, regions.next());
        let region = match second {
            None => first,
            Some(_) => regions_of(self.code).find(|region| match region.leading.as_str() {
                "" => line(&self.national, region).is_some(),
                leading => starts(leading, &self.national),
            })?,
        };
        Some((region, line(&self.national, region)?))
    }

    /// Whether a number like this is given out.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.found().is_some()
    }

    /// Whether it has as many digits as numbers of its country.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.main()
            .is_some_and(|region| matches!(parse::length(&self.national, region), Length::Possible | Length::LocalOnly))
    }

    /// The country it belongs to (ISO 3166); none for numbers of no country, and for those that are not valid.
    #[must_use]
    pub fn country(&self) -> Option<&'static str> {
        self.found().map(|(region, _)| region.region.as_str()).filter(|region| *region != "001")
    }

    /// The kind of line it belongs to.
    #[must_use]
    pub fn line(&self) -> Option<Line> {
        self.found().map(|(_, line)| line)
    }

    fn main(&self) -> Option<&'static Region> {
        regions_of(self.code).next()
    }

    /// Why it is not valid.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self.main().map(|region| parse::length(&self.national, region)) {
            Some(Length::TooShort) => "has too few digits for its country",
            Some(Length::TooLong) => "has too many digits for its country",
            Some(Length::Invalid) => "has a number of digits that its country does not use",
            Some(Length::LocalOnly) => "has no area code",
            Some(Length::Possible) => "has a possible length, but its country gives out no such number",
            None => Problem::UnknownCode.reason(),
        }
    }
}

/// The kind of line of a number in a region; none when the region has no such number.
fn line(national: &str, region: &'static Region) -> Option<Line> {
    let is = |place: usize| {
        region.types[place].as_ref().is_some_and(|Shape(pattern, lengths, _)| {
            let lengths = if lengths.is_empty() { region.general().map_or(&[][..], |shape| &shape.1) } else { lengths };
            (lengths.is_empty() || lengths.contains(&national.len())) && is_whole(pattern, national)
        })
    };
    if !is(0) {
        return None;
    }
    let rarer = [
        (4, Line::PremiumRate),
        (3, Line::TollFree),
        (5, Line::SharedCost),
        (7, Line::Voip),
        (6, Line::PersonalNumber),
        (8, Line::Pager),
        (9, Line::Uan),
        (10, Line::Voicemail),
    ];
    if let Some((_, line)) = rarer.into_iter().find(|(place, _)| is(*place)) {
        return Some(line);
    }
    match (is(1), is(2)) {
        (true, true) => Some(Line::FixedOrMobile),
        (true, false) => Some(Line::Fixed),
        (false, true) => Some(Line::Mobile),
        (false, false) => None,
    }
}

/// The digit 0 to 9 that a digit of another script stands for.
#[must_use]
pub fn digit(c: char) -> Option<char> {
    /// Zeros of the scripts whose digits stand one behind the other (Unicode 16, general category Nd, without mathematical ones).
    const ZEROS: [char; 45] = [
        '\u{660}',
        '\u{6f0}',
        '\u{7c0}',
        '\u{966}',
        '\u{9e6}',
        '\u{a66}',
        '\u{ae6}',
        '\u{b66}',
        '\u{be6}',
        '\u{c66}',
        '\u{ce6}',
        '\u{d66}',
        '\u{de6}',
        '\u{e50}',
        '\u{ed0}',
        '\u{f20}',
        '\u{1040}',
        '\u{1090}',
        '\u{17e0}',
        '\u{1810}',
        '\u{1946}',
        '\u{19d0}',
        '\u{1a80}',
        '\u{1a90}',
        '\u{1b50}',
        '\u{1bb0}',
        '\u{1c40}',
        '\u{1c50}',
        '\u{a620}',
        '\u{a8d0}',
        '\u{a900}',
        '\u{a9d0}',
        '\u{a9f0}',
        '\u{aa50}',
        '\u{abf0}',
        '\u{ff10}',
        '\u{104a0}',
        '\u{10d30}',
        '\u{11066}',
        '\u{110f0}',
        '\u{11136}',
        '\u{111d0}',
        '\u{112f0}',
        '\u{11450}',
        '\u{1e950}',
    ];
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let place = ZEROS.partition_point(|zero| *zero <= c).checked_sub(1)?;
    char::from_digit(u32::from(c) - u32::from(ZEROS[place]), 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of libphonenumber.
    #[test]
    fn numbers_that_people_had_trouble_with() {
        for (text, country, e164, national, region, line) in [
            ("06 5685 1242", "IT", "+390656851242", "06 5685 1242", "IT", Line::Fixed),
            ("335 022670", "IT", "+39335022670", "335 022 670", "IT", Line::Mobile),
            ("+1 520-878-2491", "", "+15208782491", "(520) 878-2491", "US", Line::FixedOrMobile),
            ("+52 322 222 2099", "", "+523222222099", "322 222 2099", "MX", Line::FixedOrMobile),
            ("0789881234", "CI", "+2250789881234", "07 89 88 1234", "CI", Line::Mobile),
            ("0049 30 123456", "DE", "+4930123456", "030 123456", "DE", Line::Fixed),
            ("(800) 555-0199 ext. 12", "US", "+18005550199", "(800) 555-0199 ext. 12", "US", Line::TollFree),
            ("+351912345678", "", "+351912345678", "912 345 678", "PT", Line::Mobile),
            ("٠٦٥٦٨٥١٢٤٢", "IT", "+390656851242", "06 5685 1242", "IT", Line::Fixed),
            ("tel:03-331-6005;phone-context=+64", "", "+6433316005", "03 331 6005", "NZ", Line::Fixed),
            ("1-800-FLOWERS", "US", "+18003569377", "(800) 356-9377", "US", Line::TollFree),
        ] {
            let phone = Phone::parse(text, Some(country)).unwrap();
            assert_eq!(phone.write(Style::E164), e164, "{text}");
            assert_eq!(phone.write(Style::National), national, "{text}");
            assert_eq!((phone.country(), phone.line()), (Some(region), Some(line)), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, country, problem) in [
            ("someletters1110@gmail.com", "US", Problem::NotANumber),
            ("  2 22#:", "", Problem::NotANumber),
            ("", "US", Problem::NotANumber),
            ("+", "US", Problem::NotANumber),
            ("030 123456", "", Problem::NoCountry),
            ("+999 123456", "", Problem::UnknownCode),
            (".;phone-context=", "US", Problem::NotANumber),
            ("+dwPAA;phone-context=AA", "", Problem::NotANumber),
        ] {
            assert_eq!(Phone::parse(text, Some(country)), Err(problem), "{text}");
        }
        assert!(Phone::parse(&"1".repeat(1_000_000), Some("US")).is_err());
        let phone = |text, country| Phone::parse(text, Some(country)).unwrap();
        assert!(!phone("03432640000", "US").is_valid() && phone("03432640000", "US").country().is_none());
        assert!(!phone("+687 11.11.11", "").is_valid() && phone("+687 11.11.11", "").is_possible());
    }

    #[test]
    fn digits_of_other_scripts() {
        assert_eq!("٣۴५9９".chars().filter_map(digit).collect::<String>(), "34599");
        assert!(digit('a').is_none() && digit('\u{66a}').is_none() && digit('½').is_none());
    }
}
