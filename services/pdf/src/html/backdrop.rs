//! What is behind the content of a box (CSS Backgrounds 3): gradients and pictures, and how pictures lie.
//!
//! Shown are one gradient, one picture, or a gradient over a picture, which is how pages darken the picture behind a title.

use super::code::{pt, radii};
use super::color::Color;
use super::gradient::{Gradient, gradient};
use super::style::Style;
use super::value::{Length, arguments, read, words};

/// Layers that are looked at.
const MAX_LAYERS: usize = 16;
/// Sides in pixels below which nothing of a picture is seen.
const LEAST_SIDE: f64 = 0.5;

/// What is behind the content, over the color of the ground.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Backdrop {
    Gradient(Gradient),
    Picture(Tapestry),
}

/// A picture behind the content.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tapestry {
    pub(crate) source: String,
    /// A gradient over it.
    over: Option<Gradient>,
}

/// How a picture lies: `background-size`, `-position` and `-repeat`, which may stand before the picture is named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hanging {
    size: Size,
    /// From the left and upper edge; parts are those of the room that the picture leaves.
    position: (Length, Length),
    /// To the right and down.
    repeated: (bool, bool),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Size {
    Natural,
    Cover,
    Contain,
    Sides(Length, Length),
}

/// What was read of `background` or `background-image`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Layers {
    pub(crate) backdrop: Option<Backdrop>,
    /// How the picture lies, as the shorthand says it.
    pub(crate) hanging: Hanging,
    /// What is not shown of it.
    pub(crate) missing: Option<&'static str>,
}

/// Reads the layers of `background` or `background-image`, the uppermost first.
pub(crate) fn layers(value: &str, em: f64) -> Layers {
    let mut found = Layers::default();
    let all = arguments(value);
    for layer in all.iter().take(MAX_LAYERS) {
        let mut image = None;
        for word in words(layer) {
            match gradient(word, &mut found.missing) {
                Some(gradient) => image = Some((Backdrop::Gradient(gradient), word)),
                None => {
                    if let Some(source) = source(word) {
                        image = Some((Backdrop::Picture(Tapestry { source, over: None }), word));
                    }
                }
            }
        }
        let Some((image, word)) = image else {
            // The size and place of a picture that is named elsewhere.
            if all.len() == 1 {
                found.hanging = Hanging::read(&layer.to_ascii_lowercase(), em);
            }
            continue;
        };
        let hanging = Hanging::read(&layer.replace(word, " ").to_ascii_lowercase(), em);
        found.backdrop = Some(match (found.backdrop.take(), image) {
            (None, image) => {
                found.hanging = hanging;
                image
            }
            (Some(Backdrop::Gradient(over)), Backdrop::Picture(picture)) => {
                found.hanging = hanging;
                Backdrop::Picture(Tapestry { over: Some(over), ..picture })
            }
            (Some(known), _) => {
                found.missing = Some("backgrounds of several layers, except a gradient over a picture");
                known
            }
        });
    }
    found
}

/// The address in `url(...)`.
fn source(word: &str) -> Option<String> {
    let inner =
        word.get(..4).filter(|start| start.eq_ignore_ascii_case("url(")).and_then(|_| word[4..].strip_suffix(')'))?;
    let inner = inner.trim();
    let quoted = |quote: char| inner.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let source = quoted('"').or_else(|| quoted('\'')).unwrap_or(inner);
    (!source.is_empty()).then(|| source.to_owned())
}

impl Default for Hanging {
    fn default() -> Self {
        Self { size: Size::Natural, position: (Length::ZERO, Length::ZERO), repeated: (true, true) }
    }
}

impl Hanging {
    /// That of a layer of the shorthand, without its picture.
    fn read(layer: &str, em: f64) -> Self {
        let mut hanging = Self::default();
        let (place, size) = layer.split_once('/').unwrap_or((layer, ""));
        hanging.place(place, em);
        hanging.repeat(layer);
        hanging.resize(size, em);
        hanging
    }

    pub(crate) fn repeat(&mut self, value: &str) {
        for word in words(value) {
            self.repeated = match word {
                "no-repeat" => (false, false),
                "repeat-x" => (true, false),
                "repeat-y" => (false, true),
                "repeat" | "round" | "space" => (true, true),
                _ => self.repeated,
            };
        }
    }

    /// `center`, `right 10px top`, `50% 0`.
    pub(crate) fn place(&mut self, value: &str, em: f64) {
        let sum = |part: f64| Length::Sum(0.0, part);
        // Sides and the distances from them, which follow them when both sides are named.
        let mut sides: Vec<(&str, Option<Length>)> = Vec::new();
        let all: Vec<&str> = words(value);
        let named = all.iter().filter(|word| matches!(**word, "left" | "right" | "top" | "bottom" | "center")).count();
        for word in &all {
            match *word {
                "left" | "right" | "top" | "bottom" | "center" => sides.push((word, None)),
                other => {
                    let Some(length @ Length::Sum(..)) = read(other, em, 16.0) else { continue };
                    match sides.last_mut() {
                        Some((side, distance @ None)) if named == 2 && !matches!(*side, "" | "center") => {
                            *distance = Some(length);
                        }
                        _ => sides.push(("", Some(length))),
                    }
                }
            }
        }
        let at = |(side, length): (&str, Option<Length>)| match (side, length) {
            ("", Some(length)) => length,
            ("right" | "bottom", Some(Length::Sum(pixels, part))) => Length::Sum(-pixels, 1.0 - part),
            ("left" | "top", Some(length)) => length,
            ("right" | "bottom", _) => sum(1.0),
            ("center", _) => sum(0.5),
            _ => Length::ZERO,
        };
        let is_vertical = |side: &str| matches!(side, "top" | "bottom");
        match sides.as_slice() {
            [one] if is_vertical(one.0) => self.position = (sum(0.5), at(*one)),
            [one] => self.position = (at(*one), sum(0.5)),
            [one, two, ..] if is_vertical(one.0) || matches!(two.0, "left" | "right") => {
                self.position = (at(*two), at(*one));
            }
            [one, two, ..] => self.position = (at(*one), at(*two)),
            [] => {}
        }
    }

    pub(crate) fn resize(&mut self, value: &str, em: f64) {
        let parts = words(value);
        self.size = match parts.first().copied() {
            Some("cover") => Size::Cover,
            Some("contain") => Size::Contain,
            _ => {
                let mut sides = parts.iter().map_while(|part| read(part, em, 16.0));
                match (sides.next(), sides.next()) {
                    (Some(Length::Auto), None | Some(Length::Auto)) => Size::Natural,
                    (Some(width), Some(height)) => Size::Sides(width, height),
                    (Some(width), None) => Size::Sides(width, Length::Auto),
                    (None, _) => return,
                }
            }
        };
    }

    /// Whether it leaves what fills the whole box, as gradients do, as large as it is.
    pub(crate) fn is_whole(&self) -> bool {
        let whole = |side: Length| matches!(side, Length::Auto) || side == Length::Sum(0.0, 1.0);
        match self.size {
            Size::Natural | Size::Cover | Size::Contain => true,
            Size::Sides(width, height) => whole(width) && whole(height),
        }
    }
}

impl Tapestry {
    /// Code that fills a box of a width and a height, which typst knows as `height`, with the picture of a natural size.
    pub(crate) fn typst(&self, name: &str, natural: (f64, f64), style: &Style, width: f64, height: &str) -> String {
        let hanging = &style.hanging;
        let name = super::code::literal(name);
        let wide = pt(width);
        let (natural_wide, natural_high) = (natural.0.max(1.0), natural.1.max(1.0));
        let ratio = natural_high / natural_wide;
        let part = |length: Length| match length {
            Length::Sum(pixels, 0.0) => pt(pixels),
            Length::Sum(pixels, part) => format!("({height}*{part}+{})", pt(pixels)),
            Length::Auto => pt(natural_high),
        };
        let filling = |pick: &str| {
            let factor = format!("calc.{pick}({wide}/{},{height}/{})", pt(natural_wide), pt(natural_high));
            (format!("({}*{factor})", pt(natural_wide)), format!("({}*{factor})", pt(natural_high)))
        };
        let mut repeated = hanging.repeated;
        let is_small = |side: Length| matches!(side, Length::Sum(pixels, part) if part == 0.0 && pixels < LEAST_SIDE);
        let sides = match hanging.size {
            Size::Cover | Size::Contain => {
                repeated = (false, false);
                filling(if hanging.size == Size::Cover { "max" } else { "min" })
            }
            Size::Natural => (pt(natural_wide), pt(natural_high)),
            Size::Sides(across, down) => {
                // A tile has a size that is known.
                repeated = if down.is_relative() { (false, false) } else { repeated };
                match (across.resolve(width), down) {
                    (Some(across), Length::Auto) => (pt(across), pt(across * ratio)),
                    (Some(across), down) => (pt(across), part(down)),
                    (None, down) => (format!("({}/{ratio})", part(down)), part(down)),
                }
            }
        };
        let small = match hanging.size {
            Size::Sides(across, down) => {
                is_small(down) || across.resolve(width).is_some_and(|across| across < LEAST_SIDE)
            }
            _ => false,
        };
        let mut body = String::new();
        if !small {
            let (across, down) = sides;
            let image = format!("image({name},width:{across},height:{down},fit:\"stretch\")");
            let shift = |position: Length, room: &str, side: &str, tiled: bool| match position {
                Length::Sum(pixels, 0.0) if !tiled => pt(pixels),
                Length::Sum(pixels, part) if !tiled => format!("({room} - {side})*{part}+{}", pt(pixels)),
                _ => "0pt".to_owned(),
            };
            let dx = shift(hanging.position.0, &wide, &across, repeated.0);
            let dy = shift(hanging.position.1, height, &down, repeated.1);
            let shown = match repeated {
                (false, false) => image,
                _ => {
                    let side = |tiled: bool, side: &str| if tiled { "100%".to_owned() } else { side.to_owned() };
                    format!(
                        "rect(width:{},height:{},fill:tiling(size:({across},{down}),{image}))",
                        side(repeated.0, &across),
                        side(repeated.1, &down)
                    )
                }
            };
            body = format!("place(top+left,dx:{dx},dy:{dy},{shown})\n");
        }
        if let Some(over) = &self.over {
            let fill = over.typst(Color::CLEAR, style.fade);
            body.push_str(&format!("place(top+left,rect(width:100%,height:100%,fill:{fill}))\n"));
        }
        format!("block(width:{wide},height:{height},clip:true,{}{{{body}}})", radii(style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_gradient(text: &str) -> String {
        let Some(Backdrop::Gradient(gradient)) = layers(text, 16.0).backdrop else { panic!("{text}") };
        gradient.typst(Color::CLEAR, 1.0)
    }

    #[test]
    fn gradients_are_read() {
        for (text, wanted) in [
            (
                "linear-gradient(to right, red, blue)",
                "gradient.linear((rgb(255,0,0),0.000%),(rgb(0,0,255),100.000%),angle:0.00deg,space:rgb)",
            ),
            (
                "linear-gradient(135deg, #f00 20%, lime, rgba(0, 0, 255, 1) 80%)",
                "gradient.linear((rgb(255,0,0),0.000%),(rgb(255,0,0),20.000%),(rgb(0,255,0),50.000%),(rgb(0,0,255),80.000%),(rgb(0,0,255),100.000%),angle:45.00deg,space:rgb)",
            ),
            (
                "radial-gradient(circle at center, white, transparent)",
                "gradient.radial((rgb(255,255,255),0.000%),(rgb(255,255,255,0),100.000%),radius:70.7%,space:rgb)",
            ),
        ] {
            assert_eq!(read_gradient(text), wanted, "{text}");
        }
        for (text, missing) in [
            ("repeating-linear-gradient(red, blue)", Some("repeating gradients")),
            ("linear-gradient(red)", None),
            ("#fff", None),
        ] {
            assert_eq!(layers(text, 16.0), Layers { missing, ..Layers::default() }, "{text}");
        }
        for text in ["linear-gradient(red 10px, blue)", "linear-gradient(red, blue), linear-gradient(lime, red)"] {
            let layers = layers(text, 16.0);
            assert!(layers.backdrop.is_some() && layers.missing.is_some(), "{text}");
        }
    }

    #[test]
    fn pictures_are_read() {
        let read = |text: &str| {
            let Layers { backdrop: Some(Backdrop::Picture(picture)), hanging, missing: None } = layers(text, 16.0)
            else {
                panic!("{text}")
            };
            (picture, hanging)
        };
        let (picture, hanging) = read("#eee url( 'A.png' ) no-repeat right top / 40px auto");
        assert_eq!(picture, Tapestry { source: "A.png".to_owned(), over: None });
        assert_eq!((hanging.position, hanging.repeated), ((Length::Sum(0.0, 1.0), Length::ZERO), (false, false)));
        assert_eq!(hanging.size, Size::Sides(Length::Sum(40.0, 0.0), Length::Auto));
        let (picture, hanging) = read("linear-gradient(#000a, #0005), url(B.png) repeat-x 10px 50% / cover");
        assert!(picture.over.is_some());
        assert_eq!((hanging.size, hanging.repeated), (Size::Cover, (true, false)));
        assert_eq!(hanging.position, (Length::Sum(10.0, 0.0), Length::Sum(0.0, 0.5)));
    }

    #[test]
    fn places_are_read() {
        let part = |part: f64| Length::Sum(0.0, part);
        let pixels = |pixels: f64| Length::Sum(pixels, 0.0);
        for (text, position) in [
            ("center", (part(0.5), part(0.5))),
            ("bottom", (part(0.5), part(1.0))),
            ("top right", (part(1.0), Length::ZERO)),
            ("center left", (Length::ZERO, part(0.5))),
            ("10px", (pixels(10.0), part(0.5))),
            ("25% 20px", (part(0.25), pixels(20.0))),
            ("left 20px", (Length::ZERO, pixels(20.0))),
            ("right 10px bottom 2em", (Length::Sum(-10.0, 1.0), Length::Sum(-20.0, 1.0))),
            ("#eee", (Length::ZERO, Length::ZERO)),
        ] {
            let mut hanging = Hanging::default();
            hanging.place(text, 10.0);
            assert_eq!(hanging.position, position, "{text}");
        }
    }
}
