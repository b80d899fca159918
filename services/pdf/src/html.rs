//! HTML to typst: parsed as browsers do, styled by a cascade of our own, all widths computed here, heights and pages by typst.
//!
//! Not a browser: one cannot be confined as our workers are, and costs 300 MB. What is not supported is named in a warning,
//! and nothing is lost in silence: characters that were emitted are counted against those on the pages.
//!
//! | file | job |
//! | --- | --- |
//! | `scan.rs` | what a page names by address, without parsing it |
//! | `dom.rs` | the page as a tree |
//! | `css.rs`, `supports.rs`, `selector.rs`, `value.rs`, `color.rs`, `property.rs`, `font.rs`, `border.rs`, `hints.rs` | sheets, what they select, what values mean, attributes of old |
//! | `backdrop.rs`, `gradient.rs`, `transform.rs` | gradients and pictures behind boxes; what is turned and moved |
//! | `typeface.rs` | typefaces that come with the page |
//! | `import.rs`, `layer.rs` | sheets within sheets, and which of them wins |
//! | `cascade.rs`, `style.rs` | the style of each element |
//! | `boxes.rs`, `rows.rs`, `replaced.rs`, `marker.rs`, `counter.rs`, `pseudo.rs` | elements as boxes: blocks and lines, tables, pictures, signs of lists, counters |
//! | `gallery.rs` | what came with the page: sheets and pictures by their address |
//! | `measure.rs` | how wide and about how high things are |
//! | `emit.rs`, `frame.rs`, `line.rs`, `float.rs`, `table.rs`, `flex.rs`, `grid.rs`, `placement.rs`, `column.rs`, `position.rs` | boxes as code of typst |
//! | `code.rs`, `letters.rs`, `margin.rs` | values as typst writes them; what is said of letters; margins that join |
//! | `paper.rs` | the paper: size, margins, what stands in them |

mod backdrop;
mod border;
mod boxes;
mod cascade;
mod code;
mod color;
mod column;
mod counter;
mod css;
mod dom;
mod emit;
mod flex;
mod float;
mod font;
mod frame;
mod gallery;
mod gradient;
mod grid;
mod hints;
mod import;
mod layer;
mod letters;
mod line;
mod margin;
mod marker;
mod measure;
mod paper;
mod placement;
mod position;
mod property;
mod pseudo;
mod replaced;
mod rows;
mod scan;
mod selector;
mod style;
mod supports;
mod table;
mod transform;
mod typeface;
mod value;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::OnceLock;

use chassis::Error;

use boxes::{Builder, Bx, Content};
use cascade::Cascade;
use code::{literal, pt};
pub(crate) use color::color;
use css::Sheet;
use dom::Dom;
use emit::{Emitter, Place};
use gallery::Gallery;
pub(crate) use gallery::file_name;
use import::Imports;
pub(crate) use letters::is_seen;
pub(crate) use paper::PaperWishes;
use paper::Sheetlet;
pub(crate) use scan::{Named, named_in_sheet, scan, with_whole_addresses};
use serde::{Deserialize, Serialize};
pub(crate) use typeface::Typeface;

/// Elements within each other.
const MAX_NESTING: usize = 5_000;
/// Attributes of an element.
const MAX_ATTRIBUTES: usize = 2_000;
/// Steps a template may take.
const FUEL: u64 = 5_000_000;
/// A page that is to be set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HtmlPage {
    pub(crate) html: String,
    /// A sheet besides those of the page.
    pub(crate) css: String,
    /// What the request says of the paper.
    pub(crate) paper: PaperWishes,
    /// Whether warnings are errors.
    pub(crate) strict: bool,
    /// Data of the template the page is, as JSON; nothing for a page that is none.
    pub(crate) data: Option<String>,
    /// What it names that did not come.
    pub(crate) lost: Vec<Lost>,
}

/// A file that a page names and that did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lost {
    /// Its address as the page writes it.
    pub(crate) source: String,
    /// Why, as a sentence that follows its name.
    pub(crate) reason: String,
}

/// A page as typst reads it.
pub(crate) struct Converted {
    pub(crate) source: String,
    pub(crate) pictures: Vec<(String, Vec<u8>)>,
    /// Typefaces of its own.
    pub(crate) typefaces: Vec<Rc<Typeface>>,
    /// What is not shown as it would be in a browser.
    pub(crate) missing: BTreeSet<String>,
    /// Files that are not there, a sentence for each.
    pub(crate) absent: BTreeSet<String>,
    /// Where in the source the texts of the page are.
    pub(crate) texts: std::ops::Range<usize>,
    /// Characters of them that are to be on the pages, without white space.
    pub(crate) characters: usize,
}

impl HtmlPage {
    /// The page with its data in it, where it is a template.
    ///
    /// # Errors
    /// What is wrong with the template, and where.
    pub(crate) fn filled(&self) -> Result<Cow<'_, Self>, Error> {
        let page = match &self.data {
            None => Cow::Borrowed(self),
            Some(data) => {
                let html = fill(&self.html, data).map_err(|problem| Error::impossible("html", problem))?;
                Cow::Owned(Self { html, data: None, ..self.clone() })
            }
        };
        if nesting(&page.html) > MAX_NESTING {
            return Err(Error::impossible("html", format!("is nested more than {MAX_NESTING} elements deep")));
        }
        // The parser compares each attribute of an element with all others.
        if scan(&page.html).attributes > MAX_ATTRIBUTES {
            let message = format!("has an element of more than {MAX_ATTRIBUTES} attributes");
            return Err(Error::impossible("html", message));
        }
        Ok(page)
    }

    /// Converts it; `breakable` where nothing is to be kept in one piece.
    pub(crate) fn convert(&self, files: &[(String, Vec<u8>)], breakable: bool) -> Converted {
        static BASE: OnceLock<Sheet> = OnceLock::new();
        let base = BASE.get_or_init(|| {
            let mut sheet = Sheet::default();
            sheet.add(include_str!("html/base.css"), 700.0);
            sheet
        });
        let dom = Dom::parse(&self.html);
        let mut missing = BTreeSet::new();
        let mut imports = Imports::of(files, &self.lost);
        let texts = sheets(&dom, &self.css, &mut imports, &mut missing);
        let mut absent = std::mem::take(&mut imports.absent);
        if imports.overflow {
            missing.insert("more style sheets by @import".to_owned());
        }
        // The size of the paper may stand in the sheets, whose queries ask for it.
        let mut first = Sheet::default();
        for text in &texts {
            first.add(text, 718.0);
        }
        let paper = Sheetlet::of(&first, &self.paper);
        let mut sheet = Sheet::default();
        for text in &texts {
            sheet.add(text, paper.width);
        }
        let typefaces = typeface::typefaces(&sheet.faces, files, &self.lost, &mut missing, &mut absent);
        let cascade = Cascade::new(base, &sheet, &typefaces, (paper.width, paper.height));
        let counted = texts.iter().any(|text| text.contains("counter(") || text.contains("counters("));
        let counts = if counted { counter::count(&dom, &cascade) } else { counter::Counts::new() };
        let lang = find(&dom, "html").and_then(|id| dom.element(id)?.attribute("lang")).unwrap_or("en");
        let lang: String = lang.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
        let lang = if matches!(lang.len(), 2 | 3) { lang } else { "en".to_owned() };
        let mut gallery = Gallery {
            files,
            lost: &self.lost,
            known: HashMap::new(),
            taken: Vec::new(),
            bytes: 0,
            missing: BTreeSet::new(),
            absent,
        };
        let mut pictures = |source: &str| gallery.find(source);
        let mut builder = Builder {
            dom: &dom,
            cascade: &cascade,
            pictures: &mut pictures,
            missing: BTreeSet::new(),
            placed: vec![Vec::new()],
            fixed: Vec::new(),
            counts,
            quotations: 0,
            language: &lang,
            numbers: HashMap::new(),
        };
        let mut page = builder.page();
        let placed: Vec<Bx> = std::mem::take(&mut builder.placed).into_iter().flatten().collect();
        let fixed = std::mem::take(&mut builder.fixed);
        missing.append(&mut builder.missing);
        let ground = page.as_mut().and_then(|page| ground(page, &paper));
        let mut emitter = Emitter::new(paper.height, breakable, &mut missing);
        if let Some(page) = &page {
            emitter.page(page, &placed, Place::page(paper.width));
        }
        let mut every = Emitter::new(paper.height, breakable, emitter.missing);
        every.every_page(&fixed, Place::page(paper.width));
        let characters = emitter.characters + every.characters;
        let every = every.finish();
        let body = emitter.finish();
        missing.extend(sheet.unsupported.iter().chain(&cascade.unsupported()).map(|name| (*name).to_owned()));
        missing.append(&mut gallery.missing);
        if dom.flattened {
            missing.insert("elements nested more than 400 deep".to_owned());
        }
        if dom.cut {
            missing.insert(format!("more than {} elements and texts", dom::MAX_NODES));
        }
        let title = find(&dom, "title").map(|id| dom.text(id)).unwrap_or_default();
        let fill = ground.unwrap_or_default();
        let every = match every.is_empty() {
            true => String::new(),
            false => format!(
                "foreground:pad(top:{},right:{},bottom:{},left:{},block(width:100%,height:100%,{{{every}}})),",
                pt(paper.margins[0]),
                pt(paper.margins[1]),
                pt(paper.margins[2]),
                pt(paper.margins[3])
            ),
        };
        let mut source = format!(
            "#let sans=(\"Noto Sans\",\"Noto Sans Symbols2\",\"Noto Sans Math\",\"Noto Emoji\",\"Noto Sans Arabic\",\"Noto Sans Hebrew\")\n\
             #let mono=(\"Noto Sans Mono\",\"Noto Sans\",\"Noto Sans Symbols2\",\"Noto Sans Math\",\"Noto Emoji\",\"Noto Sans Arabic\",\"Noto Sans Hebrew\")\n\
             #set document(title:{})\n\
             #set page(width:{},height:{},margin:(top:{},right:{},bottom:{},left:{}),{fill}{}",
            literal(title.trim()),
            pt(paper.paper.0),
            if paper.endless && !breakable { "auto".to_owned() } else { pt(paper.paper.1) },
            pt(paper.margins[0]),
            pt(paper.margins[1]),
            pt(paper.margins[2]),
            pt(paper.margins[3]),
            paper.running(),
        );
        let start = source.len();
        source.push_str(&format!(
            "{every})\n#set text(font:sans,lang:{},hyphenate:false,overhang:false,size:12pt)\n\
             #set par(leading:0pt,spacing:0pt,linebreaks:\"simple\")\n#set block(spacing:0pt,above:0pt,below:0pt)\n\
             #set underline(offset:0.12em,stroke:0.06em,evade:false)\n#show heading:it=>it.body\n#{{\n{body}\n}}\n",
            literal(&lang),
        ));
        let texts = start..source.len();
        Converted { source, pictures: gallery.taken, typefaces, missing, absent: gallery.absent, texts, characters }
    }
}

/// How deep the elements of a page are nested that do not close by themselves. Parsing takes time by its square.
fn nesting(html: &str) -> usize {
    const COUNTED: [&str; 16] = [
        "div",
        "span",
        "table",
        "ul",
        "ol",
        "section",
        "article",
        "font",
        "b",
        "i",
        "em",
        "strong",
        "a",
        "center",
        "blockquote",
        "small",
    ];
    let (mut depth, mut most) = (0_usize, 0);
    for part in html.split('<').skip(1) {
        let (closes, rest) = part.strip_prefix('/').map_or((false, part), |rest| (true, rest));
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if !COUNTED.iter().any(|tag| tag.eq_ignore_ascii_case(&rest[..end])) {
            continue;
        }
        depth = if closes { depth.saturating_sub(1) } else { depth + 1 };
        most = most.max(depth);
    }
    most
}

/// A template with its data: everything is escaped that is not said to be HTML.
fn fill(template: &str, data: &str) -> Result<String, String> {
    let data: serde_json::Value =
        serde_json::from_str(data).map_err(|problem| format!("data is not JSON: {problem}"))?;
    let mut environment = minijinja::Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Chainable);
    let told = |problem: minijinja::Error| {
        let place = problem.line().map_or_else(String::new, |line| format!("line {line}: "));
        let detail = problem.detail().map_or_else(String::new, |detail| format!(": {detail}"));
        let hint = match template.contains("{{#") || template.contains("{{/") {
            true => {
                " (templates are written as Jinja has them: {% for item in items %}...{% endfor %}, {% if x %}...{% endif %})"
            }
            false => "",
        };
        format!("{place}{}{detail}{hint}", problem.kind())
    };
    environment.add_template("page.html", template).map_err(told)?;
    let page = environment.get_template("page.html").map_err(told)?;
    // Fields stand for themselves, and all of them in `data`.
    let mut names = match &data {
        serde_json::Value::Object(entries) => {
            entries.iter().map(|(name, value)| (name.clone(), shown(value))).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    };
    names.retain(|(name, _)| name != "data");
    names.push(("data".to_owned(), shown(&data)));
    page.render(minijinja::Value::from_pairs(names)).map_err(told)
}

/// Data as templates have it; it is no deeper than JSON is read.
fn shown(data: &serde_json::Value) -> minijinja::Value {
    use serde_json::Value;
    match data {
        Value::Null => ().into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(float)) => float.into(),
            (None, None) => number.to_string().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().into(),
        Value::Object(entries) => {
            minijinja::Value::from_pairs(entries.iter().map(|(name, value)| (name.as_str(), shown(value))))
        }
    }
}

/// The sheets of a page in their order, and the one that is sent beside it.
fn sheets(dom: &Dom, css: &str, imports: &mut Imports<'_>, missing: &mut BTreeSet<String>) -> Vec<String> {
    let mut texts = Vec::new();
    for id in dom.descendants(0) {
        let Some(element) = dom.element(id) else { continue };
        let media = element.attribute("media").unwrap_or("all").to_ascii_lowercase();
        let printed = media.contains("all") || media.contains("print") || media.trim().is_empty();
        match element.tag() {
            "style" if !element.is_svg() && printed => texts.push(imports.whole(&dom.text(id))),
            "link"
                if element.attribute("rel").is_some_and(|rel| rel.to_ascii_lowercase().contains("stylesheet"))
                    && printed =>
            {
                let source = element.attribute("href").unwrap_or_default();
                texts.extend(imports.sheet(source));
            }
            "script"
                if element.attribute("type").is_none_or(|kind| kind.contains("javascript") || kind == "module") =>
            {
                missing.insert("JavaScript".to_owned());
            }
            _ => {}
        }
    }
    texts.push(imports.whole(css));
    texts
}

fn find(dom: &Dom, tag: &str) -> Option<usize> {
    (0..dom.nodes.len()).find(|id| dom.element(*id).is_some_and(|element| dom::is_html(&element.name, tag)))
}

/// What is behind the page itself, as arguments of `page`: that of the root or the body, which then have none.
fn ground(page: &mut Bx, paper: &Sheetlet) -> Option<String> {
    let mut found = None;
    let mut take = |bx: &mut Bx| {
        if bx.style.ground.alpha <= 0.0 && bx.style.backdrop.is_none() {
            return;
        }
        let mut code = match (bx.style.backdrop.as_deref(), bx.style.ground) {
            (Some(backdrop::Backdrop::Gradient(_)), _) => code::fill(&bx.style),
            (_, color) if color.alpha > 0.0 && color.rgb != [255; 3] => code::fill(&bx.style),
            _ => String::new(),
        };
        if let (Some(backdrop::Backdrop::Picture(tapestry)), Some((name, natural))) =
            (bx.style.backdrop.as_deref(), bx.picture.take())
        {
            let height = pt(paper.paper.1);
            code.push_str(&format!(
                "background:{},",
                tapestry.typst(&name, natural, &bx.style, paper.paper.0, &height)
            ));
        }
        let style = Rc::make_mut(&mut bx.style);
        (style.ground, style.backdrop) = (value::Color::CLEAR, None);
        found = Some(code);
    };
    take(page);
    if let Content::Blocks(blocks) = &mut page.content
        && let [body] = blocks.as_mut_slice()
    {
        take(body);
    }
    found
}

#[cfg(test)]
mod tests;
