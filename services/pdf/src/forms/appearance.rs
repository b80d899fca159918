//! How a field looks with a value (ISO 32000-2, 12.7.4.3): its ground and border as the field says, the text in its
//! size, color and alignment, as much of it as there is room for.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::field::{Field, FieldType, Flag, form};
use crate::document::strings;
use crate::document::tree::{entry, number, page_box, real, resolve};
use crate::lettering::{Lettering, Line, Typeface};

/// Size of a text that is to fit by itself and has lines.
const MULTILINE_SIZE: f64 = 12.0;
/// The smallest size a text is set in to fit.
const SMALLEST: f64 = 4.0;
/// Part of the size that was wanted, down to which a text is made smaller to fit.
const SHRINK: f64 = 0.6;
/// From one line to the next, at a size of 1.
const LEADING: f64 = 1.15;

/// Where and how a field writes.
struct Frame {
    width: f64,
    height: f64,
    /// From the edge to the text.
    padding: f64,
    border: f64,
    ground: Vec<u8>,
    matrix: [f64; 6],
}

/// What the default appearance says (`/Helv 12 Tf 0 g`).
struct Style {
    typeface: Typeface,
    /// 0 for one that fits.
    size: f64,
    color: Vec<u8>,
}

/// A field on its way to its appearance.
pub(crate) struct Painter<'p> {
    pub(crate) pdf: &'p mut Document,
    pub(crate) lettering: &'p mut Lettering,
}

/// Whether all of a text is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Whole,
    /// Some of it is beyond the edge of the field.
    Clipped,
}

impl Painter<'_> {
    /// Draws a text on every widget of a field.
    pub(crate) fn text(&mut self, field: &Field, text: &str) -> Fit {
        let mut fit = Fit::Whole;
        for widget in &field.widgets {
            let Some(frame) = frame(self.pdf, *widget) else { continue };
            let style = style(self.pdf, field, *widget);
            let (content, fits) = match field.kind {
                FieldType::Text if field.has(self.pdf, Flag::Multiline) => self.lines(field, &frame, &style, text),
                FieldType::Text if field.has(self.pdf, Flag::Comb) && field.max_length(self.pdf).is_some() => {
                    let cells = field.max_length(self.pdf).unwrap_or(1);
                    (self.comb(&frame, &style, text, cells), Fit::Whole)
                }
                FieldType::Text if field.has(self.pdf, Flag::Password) => {
                    self.line(field, &frame, &style, &"*".repeat(text.chars().count()))
                }
                _ => self.line(field, &frame, &style, &text.replace('\n', " ")),
            };
            if fits == Fit::Clipped {
                fit = Fit::Clipped;
            }
            self.dress(*widget, &frame, &content);
        }
        fit
    }

    /// Draws the options of a list, those that are chosen on a ground of their own.
    pub(crate) fn list(&mut self, field: &Field, labels: &[String], chosen: &[usize]) {
        for widget in &field.widgets {
            let Some(frame) = frame(self.pdf, *widget) else { continue };
            let style = style(self.pdf, field, *widget);
            let size = if style.size > 0.0 { style.size } else { MULTILINE_SIZE };
            let step = size * LEADING;
            let room = (((frame.height - 2.0 * frame.border) / step).floor() as usize).max(1);
            let top = chosen.first().map_or(0, |first| first.saturating_sub(room - 1));
            let mut content = Vec::new();
            let mut write = |text: &str| content.extend_from_slice(text.as_bytes());
            for (row, index) in (top..labels.len().min(top + room)).enumerate() {
                if chosen.contains(&index) {
                    let y = frame.height - frame.border - step * (row as f64 + 1.0);
                    write(&format!(
                        "0.6 0.757 0.855 rg {:.3} {y:.3} {:.3} {step:.3} re f\n",
                        frame.border,
                        frame.width - 2.0 * frame.border
                    ));
                }
            }
            content.extend_from_slice(b"BT\n");
            content.extend_from_slice(&style.color);
            for (row, label) in labels.iter().skip(top).take(room).enumerate() {
                let y = frame.height - frame.border - step * (row as f64 + 0.78);
                content.extend_from_slice(format!("1 0 0 1 {:.3} {y:.3} Tm\n", frame.padding).as_bytes());
                let line = Line::new(label, style.typeface);
                content.extend_from_slice(&self.lettering.show(self.pdf, &line, size));
            }
            content.extend_from_slice(b"ET\n");
            if let Ok(dictionary) = self.pdf.get_dictionary_mut(*widget) {
                dictionary.set("TI", top as i64);
            }
            self.dress(*widget, &frame, &content);
        }
    }

    /// One line, in the middle of its height.
    fn line(&mut self, field: &Field, frame: &Frame, style: &Style, text: &str) -> (Vec<u8>, Fit) {
        let line = Line::new(text, style.typeface);
        let room = frame.width - 2.0 * frame.padding;
        let high = (frame.height - 2.0 * frame.border).max(1.0);
        let wanted = if style.size > 0.0 { style.size } else { (high * 0.72).clamp(SMALLEST, MULTILINE_SIZE) };
        let least = if style.size > 0.0 { (wanted * SHRINK).max(SMALLEST).min(wanted) } else { SMALLEST };
        let size = fitting(line.width(), room, wanted, least);
        let fit = if line.width() * size > room + 0.5 { Fit::Clipped } else { Fit::Whole };
        let y = frame.height / 2.0 - size * 0.35;
        let x = frame.padding + self.indent(field, room - line.width() * size);
        let mut content = Vec::from(&b"BT\n"[..]);
        content.extend_from_slice(&style.color);
        content.extend_from_slice(format!("1 0 0 1 {x:.3} {y:.3} Tm\n").as_bytes());
        content.extend_from_slice(&self.lettering.show(self.pdf, &line, size));
        content.extend_from_slice(b"ET\n");
        (content, fit)
    }

    /// Lines from the top.
    fn lines(&mut self, field: &Field, frame: &Frame, style: &Style, text: &str) -> (Vec<u8>, Fit) {
        let room = (frame.width - 2.0 * frame.padding).max(1.0);
        let high = frame.height - 2.0 * frame.padding;
        let wrapped = |size: f64| -> Vec<Line> {
            text.split('\n').flat_map(|part| Line::new(part, style.typeface).wrapped(room / size)).collect()
        };
        let wanted = if style.size > 0.0 { style.size } else { MULTILINE_SIZE };
        let least = if style.size > 0.0 { (wanted * SHRINK).max(SMALLEST).min(wanted) } else { SMALLEST };
        let mut size = wanted;
        let mut lines = wrapped(size);
        while lines.len() as f64 * size * LEADING > high + 0.5 && size > least {
            size = (size * 0.94).max(least);
            lines = wrapped(size);
        }
        let fit = if lines.len() as f64 * size * LEADING > high + 0.5 { Fit::Clipped } else { Fit::Whole };
        // What is beyond the edge is not drawn.
        let visible = ((high / (size * LEADING)).ceil() as usize).max(1);
        let mut content = Vec::from(&b"BT\n"[..]);
        content.extend_from_slice(&style.color);
        for (row, line) in lines.iter().take(visible).enumerate() {
            let y = frame.height - frame.padding - size * (0.9 + LEADING * row as f64);
            let x = frame.padding + self.indent(field, room - line.width() * size);
            content.extend_from_slice(format!("1 0 0 1 {x:.3} {y:.3} Tm\n").as_bytes());
            content.extend_from_slice(&self.lettering.show(self.pdf, line, size));
        }
        content.extend_from_slice(b"ET\n");
        (content, fit)
    }

    /// A letter in each cell.
    fn comb(&mut self, frame: &Frame, style: &Style, text: &str, cells: usize) -> Vec<u8> {
        let cell = frame.width / cells as f64;
        let high = (frame.height - 2.0 * frame.border).max(1.0);
        let size =
            if style.size > 0.0 { style.size } else { (high * 0.72).min(cell * 1.3).clamp(SMALLEST, MULTILINE_SIZE) };
        let y = frame.height / 2.0 - size * 0.35;
        let mut content = Vec::from(&b"BT\n"[..]);
        content.extend_from_slice(&style.color);
        for (place, letter) in Line::new(text, style.typeface).split().take(cells).enumerate() {
            let x = cell * (place as f64 + 0.5) - letter.width() * size / 2.0;
            content.extend_from_slice(format!("1 0 0 1 {x:.3} {y:.3} Tm\n").as_bytes());
            content.extend_from_slice(&self.lettering.show(self.pdf, &letter, size));
        }
        content.extend_from_slice(b"ET\n");
        content
    }

    /// How far a line moves to the right: centered, right-aligned.
    fn indent(&self, field: &Field, free: f64) -> f64 {
        let default = form(self.pdf).and_then(|form| entry(self.pdf, form, b"Q")).and_then(|q| q.as_i64().ok());
        match entry(self.pdf, &field.all, b"Q").and_then(|q| q.as_i64().ok()).or(default) {
            Some(1) => (free / 2.0).max(0.0),
            Some(2) => free.max(0.0),
            _ => 0.0,
        }
    }

    /// Gives a widget its appearance.
    fn dress(&mut self, widget: ObjectId, frame: &Frame, content: &[u8]) {
        let mut drawn = frame.ground.clone();
        let (inset, width, height) =
            (frame.border, frame.width - 2.0 * frame.border, frame.height - 2.0 * frame.border);
        drawn
            .extend_from_slice(format!("/Tx BMC\nq\n{inset:.3} {inset:.3} {width:.3} {height:.3} re W n\n").as_bytes());
        drawn.extend_from_slice(content);
        drawn.extend_from_slice(b"Q\nEMC\n");
        let resources = dictionary! { "Font" => self.lettering.resources() };
        let stream = appearance(frame, resources, drawn);
        let id = self.pdf.add_object(stream);
        if let Ok(dictionary) = self.pdf.get_dictionary_mut(widget) {
            dictionary.set("AP", dictionary! { "N" => id });
            dictionary.remove(b"AS");
        }
    }

    /// Gives boxes and radio buttons without an appearance two: on and off.
    pub(crate) fn boxes(&mut self, field: &Field) {
        for (place, widget) in field.widgets.iter().enumerate() {
            if super::field::state(self.pdf, *widget).is_some() {
                continue;
            }
            let Some(frame) = frame(self.pdf, *widget) else { continue };
            let mut on = frame.ground.clone();
            let (w, h) = (frame.width, frame.height);
            let mark = match field.kind {
                FieldType::Radio => {
                    let (x, y, r) = (w / 2.0, h / 2.0, w.min(h) * 0.25);
                    let k = r * 0.552;
                    format!(
                        "0 g {:.3} {y:.3} m {:.3} {:.3} {:.3} {:.3} {x:.3} {:.3} c {:.3} {:.3} {:.3} {:.3} {:.3} {y:.3} c {:.3} {:.3} {:.3} {:.3} \
                         {x:.3} {:.3} c {:.3} {:.3} {:.3} {:.3} {:.3} {y:.3} c f\n",
                        x + r,
                        x + r,
                        y + k,
                        x + k,
                        y + r,
                        y + r,
                        x - k,
                        y + r,
                        x - r,
                        y + k,
                        x - r,
                        x - r,
                        y - k,
                        x - k,
                        y - r,
                        y - r,
                        x + k,
                        y - r,
                        x + r,
                        y - k,
                        x + r,
                    )
                }
                _ => format!(
                    "0 G {:.3} w 1 J 1 j {:.3} {:.3} m {:.3} {:.3} l {:.3} {:.3} l S\n",
                    w.min(h) * 0.1,
                    w * 0.22,
                    h * 0.52,
                    w * 0.42,
                    h * 0.28,
                    w * 0.78,
                    h * 0.76
                ),
            };
            on.extend_from_slice(b"q\n");
            on.extend_from_slice(mark.as_bytes());
            on.extend_from_slice(b"Q\n");
            let name = if field.kind == FieldType::Radio { format!("{place}") } else { "Yes".to_owned() };
            let on = self.pdf.add_object(appearance(&frame, Dictionary::new(), on));
            let off = self.pdf.add_object(appearance(&frame, Dictionary::new(), frame.ground.clone()));
            if let Ok(dictionary) = self.pdf.get_dictionary_mut(*widget) {
                dictionary.set("AP", dictionary! { "N" => dictionary! { name => on, "Off" => off } });
            }
        }
    }
}

fn appearance(frame: &Frame, resources: Dictionary, content: Vec<u8>) -> Stream {
    let (width, height) = (number(frame.width), number(frame.height));
    let dictionary = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), width, height],
        "Matrix" => frame.matrix.map(number).to_vec(),
        "Resources" => resources,
    };
    Stream::new(dictionary, content)
}

/// The largest size up to the wanted one, at which a width fits.
fn fitting(width: f64, room: f64, wanted: f64, least: f64) -> f64 {
    if width * wanted <= room || width <= 0.0 { wanted } else { (room / width).clamp(least, wanted) }
}

/// The frame of a widget: its size as it is shown, ground and border.
fn frame(pdf: &Document, widget: ObjectId) -> Option<Frame> {
    let dictionary = pdf.get_dictionary(widget).ok()?;
    let bounds = page_box(pdf, dictionary, b"Rect")?;
    let look = entry(pdf, dictionary, b"MK").and_then(|look| look.as_dict().ok());
    let color = |key: &[u8], operators: [&str; 3]| {
        let parts = entry(pdf, look?, key)?.as_array().ok()?;
        let parts: Vec<f64> = parts.iter().filter_map(|part| real(resolve(pdf, part))).collect();
        let operator = match parts.len() {
            1 => operators[0],
            3 => operators[1],
            4 => operators[2],
            _ => return None,
        };
        let parts: Vec<String> = parts.iter().map(|part| format!("{part:.4}")).collect();
        Some(format!("{} {operator}", parts.join(" ")))
    };
    let style = entry(pdf, dictionary, b"BS").and_then(|style| style.as_dict().ok());
    let thickness = style.and_then(|style| entry(pdf, style, b"W")).and_then(real).unwrap_or(1.0).clamp(0.0, 20.0);
    let kind = style.and_then(|style| entry(pdf, style, b"S")).and_then(|kind| kind.as_name().ok()).unwrap_or(b"S");
    let quarter =
        look.and_then(|look| entry(pdf, look, b"R")).and_then(|turn| turn.as_i64().ok()).unwrap_or(0).rem_euclid(360);
    let (wide, high) = (bounds.width(), bounds.height());
    let (width, height, matrix) = match quarter {
        90 => (high, wide, [0.0, 1.0, -1.0, 0.0, wide, 0.0]),
        180 => (wide, high, [-1.0, 0.0, 0.0, -1.0, wide, high]),
        270 => (high, wide, [0.0, -1.0, 1.0, 0.0, 0.0, high]),
        _ => (wide, high, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
    };
    let mut ground = String::new();
    if let Some(fill) = color(b"BG", ["g", "rg", "k"]) {
        ground.push_str(&format!("q {fill} 0 0 {width:.3} {height:.3} re f Q\n"));
    }
    let stroke = color(b"BC", ["G", "RG", "K"]).filter(|_| thickness > 0.0);
    if let Some(stroke) = &stroke {
        let (half, dash) = (thickness / 2.0, if kind == b"D" { "[3] 0 d " } else { "" });
        ground.push_str(&match kind {
            b"U" => format!("q {stroke} {thickness:.3} w 0 {half:.3} m {width:.3} {half:.3} l S Q\n"),
            _ => format!(
                "q {stroke} {dash}{thickness:.3} w {half:.3} {half:.3} {:.3} {:.3} re S Q\n",
                width - thickness,
                height - thickness
            ),
        });
    }
    let border = if stroke.is_some() { thickness } else { 0.0 };
    let padding = border + if matches!(kind, b"B" | b"I") { thickness } else { 0.0 } + 2.0;
    Some(Frame { width, height, padding: padding.min(width / 4.0), border, ground: ground.into_bytes(), matrix })
}

/// What the default appearance of a field says; what it does not is Helvetica that fits, in black.
fn style(pdf: &Document, field: &Field, widget: ObjectId) -> Style {
    let own = pdf.get_dictionary(widget).ok().and_then(|widget| entry(pdf, widget, b"DA"));
    let inherited = || entry(pdf, &field.all, b"DA");
    let general = || form(pdf).and_then(|form| entry(pdf, form, b"DA"));
    let text = own.or_else(inherited).or_else(general).and_then(strings::text).unwrap_or_default();
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let mut style = Style { typeface: Typeface::Helvetica, size: 0.0, color: b"0 g\n".to_vec() };
    for (at, token) in tokens.iter().enumerate() {
        let operands = match *token {
            "Tf" if at >= 2 => {
                style.size =
                    tokens[at - 1].parse().ok().filter(|size: &f64| size.is_finite()).unwrap_or(0.0).clamp(0.0, 300.0);
                style.typeface = typeface(pdf, tokens[at - 2].trim_start_matches('/'));
                continue;
            }
            "g" => 1,
            "rg" => 3,
            "k" => 4,
            _ => continue,
        };
        let numbers: Vec<String> = tokens[at.saturating_sub(operands)..at]
            .iter()
            .filter_map(|part| part.parse::<f64>().ok())
            .map(|part| format!("{:.4}", part.clamp(0.0, 1.0)))
            .collect();
        if numbers.len() == operands {
            style.color = format!("{} {token}\n", numbers.join(" ")).into_bytes();
        }
    }
    style
}

/// The typeface that is nearest to a font of the form's resources.
fn typeface(pdf: &Document, name: &str) -> Typeface {
    let font = || {
        let resources = entry(pdf, form(pdf)?, b"DR")?.as_dict().ok()?;
        let fonts = entry(pdf, resources, b"Font")?.as_dict().ok()?;
        let font = entry(pdf, fonts, name.as_bytes())?.as_dict().ok()?;
        entry(pdf, font, b"BaseFont").and_then(strings::text)
    };
    let base = font().unwrap_or_else(|| name.to_owned()).to_ascii_lowercase();
    let has = |part: &str| base.contains(part);
    match () {
        () if has("cour") || has("mono") => Typeface::Courier,
        () if has("helv") || has("arial") || base == "hv" => Typeface::Helvetica,
        () if has("bold") || has("times-b") => Typeface::SansBold,
        () if has("times") || has("tir") || has("sans") || has("noto") => Typeface::Sans,
        () => Typeface::Helvetica,
    }
}

/// Whether a widget is shown at all.
pub(crate) fn is_shown(pdf: &Document, widget: &Dictionary) -> bool {
    let flags = entry(pdf, widget, b"F").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
    // Hidden, or not viewed (ISO 32000-2, table 167).
    flags & (2 | 32) == 0
}

/// What a widget shows in its present state.
pub(crate) fn shown(pdf: &Document, widget: &Dictionary) -> Option<ObjectId> {
    let normal = entry(pdf, widget, b"AP")?.as_dict().ok()?.get(b"N").ok()?;
    match resolve(pdf, normal) {
        Object::Stream(_) => normal.as_reference().ok(),
        Object::Dictionary(states) => {
            let state = entry(pdf, widget, b"AS").and_then(|state| state.as_name().ok()).unwrap_or(b"Off");
            let stream = states.get(state).ok()?;
            matches!(resolve(pdf, stream), Object::Stream(_)).then(|| stream.as_reference().ok()).flatten()
        }
        _ => None,
    }
}
