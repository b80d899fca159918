//! Pictures that a conversation names by link: fetched here, as all files are, and passed on in place. An upstream that
//! followed links for whoever asks may stand where it reaches what they must not, and most that run locally follow none.

use std::time::Duration;

use base64_simd::STANDARD;
use chassis::{Call, Code, Error, FetchBounds};
use serde_json::Value;

/// Pictures by link in one conversation.
const MOST: usize = 50;
/// What is fetched of them: as a data URI each is below what a picture may have.
const BOUNDS: FetchBounds = FetchBounds { each: 15 << 20, all: 40 << 20, time: Duration::from_secs(10) };

/// A link, and the field it stands in.
pub(super) struct Link<'a> {
    at: String,
    url: &'a mut Value,
}

/// The links among the parts of a message.
pub(super) fn links<'a>(content: &'a mut Value, at: &str) -> Vec<Link<'a>> {
    let parts = content.as_array_mut().into_iter().flatten().enumerate();
    let link = |(number, part): (usize, &'a mut Value)| {
        let is_picture = matches!(part.get("type")?.as_str()?, "image_url" | "input_image");
        let image = part.get_mut("image_url").filter(|_| is_picture)?;
        let url = if image.is_object() { image.get_mut("url")? } else { image };
        let is_link = url.as_str().is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"));
        is_link.then(|| Link { at: format!("{at}[{number}].image_url"), url })
    };
    parts.filter_map(link).collect()
}

/// Puts the pictures in place of their links.
///
/// # Errors
/// When one does not come or is none, by its field.
pub(super) async fn fetch(links: Vec<Link<'_>>, call: &Call) -> Result<(), Error> {
    if let Some(link) = links.get(MOST) {
        let message = format!("must not be one of more than {MOST} links to pictures: send fewer");
        return Err(Error::field(Code::ValidationError, &link.at, message));
    }
    let urls: Vec<String> = links.iter().filter_map(|link| link.url.as_str().map(str::to_owned)).collect();
    for (link, file) in links.into_iter().zip(call.fetch(&urls, &BOUNDS).await) {
        let file = file.map_err(|reason| Error::field(Code::Unprocessable, &link.at, reason))?;
        let Some(kind) = kind(file.bytes()) else {
            let message = "leads to no picture: it must be a PNG, JPEG, WebP or GIF";
            return Err(Error::field(Code::Unprocessable, &link.at, message));
        };
        *link.url = format!("data:{kind};base64,{}", STANDARD.encode_to_string(file.bytes())).into();
    }
    Ok(())
}

/// The media type of a picture that models see, by its first bytes.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}
