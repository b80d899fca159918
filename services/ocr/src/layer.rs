//! A layer of invisible words on pages of a PDF, in a worker.
//!
//! The layer is a content stream of its own, put before those a page has, so that nothing the page does to the graphics state
//! reaches it; text render mode 3 paints nothing. Each word is placed by a matrix of its own and stretched to its box, so the
//! letters need no font program: a standard font (which no viewer needs to be given) with one width for all codes and a
//! ToUnicode map, 200 characters each, serves every script. All other objects stay as they are.

use std::collections::BTreeMap;

use chassis::{Code, Error, File};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream, dictionary};
use serde::{Deserialize, Serialize};

/// Words for one page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageLayer {
    /// Page, from 1.
    pub(crate) number: u32,
    /// Points per pixel.
    pub(crate) scale: f64,
    /// Width and height of the page in pixels, as it is shown.
    pub(crate) size: (u32, u32),
    /// Quarter turns clockwise after which the words are upright on the page as it is shown.
    pub(crate) quarters: u8,
    /// Words, in pixels of the page turned so.
    pub(crate) words: Vec<LayerWord>,
}

/// A word, and where it is in pixels.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LayerWord {
    pub(crate) text: String,
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Bytes a stream that must be inflated to read the structure may have.
const MAX_STREAM: usize = 64 << 20;
/// Parents of a page at most.
const DEEPEST: usize = 64;
/// Characters of a font; codes 0 and 32 are left out.
const FONT_CHARACTERS: usize = 200;
const FIRST_CODE: u8 = 33;
/// Width of every character, and how far a line reaches above and below its baseline (what Helvetica has, as some readers
/// take these from a list of their own), in thousandths of the font size.
const WIDTH: f64 = 500.0;
const ASCENT: f64 = 718.0;
const DESCENT: f64 = 207.0;

/// A PDF to be written anew.
pub(crate) fn open(file: &File) -> Result<Document, Error> {
    let options = LoadOptions { max_decompressed_size: Some(MAX_STREAM), ..LoadOptions::default() };
    let unreadable = |_| Error::impossible("file", "is too damaged to be written anew: repair it first");
    let pdf = Document::load_mem_with_options(file.bytes(), options).map_err(unreadable)?;
    if pdf.is_encrypted() || pdf.encryption_state.is_some() {
        return Err(Error::impossible("file", "is encrypted: take its password off first, as pdf/protect does"));
    }
    Ok(pdf)
}

/// The PDF with layers of words; about as large as before.
pub(crate) fn with_layers(mut pdf: Document, layers: &[PageLayer], before: usize) -> Result<Vec<u8>, Error> {
    let pages = pdf.get_pages();
    let mut fonts = Fonts::default();
    for layer in layers.iter().filter(|layer| !layer.words.is_empty()) {
        let missing = || Error::impossible("file", format!("page {} cannot be found in it", layer.number));
        let page = *pages.get(&layer.number).ok_or_else(missing)?;
        let content = content(&pdf, page, layer, &mut fonts)?;
        let content = pdf.add_object(Object::Stream(compressed(Stream::new(Dictionary::new(), content))));
        put_first(&mut pdf, page, content)?;
        let used = fonts.objects(&mut pdf);
        give_fonts(&mut pdf, page, &used)?;
    }
    fonts.write(&mut pdf);
    let mut bytes = Vec::with_capacity(before + (64 << 10));
    pdf.save_to(&mut bytes).map_err(|_| Error::new(Code::InternalError, "the PDF cannot be written"))?;
    Ok(bytes)
}

fn compressed(mut stream: Stream) -> Stream {
    // Text that cannot be made smaller stays as it is.
    let _ = stream.compress();
    stream
}

/// The content stream of a layer.
fn content(pdf: &Document, page: ObjectId, layer: &PageLayer, fonts: &mut Fonts) -> Result<Vec<u8>, Error> {
    use std::fmt::Write;
    let frame = Frame::of(pdf, page)?;
    let mut text = String::from("q BT 3 Tr\n");
    for word in &layer.words {
        // Corners of the word upside down and all: left of the baseline, and the directions along and up.
        let (width, height) = (f64::from(word.width.max(1)), f64::from(word.height.max(1)));
        let (x, y) = (f64::from(word.x), f64::from(word.y));
        let size = height * layer.scale / (ASCENT + DESCENT) * 1000.0;
        let base = y + height * ASCENT / (ASCENT + DESCENT);
        let start = frame.point(layer, x, base);
        let end = frame.point(layer, x + width, base);
        let top = frame.point(layer, x, base - height);
        let direction = |to: (f64, f64), length: f64| ((to.0 - start.0) / length, (to.1 - start.1) / length);
        let along = direction(end, width * layer.scale);
        let up = direction(top, height * layer.scale);
        let count = word.text.chars().count().max(1) as f64;
        let stretch = width * layer.scale / (count * size * WIDTH / 1000.0) * 100.0;
        let _ = writeln!(
            text,
            "{:.5} {:.5} {:.5} {:.5} {:.3} {:.3} Tm {stretch:.3} Tz",
            along.0, along.1, up.0, up.1, start.0, start.1
        );
        for (font, codes) in fonts.runs(&word.text) {
            let hex: String = codes.iter().map(|code| format!("{code:02X}")).collect();
            let _ = writeln!(text, "/{} {size:.3} Tf <{hex}> Tj", Fonts::name(font));
        }
    }
    text.push_str("ET Q\n");
    Ok(text.into_bytes())
}

/// Where the page as it is shown lies in the page's own coordinates.
struct Frame {
    /// Left, bottom, right, top.
    shown: [f64; 4],
    rotation: i64,
}

impl Frame {
    fn of(pdf: &Document, page: ObjectId) -> Result<Self, Error> {
        let unsound = || Error::impossible("file", "a page has no size that makes sense");
        let media = inherited(pdf, page, b"MediaBox").and_then(|value| rectangle(pdf, &value));
        let media = media.unwrap_or([0.0, 0.0, 612.0, 792.0]);
        let crop = inherited(pdf, page, b"CropBox").and_then(|value| rectangle(pdf, &value)).unwrap_or(media);
        let shown = [crop[0].max(media[0]), crop[1].max(media[1]), crop[2].min(media[2]), crop[3].min(media[3])];
        let shown = if shown[2] > shown[0] && shown[3] > shown[1] { shown } else { media };
        if !(shown[2] > shown[0] && shown[3] > shown[1]) {
            return Err(unsound());
        }
        let rotation = inherited(pdf, page, b"Rotate").and_then(|value| value.as_i64().ok()).unwrap_or(0);
        Ok(Self { shown, rotation: rotation.rem_euclid(360) / 90 })
    }

    /// A pixel of a layer as a point of the page's own coordinates.
    fn point(&self, layer: &PageLayer, x: f64, y: f64) -> (f64, f64) {
        // First back to the page as it is shown.
        let (width, height) = (f64::from(layer.size.0), f64::from(layer.size.1));
        let (x, y) = match layer.quarters {
            1 => (y, height - x),
            2 => (width - x, height - y),
            3 => (width - y, x),
            _ => (x, y),
        };
        let (across, down) = (x * layer.scale, y * layer.scale);
        let [left, bottom, right, top] = self.shown;
        match self.rotation {
            1 => (left + down, bottom + across),
            2 => (right - across, bottom + down),
            3 => (right - down, top - across),
            _ => (left + across, top - down),
        }
    }
}

/// What a page says, or a parent for it.
fn inherited(pdf: &Document, page: ObjectId, key: &[u8]) -> Option<Object> {
    let mut at = page;
    for _ in 0..DEEPEST {
        let dictionary = pdf.get_dictionary(at).ok()?;
        if let Ok(value) = dictionary.get(key) {
            return pdf.dereference(value).ok().map(|(_, value)| value.clone());
        }
        at = dictionary.get(b"Parent").ok()?.as_reference().ok()?;
    }
    None
}

fn rectangle(pdf: &Document, value: &Object) -> Option<[f64; 4]> {
    let numbers = value.as_array().ok()?;
    let mut sides = [0.0; 4];
    for (side, number) in sides.iter_mut().zip(numbers) {
        *side = f64::from(pdf.dereference(number).ok()?.1.as_float().ok()?);
    }
    let [a, b, c, d] = sides;
    (numbers.len() == 4).then(|| [a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// Puts a content stream before those of a page.
fn put_first(pdf: &mut Document, page: ObjectId, content: ObjectId) -> Result<(), Error> {
    let unsound = |_| Error::impossible("file", "a page of it cannot be changed");
    let known = pdf.get_dictionary(page).map_err(unsound)?.get(b"Contents").ok().cloned();
    let mut all = vec![Object::Reference(content)];
    match known {
        Some(Object::Array(known)) => all.extend(known),
        Some(Object::Reference(id)) => match pdf.get_object(id) {
            Ok(Object::Array(known)) => all.extend(known.clone()),
            _ => all.push(Object::Reference(id)),
        },
        _ => {}
    }
    pdf.get_object_mut(page).and_then(Object::as_dict_mut).map_err(unsound)?.set("Contents", all);
    Ok(())
}

/// Gives a page the fonts of the layers, in resources of its own: those it has may be shared with others.
fn give_fonts(pdf: &mut Document, page: ObjectId, used: &[(String, ObjectId)]) -> Result<(), Error> {
    let unsound = |_| Error::impossible("file", "a page of it cannot be changed");
    let resources = inherited(pdf, page, b"Resources").and_then(|value| value.as_dict().ok().cloned());
    let mut resources = resources.unwrap_or_default();
    let fonts = resources.get(b"Font").ok().and_then(|value| pdf.dereference(value).ok());
    let mut fonts = fonts.and_then(|(_, value)| value.as_dict().ok().cloned()).unwrap_or_default();
    for (name, id) in used {
        fonts.set(name.as_bytes(), *id);
    }
    resources.set("Font", fonts);
    pdf.get_object_mut(page).and_then(Object::as_dict_mut).map_err(unsound)?.set("Resources", resources);
    Ok(())
}

/// The fonts of the layers: each has codes for some characters.
#[derive(Default)]
struct Fonts {
    codes: BTreeMap<char, (usize, u8)>,
    fonts: Vec<Vec<char>>,
    ids: Vec<ObjectId>,
}

impl Fonts {
    /// A name that no page has.
    fn name(font: usize) -> String {
        format!("OcrLayer{font}")
    }

    /// A text as runs of codes, each in one font.
    fn runs(&mut self, text: &str) -> Vec<(usize, Vec<u8>)> {
        let mut runs: Vec<(usize, Vec<u8>)> = Vec::new();
        for letter in text.chars() {
            let (font, code) = self.code(letter);
            match runs.last_mut() {
                Some((last, codes)) if *last == font => codes.push(code),
                _ => runs.push((font, vec![code])),
            }
        }
        runs
    }

    fn code(&mut self, letter: char) -> (usize, u8) {
        if let Some(code) = self.codes.get(&letter) {
            return *code;
        }
        if self.fonts.last().is_none_or(|font| font.len() >= FONT_CHARACTERS) {
            self.fonts.push(Vec::new());
        }
        let font = self.fonts.len() - 1;
        let code = FIRST_CODE + u8::try_from(self.fonts[font].len()).unwrap_or(0);
        self.fonts[font].push(letter);
        self.codes.insert(letter, (font, code));
        (font, code)
    }

    /// The objects of the fonts there are so far, which are filled at the end.
    fn objects(&mut self, pdf: &mut Document) -> Vec<(String, ObjectId)> {
        while self.ids.len() < self.fonts.len() {
            self.ids.push(pdf.add_object(Object::Null));
        }
        self.ids.iter().enumerate().map(|(font, id)| (Self::name(font), *id)).collect()
    }

    /// Writes the fonts.
    fn write(&self, pdf: &mut Document) {
        for (letters, id) in self.fonts.iter().zip(&self.ids) {
            let count = letters.len() as i64;
            let descriptor = pdf.add_object(dictionary! {
                "Type" => "FontDescriptor",
                "FontName" => "Helvetica",
                "Flags" => 32,
                "FontBBox" => vec![0.into(), Object::Integer(-(DESCENT as i64)), 1000.into(), Object::Integer(ASCENT as i64)],
                "ItalicAngle" => 0,
                "Ascent" => ASCENT as i64,
                "Descent" => -(DESCENT as i64),
                "CapHeight" => ASCENT as i64,
                "StemV" => 80,
                "MissingWidth" => WIDTH as i64,
            });
            let map = pdf.add_object(Object::Stream(compressed(Stream::new(Dictionary::new(), to_unicode(letters)))));
            let font = dictionary! {
                "Type" => "Font",
                "Subtype" => "Type1",
                "BaseFont" => "Helvetica",
                "Encoding" => "WinAnsiEncoding",
                "FirstChar" => i64::from(FIRST_CODE),
                "LastChar" => i64::from(FIRST_CODE) + count - 1,
                "Widths" => vec![Object::Integer(WIDTH as i64); letters.len()],
                "FontDescriptor" => descriptor,
                "ToUnicode" => map,
            };
            pdf.objects.insert(*id, Object::Dictionary(font));
        }
    }
}

/// The map from codes to characters (ISO 32000-1, 9.10.3).
fn to_unicode(letters: &[char]) -> Vec<u8> {
    use std::fmt::Write;
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) \
         /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\n\
         endcodespacerange\n",
    );
    let coded: Vec<(u8, char)> = (FIRST_CODE..).zip(letters.iter().copied()).collect();
    for hundred in coded.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", hundred.len());
        for (code, letter) in hundred {
            let units: String = letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("{unit:04X}")).collect();
            let _ = writeln!(map, "<{code:02X}> <{units}>");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map.into_bytes()
}

/// A picture that becomes a page.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PicturePage {
    /// Width and height in pixels.
    pub(crate) size: (u32, u32),
    pub(crate) tones: Tones,
    /// Points per pixel.
    pub(crate) scale: f64,
}

/// What its pixels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tones {
    /// A bit each.
    BlackAndWhite,
    /// A gray JPEG.
    Gray,
    /// A JPEG in color.
    Color,
}

/// A PDF whose pages show pictures, upright.
pub(crate) fn of_pictures<'a>(pictures: impl Iterator<Item = (PicturePage, &'a File)>) -> Document {
    let mut pdf = Document::with_version("1.5");
    let tree = pdf.new_object_id();
    let pages: Vec<Object> =
        pictures.map(|(picture, file)| picture_page(&mut pdf, tree, picture, file.bytes().to_vec()).into()).collect();
    let count = pages.len() as i64;
    pdf.objects.insert(tree, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => pages, "Count" => count }));
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    pdf.trailer.set("Root", catalog);
    pdf
}

fn picture_page(pdf: &mut Document, tree: ObjectId, picture: PicturePage, bytes: Vec<u8>) -> ObjectId {
    let PicturePage { size, tones, scale } = picture;
    let (width, height) = (f64::from(size.0) * scale, f64::from(size.1) * scale);
    let (space, bits) = match tones {
        Tones::BlackAndWhite => ("DeviceGray", 1),
        Tones::Gray => ("DeviceGray", 8),
        Tones::Color => ("DeviceRGB", 8),
    };
    let mut about = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(size.0),
        "Height" => i64::from(size.1),
        "ColorSpace" => space,
        "BitsPerComponent" => bits,
    };
    let image = if tones == Tones::BlackAndWhite {
        compressed(Stream::new(about, bytes))
    } else {
        about.set("Filter", "DCTDecode");
        Stream::new(about, bytes).with_compression(false)
    };
    let image = pdf.add_object(Object::Stream(image));
    let drawing = format!("q {width:.3} 0 0 {height:.3} 0 0 cm /Im0 Do Q");
    let content = pdf.add_object(Object::Stream(Stream::new(Dictionary::new(), drawing.into_bytes())));
    let side = |length: f64| Object::Real(length as f32);
    pdf.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => tree,
        "MediaBox" => vec![0.into(), 0.into(), side(width), side(height)],
        "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => image } },
        "Contents" => content,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_one_code_in_one_font() {
        let mut fonts = Fonts::default();
        let many: String = (0..450).map(|at| char::from_u32(0x4E00 + at).unwrap()).collect();
        let runs = fonts.runs(&many);
        assert_eq!(
            runs.iter().map(|(font, codes)| (*font, codes.len())).collect::<Vec<_>>(),
            [(0, 200), (1, 200), (2, 50)]
        );
        assert_eq!(fonts.runs(&many), runs);
        let map = String::from_utf8(to_unicode(&['a', '\u{1F600}'])).unwrap();
        assert!(map.contains("<21> <0061>") && map.contains("<22> <D83DDE00>"), "{map}");
    }

    /// The four rotations of a page of 200 x 100 points off the origin: the top left pixel, and one to its right.
    #[test]
    fn pixels_lie_where_they_are_shown() {
        let shown = [10.0, 20.0, 210.0, 120.0];
        let layer = |size: (u32, u32)| PageLayer { number: 1, scale: 0.5, size, quarters: 0, words: Vec::new() };
        for (rotation, size, corner, right) in [
            (0, (400, 200), (10.0, 120.0), (60.0, 120.0)),
            (1, (200, 400), (10.0, 20.0), (10.0, 70.0)),
            (2, (400, 200), (210.0, 20.0), (160.0, 20.0)),
            (3, (200, 400), (210.0, 120.0), (210.0, 70.0)),
        ] {
            let frame = Frame { shown, rotation };
            assert_eq!(frame.point(&layer(size), 0.0, 0.0), corner, "{rotation}");
            assert_eq!(frame.point(&layer(size), 100.0, 0.0), right, "{rotation}");
        }
    }
}
