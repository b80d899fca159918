//! A page as a tree without what no reader sees, and as HTML that is safe to show.

use std::borrow::Cow;
use std::collections::HashSet;

use ammonia::{Builder, UrlRelative, UrlRelativeEvaluate};
use chassis::Error;
use ego_tree::NodeId;
use scraper::{Html, Node, Selector};
use url::Url;

/// Elements of which nothing is seen.
const UNSEEN: &[&str] = &[
    "script", "style", "template", "noscript", "head", "title", "iframe", "object", "embed", "svg", "canvas", "audio",
    "video", "select", "datalist", "textarea", "button", "dialog", "link", "meta", "base",
];
/// Pictures within an address that stay in HTML.
const PICTURES: &[&str] = &["data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp"];
/// What ids get in front: those of a stranger's page must not be taken for those of the page it is shown in.
const ID_PREFIX: &str = "user-content-";

/// The address of a page, to which its links are relative.
///
/// # Errors
/// When it is none.
pub(crate) fn base_of(base: Option<&str>) -> Result<Option<Url>, Error> {
    let Some(base) = base.map(str::trim).filter(|base| !base.is_empty()) else { return Ok(None) };
    let url = Url::parse(base).ok().filter(|url| !url.cannot_be_a_base());
    url.map(Some).ok_or_else(|| Error::impossible("baseUrl", "must be a URL such as https://example.com/page"))
}

/// The address that a page says its links are relative to.
pub(super) fn own_base(html: &Html) -> Option<Url> {
    let base = Selector::parse("base[href]").ok()?;
    let href = html.select(&base).next()?.attr("href")?;
    Url::parse(href.trim()).ok().filter(|url| !url.cannot_be_a_base())
}

/// What stands within the body of a page.
pub(super) fn inner(html: &Html, source: &str) -> String {
    let is_page = || {
        let start: String = source.trim_start_matches('\u{feff}').trim_start().chars().take(200).collect();
        let start = start.to_ascii_lowercase();
        ["<!doctype", "<html", "<head", "<body", "<?xml"].iter().any(|tag| start.starts_with(tag))
    };
    let body = Selector::parse("body").ok().filter(|_| is_page());
    body.and_then(|body| html.select(&body).next()).map_or_else(|| source.to_owned(), |body| body.inner_html())
}

/// An address, absolute where the page has one.
pub(crate) fn absolute<'a>(base: Option<&Url>, address: &'a str) -> Cow<'a, str> {
    let address = address.trim();
    match base {
        Some(base) if !address.starts_with('#') => {
            base.join(address).map_or(Cow::Borrowed(address), |url| Cow::Owned(url.into()))
        }
        _ => Cow::Borrowed(address),
    }
}

/// Whether a link may lead there: not to a script.
pub(super) fn is_harmless(address: &str) -> bool {
    let plain: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(20).collect();
    let plain = plain.to_ascii_lowercase();
    !["javascript:", "vbscript:", "data:"].iter().any(|scheme| plain.starts_with(scheme))
}

/// Takes off what no reader sees: scripts, styles, comments, what is hidden.
pub(super) fn strip(html: &mut Html) {
    let unseen: Vec<NodeId> = html
        .tree
        .nodes()
        .filter(|node| match node.value() {
            Node::Comment(_) | Node::ProcessingInstruction(_) => true,
            Node::Element(element) => {
                let hidden = || {
                    element.attr("hidden").is_some()
                        || element.attr("style").is_some_and(|style| {
                            let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
                            style.to_ascii_lowercase().contains("display:none")
                        })
                };
                UNSEEN.contains(&element.name()) || !matches!(element.name(), "html" | "body") && hidden()
            }
            _ => false,
        })
        .map(|node| node.id())
        .collect();
    for id in unseen {
        if let Some(mut node) = html.tree.get_mut(id) {
            node.detach();
        }
    }
}

/// Makes addresses absolute; those within the page stay.
struct Absolute(Url);

impl UrlRelativeEvaluate<'_> for Absolute {
    fn evaluate<'url>(&self, address: &'url str) -> Option<Cow<'url, str>> {
        Some(absolute(Some(&self.0), address))
    }
}

/// HTML that is safe inside another page: no scripts, no styles, no forms, links to http, https, mailto and tel.
pub(crate) fn sanitized(html: &str, base: Option<&Url>) -> String {
    let mut builder = Builder::default();
    builder
        .add_tags(&["input", "section", "main"])
        .add_tag_attributes("input", &["type", "checked", "disabled"])
        .add_tag_attributes("ol", &["start", "reversed"])
        .add_tag_attributes("code", &["class"])
        .add_tag_attributes("pre", &["lang"])
        .add_generic_attributes(&["id", "dir"])
        .add_url_schemes(&["data", "tel"])
        .link_rel(None)
        .id_prefix(Some(ID_PREFIX))
        .add_clean_content_tags(&["noscript", "template", "title", "textarea", "select", "iframe", "svg", "math"])
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("input", "type") => (value.eq_ignore_ascii_case("checkbox")).then(|| value.into()),
            ("code", "class") => {
                let language = value.split_whitespace().find(|class| class.starts_with("language-"));
                language.map(Cow::Borrowed)
            }
            ("a", "href") if value.starts_with('#') && value.len() > 1 => {
                Some(format!("#{ID_PREFIX}{}", &value[1..]).into())
            }
            (_, "href" | "src" | "cite") if value.trim_start().to_ascii_lowercase().starts_with("data:") => {
                let lower = value.trim_start().to_ascii_lowercase();
                let picture =
                    (element, attribute) == ("img", "src") && PICTURES.iter().any(|kind| lower.starts_with(kind));
                picture.then(|| value.into())
            }
            _ => Some(value.into()),
        });
    if let Some(base) = base {
        builder.url_relative(UrlRelative::Custom(Box::new(Absolute(base.clone()))));
    }
    // A box that is not of a task list is a control: no page needs one of a stranger.
    builder.clean(html).to_string().replace("<input>", "")
}

/// The elements inside which there is a block.
pub(super) fn holding_blocks(html: &Html) -> HashSet<NodeId> {
    let mut holding = HashSet::new();
    for node in html.tree.nodes() {
        let Node::Element(element) = node.value() else { continue };
        if !super::markdown::is_block(element.name()) {
            continue;
        }
        // Each ancestor is marked once.
        for ancestor in node.ancestors() {
            if !holding.insert(ancestor.id()) {
                break;
            }
        }
    }
    holding
}
