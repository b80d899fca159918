//! Texts changed, cut, counted and compared: what people do in Formatter steps, one step or several.
//!
//! | file | job |
//! | --- | --- |
//! | `step.rs` | the steps of a request, as it says them |
//! | `action.rs` | a step that is ready to run, and what it does to a text, a list or null |
//! | `case.rs` | upper and lower case, and names for programs |
//! | `clean.rs` | spaces, accents, kinds of characters, slugs |
//! | `cut.rs` | parts: split, truncated, between two marks; padded, wrapped, repeated |
//! | `measure.rs` | counts, places, how alike two texts are |
//! | `pattern.rs` | find and replace, by a literal text or a regular expression |
//!
//! A step gets a text and gives a text, a list, a number or a boolean. A step on a list works on each of its elements, but those
//! that are for lists (`join`, `list`). Characters are what readers take for one (extended grapheme clusters), so that
//! nothing cuts a flag or a letter with its accent in two.
//!
//! Regular expressions run in a worker process: one that looks for `a.*b|a` again and again is quadratic whatever the engine.

mod action;
mod case;
mod clean;
mod cut;
mod measure;
mod pattern;
mod step;

use chassis::{Call, Confinement, Cost, Error, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tree::Tree;
use crate::values::{OnError, Value, Values, ValuesResponse};
use crate::worker;
use action::Action;
pub use step::TextStep;

const DESCRIPTION: &str = "\
Changes texts, one step after the other: `{\"input\": \"  ada LOVELACE \", \"steps\": [{\"trim\": \"both\"}, {\"case\": \"title\"}]}`. The input is a value, a \
list of values, or rows with `columns`; the answer has the same form. Each step is an object with one field that says what to do.

Characters are those a reader sees: 👍🏽 is one. Positions count from 0, parts of a split from 1, and negative ones from the end. A step after one that made a list works on each \
element; `join` and `list` work on the list itself, and as a first step they take a list in `input` as one value. Null stays null, but for `default`.

Regular expressions have look-around and references to groups; in what replaces them `$1`, `$<name>` and `$&` stand for what was found, `$$` for a dollar sign. They may compute \
two seconds together.";

/// Texts, and what is done to them.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct TextRequest {
    /// A value, a list of values, or rows (a list of objects) with `columns`. Never fetched.
    #[serde(alias = "value", alias = "values", alias = "text", alias = "data", alias = "rows")]
    pub input: Tree,
    /// What is done, in this order.
    #[serde(deserialize_with = "chassis::shorts")]
    #[garde(length(min = 1, max = 50), dive)]
    pub steps: Vec<TextStep>,
    /// Columns of the rows to work on.
    #[serde(default, alias = "column")]
    #[garde(length(max = 100))]
    pub columns: Vec<String>,
    /// Column the results go to (default the column of the values).
    #[serde(default)]
    #[garde(length(chars, min = 1, max = 1_000))]
    pub into: Option<String>,
    /// What becomes of a value that cannot be done.
    #[serde(default)]
    pub on_error: OnError,
}

fn example() -> TextRequest {
    TextRequest {
        input: Tree::from("  the  ADA lovelace society "),
        steps: vec![
            TextStep { whitespace: Some(clean::Whitespace::Collapse), ..TextStep::default() },
            TextStep { case: Some(case::Case::Title), ..TextStep::default() },
            TextStep { truncate: Some(cut::Truncate::to(16)), ..TextStep::default() },
        ],
        columns: Vec::new(),
        into: None,
        on_error: OnError::Fail,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Change, cut, count and compare texts, in steps")
        .description(DESCRIPTION)
        .cost_of(|request: &TextRequest| match &request.input {
            Tree::Text(text) if text.len() < 100_000 => Cost::Light,
            Tree::List(list) if list.len() < 1_000 => Cost::Light,
            Tree::Text(_) | Tree::List(_) => Cost::Heavy,
            _ => Cost::Light,
        })
        .isolated_when(|request: &TextRequest| {
            request.steps.iter().any(TextStep::has_pattern).then(Confinement::default)
        })
        .example(example)
}

/// Changes texts.
///
/// # Errors
/// When a step says nothing or several things, a pattern is none, or a value is no text.
pub fn text(request: TextRequest, call: &Call) -> Result<ValuesResponse, Error> {
    let TextRequest { input, steps, columns, into, on_error } = request;
    let patterns = steps.iter().any(TextStep::has_pattern);
    let steps = steps.into_iter().enumerate().map(|(at, step)| Action::of(step, &format!("steps[{at}]")));
    let steps = steps.collect::<Result<Vec<_>, _>>()?;
    let whole = steps.first().is_some_and(Action::takes_list) && columns.is_empty() && into.is_none();
    let values = match &input {
        Tree::List(list) if whole && !list.iter().any(|value| value.as_list().is_some()) => Values::One(input),
        _ => Values::of(input, &columns, into.as_deref())?,
    };
    if !patterns {
        return values.change(on_error, call, |value| run(&steps, value.tree));
    }
    // The values go to the thread that may be left behind; the results are put into their places here.
    let trees: Vec<Tree> = values.iter().map(|value| value.tree.clone()).collect();
    let done = move || trees.iter().map(|tree| run(&steps, tree)).collect::<Vec<_>>();
    let mut done = worker::within_limit("steps", call, done)?.into_iter();
    values.change(on_error, call, |_: &Value<'_>| done.next().unwrap_or(Ok(Tree::Null)))
}

fn run(steps: &[Action], tree: &Tree) -> Result<Tree, String> {
    let mut tree = tree.clone();
    for step in steps {
        tree = step.apply(&tree)?;
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::read;

    fn done(input: &str, steps: &str) -> Result<String, String> {
        let request = format!(r#"{{"input":{input},"steps":{steps}}}"#);
        let request: TextRequest = serde_json::from_str(&request).unwrap();
        request.validate().map_err(|error| error.to_string())?;
        text(request, &Call::detached()).map(|response| response.result.to_json()).map_err(|error| error.message())
    }

    #[test]
    fn steps_follow_each_other() {
        for (input, steps, right) in [
            (
                r#"" a, b ,,c ""#,
                r#"[{"split":{"by":","}},{"trim":"both"},{"list":["compact"]},{"join":{"by":"|"}}]"#,
                r#""a|b|c""#,
            ),
            (r#"["b","a","b"]"#, r#"[{"list":["unique","sort"]},{"join":{}}]"#, r#""a, b""#),
            (r#"[["a","b"],["c"]]"#, r#"[{"join":{"by":"-"}}]"#, r#"["a-b","c"]"#),
            (r#"["one two","three"]"#, r#"[{"count":"words"}]"#, "[2,1]"),
            (r#"null"#, r#"[{"case":"upper"},{"default":"n/a"}]"#, r#""n/a""#),
            (r#"" ""#, r#"[{"default":"n/a"}]"#, r#""n/a""#),
            ("9007199254740993", r#"[{"append":"!"}]"#, r#""9007199254740993!""#),
            (r#""x=1;y=2""#, r#"[{"split":{"by":";","part":-1}},{"split":{"by":"=","part":2}}]"#, r#""2""#),
        ] {
            assert_eq!(done(input, steps).unwrap(), right, "{input} {steps}");
        }
    }

    #[test]
    fn a_step_says_one_thing() {
        for (steps, right) in [
            ("[{}]", "steps[0]: says nothing to do"),
            (r#"[{"case":"upper","trim":"both"}]"#, "steps[0]: says several things to do"),
            (r#"[{"match":{"pattern":"("}}]"#, "steps[0].match.pattern: is no regular expression"),
            (r#"[{"case":"upper"},{"split":{"by":"a","part":0}}]"#, "steps[1].split.part: counts from 1"),
        ] {
            let message = done(r#""a""#, steps).unwrap_err();
            assert!(message.starts_with(right), "{message}");
        }
        assert!(done(r#"{"a":1}"#, r#"[{"case":"upper"}]"#).unwrap_err().starts_with("columns: is required"));
    }

    #[test]
    fn what_grows_is_bounded() {
        let large = serde_json::to_string(&"a".repeat(200_000)).unwrap();
        let with = "b".repeat(10_000);
        for steps in [
            format!(r#"[{{"replace":{{"find":"a","with":"{with}"}}}}]"#),
            format!(r#"[{{"replace":{{"find":"a","with":"{with}","regex":true}}}}]"#),
            format!(r#"[{{"split":{{"unit":"characters"}}}},{{"append":"{with}"}}]"#),
            r#"[{"repeat":1000},{"repeat":1000}]"#.to_owned(),
            format!(r#"[{{"split":{{"unit":"characters"}}}},{{"join":{{"by":"{}"}}}}]"#, "c".repeat(1_000)),
        ] {
            let message = done(&large, &steps).unwrap_err();
            assert!(message.contains("10 MB"), "{message}");
        }
        assert!(read(&done(&large, r#"[{"repeat":2}]"#).unwrap()).is_ok());
    }
}
