//! The decoder against libjpeg-turbo's results, against files that are broken, and against files made to hurt.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what is skipped is to be seen")]

mod agreement;
mod broken;
mod crafted;

use std::path::{Path, PathBuf};

use jpeg::{Error, Planes, Scale};

const SCALES: [Scale; 4] = [Scale::Eighth, Scale::Quarter, Scale::Half, Scale::Full];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// A picture of `tests/data`.
fn picture(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name).with_extension("jpg")).unwrap()
}

fn decode(bytes: &[u8], scale: Scale) -> Result<Planes, Error> {
    let decoded = jpeg::decode(bytes, scale, &|| false);
    if let Ok(planes) = &decoded {
        assert_eq!((planes.luma.width, planes.luma.height), (planes.width, planes.height));
        for plane in std::iter::once(&planes.luma).chain(planes.chroma.iter().flatten()) {
            assert_eq!(plane.samples.len(), plane.width as usize * plane.height as usize);
            assert!(plane.width <= planes.width && plane.height <= planes.height);
        }
    }
    decoded
}
