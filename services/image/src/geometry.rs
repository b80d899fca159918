//! How a picture of one size becomes one of another: what is cropped, what is scaled, what is added.

use pictures::Region;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a picture is fitted into a box, as CSS `object-fit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Fills the box and crops what overflows. A box larger than the picture shrinks, keeping its aspect ratio, unless the
    /// picture is enlarged.
    #[default]
    #[serde(alias = "crop")]
    Cover,
    /// Fits inside the box; the rest of the box is the background.
    Contain,
    /// Stretched to the box, ignoring the aspect ratio.
    Fill,
    /// As large as fits inside the box, without adding background.
    #[serde(alias = "scale-down")]
    Inside,
    /// As small as covers the box, without cropping.
    Outside,
}

/// What a position needs to have an effect.
pub(crate) const POSITION_NEEDS: &str = "has no effect here: it needs width and height, and fit=cover or fit=contain";

impl Fit {
    /// Whether something is cut off, or there is room around the picture.
    pub(crate) fn uses_position(self) -> bool {
        matches!(self, Self::Cover | Self::Contain)
    }
}

/// Which part is kept when a picture is cropped, or where it is placed in a larger box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// The center.
    #[default]
    #[serde(alias = "centre", alias = "middle")]
    Center,
    /// The upper edge.
    #[serde(alias = "north")]
    Top,
    /// The upper right corner.
    #[serde(alias = "right-top", alias = "north-east")]
    TopRight,
    /// The right edge.
    #[serde(alias = "east")]
    Right,
    /// The lower right corner.
    #[serde(alias = "right-bottom", alias = "south-east")]
    BottomRight,
    /// The lower edge.
    #[serde(alias = "south")]
    Bottom,
    /// The lower left corner.
    #[serde(alias = "left-bottom", alias = "south-west")]
    BottomLeft,
    /// The left edge.
    #[serde(alias = "west")]
    Left,
    /// The upper left corner.
    #[serde(alias = "left-top", alias = "north-west")]
    TopLeft,
    /// When cropping: where there is most detail.
    Entropy,
    /// When cropping: where people look first, such as skin, strong colors and what stands out.
    #[serde(alias = "face", alias = "faces", alias = "smart", alias = "auto")]
    Attention,
}

impl Position {
    /// Whether the picture itself says where.
    #[must_use]
    pub fn is_smart(self) -> bool {
        matches!(self, Self::Entropy | Self::Attention)
    }

    /// Where it is, in fractions of what is left over to the left and above; the middle when the picture is to say.
    #[must_use]
    pub fn fractions(self) -> (f64, f64) {
        match self {
            Self::Center | Self::Entropy | Self::Attention => (0.5, 0.5),
            Self::Top => (0.5, 0.0),
            Self::TopRight => (1.0, 0.0),
            Self::Right => (1.0, 0.5),
            Self::BottomRight => (1.0, 1.0),
            Self::Bottom => (0.5, 1.0),
            Self::BottomLeft => (0.0, 1.0),
            Self::Left => (0.0, 0.5),
            Self::TopLeft => (0.0, 0.0),
        }
    }
}

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Rect {
    /// The smallest rectangle around both.
    pub(crate) fn around(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}

/// What is done to make one size of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plan {
    /// The part of the source that is used; all when it is not said.
    pub(crate) region: Option<Region>,
    /// The size that part gets.
    pub(crate) size: (u32, u32),
    /// The box around it, where that is larger.
    pub(crate) canvas: Option<(u32, u32)>,
}

impl Plan {
    /// How to fit a picture into a box of which one side may be left open.
    pub(crate) fn fit(
        source: (u32, u32),
        (width, height): (Option<u32>, Option<u32>),
        fit: Fit,
        position: Position,
        enlarge: bool,
    ) -> Self {
        let (from_width, from_height) = (f64::from(source.0), f64::from(source.1));
        let bounded = |scale: f64| if enlarge { scale } else { scale.min(1.0) };
        let scaled = |scale: f64| (side(from_width * scale), side(from_height * scale));
        let (width, height) = match (width, height) {
            (Some(width), Some(height)) => (width, height),
            (Some(width), None) => return Self::all(scaled(bounded(f64::from(width) / from_width))),
            (None, Some(height)) => return Self::all(scaled(bounded(f64::from(height) / from_height))),
            (None, None) => return Self::all(source),
        };
        let (to_width, to_height) = (f64::from(width) / from_width, f64::from(height) / from_height);
        match fit {
            Fit::Fill => {
                let size = (side(from_width * bounded(to_width)), side(from_height * bounded(to_height)));
                Self::all(size)
            }
            Fit::Inside => Self::all(scaled(bounded(to_width.min(to_height)))),
            Fit::Outside => Self::all(scaled(bounded(to_width.max(to_height)))),
            Fit::Contain => {
                let size = scaled(bounded(to_width.min(to_height)));
                let size = (size.0.min(width), size.1.min(height));
                Self { region: None, size, canvas: (size != (width, height)).then_some((width, height)) }
            }
            Fit::Cover => {
                // What the picture cannot fill becomes smaller, and keeps the shape that was asked for.
                let shrunk = if enlarge { 1.0 } else { (1.0 / to_width.max(to_height)).min(1.0) };
                let size = (side(f64::from(width) * shrunk), side(f64::from(height) * shrunk));
                let scale = (f64::from(size.0) / from_width).max(f64::from(size.1) / from_height);
                let (full_width, full_height) = (from_width * scale, from_height * scale);
                let (part_width, part_height) =
                    ((f64::from(size.0) / full_width).min(1.0), (f64::from(size.1) / full_height).min(1.0));
                let (x, y) = position.fractions();
                let region = Region {
                    x: x * (1.0 - part_width),
                    y: y * (1.0 - part_height),
                    width: part_width,
                    height: part_height,
                };
                Self { region: Some(region), size, canvas: None }
            }
        }
    }

    fn all(size: (u32, u32)) -> Self {
        Self { region: None, size, canvas: None }
    }

    /// What to say of a picture that stays smaller than it was asked for; nothing when it does not, or is only to lie
    /// inside a box.
    pub(crate) fn too_small(&self, source: (u32, u32), wanted: (Option<u32>, Option<u32>), fit: Fit) -> Option<String> {
        if fit == Fit::Inside && wanted.0.is_some() && wanted.1.is_some() {
            return None;
        }
        let (width, height) = self.result();
        let enlarged = Self::fit(source, wanted, fit, Position::Center, true).result();
        let text = format!("{width}x{height} instead of {}x{}", enlarged.0, enlarged.1);
        ((width, height) != enlarged).then_some(text)
    }

    /// The size the whole source would have: what a decoder needs to know.
    pub(crate) fn whole_size(&self) -> (u32, u32) {
        let Some(region) = self.region else { return self.size };
        (side(f64::from(self.size.0) / region.width), side(f64::from(self.size.1) / region.height))
    }

    /// The same with its part elsewhere: in fractions of what is left over to the left and above.
    pub(crate) fn at(self, (x, y): (f64, f64)) -> Self {
        let moved = |part: Region| Region { x: x * (1.0 - part.width), y: y * (1.0 - part.height), ..part };
        Self { region: self.region.map(moved), ..self }
    }

    /// The size of what comes of it.
    pub(crate) fn result(&self) -> (u32, u32) {
        self.canvas.unwrap_or(self.size)
    }
}

/// Pixels along a side: at least one.
fn side(length: f64) -> u32 {
    length.round().clamp(1.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes sharp 0.35 gives for the same, `withoutEnlargement` being the opposite of `enlarge`.
    #[test]
    fn a_picture_is_fitted_as_sharp_does() {
        let plan = |width, height, fit, enlarge| {
            Plan::fit((4000, 3000), (width, height), fit, Position::Center, enlarge).result()
        };
        assert_eq!(plan(Some(400), None, Fit::Cover, false), (400, 300));
        assert_eq!(plan(None, Some(400), Fit::Cover, false), (533, 400));
        assert_eq!(plan(Some(400), Some(400), Fit::Cover, false), (400, 400));
        assert_eq!(plan(Some(400), Some(400), Fit::Inside, false), (400, 300));
        assert_eq!(plan(Some(400), Some(400), Fit::Outside, false), (533, 400));
        assert_eq!(plan(Some(400), Some(400), Fit::Fill, false), (400, 400));
        assert_eq!(plan(Some(400), Some(400), Fit::Contain, false), (400, 400));
        assert_eq!(plan(Some(8000), None, Fit::Cover, false), (4000, 3000));
        assert_eq!(plan(Some(8000), None, Fit::Cover, true), (8000, 6000));
    }

    #[test]
    fn a_box_that_cannot_be_filled_keeps_its_shape() {
        let size = |source, width, height, enlarge| {
            Plan::fit(source, (Some(width), Some(height)), Fit::Cover, Position::Center, enlarge).result()
        };
        assert_eq!(size((800, 653), 1200, 630, false), (800, 420));
        assert_eq!(size((320, 240), 256, 256, false), (240, 240));
        assert_eq!(size((320, 240), 256, 256, true), (256, 256));
        assert_eq!(size((10_000, 1), 100, 100, false), (1, 1));
    }

    #[test]
    fn the_part_that_stays_is_where_it_is_said() {
        let region =
            |position| Plan::fit((4000, 3000), (Some(300), Some(300)), Fit::Cover, position, false).region.unwrap();
        assert_eq!((region(Position::Left).x, region(Position::Left).width), (0.0, 0.75));
        assert_eq!(region(Position::Center).x, 0.125);
        assert_eq!(region(Position::BottomRight).x, 0.25);
    }

    #[test]
    fn no_side_is_ever_empty() {
        let plan = Plan::fit((10_000, 1), (Some(10), None), Fit::Inside, Position::Center, false);
        assert_eq!(plan.result(), (10, 1));
    }
}
