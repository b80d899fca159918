//! The XMP packet of a document: read, and kept in step with the document information.
//!
//! A packet may hold what only its maker understands (PDF/A, invoices), so it is never written anew: values that changed are
//! replaced where they stand.

use lopdf::{Document, Object, Stream};

use super::tree::entry;
use crate::metadata::Metadata;

/// Bytes of a packet that is read.
const MAX_PACKET: usize = 4 << 20;

/// The packet, as text.
pub(crate) fn packet(pdf: &Document) -> Option<String> {
    let stream = entry(pdf, pdf.catalog().ok()?, b"Metadata")?.as_stream().ok()?;
    let bytes = match stream.dict.has(b"Filter") {
        true => stream.decompressed_content_with_limit(MAX_PACKET).ok()?,
        false => stream.content.clone(),
    };
    String::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_PACKET)
}

/// A simple value, written as an element or as an attribute.
pub(crate) fn value(packet: &str, prefix: &str, name: &str) -> Option<String> {
    let element = format!("<{prefix}:{name}>");
    if let Some((_, rest)) = packet.split_once(&element) {
        return Some(rest.split('<').next()?.trim().to_owned());
    }
    let attribute = format!("{prefix}:{name}=");
    let (_, rest) = packet.split_once(&attribute)?;
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(rest[1..].split(quote).next()?.trim().to_owned())
}

/// Writes document information into the packet, where there is one.
pub(crate) fn update(pdf: &mut Document, metadata: &Metadata) {
    let Some(mut text) = packet(pdf) else { return };
    let alternative =
        |value: &str| format!("<rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt>", escaped(value));
    let sequence = |value: &str| format!("<rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq>", escaped(value));
    let values = [
        ("dc", "title", metadata.title.as_deref().map(alternative)),
        ("dc", "description", metadata.subject.as_deref().map(alternative)),
        ("dc", "creator", metadata.author.as_deref().map(sequence)),
        ("pdf", "Keywords", metadata.keywords.as_deref().map(escaped)),
        ("pdf", "Producer", metadata.producer.as_deref().map(escaped)),
        ("xmp", "CreatorTool", metadata.creator.as_deref().map(escaped)),
        ("xmp", "CreateDate", metadata.created.as_deref().map(escaped)),
        ("xmp", "ModifyDate", metadata.modified.as_deref().map(escaped)),
        ("xmp", "MetadataDate", metadata.modified.as_deref().map(escaped)),
    ];
    let mut added = String::new();
    for (prefix, name, value) in values {
        text = without(&text, prefix, name);
        if let Some(value) = value {
            added.push_str(&format!("<{prefix}:{name}>{value}</{prefix}:{name}>"));
        }
    }
    let Some(end) = text.rfind("</rdf:RDF>") else { return };
    let description = format!(
        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">{added}</rdf:Description>"
    );
    text.insert_str(end, &description);
    let Some(old) = pdf.catalog().ok().and_then(|catalog| catalog.get(b"Metadata").and_then(Object::as_reference).ok())
    else {
        return;
    };
    let mut dictionary = lopdf::Dictionary::new();
    dictionary.set("Type", "Metadata");
    dictionary.set("Subtype", "XML");
    // A packet stays readable for programs that only search for it.
    let stream = Stream::new(dictionary, text.into_bytes()).with_compression(false);
    pdf.objects.insert(old, Object::Stream(stream));
}

/// A packet without a property, whether it is an element or an attribute.
fn without(packet: &str, prefix: &str, name: &str) -> String {
    let mut text = packet.to_owned();
    let (open, close) = (format!("<{prefix}:{name}"), format!("</{prefix}:{name}>"));
    while let Some(start) = text.find(&open) {
        let after = &text[start + open.len()..];
        // A longer name begins alike.
        if !after.starts_with(['>', ' ', '\n', '\r', '\t', '/']) {
            break;
        }
        let end = match (after.find("/>"), after.find('>'), after.find(&close)) {
            (Some(empty), Some(tag), _) if empty + 1 == tag => start + open.len() + empty + 2,
            (_, _, Some(end)) => start + open.len() + end + close.len(),
            _ => break,
        };
        text.replace_range(start..end, "");
    }
    let attribute = format!(" {prefix}:{name}=");
    while let Some(start) = text.find(&attribute) {
        let value = start + attribute.len();
        let Some(quote) = text[value..].chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { break };
        let Some(end) = text[value + 1..].find(quote) else { break };
        text.replace_range(start..value + 1 + end + 1, "");
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_elements_or_attributes() {
        let packet = r#"<rdf:Description xmp:CreatorTool="a" pdfaid:part="2"><pdfaid:conformance>B</pdfaid:conformance><dc:title><rdf:Alt/></dc:title><dc:titles/></rdf:Description>"#;
        assert_eq!(value(packet, "pdfaid", "part").as_deref(), Some("2"));
        assert_eq!(value(packet, "pdfaid", "conformance").as_deref(), Some("B"));
        let less = without(&without(packet, "dc", "title"), "xmp", "CreatorTool");
        assert_eq!(
            less,
            r#"<rdf:Description pdfaid:part="2"><pdfaid:conformance>B</pdfaid:conformance><dc:titles/></rdf:Description>"#
        );
    }
}
