//! What flows in lines: paragraphs, their texts with white space as CSS has it, boxes and pictures in them.

use std::rc::Rc;

use super::boxes::{Bx, Content, Inline, keeps_space};
use super::code::{corners, fill, horizontal, inset, linked, literal, outset, pt, space, stroke};
use super::emit::{Emitter, Place, Strong, Tall};
use super::letters::{Letters, is_seen};
use super::measure;
use super::style::{Align, Space, Style, Vertical};

impl Emitter<'_> {
    /// A paragraph.
    pub(super) fn lines(&mut self, lines: &[Inline], style: &Style, width: f64, heading: Option<u8>) {
        let marker = self.marker.take();
        let marked = marker.is_some();
        let (content, blank) = self.paragraph(lines, style, width, marker);
        if blank && !marked {
            return;
        }
        self.scope(|emitter| {
            let align = horizontal(style.align);
            emitter.push(&format!("set align({align})\n"));
            if heading.is_some() {
                // The look of headings is theirs until it is said again.
                if let Some(last) = emitter.letters.last_mut() {
                    *last = None;
                }
                emitter.push(&format!("heading(level:{},{{", heading.unwrap_or(1)));
            }
            emitter.set_letters(style);
            let justify = if style.align == Align::Justify { "justify:true," } else { "" };
            let indent = style.indent.or_zero(width);
            let indent = if indent == 0.0 {
                String::new()
            } else {
                format!("first-line-indent:(amount:{},all:true),", pt(indent))
            };
            emitter.push(&format!("par({justify}{indent}{{{content}}})"));
            if heading.is_some() {
                emitter.push("})");
            }
        });
        self.push("\n");
    }

    /// The code of what flows in lines, with white space collapsed; whether there is nothing.
    fn paragraph(
        &mut self,
        lines: &[Inline],
        base: &Style,
        width: f64,
        marker: Option<(String, Rc<Style>)>,
    ) -> (String, bool) {
        let base_letters = Letters::of(base);
        let mut code = String::new();
        let mut blank = true;
        let mut space = true;
        let mut line_empty = true;
        if let Some((marker, style)) = marker {
            let letters = Letters::of(&style).differing(Some(&base_letters));
            let gap = style.size * 0.5;
            let room = measure::width(&marker, &style) + gap + 2.0;
            self.characters += marker.chars().filter(|letter| is_seen(*letter)).count();
            code.push_str(&format!(
                "h({})\nbox(width:{},align(right,{}))\nh({})\n",
                pt(-room),
                pt(room - gap),
                spoken(&letters, &marker),
                pt(gap)
            ));
        }
        for one in lines {
            match one {
                Inline::Break(style) => {
                    if line_empty {
                        // An empty line is as high as others.
                        code.push_str(&format!("box(width:0pt,height:{})\n", pt(style.line_height())));
                    }
                    code.push_str("linebreak()\n");
                    (space, line_empty) = (true, true);
                    blank = false;
                }
                Inline::Box { bx, link } => {
                    let inner = self.inline_box(bx, width);
                    code.push_str(&linked(link.as_deref(), &inner));
                    code.push('\n');
                    (space, line_empty, blank) = (false, false, false);
                }
                Inline::Text { text, style, link } => {
                    let text = collapse(&measure::shown(text, style), style, &mut space);
                    if text.is_empty() {
                        continue;
                    }
                    let parts: Vec<&str> = text.split('\n').collect();
                    for (index, part) in parts.iter().enumerate() {
                        if index > 0 {
                            if line_empty {
                                code.push_str(&format!("box(width:0pt,height:{})\n", pt(style.line_height())));
                            }
                            code.push_str("linebreak()\n");
                            line_empty = true;
                        }
                        if part.is_empty() {
                            continue;
                        }
                        let letters = part.chars().filter(|letter| is_seen(*letter)).count();
                        self.characters += letters;
                        if letters > 0 || keeps_space(style) {
                            line_empty = false;
                            blank = false;
                        }
                        let fitted = fitting(part, style, width);
                        let letters = Letters::of(style).differing(Some(&base_letters));
                        let mut inner = pieces(&fitted)
                            .into_iter()
                            .map(|piece| spoken(&letters, piece))
                            .collect::<Vec<_>>()
                            .join("+");
                        if style.underline {
                            inner = format!("underline({inner})");
                        }
                        if style.strike {
                            inner = format!("strike({inner})");
                        }
                        if style.ground.alpha > 0.0 {
                            inner = format!("highlight(fill:{},extent:1pt,{inner})", style.ground.typst());
                        }
                        code.push_str(&linked(link.as_deref(), &inner));
                        code.push('\n');
                    }
                }
            }
        }
        (code, blank)
    }

    /// A box in a line.
    fn inline_box(&mut self, bx: &Bx, around: f64) -> String {
        let style = &bx.style;
        if let Content::Picture { name, size, alt } = &bx.content {
            let (width, height) = measure::picture_size(bx, *size, around);
            let shift = match style.valign {
                Vertical::Middle => format!(",baseline:{}", pt(height / 2.0 - style.size * 0.25)),
                Vertical::Top => format!(",baseline:{}", pt(height - style.size)),
                _ => String::new(),
            };
            let alt = if alt.trim().is_empty() { String::new() } else { format!(",alt:{}", literal(alt)) };
            let picture = format!(
                "image({},width:{},height:{},fit:\"{}\"{alt})",
                literal(name),
                pt(width),
                pt(height),
                style.fit
            );
            return format!(
                "{}box({picture}{shift}){}",
                space(style.margin[3], around),
                space(style.margin[1], around)
            );
        }
        let natural = measure::bordered(bx).1;
        let frame = style.frame([1, 3], around);
        let width = style
            .width
            .resolve(around)
            .map_or(natural, |width| if style.border_box { width } else { width + frame })
            .min(around);
        let mut inner = Emitter::new(self.page, self.breakable, self.missing);
        inner.push(&format!("box(width:{},", pt(width)));
        inner.push(&fill(style));
        inner.push(&stroke(style));
        inner.push(&outset(style));
        inner.push(&inset(style, around));
        inner.push(&corners(style));
        let height = style.height.resolve(0.0).filter(|_| !style.height.is_relative());
        let framed = style.frame([0, 2], around);
        let height = height.map(|height| if style.border_box { height.max(framed) } else { height + framed });
        if let Some(height) = height {
            inner.push(&format!("height:{},", pt(height)));
        }
        let place = Place {
            left: 0.0,
            width: (width - frame).max(1.0),
            container: (width - frame).max(1.0),
            top: false,
            depth: 30,
            sized: false,
            placed: false,
        };
        inner.twice = self.twice;
        inner.scope(|emitter| emitter.content(bx, place, Strong::BOTH, height.map(Tall::Fixed)));
        inner.push(")");
        let (code, characters) = (inner.out, inner.characters);
        self.characters += characters;
        let (above, below) = (style.margin[0].or_zero(around).max(0.0), style.margin[2].or_zero(around).max(0.0));
        let code = match above + below > 0.0 {
            true => format!("box(inset:(top:{},bottom:{}),{code})", pt(above), pt(below)),
            false => code,
        };
        format!("{}{code}{}", space(style.margin[3], around), space(style.margin[1], around))
    }
}

/// A text with its white space as CSS has it; line breaks that are kept are line breaks.
fn collapse(text: &str, style: &Style, space: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let blank = matches!(letter, ' ' | '\t' | '\n' | '\u{c}');
        match style.pre {
            Space::Pre | Space::PreWrap => {
                match letter {
                    '\t' => out.push_str("\u{a0}\u{a0}\u{a0}\u{a0}"),
                    // Spaces in a row stay: all but the last do not break.
                    ' ' if style.pre == Space::Pre || out.ends_with([' ', '\u{a0}', '\n']) || out.is_empty() => {
                        out.push('\u{a0}');
                    }
                    letter => out.push(letter),
                }
                *space = letter == '\n';
            }
            Space::PreLine if letter == '\n' => {
                out.push('\n');
                *space = true;
            }
            _ if blank => {
                if !*space {
                    out.push(if style.pre == Space::NoWrap { '\u{a0}' } else { ' ' });
                }
                *space = true;
            }
            _ => {
                out.push(letter);
                *space = false;
            }
        }
    }
    out
}

/// A text in its letters. The innermost call stands for the text on the pages: each has its own place in the code.
fn spoken(letters: &str, text: &str) -> String {
    let plain = format!("text({})", literal(text));
    if letters.is_empty() { plain } else { format!("text({letters}{plain})") }
}

/// A text in parts of which typst tells every place, so that characters can be counted on the pages.
fn pieces(text: &str) -> Vec<&str> {
    /// Bytes; places are 16 bits.
    const LONGEST: usize = 60_000;
    let mut found = Vec::new();
    let mut rest = text;
    while rest.len() > LONGEST {
        let end = rest[..rest.floor_char_boundary(LONGEST)].rfind(' ').unwrap_or(rest.floor_char_boundary(LONGEST));
        let end = if end == 0 { rest.floor_char_boundary(LONGEST) } else { end };
        let (piece, after) = rest.split_at(end);
        found.push(piece);
        rest = after;
    }
    found.push(rest);
    found
}

/// A text whose words all fit in a width: longer ones may be broken where their parts fill a line.
fn fitting(text: &str, style: &Style, width: f64) -> String {
    if measure::width(text, style) <= width {
        return text.to_owned();
    }
    // Kerning is not known here.
    let room = (width * 0.97 - 1.0).max(1.0);
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(' ') {
        let whole = measure::width(word.trim_end(), style);
        if whole <= width - 1.0 || word.chars().count() <= 1 {
            out.push_str(word);
            continue;
        }
        let mut used = 0.0;
        for letter in word.chars() {
            // Spaces that would not break do here.
            if letter == '\u{a0}' || letter == ' ' {
                out.push(' ');
                used = 0.0;
                continue;
            }
            let step = measure::width(letter.encode_utf8(&mut [0; 4]), style);
            if used > 0.0 && used + step > room {
                out.push('\u{200b}');
                used = 0.0;
            }
            used += step;
            out.push(letter);
        }
    }
    out
}
