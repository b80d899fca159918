//! Which pages of a document are meant: `1-5,9,12-`.

use chassis::Error;

/// Pages from one to another, both included; to the last when there is no other.
pub(crate) type Range = (u32, Option<u32>);

/// Reads a list of pages.
pub(crate) fn parse(text: &str) -> Result<Vec<Range>, Error> {
    let wrong = || Error::impossible("pages", "must be numbers and ranges of pages, such as 1-5,9 or 3-");
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number > 0).ok_or_else(wrong);
    let range = |part: &str| match part.split_once('-') {
        None => number(part).map(|page| (page, Some(page))),
        Some((from, to)) => {
            let (from, to) = (number(from)?, if to.trim().is_empty() { None } else { Some(number(to)?) });
            if to.is_some_and(|to| to < from) { Err(wrong()) } else { Ok((from, to)) }
        }
    };
    if text.trim().eq_ignore_ascii_case("all") {
        return Ok(vec![(1, None)]);
    }
    text.split(',').map(range).collect()
}

/// The pages of a document with so many; those asked for must be there, and at most so many.
pub(crate) fn chosen(ranges: &[Range], count: u32, asked: bool, most: usize) -> Result<Vec<u32>, Error> {
    let mut pages = Vec::new();
    for (from, to) in ranges {
        let last = to.unwrap_or(count);
        if asked && (*from > count || last > count) {
            return Err(Error::impossible("pages", format!("the document has {count} pages")));
        }
        for page in *from..=last.min(count) {
            if !pages.contains(&page) {
                pages.push(page);
            }
            if pages.len() > most {
                let message = format!("at most {most} pages are read at once: send fewer, and the others after that");
                return Err(Error::impossible("pages", message));
            }
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_pages_are_read() {
        let pages = |text: &str, count| chosen(&parse(text).unwrap(), count, true, 100);
        assert_eq!(pages("1-3,5, 2", 5).unwrap(), [1, 2, 3, 5]);
        assert_eq!(pages("4-", 6).unwrap(), [4, 5, 6]);
        assert_eq!(pages("all", 3).unwrap(), [1, 2, 3]);
        assert_eq!(pages("7", 6).unwrap_err().message(), "pages: the document has 6 pages");
        assert!(pages("1-4000000000", 5000).is_err());
        assert_eq!(chosen(&parse("1-5").unwrap(), 2, false, 100).unwrap(), [1, 2]);
        for wrong in ["", "0", "a", "3-1", "1,,2", "-", "1-2-3"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
