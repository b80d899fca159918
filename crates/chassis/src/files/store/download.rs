//! `GET /api/v1/files/{id}`: a kept file, to whoever holds a link to it.

use axum::body::Body;
use futures_util::TryStreamExt;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::name::ending_of;
use super::fault::Fault;
use super::{Link, Store};
use crate::error::{Code, Error};
use crate::message::Response;

/// What RFC 8187 lets stand in an extended value.
const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Answers a request for a link with the file, in constant memory. A link that is wrong, has expired or leads to
/// nothing is all the same.
pub(crate) async fn download(store: &Store, link: &Link, method: &Method) -> Result<Response, Error> {
    let Some(blob) = store.linked(link).await? else {
        return Err(Error::new(Code::NotFound, "no such file: the link has expired or is not complete"));
    };
    let name = attachment(blob.head.name.as_deref(), blob.head.content_type.as_deref());
    let content_type = blob.head.content_type.as_deref().and_then(|kind| HeaderValue::from_str(kind).ok());
    let size = blob.head.size;
    let body = match *method {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(blob.stream().map_err(Fault::told)),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(CONTENT_LENGTH, size.into());
    headers.insert(CONTENT_DISPOSITION, name);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    // The bytes are somebody's, the origin is ours: no page, picture or script among them may run as if it were ours.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    Ok(response)
}

/// A file to save, by a name (RFC 6266): in plain ASCII for old clients, in UTF-8 for all others. One without a name is
/// called `file`, with the ending of its media type.
pub(crate) fn attachment(name: Option<&str>, media_type: Option<&str>) -> HeaderValue {
    // Only what follows the last slash: a name is no path, in the notation of no system.
    let name = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|char| !char.is_control()).collect();
    let unnamed =
        || media_type.and_then(ending_of).map_or_else(|| "file".to_owned(), |ending| format!("file.{ending}"));
    let name = if name.trim_matches(['.', ' ']).is_empty() { unnamed() } else { name.trim().to_owned() };
    let safe = |char: char| if char == ' ' || char.is_ascii_graphic() && !"\"%".contains(char) { char } else { '_' };
    let plain: String = name.chars().map(safe).collect();
    let value = if plain == name {
        format!("attachment; filename=\"{plain}\"")
    } else {
        format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(&name, EXTENDED))
    };
    HeaderValue::try_from(value).expect("printable ASCII is a header value")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::BodyExt;

    use super::super::tests::{Kept, NOW, kept};
    use super::*;
    use crate::shares::Holder;

    async fn of(store: &Store, name: &str, content_type: &str, bytes: impl Into<Bytes>) -> Link {
        let stored = store.put(&Holder::named("ann"), Some(name), Some(content_type), bytes.into()).await.unwrap();
        store.own_link(&stored.url).unwrap()
    }

    #[tokio::test]
    async fn a_link_opens_the_file() {
        let Kept { store, .. } = kept();
        for size in [0, 1, 65_000, 65_536, 300_000, 3_000_000] {
            let bytes: Bytes = (0..size).map(|number: u32| number.to_le_bytes()[1]).collect::<Vec<u8>>().into();
            let link = of(&store, "Übersicht 1.pdf", "application/pdf", bytes.clone()).await;
            let response = download(&store, &link, &Method::GET).await.unwrap();
            let (parts, body) = response.into_parts();
            assert_eq!(parts.status, 200);
            assert_eq!(parts.headers[CONTENT_TYPE], "application/pdf");
            assert_eq!(parts.headers[CONTENT_LENGTH], size.to_string());
            assert_eq!(
                parts.headers[CONTENT_DISPOSITION],
                "attachment; filename=\"_bersicht 1.pdf\"; filename*=UTF-8''%C3%9Cbersicht%201.pdf"
            );
            assert_eq!(parts.headers[CACHE_CONTROL], "private");
            assert!(body.collect().await.unwrap().to_bytes() == bytes, "{size}");

            let head = download(&store, &link, &Method::HEAD).await.unwrap();
            assert_eq!(*head.headers(), parts.headers);
            assert!(head.into_body().collect().await.unwrap().to_bytes().is_empty());
        }
    }

    #[tokio::test]
    async fn a_page_of_somebody_does_not_run_as_ours() {
        let Kept { store, .. } = kept();
        for kind in ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "no type\r\nx: y"] {
            let link = of(&store, "a.html", kind, "<script>alert(1)</script>").await;
            let response = download(&store, &link, &Method::GET).await.unwrap();
            let headers = response.headers();
            assert!(headers[CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"));
            assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("sandbox"));
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
            let expected = if kind.contains(' ') { "application/octet-stream" } else { kind };
            assert_eq!(headers[CONTENT_TYPE], expected);
        }
    }

    #[tokio::test]
    async fn what_a_link_does_not_open_is_not_found() {
        let Kept { store, clock, .. } = kept();
        let link = of(&store, "a.txt", "text/plain", "hello").await;
        let message = async |id: &str, query: &str| {
            let link = Link { id: id.to_owned(), query: query.to_owned() };
            let error = download(&store, &link, &Method::GET).await.unwrap_err();
            assert_eq!(error.code(), Code::NotFound);
            error.message()
        };
        let expected = "no such file: the link has expired or is not complete";
        assert_eq!(message(&link.id, "").await, expected);
        assert_eq!(message("../../etc/passwd", &link.query).await, expected);
        assert_eq!(message("link-secret", &link.query).await, expected);
        clock.set((NOW + 3600) * 1000);
        assert_eq!(message(&link.id, &link.query).await, expected);
    }

    #[test]
    fn names_are_safe_in_a_header() {
        for (name, expected) in [
            ("a b.txt", "attachment; filename=\"a b.txt\""),
            ("", "attachment; filename=\"file\""),
            ("..", "attachment; filename=\"file\""),
            ("../../etc/passwd", "attachment; filename=\"passwd\""),
            ("C:\\temp\\a.txt", "attachment; filename=\"a.txt\""),
            ("a\"; x=\"b.txt", "attachment; filename=\"a_; x=_b.txt\"; filename*=UTF-8''a%22%3B%20x%3D%22b.txt"),
            ("a\r\nSet-Cookie: b", "attachment; filename=\"aSet-Cookie: b\""),
            ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
            ("日本.txt", "attachment; filename=\"__.txt\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt"),
        ] {
            assert_eq!(attachment(Some(name), None), expected, "{name:?}");
        }
        assert_eq!(attachment(None, None), "attachment; filename=\"file\"");
        assert_eq!(attachment(None, Some("image/png; x=y")), "attachment; filename=\"file.png\"");
    }
}
