//! What an element looks like, and what its children inherit.

use std::collections::HashMap;
use std::rc::Rc;

use super::backdrop::{Backdrop, Hanging};
use super::transform::Transform;
use super::typeface::Typeface;
use super::value::{self, Color, Length, words};

/// The four sides: top, right, bottom, left.
pub(crate) type Sides<T> = [T; 4];

/// How a box is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Display {
    Block,
    Inline,
    InlineBlock,
    Flex,
    Grid,
    Table,
    RowGroup,
    HeadGroup,
    FootGroup,
    Row,
    Cell,
    Caption,
    ListItem,
    /// Not there itself, only what is in it.
    Contents,
    None,
}

/// A border of one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Border {
    pub(crate) width: f64,
    pub(crate) style: Line,
    pub(crate) color: Option<Color>,
}

/// How a border is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    None,
    Solid,
    Dashed,
    Dotted,
}

/// How an element looks.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    // Inherited.
    pub(crate) color: Color,
    pub(crate) size: f64,
    pub(crate) weight: u16,
    pub(crate) italic: bool,
    pub(crate) mono: bool,
    /// The families that are asked for, in lower case.
    pub(crate) families: Rc<str>,
    /// The face of the page's own that was found for them.
    pub(crate) typeface: Option<Rc<Typeface>>,
    /// Line height: a factor of the size, or pixels.
    pub(crate) line: Result<f64, f64>,
    pub(crate) align: Align,
    /// Whether somebody has said how lines are aligned.
    pub(crate) aligned: bool,
    pub(crate) uppercase: Case,
    pub(crate) pre: Space,
    pub(crate) spacing: f64,
    pub(crate) indent: Length,
    pub(crate) list: String,
    pub(crate) collapse: bool,
    pub(crate) cell_spacing: f64,
    pub(crate) hidden: bool,
    pub(crate) variables: Rc<HashMap<String, String>>,
    /// Whether the alignment is that of an attribute of old, which moves boxes too and ends at tables.
    pub(crate) old_align: bool,
    /// Whether lines run from right to left.
    pub(crate) rtl: bool,
    pub(crate) caption_below: bool,
    /// What is left of what is seen: the product of all `opacity` around.
    pub(crate) fade: f64,
    /// Marks of quotations, as they are written.
    pub(crate) quotes: Option<Rc<str>>,
    // Not inherited.
    pub(crate) display: Display,
    /// Whether a flex box, grid or table stands in a line.
    pub(crate) inline_level: bool,
    pub(crate) float: Option<Side>,
    pub(crate) clear: bool,
    pub(crate) position: Position,
    /// Where a box with a position is, from the sides.
    pub(crate) inset: Sides<Length>,
    /// What is over what, among boxes with a position.
    pub(crate) level: i32,
    pub(crate) transform: Transform,
    /// What `translate`, `rotate` and `scale` say, beside `transform`.
    pub(crate) motion: Transform,
    pub(crate) width: Length,
    pub(crate) least_width: Length,
    pub(crate) most_width: Length,
    pub(crate) height: Length,
    pub(crate) least_height: Length,
    pub(crate) most_height: Length,
    pub(crate) border_box: bool,
    pub(crate) margin: Sides<Length>,
    pub(crate) padding: Sides<Length>,
    pub(crate) border: Sides<Border>,
    /// A line around the box, which takes no room: its width and color.
    pub(crate) ring: Option<(f64, Color)>,
    /// Of the corners, from the upper left clockwise.
    pub(crate) radius: Sides<Length>,
    pub(crate) ground: Color,
    pub(crate) backdrop: Option<Rc<Backdrop>>,
    /// How the picture behind the content lies.
    pub(crate) hanging: Hanging,
    /// Whether the ground is seen through the letters only.
    pub(crate) ground_in_text: bool,
    /// Whether what reaches beyond the box is not seen.
    pub(crate) clip: bool,
    /// How a picture fits in its box, as typst names it.
    pub(crate) fit: &'static str,
    pub(crate) underline: bool,
    pub(crate) strike: bool,
    pub(crate) raise: Raise,
    pub(crate) valign: Vertical,
    pub(crate) break_before: bool,
    pub(crate) break_after: bool,
    pub(crate) keep: bool,
    pub(crate) column: bool,
    pub(crate) wrap: bool,
    pub(crate) grow: f64,
    pub(crate) shrink: f64,
    pub(crate) basis: Length,
    pub(crate) justify: Justify,
    pub(crate) items: Vertical,
    pub(crate) own_align: Option<Vertical>,
    /// Where the items of a grid are in their columns, and where an item itself is.
    pub(crate) justify_items: Option<Vertical>,
    pub(crate) own_justify: Option<Vertical>,
    pub(crate) gap: (f64, f64),
    pub(crate) tracks: String,
    pub(crate) row_tracks: String,
    /// Whether the tracks of rows are those of all rows, named by nobody.
    pub(crate) auto_rows: bool,
    /// Whether a grid is filled column by column, and whether gaps are filled again.
    pub(crate) flow_columns: bool,
    pub(crate) dense: bool,
    /// Names of areas, row by row.
    pub(crate) areas: Rc<Vec<Vec<String>>>,
    pub(crate) area: Option<Rc<str>>,
    pub(crate) span: Span,
    pub(crate) row_span: Span,
    pub(crate) order: i32,
    /// Columns of text: at most so many, where that is said.
    pub(crate) columns: Option<usize>,
    /// Least width of a column of text in pixels.
    pub(crate) column_width: Option<f64>,
    /// `counter-reset` and `counter-increment`, as they are written.
    pub(crate) counters: [Option<Rc<str>>; 2],
    /// Text of `content`, for what stands before and after.
    pub(crate) content: Option<String>,
}

/// Where a box is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Static,
    Relative,
    Absolute,
    Fixed,
}

/// Columns or rows of a grid item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: Option<i32>,
    pub(crate) end: Option<i32>,
    pub(crate) count: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
    Justify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    None,
    Upper,
    Lower,
    Capital,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Normal,
    NoWrap,
    Pre,
    /// White space kept, lines broken.
    PreWrap,
    /// Line breaks kept.
    PreLine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raise {
    None,
    Sub,
    Super,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vertical {
    Top,
    Middle,
    Bottom,
    Baseline,
    Stretch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Justify {
    Start,
    Center,
    End,
    Between,
    Around,
    Evenly,
}

impl Style {
    /// That of the root, before anything is said.
    pub(crate) fn root() -> Self {
        Self {
            color: Color::BLACK,
            size: 16.0,
            weight: 400,
            italic: false,
            mono: false,
            families: Rc::from(""),
            typeface: None,
            line: Ok(1.2),
            align: Align::Left,
            aligned: false,
            uppercase: Case::None,
            pre: Space::Normal,
            spacing: 0.0,
            indent: Length::ZERO,
            list: "disc".to_owned(),
            collapse: false,
            cell_spacing: 2.0,
            hidden: false,
            variables: Rc::default(),
            old_align: false,
            rtl: false,
            caption_below: false,
            fade: 1.0,
            quotes: None,
            display: Display::Inline,
            inline_level: false,
            float: None,
            clear: false,
            position: Position::Static,
            inset: [Length::Auto; 4],
            level: 0,
            transform: Transform::NONE,
            motion: Transform::NONE,
            width: Length::Auto,
            least_width: Length::Auto,
            most_width: Length::Auto,
            height: Length::Auto,
            least_height: Length::Auto,
            most_height: Length::Auto,
            border_box: false,
            margin: [Length::ZERO; 4],
            padding: [Length::ZERO; 4],
            border: [Border { width: 3.0, style: Line::None, color: None }; 4],
            ring: None,
            radius: [Length::ZERO; 4],
            ground: Color::CLEAR,
            backdrop: None,
            hanging: Hanging::default(),
            ground_in_text: false,
            clip: false,
            fit: "stretch",
            underline: false,
            strike: false,
            raise: Raise::None,
            valign: Vertical::Baseline,
            break_before: false,
            break_after: false,
            keep: false,
            column: false,
            wrap: false,
            grow: 0.0,
            shrink: 1.0,
            basis: Length::Auto,
            justify: Justify::Start,
            items: Vertical::Stretch,
            own_align: None,
            justify_items: None,
            own_justify: None,
            gap: (0.0, 0.0),
            tracks: String::new(),
            row_tracks: String::new(),
            auto_rows: false,
            flow_columns: false,
            dense: false,
            areas: Rc::default(),
            area: None,
            span: Span::default(),
            row_span: Span::default(),
            order: 0,
            columns: None,
            column_width: None,
            counters: [None, None],
            content: None,
        }
    }

    /// That of a child before anything is said of it: what is inherited.
    pub(crate) fn child(&self) -> Self {
        Self {
            color: self.color,
            size: self.size,
            weight: self.weight,
            italic: self.italic,
            mono: self.mono,
            families: self.families.clone(),
            typeface: self.typeface.clone(),
            line: self.line,
            align: self.align,
            aligned: self.aligned,
            uppercase: self.uppercase,
            pre: self.pre,
            spacing: self.spacing,
            indent: self.indent,
            list: self.list.clone(),
            collapse: self.collapse,
            cell_spacing: self.cell_spacing,
            hidden: self.hidden,
            variables: self.variables.clone(),
            old_align: self.old_align,
            rtl: self.rtl,
            caption_below: self.caption_below,
            fade: self.fade,
            quotes: self.quotes.clone(),
            ..Self::root()
        }
    }

    /// Whether nothing of it is seen, though it has its place.
    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden || self.fade == 0.0
    }

    /// The height of a line in pixels.
    pub(crate) fn line_height(&self) -> f64 {
        match self.line {
            Ok(factor) => factor * self.size,
            Err(pixels) => pixels,
        }
    }

    /// The width of a border that is drawn.
    pub(crate) fn edge(&self, side: usize) -> f64 {
        if self.border[side].style == Line::None { 0.0 } else { self.border[side].width }
    }

    /// Whether something of the box itself is seen, or cuts off what is in it.
    pub(crate) fn is_dressed(&self) -> bool {
        let cuts = self.clip && self.is_round();
        let lined = self.ring.is_some() || (0..4).any(|side| self.edge(side) > 0.0);
        self.ground.alpha > 0.0 || self.backdrop.is_some() || lined || cuts
    }

    /// Whether it has round corners.
    pub(crate) fn is_round(&self) -> bool {
        self.radius.iter().any(|corner| *corner != Length::ZERO)
    }

    /// Whether it is taken out of the flow.
    pub(crate) fn is_out(&self) -> bool {
        matches!(self.position, Position::Absolute | Position::Fixed)
    }

    /// Padding and border of two sides together.
    pub(crate) fn frame(&self, sides: [usize; 2], around: f64) -> f64 {
        sides.iter().map(|side| self.padding[*side].or_zero(around).max(0.0) + self.edge(*side)).sum()
    }
}

/// The values of up to four sides: one for all, two for the pairs, three, four.
pub(crate) fn sides<T: Copy>(values: &[T]) -> Option<Sides<T>> {
    Some(match *values {
        [all] => [all; 4],
        [vertical, horizontal] => [vertical, horizontal, vertical, horizontal],
        [top, horizontal, bottom] => [top, horizontal, bottom, horizontal],
        [top, right, bottom, left] => [top, right, bottom, left],
        _ => return None,
    })
}

/// A list of lengths for sides.
pub(crate) fn side_lengths(text: &str, em: f64) -> Option<Sides<Length>> {
    let lengths: Vec<Length> =
        words(text).into_iter().map(|word| value::read(word, em, 16.0)).collect::<Option<_>>()?;
    sides(&lengths)
}
