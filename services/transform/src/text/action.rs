//! A step that is ready to run: checked, its pattern compiled.

use chassis::{Code, Error};

use super::case::Case;
use super::clean::{self, CharacterClass, Fold, NormalForm, Side, Slug, Strip, Whitespace};
use super::cut::{self, Between, Join, ListAction, Pad, Substring, TextSplit, Truncate, Wrap};
use super::measure::{self, Closest, Position, Similarity, TextUnit};
use super::pattern::{Finder, Match, Place, Replace, TextPart};
use super::step::TextStep;
use crate::tree::Tree;
use crate::values::{is_blank, text_of};

/// Bytes one value may become.
pub(super) const MAX_TEXT: usize = 10_000_000;

/// What to say of a value that becomes too large.
pub(super) fn too_large() -> String {
    "becomes larger than 10 MB".to_owned()
}

/// A step, ready to run.
pub(super) enum Action {
    Case(Case),
    Trim(Side),
    Whitespace(Whitespace),
    Strip(Strip),
    Prepend(String),
    Append(String),
    Default(String),
    Replace(Finder, Replace),
    Remove(Vec<CharacterClass>),
    Keep(Vec<CharacterClass>),
    Ascii(Fold),
    Normalize(NormalForm),
    Slug(Slug),
    Split(Option<Finder>, TextSplit),
    Join(Join),
    List(Vec<ListAction>),
    Substring(Substring),
    Between(Between),
    Truncate(Truncate),
    Pad(Pad),
    Wrap(Wrap),
    Repeat(u32),
    Reverse(bool),
    Count(TextUnit),
    Occurrences(Finder),
    Position(Finder, Position),
    Match(Finder, Match),
    Test(Finder, Place),
    Similarity(Similarity),
    Closest(Closest),
}

impl Action {
    /// The one thing a step says.
    pub(super) fn of(step: TextStep, field: &str) -> Result<Self, Error> {
        let mut said: Vec<Self> = Vec::new();
        macro_rules! say {
            ($($name:ident => $action:ident,)*) => {$(
                if let Some(value) = step.$name {
                    said.push(Self::$action(value));
                }
            )*};
        }
        say! {
            case => Case, trim => Trim, whitespace => Whitespace, strip => Strip, prepend => Prepend, append => Append,
            default => Default, remove => Remove, keep => Keep, ascii => Ascii, normalize => Normalize, slug => Slug,
            join => Join, list => List, substring => Substring, between => Between, truncate => Truncate, pad => Pad,
            wrap => Wrap, repeat => Repeat, reverse => Reverse, count => Count, similarity => Similarity,
            closest => Closest,
        }
        if let Some(replace) = step.replace {
            let find = Finder::of(&replace.find, replace.regex, replace.ignore_case, &format!("{field}.replace.find"))?;
            said.push(Self::Replace(find, replace));
        }
        if let Some(split) = step.split {
            if split.part == Some(0) {
                let message = "counts from 1: 1 is the first, -1 the last";
                return Err(Error::impossible(format!("{field}.split.part"), message));
            }
            let by = split.by.as_ref().map(|by| Finder::of(by, split.regex, false, &format!("{field}.split.by")));
            said.push(Self::Split(by.transpose()?, split));
        }
        if let Some(step) = step.occurrences {
            let field = format!("{field}.occurrences.of");
            said.push(Self::Occurrences(Finder::of(&step.of, step.regex, step.ignore_case, &field)?));
        }
        if let Some(step) = step.position {
            let find = Finder::of(&step.find, step.regex, step.ignore_case, &format!("{field}.position.find"))?;
            said.push(Self::Position(find, step));
        }
        if let Some(step) = step.matches {
            let find = Finder::of(&step.pattern, true, step.ignore_case, &format!("{field}.match.pattern"))?;
            find.expect_group(step.group.as_deref(), &format!("{field}.match.group"))?;
            said.push(Self::Match(find, step));
        }
        if let Some(step) = step.test {
            let find = Finder::of(&step.find, step.regex, step.ignore_case, &format!("{field}.test.find"))?;
            said.push(Self::Test(find, step.at));
        }
        match (said.pop(), said.len()) {
            (Some(only), 0) => Ok(only),
            (None, _) => Err(Error::field(
                Code::ValidationError,
                field,
                "says nothing to do: name one, such as case, trim, replace, split, truncate, count or slug",
            )),
            _ => Err(Error::field(
                Code::ValidationError,
                field,
                "says several things to do: write a step for each, in their order",
            )),
        }
    }

    /// Whether it works on a list itself.
    pub(super) fn takes_list(&self) -> bool {
        matches!(self, Self::Join(_) | Self::List(_))
    }

    /// What it makes of a value.
    pub(super) fn apply(&self, tree: &Tree) -> Result<Tree, String> {
        match (self, tree) {
            (Self::Default(text), tree) if is_blank(tree) => Ok(text.as_str().into()),
            (Self::Default(_), tree) => Ok(tree.clone()),
            (Self::Join(join), tree) => cut::join(join, tree),
            (Self::List(actions), tree) => cut::list(actions, tree),
            (_, Tree::Null) => Ok(Tree::Null),
            (_, Tree::List(list)) => {
                let mut left = MAX_TEXT;
                let mut results = Vec::with_capacity(list.len());
                for tree in list.iter() {
                    let result = self.apply(tree)?;
                    left -= result.weigh(32, left).map_err(|_| too_large())?;
                    results.push(result);
                }
                Ok(results.into())
            }
            (_, tree) => {
                let result = self.apply_to(&text_of(tree)?)?;
                result.weigh(32, 8 * MAX_TEXT).map_err(|_| too_large())?;
                Ok(result)
            }
        }
    }

    fn apply_to(&self, text: &str) -> Result<Tree, String> {
        Ok(match self {
            Self::Case(case) => case.of(text).into(),
            Self::Trim(side) => side.trim(text).into(),
            Self::Whitespace(what) => what.of(text).into(),
            Self::Strip(strip) => strip.of(text).into(),
            Self::Prepend(front) => format!("{front}{text}").into(),
            Self::Append(back) => format!("{text}{back}").into(),
            Self::Replace(find, replace) => find.replace(text, &replace.with, replace.first)?.into(),
            Self::Remove(classes) => clean::filter(text, classes, false).into(),
            Self::Keep(classes) => clean::filter(text, classes, true).into(),
            Self::Ascii(fold) => fold.of(text).into(),
            Self::Normalize(form) => form.of(text).into(),
            Self::Slug(slug) => slug.of(text).into(),
            Self::Split(by, split) => split.of(text, by.as_ref())?,
            Self::Substring(part) => part.of(text).into(),
            Self::Between(between) => between.of(text),
            Self::Truncate(truncate) => truncate.of(text).into(),
            Self::Pad(pad) => pad.of(text)?.into(),
            Self::Wrap(wrap) => wrap.of(text).into(),
            Self::Repeat(times) => cut::repeat(text, *times)?.into(),
            Self::Reverse(true) => cut::reverse(text).into(),
            Self::Reverse(false) => text.into(),
            Self::Count(unit) => measure::count(text, *unit).into(),
            Self::Occurrences(find) => find.count(text)?.into(),
            Self::Position(find, position) => position.of(text, find)?,
            Self::Match(find, step) => find.matches(text, &TextPart::of(step))?,
            Self::Test(find, at) => find.test(text, *at)?.into(),
            Self::Similarity(similarity) => similarity.of(text)?,
            Self::Closest(closest) => closest.of(text)?,
            // Those for lists were done before.
            Self::Default(_) | Self::Join(_) | Self::List(_) => text.into(),
        })
    }
}
