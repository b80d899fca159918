//! Gradients (CSS Images 3, 3).

use super::color::{Color, color};
use super::value::{Length, arguments, read, words};

/// Colors of a gradient.
const MAX_STOPS: usize = 32;

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

/// Reads a gradient; nothing for what is none, and a name for what is not shown of it.
pub(super) fn gradient(word: &str, missing: &mut Option<&'static str>) -> Option<Gradient> {
    let lower = word.to_ascii_lowercase();
    let plain = lower.strip_prefix("-webkit-").unwrap_or(&lower);
    let (name, inner) = plain.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))?;
    let mut parts = arguments(inner);
    let kind = match name {
        "linear-gradient" | "radial-gradient" | "conic-gradient" => name,
        "repeating-linear-gradient" | "repeating-radial-gradient" | "repeating-conic-gradient" => {
            *missing = Some("repeating gradients");
            return None;
        }
        _ => return None,
    };
    let is_color = |text: &str| words(text).first().is_some_and(|word| color(word).is_some());
    let head = if parts.first().is_some_and(|first| !is_color(first)) { Some(parts.remove(0)) } else { None };
    let kind = match kind {
        "linear-gradient" => Kind::Linear(angle(head.unwrap_or("to bottom"), plain.len() != lower.len())),
        "radial-gradient" => Kind::Radial,
        _ => Kind::Conic,
    };
    let stops = stops(&parts, missing);
    (stops.len() >= 2).then_some(Gradient { kind, stops })
}

/// The direction of a gradient as typst has it.
fn angle(text: &str, old: bool) -> f64 {
    let words = words(text);
    let has = |side: &str| words.contains(&side);
    if let Some(degrees) = words.iter().find_map(|word| super::transform::angle(word)) {
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

fn stops(parts: &[&str], missing: &mut Option<&'static str>) -> Vec<(Color, f64)> {
    let mut found: Vec<(Color, Option<f64>)> = Vec::new();
    for part in parts.iter().take(MAX_STOPS) {
        let mut words = words(part).into_iter();
        let Some(shade) = words.next().and_then(color) else { continue };
        // How long the line of a gradient is turns out when the box is set.
        if words.clone().any(|word| !word.ends_with('%') && read(word, 16.0, 16.0) != Some(Length::ZERO)) {
            *missing = Some("places of colors in gradients by length, except percentages");
        }
        let places: Vec<f64> = words
            .filter_map(|word| word.strip_suffix('%').unwrap_or(word).parse::<f64>().ok())
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
