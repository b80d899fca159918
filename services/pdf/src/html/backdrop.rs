//! What is behind the content of a box: gradients (CSS Images 3) and pictures (CSS Backgrounds 3).

use super::code::pt;
use super::color::{Color, color};
use super::value::{Length, arguments, read, words};

/// Colors of a gradient.
const MAX_STOPS: usize = 32;

/// What is behind the content, over the color of the ground.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Backdrop {
    Gradient(Gradient),
    Picture(Tapestry),
}

/// Colors that go over into each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gradient {
    kind: Kind,
    /// Colors and where they are, from 0 to 1, in order.
    stops: Vec<(Color, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Along a line: its angle as typst has it, in degrees from the right, clockwise.
    Linear(f64),
    Radial,
    Conic,
}

/// A picture behind the content.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tapestry {
    pub(crate) source: String,
    size: Size,
    /// Where it is: from 0, the left and upper edge, to 1.
    position: (f64, f64),
    repeated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Size {
    Natural,
    Cover,
    Contain,
    Sides(Length, Length),
}

/// Reads the first layer of `background` or `background-image`.
pub(crate) fn backdrop(value: &str) -> Result<Option<Backdrop>, &'static str> {
    let layer = arguments(value).into_iter().next().unwrap_or_default();
    for word in words(layer) {
        if let Some(gradient) = gradient(word)? {
            return Ok(Some(Backdrop::Gradient(gradient)));
        }
        if let Some(source) = source(word) {
            let mut picture = Tapestry { source, size: Size::Natural, position: (0.0, 0.0), repeated: true };
            let rest = layer.replace(word, " ").to_ascii_lowercase();
            let (place, size) = rest.split_once('/').unwrap_or((&rest, ""));
            picture.place(place);
            picture.repeat(&rest);
            if !size.trim().is_empty() {
                picture.resize(size);
            }
            return Ok(Some(Backdrop::Picture(picture)));
        }
    }
    Ok(None)
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

impl Tapestry {
    pub(crate) fn repeat(&mut self, value: &str) {
        if value.contains("no-repeat") {
            self.repeated = false;
        } else if value.contains("repeat") {
            self.repeated = true;
        }
    }

    pub(crate) fn place(&mut self, value: &str) {
        let mut found: Vec<f64> = Vec::new();
        let mut vertical_first = false;
        for word in words(value) {
            let at = match word {
                "left" | "top" => 0.0,
                "center" => 0.5,
                "right" | "bottom" => 1.0,
                other => match other.strip_suffix('%').and_then(|part| part.parse::<f64>().ok()) {
                    Some(percent) => percent / 100.0,
                    None => continue,
                },
            };
            if found.is_empty() && matches!(word, "top" | "bottom") {
                vertical_first = true;
            }
            found.push(at.clamp(0.0, 1.0));
        }
        match (found.as_slice(), vertical_first) {
            ([one], false) => self.position = (*one, 0.5),
            ([one], true) => self.position = (0.5, *one),
            ([one, two, ..], false) => self.position = (*one, *two),
            ([one, two, ..], true) => self.position = (*two, *one),
            ([], _) => {}
        }
    }

    pub(crate) fn resize(&mut self, value: &str) {
        let parts = words(value);
        self.size = match parts.first().copied() {
            Some("cover") => Size::Cover,
            Some("contain") => Size::Contain,
            _ => {
                let mut sides = parts.iter().map_while(|part| read(part, 16.0, 16.0));
                match (sides.next(), sides.next()) {
                    (Some(width), Some(height)) => Size::Sides(width, height),
                    (Some(width), None) => Size::Sides(width, Length::Auto),
                    (None, _) => return,
                }
            }
        };
    }

    /// Code that fills a box of a width and a height, which typst knows as `height`, with the picture of a natural size.
    pub(crate) fn typst(&self, name: &str, natural: (f64, f64), width: f64, height: &str) -> String {
        let name = super::code::literal(name);
        let fitted = |fit: &str| format!("image({name},width:100%,height:100%,fit:\"{fit}\")");
        let ratio = if natural.0 > 0.0 { natural.1 / natural.0 } else { 1.0 };
        let sides = match self.size {
            Size::Cover | Size::Contain => None,
            Size::Natural => Some((pt(natural.0), pt(natural.1), false)),
            Size::Sides(wide, high) => {
                let relative = high.is_relative();
                let high_text = |length: Length| match length {
                    Length::Sum(pixels, 0.0) => pt(pixels),
                    Length::Sum(pixels, part) => format!("({height}*{part}+{})", pt(pixels)),
                    Length::Auto => String::new(),
                };
                match (wide.resolve(width), high) {
                    (Some(wide), Length::Auto) => Some((pt(wide), pt(wide * ratio), false)),
                    (Some(wide), high) => Some((pt(wide), high_text(high), relative)),
                    (None, Length::Sum(high, 0.0)) => Some((pt(high / ratio), pt(high), false)),
                    (None, _) => None,
                }
            }
        };
        let body = match (self.size, sides) {
            (Size::Cover, _) => fitted("cover"),
            (_, None) => fitted("contain"),
            (_, Some((wide, high, relative))) => {
                let image = format!("image({name},width:{wide},height:{high},fit:\"stretch\")");
                if self.repeated && !relative {
                    format!("rect(width:100%,height:100%,fill:tiling(size:({wide},{high}),{image}))")
                } else {
                    let (x, y) = self.position;
                    let horizontal = if x < 0.25 {
                        "left"
                    } else if x > 0.75 {
                        "right"
                    } else {
                        "center"
                    };
                    let vertical = if y < 0.25 {
                        "top"
                    } else if y > 0.75 {
                        "bottom"
                    } else {
                        "horizon"
                    };
                    format!("place({horizontal}+{vertical},{image})")
                }
            }
        };
        format!("block(width:{},height:{height},clip:true,{body})", pt(width))
    }
}

/// Reads a gradient; nothing for what is none.
fn gradient(word: &str) -> Result<Option<Gradient>, &'static str> {
    let lower = word.to_ascii_lowercase();
    let plain = lower.strip_prefix("-webkit-").unwrap_or(&lower);
    let Some((name, inner)) = plain.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))
    else {
        return Ok(None);
    };
    let mut parts = arguments(inner);
    let kind = match name {
        "linear-gradient" | "radial-gradient" | "conic-gradient" => name,
        "repeating-linear-gradient" | "repeating-radial-gradient" | "repeating-conic-gradient" => {
            return Err("repeating gradients");
        }
        _ => return Ok(None),
    };
    let is_color = |text: &str| words(text).first().is_some_and(|word| color(word).is_some());
    let head = if parts.first().is_some_and(|first| !is_color(first)) { Some(parts.remove(0)) } else { None };
    let kind = match kind {
        "linear-gradient" => Kind::Linear(angle(head.unwrap_or("to bottom"), plain.len() != lower.len())),
        "radial-gradient" => Kind::Radial,
        _ => Kind::Conic,
    };
    let stops = stops(&parts);
    Ok((stops.len() >= 2).then_some(Gradient { kind, stops }))
}

/// The direction of a gradient as typst has it.
fn angle(text: &str, old: bool) -> f64 {
    let words = words(text);
    let has = |side: &str| words.contains(&side);
    let number = |unit: &str| words.iter().find_map(|word| word.strip_suffix(unit).and_then(|n| n.parse::<f64>().ok()));
    let degrees = match () {
        () if number("grad").is_some() => number("grad").map(|grad| grad * 0.9),
        () if number("deg").is_some() => number("deg"),
        () if number("turn").is_some() => number("turn").map(|turn| turn * 360.0),
        () => number("rad").map(f64::to_degrees),
    };
    if let Some(degrees) = degrees.filter(|degrees| degrees.is_finite()) {
        return (degrees - 90.0).rem_euclid(360.0);
    }
    let angle = match (has("top"), has("bottom"), has("left"), has("right")) {
        (true, _, true, _) => 225.0,
        (true, _, _, true) => 315.0,
        (_, true, true, _) => 135.0,
        (_, true, _, true) => 45.0,
        (true, ..) => 270.0,
        (_, _, true, _) => 180.0,
        (_, _, _, true) => 0.0,
        _ => 90.0,
    };
    // Before the standard the side was where it begins.
    if old { f64::rem_euclid(angle + 180.0, 360.0) } else { angle }
}

fn stops(parts: &[&str]) -> Vec<(Color, f64)> {
    let mut found: Vec<(Color, Option<f64>)> = Vec::new();
    for part in parts.iter().take(MAX_STOPS) {
        let mut words = words(part).into_iter();
        let Some(shade) = words.next().and_then(color) else { continue };
        let places: Vec<f64> = words
            .filter_map(|word| word.strip_suffix('%').and_then(|part| part.parse::<f64>().ok()))
            .filter(|percent| percent.is_finite())
            .map(|percent| (percent / 100.0).clamp(0.0, 1.0))
            .take(2)
            .collect();
        if places.is_empty() {
            found.push((shade, None));
        }
        found.extend(places.into_iter().map(|place| (shade, Some(place))));
    }
    if found.len() < 2 {
        return Vec::new();
    }
    // What is seen through has the color of what is beside it.
    for at in 0..found.len() {
        if found[at].0.alpha == 0.0 {
            let beside = if at > 0 { found[at - 1].0 } else { found[at + 1].0 };
            found[at].0.rgb = beside.rgb;
        }
    }
    let last = found.len() - 1;
    found[0].1.get_or_insert(0.0);
    found[last].1.get_or_insert(1.0);
    let mut stops: Vec<(Color, f64)> = Vec::with_capacity(found.len() + 2);
    let mut at = 0;
    while at < found.len() {
        let (shade, Some(place)) = found[at] else { break };
        let place = stops.last().map_or(place, |(_, before)| place.max(*before));
        stops.push((shade, place));
        // Those without a place are spread evenly up to the next that has one.
        let next = (at + 1..found.len()).find(|next| found[*next].1.is_some()).unwrap_or(found.len());
        let end = found.get(next).and_then(|(_, place)| *place).unwrap_or(1.0).max(place);
        for (step, (shade, _)) in found[at + 1..next].iter().enumerate() {
            let part = (step + 1) as f64 / (next - at) as f64;
            stops.push((*shade, place + (end - place) * part));
        }
        at = next;
    }
    if let Some((first, place)) = stops.first().copied()
        && place > 0.0
    {
        stops.insert(0, (first, 0.0));
    }
    if let Some((last, place)) = stops.last().copied()
        && place < 1.0
    {
        stops.push((last, 1.0));
    }
    stops
}

impl Gradient {
    /// As typst writes it, over a ground, seen through.
    pub(crate) fn typst(&self, ground: Color, fade: f64) -> String {
        let stops: Vec<String> = self
            .stops
            .iter()
            .map(|(shade, place)| {
                let shade = shade.faded(fade);
                let shade = if ground.alpha > 0.0 { shade.over(ground) } else { shade };
                format!("({},{:.3}%)", shade.typst(), place * 100.0)
            })
            .collect();
        let stops = stops.join(",");
        match self.kind {
            Kind::Linear(angle) => format!("gradient.linear({stops},angle:{angle:.2}deg,space:rgb)"),
            Kind::Radial => format!("gradient.radial({stops},radius:70.7%,space:rgb)"),
            Kind::Conic => format!("gradient.conic({stops},angle:270deg,space:rgb)"),
        }
    }

    /// The color it begins with.
    pub(crate) fn first(&self) -> Option<Color> {
        self.stops.first().map(|(shade, _)| *shade)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_gradient(text: &str) -> String {
        let Ok(Some(Backdrop::Gradient(gradient))) = backdrop(text) else { panic!("{text}") };
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
        assert_eq!(backdrop("repeating-linear-gradient(red, blue)"), Err("repeating gradients"));
        assert_eq!(backdrop("linear-gradient(red)"), Ok(None));
        assert_eq!(backdrop("#fff"), Ok(None));
    }

    #[test]
    fn pictures_are_read() {
        let Ok(Some(Backdrop::Picture(picture))) = backdrop("#eee url( 'A.png' ) no-repeat right top / 40px auto")
        else {
            panic!()
        };
        assert_eq!(picture.source, "A.png");
        assert_eq!((picture.position, picture.repeated), ((1.0, 0.0), false));
        assert_eq!(picture.size, Size::Sides(Length::Sum(40.0, 0.0), Length::Auto));
    }
}
