//! The colours that have a name in CSS.

use std::sync::LazyLock;

use crate::color::Color;
use crate::oklab::Oklab;

/// CSS Color 4, section 6.1, one name for each colour, but for the one SVG has not.
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

/// The name of the colour that looks most like this one.
pub(super) fn nearest(rgb: [u8; 3]) -> &'static str {
    let color = Oklab::of(rgb);
    let by_distance = |a: &&(&str, Oklab), b: &&(&str, Oklab)| a.1.apart(color).total_cmp(&b.1.apart(color));
    COLORS.iter().min_by(by_distance).expect("there are names").0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_colour_and_its_own_nearest() {
        assert_eq!(COLORS.len(), NAMES.split_ascii_whitespace().count());
        for name in NAMES.split_ascii_whitespace() {
            assert_eq!(nearest(name.parse::<Color>().unwrap().rgb()), name);
        }
        assert_eq!(nearest([221, 22, 62]), "crimson");
    }
}
