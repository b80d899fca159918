//! Rows as a document, one after the other: a YAML list, TOML's list of tables, elements of XML, a query string a line.

use std::io::Write;

use chassis::{Call, Error};

use super::Sink;
use crate::rows::cell::{Columns, Row};
use crate::rows::document::{query, table, toml, xml, yaml};
use crate::tree::Tree;

/// Writes rows as YAML.
pub struct Yaml<'w> {
    out: &'w mut dyn Write,
    rows: u64,
}

impl<'w> Yaml<'w> {
    /// Rows go here.
    #[must_use]
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { out, rows: 0 }
    }
}

impl Sink for Yaml<'_> {
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error> {
        self.rows += 1;
        let mut text = String::new();
        yaml::entry(&Tree::from(table::object(columns, row)?), 0, &mut text);
        Ok(self.out.write_all(text.as_bytes())?)
    }

    fn finish(&mut self, _: &Columns, _: &Call) -> Result<(), Error> {
        if self.rows == 0 {
            self.out.write_all(b"[]\n")?;
        }
        Ok(())
    }
}

/// Writes rows as TOML.
pub struct Toml<'w> {
    out: &'w mut dyn Write,
    writer: toml::Writer,
    name: String,
}

impl<'w> Toml<'w> {
    /// Rows go here, as a list of this name.
    #[must_use]
    pub fn new(out: &'w mut dyn Write, name: String) -> Self {
        Self { out, writer: toml::Writer::default(), name }
    }
}

impl Sink for Toml<'_> {
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error> {
        self.writer.row(&self.name, &table::object(columns, row)?);
        let text = std::mem::take(&mut self.writer.text);
        Ok(self.out.write_all(text.as_bytes())?)
    }

    fn finish(&mut self, _: &Columns, call: &Call) -> Result<(), Error> {
        self.writer.warn(call);
        Ok(())
    }
}

/// Writes rows as XML.
pub struct Xml<'w, 'o> {
    out: &'w mut dyn Write,
    writer: xml::Writer<'o>,
    writing: &'o xml::Writing,
    rows: u64,
}

impl<'w, 'o> Xml<'w, 'o> {
    /// Rows go here.
    #[must_use]
    pub fn new(out: &'w mut dyn Write, writing: &'o xml::Writing) -> Self {
        Self { out, writer: xml::Writer::new(writing), writing, rows: 0 }
    }

    fn start(&mut self) -> Result<(), Error> {
        if self.rows == 0 {
            let head = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{}>\n", self.writing.root);
            self.out.write_all(head.as_bytes())?;
        }
        Ok(())
    }
}

impl Sink for Xml<'_, '_> {
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error> {
        self.start()?;
        self.rows += 1;
        self.writer.element(&self.writing.item, &Tree::from(table::object(columns, row)?))?;
        let mut text = self.writer.take();
        text.push('\n');
        Ok(self.out.write_all(text.as_bytes())?)
    }

    fn finish(&mut self, _: &Columns, call: &Call) -> Result<(), Error> {
        self.start()?;
        self.writer.warn(call);
        Ok(self.out.write_all(format!("</{}>\n", self.writing.root).as_bytes())?)
    }
}

/// Writes rows as query strings, one a line.
pub struct Query<'w> {
    out: &'w mut dyn Write,
    rows: u64,
}

impl<'w> Query<'w> {
    /// Rows go here.
    #[must_use]
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { out, rows: 0 }
    }
}

impl Sink for Query<'_> {
    fn row(&mut self, columns: &Columns, row: &Row<'_>) -> Result<(), Error> {
        if self.rows > 0 {
            self.out.write_all(b"\n")?;
        }
        self.rows += 1;
        Ok(self.out.write_all(query::write(&Tree::from(table::object(columns, row)?))?.as_bytes())?)
    }

    fn finish(&mut self, _: &Columns, _: &Call) -> Result<(), Error> {
        Ok(())
    }
}
