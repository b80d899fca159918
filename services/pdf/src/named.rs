//! Pictures and style sheets that a page names by URL: fetched by the process that may, and handed to the worker, which may
//! not.

use std::time::Duration;

use chassis::{Call, Cost, Error, FetchBounds, File};
use url::Url;

use crate::html::{Lost, scan};

/// Files of a page that are fetched.
const MOST: usize = 50;
/// Bytes of one, and of all; and the time for all, which leaves some to set the page.
const BOUNDS: FetchBounds = FetchBounds { each: 10 << 20, all: 40 << 20, time: Duration::from_secs(8) };

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

    /// Fetches what a page names and is not among the files. Relative addresses are relative to `base`.
    ///
    /// # Errors
    /// When there is no room to look through the page.
    pub(crate) async fn fetch(&mut self, html: &str, base: Option<&str>, call: &Call) -> Result<(), Error> {
        // Most pages name nothing.
        let names = |part: &str| html.contains(part);
        let none = !["src", "SRC", "url(", "background"].into_iter().any(names);
        if none && !html.to_ascii_lowercase().contains("stylesheet") {
            return Ok(());
        }
        let page = html.to_owned();
        let found = call.compute(Cost::Light, move || Ok(scan(&page))).await?;
        let base = base.and_then(|base| Url::parse(base).ok());
        let base = match (&found.base, base) {
            (Some(own), Some(base)) => base.join(own).ok().or(Some(base)),
            (Some(own), None) => Url::parse(own).ok(),
            (None, base) => base,
        };
        let mut wanted: Vec<(String, String)> = Vec::new();
        for named in found.named {
            let source = named.source.trim();
            if source.starts_with("data:")
                || source.starts_with('#')
                || source.contains("{{")
                || source.contains("{%")
                || self.has(source)
            {
                continue;
            }
            let Some(url) = address(source, base.as_ref()) else { continue };
            if wanted.len() == MOST {
                let reason = format!("was not fetched: a page may name {MOST} files by URL");
                self.lost.push(Lost { source: source.to_owned(), reason });
                continue;
            }
            wanted.push((source.to_owned(), url));
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let (sources, urls): (Vec<String>, Vec<String>) = wanted.into_iter().unzip();
        for (source, fetched) in sources.into_iter().zip(call.fetch(&urls, &BOUNDS).await) {
            match fetched {
                Ok(file) => {
                    self.names.push(source);
                    self.files.push(file);
                }
                Err(reason) => self.lost.push(Lost { source, reason }),
            }
        }
        Ok(())
    }

    fn has(&self, source: &str) -> bool {
        let name = crate::html::file_name(source);
        self.names.iter().any(|known| known == source || known == name)
    }
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
