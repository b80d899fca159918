//! Colors, as people write them in CSS.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A color with its opacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
    /// Opacity; 255 is opaque.
    pub alpha: u8,
}

impl Color {
    /// White.
    pub const WHITE: Self = Self { red: 255, green: 255, blue: 255, alpha: 255 };
    /// Black.
    pub const BLACK: Self = Self { red: 0, green: 0, blue: 0, alpha: 255 };
    /// Fully transparent.
    pub const TRANSPARENT: Self = Self { red: 0, green: 0, blue: 0, alpha: 0 };

    /// Red, green, blue, opacity.
    #[must_use]
    pub fn rgba(self) -> [u8; 4] {
        [self.red, self.green, self.blue, self.alpha]
    }

    /// The samples of a pixel of one to four channels: gray (its red), gray and alpha, RGB, RGBA.
    pub(crate) fn samples(self, channels: usize) -> Vec<u8> {
        match channels {
            1 => vec![self.red],
            2 => vec![self.red, self.alpha],
            3 => self.rgb().to_vec(),
            _ => self.rgba().to_vec(),
        }
    }

    /// Red, green, blue.
    #[must_use]
    pub fn rgb(self) -> [u8; 3] {
        [self.red, self.green, self.blue]
    }

    /// What is seen of it on another: opaque when that is.
    #[must_use]
    pub fn over(self, ground: Self) -> Self {
        let over = f64::from(self.alpha) / 255.0;
        let under = f64::from(ground.alpha) / 255.0 * (1.0 - over);
        let alpha = over + under;
        if alpha <= 0.0 {
            return ground;
        }
        let mix = |color: u8, ground: u8| ((f64::from(color) * over + f64::from(ground) * under) / alpha).round() as u8;
        Self {
            red: mix(self.red, ground.red),
            green: mix(self.green, ground.green),
            blue: mix(self.blue, ground.blue),
            alpha: (alpha * 255.0).round() as u8,
        }
    }
}

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case("transparent") {
            return Ok(Self::TRANSPARENT);
        }
        let color = svgtypes::Color::from_str(text.trim());
        let color =
            color.map_err(|_| "is not a color: write it as in CSS, such as #ff8800, #f80, rgb(255,136,0) or red")?;
        Ok(Self { red: color.red, green: color.green, blue: color.blue, alpha: color.alpha })
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)?;
        if self.alpha < 255 { write!(f, "{:02x}", self.alpha) } else { Ok(()) }
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(source)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        target.collect_str(self)
    }
}

impl JsonSchema for Color {
    fn schema_name() -> Cow<'static, str> {
        "Color".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "CSS color: `#rrggbb`, `#rgb`, `#rrggbbaa`, `rgb(...)`, `hsl(...)`, a name, or `transparent`.",
            "type": "string",
            "maxLength": 64,
            "examples": ["#ff8800", "white", "transparent"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_as_css_writes_them() {
        for (text, read) in
            [("#f80", "#ff8800"), (" Red ", "#ff0000"), ("rgb(1, 2, 3)", "#010203"), ("transparent", "#00000000")]
        {
            assert_eq!(text.parse::<Color>().unwrap().to_string(), read);
        }
        for wrong in ["", "#12", "reddish", "url(#x)", "rgb(1,2"] {
            assert!(wrong.parse::<Color>().is_err(), "{wrong}");
        }
    }
}
