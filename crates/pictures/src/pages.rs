//! Pages of a TIFF and pictures of an icon: how many there are, and the file with one of them alone, which decoders take for
//! an ordinary one.

use std::borrow::Cow;

use crate::container::part;
use crate::container::tiff::Tiff;
use crate::format::Format;

/// Bytes of one entry of an icon's directory.
const ENTRY: usize = 16;

/// How many pages a document has; 1 for every other picture.
pub(crate) fn count(format: Format, bytes: &[u8]) -> u32 {
    let pages = match format {
        Format::Tiff => Tiff::of(bytes).map_or(1, |tiff| tiff.pages().len()),
        Format::Ico => icons(bytes).len(),
        _ => 1,
    };
    u32::try_from(pages.max(1)).unwrap_or(u32::MAX)
}

/// The same file with one page only. An icon's first is its largest.
pub(crate) fn page(format: Format, bytes: &[u8], page: u32) -> Option<Cow<'_, [u8]>> {
    match format {
        Format::Tiff if page > 0 => {
            let tiff = Tiff::of(bytes)?;
            let at = *tiff.pages().get(page as usize)?;
            Some(Cow::Owned(tiff.beginning_with(at)))
        }
        Format::Ico => {
            let entry = *icons(bytes).get(page as usize)?;
            let mut one = bytes.to_vec();
            one[4..6].copy_from_slice(&1u16.to_le_bytes());
            one[6..6 + ENTRY].copy_from_slice(entry);
            Some(Cow::Owned(one))
        }
        _ => (page == 0).then_some(Cow::Borrowed(bytes)),
    }
}

/// The entries of an icon, the largest first, and of those the one with the most colors.
fn icons(bytes: &[u8]) -> Vec<&[u8]> {
    let count = part(bytes, 4, 2).and_then(|count| count.first_chunk()).map_or(0, |count| u16::from_le_bytes(*count));
    let entries = (0..usize::from(count)).map_while(|index| part(bytes, 6 + index * ENTRY, ENTRY));
    let mut entries: Vec<&[u8]> = entries.collect();
    // 0 stands for 256.
    let side = |side: u8| u32::from(side.wrapping_sub(1)) + 1;
    entries.sort_by_key(|entry| {
        std::cmp::Reverse((side(entry[0]) * side(entry[1]), u16::from_le_bytes([entry[6], entry[7]])))
    });
    entries
}

/// The PNG an icon of one entry is, where it is one.
pub(crate) fn icon_png(bytes: &[u8]) -> Option<&[u8]> {
    let entry = *icons(bytes).first()?;
    let number = |at: usize| entry[at..at + 4].first_chunk().map(|four| u32::from_le_bytes(*four) as usize);
    let data = part(bytes, number(12)?, number(8)?)?;
    (Format::of(data) == Ok(Format::Png)).then_some(data)
}
