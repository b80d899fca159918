//! SVG to pixels: with our own typeface, and nothing from outside the text itself.

mod bounds;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use flate2::read::MultiGzDecoder;
use image::{DynamicImage, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::roxmltree::{Document, ParsingOptions};
use resvg::usvg::{self, ImageHrefResolver, Options, Tree, fontdb};

use crate::container::{inflated, xml};
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;

/// An SVG may be this long.
const BYTES: usize = 2 << 20;
/// An SVG may have this many tags.
const TAGS: usize = 100_000;

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

/// An SVG that was read.
pub struct Drawing(Tree);

impl Drawing {
    /// Reads an SVG. Pictures it refers to are left out, also embedded ones.
    ///
    /// # Errors
    /// When it is not an SVG, or too large.
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
        if !xml::has_few_attributes(&svg) {
            return Err(Error::TooLarge("an element of this SVG has too many attributes".into()));
        }
        let malformed = || Error::Damaged(Format::Svg, "it is not well-formed".into());
        let text = std::str::from_utf8(&svg).map_err(|_| malformed())?;
        let parsing = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, parsing).map_err(|_| malformed())?;
        bounds::admit(&document)?;
        let options = Options {
            font_family: fonts::FAMILY.to_owned(),
            fontdb: FONTS.clone(),
            image_href_resolver: ImageHrefResolver {
                resolve_data: Box::new(|_, _, _| None),
                resolve_string: Box::new(|_, _| None),
            },
            ..Options::default()
        };
        let tree = Tree::from_xmltree(&document, &options).map_err(|error| match error {
            usvg::Error::ElementsLimitReached => Error::TooLarge("this SVG has too many elements".into()),
            usvg::Error::InvalidSize => {
                Error::Damaged(Format::Svg, "it has no width and height, and no viewBox".into())
            }
            _ => malformed(),
        })?;
        Ok(Self(tree))
    }

    /// Its own width and height in pixels, rounded up.
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
        if !bounds::is_quick(self.0.root(), (width, height), f64::from(width) / f64::from(size.width())) {
            return Err(Error::TooLarge(
                "this SVG would take too long to draw: draw it smaller, or with fewer layers and filters".into(),
            ));
        }
        let scale = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
        resvg::render(&self.0, scale, &mut pixmap.as_mut());
        let pixels = pixmap.take_demultiplied();
        Ok(RgbaImage::from_raw(width, height, pixels).expect("four bytes a pixel").into())
    }
}
