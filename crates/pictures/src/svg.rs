//! SVG to pixels: with our own typeface, and nothing from outside the text itself.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use flate2::read::MultiGzDecoder;
use image::{DynamicImage, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::filter::Kind;
use resvg::usvg::{self, Group, ImageHrefResolver, Node, Options, Tree, fontdb};

use crate::container::inflated;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;

/// An SVG may be this long.
const BYTES: usize = 2 << 20;
/// An SVG may have this many tags.
const TAGS: usize = 100_000;
/// Steps the filters of an SVG may take: seconds of work.
const FILTER_STEPS: f64 = 2e9;
/// A layer with a filter may be this many times as wide and high as the drawing.
const LAYER: f64 = 5.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(fonts::REGULAR.to_vec());
    fonts.load_font_data(fonts::BOLD.to_vec());
    for set in [
        fontdb::Database::set_sans_serif_family,
        fontdb::Database::set_serif_family,
        fontdb::Database::set_monospace_family,
        fontdb::Database::set_cursive_family,
        fontdb::Database::set_fantasy_family,
    ] {
        set(&mut fonts, fonts::FAMILY);
    }
    Arc::new(fonts)
});

/// A drawing that was read.
pub struct Drawing(Tree);

impl Drawing {
    /// Reads an SVG. Pictures it refers to are left out, wherever they are.
    ///
    /// # Errors
    /// When it is no SVG or too large.
    pub fn read(svg: &[u8]) -> Result<Self, Error> {
        let too_large = || Error::TooLarge(format!("this SVG has more than {} MB", BYTES >> 20));
        let svg = match svg.starts_with(&[0x1f, 0x8b]) {
            true => Cow::Owned(inflated(MultiGzDecoder::new(svg), BYTES).ok_or_else(too_large)?),
            false => Cow::Borrowed(svg),
        };
        if svg.len() > BYTES {
            return Err(too_large());
        }
        if svg.iter().filter(|byte| **byte == b'<').count() > TAGS {
            return Err(Error::TooLarge(format!("this SVG has more than {TAGS} elements")));
        }
        let options = Options {
            font_family: fonts::FAMILY.to_owned(),
            fontdb: FONTS.clone(),
            image_href_resolver: ImageHrefResolver {
                resolve_data: Box::new(|_, _, _| None),
                resolve_string: Box::new(|_, _| None),
            },
            ..Options::default()
        };
        let tree = Tree::from_data(&svg, &options).map_err(|error| match error {
            usvg::Error::ElementsLimitReached => Error::TooLarge("this SVG has too many elements".into()),
            usvg::Error::InvalidSize => {
                Error::Damaged(Format::Svg, "it has no width and height, and no viewBox".into())
            }
            _ => Error::Damaged(Format::Svg, "it is not well-formed".into()),
        })?;
        Ok(Self(tree))
    }

    /// Its own width and height, in pixels, rounded up.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        let size = self.0.size().to_int_size();
        (size.width(), size.height())
    }

    /// Draws it at a size.
    ///
    /// # Errors
    /// When the size is over a limit.
    pub fn draw(&self, (width, height): (u32, u32), limits: &Limits) -> Result<DynamicImage, Error> {
        limits.admit_output(width, height)?;
        let mut pixmap = Pixmap::new(width, height)
            .ok_or_else(|| Error::TooLarge("there is not enough memory for this picture".into()))?;
        let size = self.0.size();
        let steps =
            steps(self.0.root(), f64::from(width), f64::from(height), f64::from(width) / f64::from(size.width()));
        if steps > FILTER_STEPS {
            return Err(Error::TooLarge(
                "the filters of this SVG would take too long: draw it smaller, or without".into(),
            ));
        }
        let scale = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
        resvg::render(&self.0, scale, &mut pixmap.as_mut());
        let pixels = pixmap.take_demultiplied();
        Ok(RgbaImage::from_raw(width, height, pixels).expect("four bytes a pixel").into())
    }
}

/// About how many steps the filters in a group take, when it is drawn on so many pixels and so much larger than it says.
fn steps(group: &Group, width: f64, height: f64, scale: f64) -> f64 {
    let (across, down) = group.abs_transform().get_scale();
    let scales = (f64::from(across) * scale, f64::from(down) * scale);
    let mut all = 0.0;
    for filter in group.filters() {
        let rect = filter.rect();
        let side = |length: f32, scale: f64, most: f64| (f64::from(length) * scale).min(most * LAYER);
        let (wide, high) = (side(rect.width(), scales.0, width), side(rect.height(), scales.1, height));
        for primitive in filter.primitives() {
            let each = match primitive.kind() {
                Kind::Morphology(spread) => {
                    let reach = |radius: f32, scale: f64, most: f64| (2.0 * f64::from(radius) * scale + 1.0).min(most);
                    reach(spread.radius_x().get(), scales.0, wide) * reach(spread.radius_y().get(), scales.1, high)
                }
                Kind::Turbulence(noise) => 40.0 * f64::from(noise.num_octaves()),
                Kind::ConvolveMatrix(convolve) => {
                    f64::from(convolve.matrix().columns()) * f64::from(convolve.matrix().rows())
                }
                _ => 10.0,
            };
            all += wide * high * each;
        }
    }
    for node in group.children() {
        if let Node::Group(inner) = node {
            all += steps(inner, width, height, scale);
        }
        node.subroots(|root| all += steps(root, width, height, scale));
    }
    all
}
