//! The colors that have a name in CSS.

use std::sync::LazyLock;

use crate::color::Color;
use crate::oklab::Oklab;

/// CSS Color 4, section 6.1, one name for each color, but for the one SVG has not.
const NAMES: &str = "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown \
burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson darkblue darkcyan darkgoldenrod darkgray \
darkgreen darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue \
darkslategray darkturquoise darkviolet deeppink deepskyblue dimgray dodgerblue firebrick floralwhite forestgreen fuchsia \
gainsboro ghostwhite gold goldenrod gray green greenyellow honeydew hotpink indianred indigo ivory khaki lavender \
lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightpink \
lightsalmon lightseagreen lightskyblue lightslategray lightsteelblue lightyellow lime limegreen linen maroon \
mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise \
mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid \
palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple red \
rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray snow \
springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen";

static COLORS: LazyLock<Vec<(&str, Oklab)>> = LazyLock::new(|| {
    let named = NAMES.split_ascii_whitespace().filter_map(|name| Some((name, name.parse::<Color>().ok()?)));
    named.map(|(name, color)| (name, Oklab::of(color.rgb()))).collect()
});

/// Below this chroma a color is called gray.
const GRAY: f32 = 0.02;
/// How much a wrong hue counts, and lightness. People name by hue first: a dark brown is no dark gray, though that may be
/// nearer in OKLab. Set so that every name stays its own and dark browns are browns.
const HUE: f32 = 0.1;
const LIGHTNESS: f32 = 0.5;

/// The name of the color that looks most like this one.
pub(super) fn nearest(rgb: [u8; 3]) -> &'static str {
    let color = Oklab::of(rgb);
    let by_distance = |a: &&(&str, Oklab), b: &&(&str, Oklab)| unlike(color, a.1).total_cmp(&unlike(color, b.1));
    COLORS.iter().min_by(by_distance).expect("there are names").0
}

/// How little a name suits a color.
fn unlike(color: Oklab, named: Oklab) -> f32 {
    let apart = LIGHTNESS * (color.l - named.l).powi(2) + (color.a - named.a).powi(2) + (color.b - named.b).powi(2);
    let (chroma, other) = (color.chroma(), named.chroma());
    if chroma <= GRAY {
        return apart;
    }
    // The cosine of the angle between the hues; a gray has none, and suits as badly as one a quarter of the wheel away.
    let same = if other > GRAY { (color.a * named.a + color.b * named.b) / (chroma * other) } else { 0.0 };
    apart + HUE * (1.0 - same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_color_and_its_own_nearest() {
        assert_eq!(COLORS.len(), NAMES.split_ascii_whitespace().count());
        for name in NAMES.split_ascii_whitespace() {
            assert_eq!(nearest(name.parse::<Color>().unwrap().rgb()), name);
        }
        assert_eq!(nearest([221, 22, 62]), "crimson");
    }

    #[test]
    fn a_dark_color_has_the_name_of_its_hue() {
        for (hex, name) in [
            ("#322620", "saddlebrown"),
            ("#563e2f", "saddlebrown"),
            ("#815e48", "saddlebrown"),
            ("#663300", "saddlebrown"),
            ("#5c4033", "saddlebrown"),
            ("#00468c", "darkblue"),
            ("#14213d", "midnightblue"),
            ("#0a2a0a", "darkgreen"),
            ("#2f4f4e", "darkslategray"),
            ("#848078", "gray"),
            ("#222225", "darkslategray"),
        ] {
            assert_eq!(nearest(hex.parse::<Color>().unwrap().rgb()), name, "{hex}");
        }
    }
}
