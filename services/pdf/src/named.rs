//! Pictures, typefaces and style sheets that a page names by URL: fetched by the process that may, and handed to the worker, which may
//! not.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use chassis::{Call, Cost, Error, FetchBounds, File};
use url::Url;

use crate::html::{Lost, Named, named_in_sheet, scan, with_whole_addresses};

/// Files of a page that are fetched.
const MOST: usize = 50;
/// Addresses in style sheets that are looked at.
const MOST_NAMED: usize = 1_000;
/// Sheets that bring in each other, one within another.
const MOST_LEVELS: usize = 5;
/// Bytes of one, and of all; and the time for all, which leaves some to set the page.
const BOUNDS: FetchBounds = FetchBounds { each: 10 << 20, all: 40 << 20, time: Duration::from_secs(8) };

/// What may still be fetched for a page.
struct Round {
    /// Number of files.
    left: usize,
    /// Bytes of them together.
    bytes: usize,
    until: Instant,
}

/// What a page is handed: files, the names it knows them by, and what did not come.
#[derive(Debug, Default)]
pub(crate) struct Supplies {
    pub(crate) names: Vec<String>,
    pub(crate) files: Vec<File>,
    pub(crate) lost: Vec<Lost>,
}

impl Supplies {
    /// The files of a request, by their names.
    pub(crate) fn of(files: Vec<File>) -> Self {
        let names = files.iter().enumerate().map(|(index, file)| {
            file.name().map_or_else(|| format!("file-{}", index + 1), |name| name.chars().take(200).collect())
        });
        Self { names: names.collect(), files, lost: Vec::new() }
    }

    /// Fetches what a page, the sheet `css` and those of the page name and is not among the files. Relative addresses are relative to `base`, those in a
    /// sheet to the sheet.
    ///
    /// # Errors
    /// When there is no room to look through the page.
    pub(crate) async fn fetch(&mut self, html: &str, css: &str, base: Option<&str>, call: &Call) -> Result<(), Error> {
        // Most pages name nothing.
        let names = |part: &str| html.contains(part) || css.contains(part);
        let none = !["src", "SRC", "url(", "background", "@import"].into_iter().any(names);
        if none && !html.to_ascii_lowercase().contains("stylesheet") {
            return Ok(());
        }
        let (html, css) = (html.to_owned(), css.to_owned());
        let (found, of_sheet) = call.compute(Cost::Light, move || Ok((scan(&html), named_in_sheet(&css)))).await?;
        let base = base.and_then(|base| Url::parse(base).ok());
        let base = match (&found.base, base) {
            (Some(own), Some(base)) => base.join(own).ok().or(Some(base)),
            (Some(own), None) => Url::parse(own).ok(),
            (None, base) => base,
        };
        let mut round = Round { left: MOST, bytes: BOUNDS.all, until: Instant::now() + BOUNDS.time };
        let mut named: Vec<Named> = found.named.into_iter().chain(of_sheet).collect();
        let mut looked = HashSet::new();
        self.take(sources(&named), base.as_ref(), &mut round, call).await;
        // What the sheets that came name, by whole addresses; sheets among it bring more.
        for _ in 0..MOST_LEVELS {
            let mut further = Vec::new();
            for source in named.into_iter().filter(|named| named.sheet).map(|named| named.source.trim().to_owned()) {
                if looked.insert(source.clone()) {
                    further.extend(self.look(&source, base.as_ref(), call).await?);
                    further.truncate(MOST_NAMED);
                }
            }
            if further.is_empty() {
                break;
            }
            self.take(sources(&further), base.as_ref(), &mut round, call).await;
            named = further;
        }
        Ok(())
    }

    /// Writes whole addresses into a sheet that came, and tells them.
    async fn look(&mut self, source: &str, base: Option<&Url>, call: &Call) -> Result<Vec<Named>, Error> {
        let Some(index) = self.names.iter().position(|name| name == source) else { return Ok(Vec::new()) };
        let Some(url) = address(source, base).and_then(|url| Url::parse(&url).ok()) else { return Ok(Vec::new()) };
        let file = self.files[index].clone();
        let name = file.name().unwrap_or("style.css").to_owned();
        let whole = call.compute(Cost::Light, move || {
            Ok(with_whole_addresses(&String::from_utf8_lossy(file.bytes()), |source| address(source, Some(&url))))
        });
        let (text, found) = whole.await?;
        if !found.is_empty() {
            self.files[index] = File::new(name, "text/css", text.into_bytes());
        }
        Ok(found)
    }

    /// Fetches files that are not there yet.
    async fn take(&mut self, sources: Vec<String>, base: Option<&Url>, round: &mut Round, call: &Call) {
        let mut wanted: Vec<(String, String)> = Vec::new();
        for source in sources {
            let source = source.trim();
            if source.starts_with("data:")
                || source.starts_with('#')
                || source.contains("{{")
                || source.contains("{%")
                || self.has(source)
                || wanted.iter().any(|(known, _)| known == source)
            {
                continue;
            }
            let Some(url) = address(source, base) else { continue };
            if round.left == 0 {
                let reason = format!("was not fetched: a page may name {MOST} files by URL");
                self.lost.push(Lost { source: source.to_owned(), reason });
                continue;
            }
            round.left -= 1;
            wanted.push((source.to_owned(), url));
        }
        if wanted.is_empty() {
            return;
        }
        let (sources, urls): (Vec<String>, Vec<String>) = wanted.into_iter().unzip();
        let time = round.until.saturating_duration_since(Instant::now());
        let bounds = FetchBounds { each: BOUNDS.each, all: round.bytes, time };
        for (source, fetched) in sources.into_iter().zip(call.fetch(&urls, &bounds).await) {
            match fetched {
                Ok(file) => {
                    round.bytes = round.bytes.saturating_sub(file.bytes().len());
                    self.names.push(source);
                    self.files.push(file);
                }
                Err(reason) => self.lost.push(Lost { source, reason }),
            }
        }
    }

    fn has(&self, source: &str) -> bool {
        let name = crate::html::file_name(source);
        self.names.iter().any(|known| known == source || known == name)
    }
}

fn sources(named: &[Named]) -> Vec<String> {
    named.iter().map(|named| named.source.clone()).collect()
}

/// The address of a file as a whole; nothing for one that is relative to nothing.
fn address(source: &str, base: Option<&Url>) -> Option<String> {
    let url = match base {
        Some(base) => base.join(source).ok()?,
        // Where no page is, its scheme is unknown; the web's is https.
        None if source.starts_with("//") => Url::parse(&format!("https:{source}")).ok()?,
        None => Url::parse(source).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_whole_or_relative_to_a_page() {
        let base = Url::parse("https://a.b/c/d.html?e").unwrap();
        for (source, base, whole) in [
            ("x.png", Some(&base), Some("https://a.b/c/x.png")),
            ("/x.png", Some(&base), Some("https://a.b/x.png")),
            ("//c.d/x.png", Some(&base), Some("https://c.d/x.png")),
            ("//c.d/x.png", None, Some("https://c.d/x.png")),
            ("http://c.d/x y.png", None, Some("http://c.d/x%20y.png")),
            ("x.png", None, None),
            ("file:///etc/passwd", Some(&base), None),
            ("cid:logo", Some(&base), None),
        ] {
            assert_eq!(address(source, base).as_deref(), whole, "{source}");
        }
    }
}
