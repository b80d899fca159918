//! IPTC-IIM (IPTC-NAA Information Interchange Model 4.2) in Photoshop's image resources.

use super::{Property, TEXTS, shown};
use crate::container::part;

/// The datasets of record 2 that people fill in.
const NAMES: &[(u8, &str)] = &[
    (5, "title"),
    (25, "keywords"),
    (40, "instructions"),
    (55, "dateCreated"),
    (80, "creator"),
    (85, "creatorTitle"),
    (90, "city"),
    (92, "location"),
    (95, "state"),
    (101, "country"),
    (105, "headline"),
    (110, "credit"),
    (115, "source"),
    (116, "copyright"),
    (120, "caption"),
];

/// The resource that holds IPTC (Photoshop File Formats Specification, "Image Resources Section").
const RESOURCE: u16 = 0x0404;

pub(super) fn of_resources(mut data: &[u8]) -> Option<Vec<u8>> {
    loop {
        let id = u16::from_be_bytes(*data.strip_prefix(b"8BIM")?.first_chunk()?);
        let name = usize::from(*data.get(6)?);
        // Name and data are made even.
        let start = 6 + (1 + name).next_multiple_of(2);
        let length = u32::from_be_bytes(*part(data, start, 4)?.first_chunk()?) as usize;
        let content = part(data, start + 4, length)?;
        if id == RESOURCE {
            return Some(content.to_vec());
        }
        data = data.get((start + 4 + length).next_multiple_of(2)..)?;
    }
}

pub(super) fn fields(mut data: &[u8]) -> Vec<Property> {
    let mut fields: Vec<Property> = Vec::new();
    let mut count = 0;
    while let [0x1c, record, dataset, high, low, rest @ ..] = data {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((value, after)) = rest.split_at_checked(length) else { break };
        data = after;
        let Some((_, name)) = NAMES.iter().find(|(known, _)| *record == 2 && known == dataset) else { continue };
        count += 1;
        if count > TEXTS {
            break;
        }
        let value = shown(&String::from_utf8_lossy(value));
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => fields.push(((*name).to_owned(), vec![value])),
        }
    }
    fields
}
