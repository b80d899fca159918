//! Formats of data, and which of them something is: by what it is said to be, else by what it looks like.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// JSON (RFC 8259): a list of objects is a table.
    Json,
    /// JSON values, one a line; also called JSON Lines.
    #[serde(alias = "jsonl", alias = "json-lines")]
    Ndjson,
    /// Comma-separated values (RFC 4180), with whatever delimiter.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// A spreadsheet (Office Open XML).
    #[serde(alias = "excel")]
    Xlsx,
    /// XML 1.0.
    Xml,
    /// YAML 1.2.
    #[serde(alias = "yml")]
    Yaml,
    /// TOML 1.1.
    Toml,
    /// A query string, as a form sends it: `a=1&b=2`.
    #[serde(alias = "form", alias = "querystring", alias = "urlencoded")]
    Query,
}

impl Format {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Xml => "xml",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Query => "query",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::Tsv => "text/tab-separated-values",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Xml => "application/xml",
            Self::Yaml => "application/yaml",
            Self::Toml => "application/toml",
            Self::Query => "application/x-www-form-urlencoded",
        }
    }

    /// The end of names of such files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        if self == Self::Query { "txt" } else { self.name() }
    }

    /// Whether it is rows by itself.
    #[must_use]
    pub fn is_table(self) -> bool {
        matches!(self, Self::Ndjson | Self::Csv | Self::Tsv | Self::Xlsx)
    }

    /// The format a file is said to have, by media type or name; none where these say nothing.
    #[must_use]
    pub fn said(name: Option<&str>, content_type: Option<&str>) -> Option<Self> {
        let by_type = match content_type.unwrap_or_default() {
            "application/json" | "text/json" => Some(Self::Json),
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines" => Some(Self::Ndjson),
            "text/csv" | "application/csv" => Some(Self::Csv),
            "text/tab-separated-values" => Some(Self::Tsv),
            "application/xml" | "text/xml" => Some(Self::Xml),
            "application/yaml" | "text/yaml" | "application/x-yaml" | "text/x-yaml" => Some(Self::Yaml),
            "application/toml" => Some(Self::Toml),
            _ => None,
        };
        let extension = name.and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
        let by_name = match extension.as_deref().unwrap_or_default() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "xml" => Some(Self::Xml),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        };
        by_name.or(by_type)
    }

    /// The format a text looks like.
    #[must_use]
    pub fn looks_like(sample: &str) -> Self {
        let text = sample.trim_start_matches('\u{feff}').trim_start();
        let lines = || text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
        match text.as_bytes().first() {
            Some(b'{') => return if has_lines_of_json(text) { Self::Ndjson } else { Self::Json },
            Some(b'[') if !is_section(lines().next().unwrap_or_default()) => {
                return if has_lines_of_json(text) { Self::Ndjson } else { Self::Json };
            }
            Some(b'<') => return Self::Xml,
            _ => {}
        }
        let some: Vec<&str> = lines().take(100).collect();
        let content: Vec<&str> = some.iter().copied().filter(|line| !line.trim_start().starts_with('#')).collect();
        if content.is_empty() {
            return Self::Csv;
        }
        let most = |like: fn(&str) -> bool| content.iter().filter(|line| like(line)).count() * 10 >= content.len() * 9;
        if content.len() == 1 && is_query(content[0]) {
            return Self::Query;
        }
        if is_entry(content[0]) | is_section(content[0])
            && content.iter().filter(|line| is_entry(line) || is_section(line)).count() * 10 >= content.len() * 6
        {
            return Self::Toml;
        }
        if text.starts_with("---")
            || text.starts_with("%YAML")
            || is_mapping(content[0]) && most(|line| is_mapping(line) || line.starts_with([' ', '-']))
        {
            return Self::Yaml;
        }
        if content[0].contains('\t') && !content[0].contains([',', ';']) { Self::Tsv } else { Self::Csv }
    }
}

/// Whether the first line is a JSON value of its own and another follows.
fn has_lines_of_json(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
    second.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok()
}

/// `[section]` of TOML.
fn is_section(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim();
    let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) else { return false };
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let first = name.trim().chars().next();
    first.is_some_and(|c| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | ' '))
        && !matches!(name.trim(), "true" | "false" | "null")
}

/// `key = value` of TOML.
fn is_entry(line: &str) -> bool {
    let Some((key, value)) = line.split_once('=') else { return false };
    let key = key.trim();
    let value = value.trim();
    let starts = value.starts_with(['"', '\'', '[', '{', '+', '-'])
        || value.starts_with(|c: char| c.is_ascii_digit())
        || value.starts_with("true")
        || value.starts_with("false")
        || value.starts_with("inf")
        || value.starts_with("nan");
    !key.is_empty() && starts && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\''))
}

/// `key: value` or `- item` of YAML.
fn is_mapping(line: &str) -> bool {
    let line = line.trim_start();
    if line == "-" || line.starts_with("- ") {
        return true;
    }
    let Some((key, value)) = line.split_once(':') else { return false };
    (value.is_empty() || value.starts_with(' ')) && !key.is_empty() && !key.contains([',', ';', '\t', '|'])
}

/// `a=1&b=2`.
fn is_query(line: &str) -> bool {
    let line = line.trim().trim_start_matches('?');
    let pairs: Vec<&str> = line.split('&').collect();
    let named = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| !name.is_empty());
    !line.contains([' ', ',', ';', '"'])
        && pairs.iter().all(named)
        && (pairs.len() > 1 || line.contains('=') && !line.contains(['\t', '|']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_their_look() {
        let cases = [
            ("{\"a\":1}\n{\"a\":2}\n", Format::Ndjson),
            ("{\"a\":1}", Format::Json),
            ("{\n  \"a\": 1\n}", Format::Json),
            ("[1, 2]", Format::Json),
            ("[1,2]\n[3,4]\n", Format::Ndjson),
            ("[\n{\"a\":1},\n{\"a\":2}]", Format::Json),
            ("<?xml version=\"1.0\"?><a/>", Format::Xml),
            ("[package]\nname = \"x\"\n", Format::Toml),
            ("# comment\ntitle = \"x\"\ncount = 3\n", Format::Toml),
            ("---\na: 1\n", Format::Yaml),
            ("name: x\nlist:\n  - a\n  - b\n", Format::Yaml),
            ("- a\n- b\n", Format::Yaml),
            ("a=1&b=2", Format::Query),
            ("a,b\n1,2\n", Format::Csv),
            ("a\tb\n1\t2\n", Format::Tsv),
            ("Land;Position\nPeru;x\n", Format::Csv),
            ("Extract of 2025-01-06\nLand;Position\n", Format::Csv),
            ("name,when\nAda,10:21\n", Format::Csv),
            ("col1\n\"cell with\nnewline\"\n", Format::Csv),
            ("", Format::Csv),
            ("zip,sku\n01730,1\n", Format::Csv),
        ];
        for (text, format) in cases {
            assert_eq!(Format::looks_like(text), format, "{text:?}");
        }
        assert_eq!(Format::said(Some("a.XLSX"), None), None);
        assert_eq!(Format::said(Some("a.jsonl"), Some("text/plain")), Some(Format::Ndjson));
    }
}
