//! Pages of real files: what is read and painted.

use documents::{Colors, Document, RenderOptions, Scale};

const LETTERS: &[u8] = include_bytes!("../data/7-ligatures-letters.pdf");
const PRESENTATION: &[u8] = include_bytes!("../data/7-ligatures-presentation.pdf");

/// pypdf#598, #2046 and #2262: ligatures are their letters, and gaps are spaces.
#[test]
fn ligatures_are_letters_and_gaps_are_spaces() {
    for file in [LETTERS, PRESENTATION] {
        let document = Document::open(file.to_vec(), None).unwrap();
        let text = document.reader().page(0).unwrap();
        assert_eq!(text.plain(), "difficult office effect reflect waffle final\nNo space char here\n");
        assert_eq!(text.words().count(), 10);
        assert_eq!(text.needs_ocr(), None);
    }
    let document = Document::open(PRESENTATION.to_vec(), None).unwrap();
    let kept = document.reader().keeping_presentation_forms(true).page(0).unwrap();
    assert!(kept.plain().contains('\u{FB03}'), "{}", kept.plain());
}

#[test]
fn boxes_of_words_hold_their_ink() {
    let document = Document::open(LETTERS.to_vec(), None).unwrap();
    let text = document.reader().page(0).unwrap();
    let options = RenderOptions { colors: Colors::Gray, ..RenderOptions::dpi(72.0) };
    let mut pixels = document.renderer().render(0, &options).unwrap();
    assert_eq!(pixels.width, text.width.ceil() as u32);
    let dark = |data: &[u8]| data.iter().filter(|sample| **sample < 128).count();
    assert!(dark(&pixels.data) > 100);
    for word in text.words() {
        let bounds = word.bounds;
        for y in bounds.top.floor() as u32..bounds.bottom.ceil() as u32 {
            for x in bounds.left.floor() as u32..bounds.right.ceil() as u32 {
                pixels.data[(y * pixels.width + x) as usize] = 255;
            }
        }
    }
    assert_eq!(dark(&pixels.data), 0);
}

#[test]
fn a_page_is_painted_in_the_size_and_colors_asked_for() {
    let document = Document::open(LETTERS.to_vec(), None).unwrap();
    for colors in [Colors::Gray, Colors::Rgb, Colors::Rgba] {
        let options =
            RenderOptions { scale: Scale::Width(100), colors, background: [255, 0, 0, 0], ..RenderOptions::dpi(72.0) };
        let pixels = document.renderer().render(0, &options).unwrap();
        assert_eq!(
            (pixels.width, pixels.data.len()),
            (100, (pixels.width * pixels.height) as usize * colors.channels())
        );
        let corner = &pixels.data[..colors.channels()];
        match colors {
            Colors::Gray => assert_eq!(corner, [76]),
            Colors::Rgb => assert_eq!(corner, [255, 0, 0]),
            Colors::Rgba => assert_eq!(corner[3], 0),
        }
    }
    let large = RenderOptions { scale: Scale::Width(20_000), ..RenderOptions::dpi(72.0) };
    assert!(document.renderer().render(0, &large).is_err());
    assert!(document.renderer().render(1, &RenderOptions::dpi(72.0)).is_err());
}
