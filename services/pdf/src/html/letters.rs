//! What is said of letters, and only what differs from what was said before.

use std::rc::Rc;

use super::code::{literal, pt};
use super::style::{Raise, Style};
use super::typeface::Typeface;

/// Height of letters above the line and below, at a size of 1: those of Noto Sans.
const ASCENT: f64 = 1.069;
const DESCENT: f64 = 0.293;

/// Whether a character is to be seen: no white space, no control, joiner, soft hyphen or selector of variants.
pub(crate) fn is_seen(letter: char) -> bool {
    let silent = letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    !silent && !letter.is_whitespace()
}

/// What is said of letters so far.
#[derive(Clone)]
pub(super) struct Letters {
    size: f64,
    weight: u16,
    italic: bool,
    mono: bool,
    typeface: Option<Rc<Typeface>>,
    color: [u8; 4],
    edges: (f64, f64),
    spacing: f64,
    raise: Raise,
    rtl: bool,
}

impl Letters {
    pub(super) fn of(style: &Style) -> Self {
        let line = style.line_height();
        let shift = (ASCENT - DESCENT) / 2.0 * style.size;
        let [red, green, blue] = style.color.rgb;
        Self {
            size: style.size,
            weight: style.weight,
            italic: style.italic,
            mono: style.mono,
            typeface: style.typeface.clone(),
            color: [red, green, blue, (style.color.alpha * style.fade * 255.0).round() as u8],
            edges: (line / 2.0 + shift, line / 2.0 - shift),
            spacing: style.spacing,
            raise: style.raise,
            rtl: style.rtl,
        }
    }

    fn name(&self) -> Option<String> {
        self.typeface.as_ref().map(|typeface| typeface.name())
    }

    /// Arguments of `text` for what differs.
    pub(super) fn differing(&self, from: Option<&Self>) -> String {
        let mut text = String::new();
        let differs = |equal: fn(&Self, &Self) -> bool| from.is_none_or(|from| !equal(self, from));
        if differs(|a, b| a.size == b.size) {
            text.push_str(&format!("size:{},", pt(self.size)));
        }
        if differs(|a, b| a.weight == b.weight) {
            text.push_str(&format!("weight:{},", if self.weight >= 600 { 700 } else { 400 }));
        }
        if differs(|a, b| a.italic == b.italic) {
            text.push_str(if self.italic { "style:\"italic\"," } else { "style:\"normal\"," });
        }
        if differs(|a, b| a.mono == b.mono && a.name() == b.name()) {
            let others = if self.mono { "mono" } else { "sans" };
            match self.name() {
                Some(name) => text.push_str(&format!("font:({},)+{others},", literal(&name))),
                None => text.push_str(&format!("font:{others},")),
            }
        }
        if differs(|a, b| a.color == b.color) {
            let [red, green, blue, alpha] = self.color;
            text.push_str(&format!("fill:rgb({red},{green},{blue},{alpha}),"));
        }
        // There is no bold face of equal widths: its strokes are made thicker, as browsers do.
        let thick = |letters: &Self| {
            (letters.mono && letters.typeface.is_none() && letters.weight >= 600)
                .then_some((letters.size, letters.color))
        };
        if thick(self) != from.and_then(thick) {
            match thick(self) {
                Some((size, [red, green, blue, alpha])) => {
                    let width = pt(size * 0.035);
                    text.push_str(&format!("stroke:{width}+rgb({red},{green},{blue},{alpha}),"));
                }
                None => text.push_str("stroke:none,"),
            }
        }
        if differs(|a, b| a.rtl == b.rtl) {
            text.push_str(if self.rtl { "dir:rtl," } else { "dir:ltr," });
        }
        if differs(|a, b| a.edges == b.edges) {
            text.push_str(&format!("top-edge:{},bottom-edge:{},", pt(self.edges.0), pt(-self.edges.1)));
        }
        if differs(|a, b| a.spacing == b.spacing) {
            text.push_str(&format!("tracking:{},", pt(self.spacing)));
        }
        if differs(|a, b| a.raise == b.raise) {
            let shift = match self.raise {
                Raise::None => 0.0,
                Raise::Sub => 0.25,
                Raise::Super => -0.45,
            };
            text.push_str(&format!("baseline:{shift}em,"));
        }
        text
    }
}
