//! The names of fields as clients write them, for findings that name them as Rust does.
//!
//! garde names a field by its identifier and does not know `#[serde(rename)]`; serde and the schema know the JSON name
//! and not the identifier. No derive knows both, so the pairs are found out: a request of the type is made up
//! ([`trial`](super::trial)), one value of it at a time is changed, and the finding that comes or goes with it is about
//! that value. This holds for every name, at every depth, without a word in any service; a list of exceptions, or a rule
//! for names (camel case, as it was), is wrong for the next field that is called `type`.
//!
//! It takes milliseconds once, when a type's first request is refused. What no change brings out (a rule of its own that
//! nothing tried breaks) is looked up among the names that are left: the same letters, else camel case.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use garde::error::Kind as PathKind;
use garde::{Path, Validate};
use serde::de::DeserializeOwned;

use super::names::same;
use super::trial::{Kind, Known, Place, Step, Struct};
use crate::error::clip;

/// Characters of a key that are shown.
const KEY_CHARS: usize = 40;

/// Identifiers and JSON names of a request type and all that is in it.
#[derive(Default)]
pub(super) struct Identifiers {
    kinds: HashMap<Place, Kind>,
    /// Where each struct was first seen: what is known of it is known of that place.
    homes: HashMap<Struct, Place>,
    names: HashMap<Struct, HashMap<String, &'static str>>,
}

/// For each struct and identifier the fields that its findings came and went with, and how often.
type Votes = HashMap<Struct, HashMap<String, HashMap<&'static str, usize>>>;

impl Identifiers {
    /// Those of a type, found out once.
    pub(super) fn of<T: Validate<Context = ()> + DeserializeOwned + 'static>() -> Arc<Self> {
        static FOUND: LazyLock<Mutex<HashMap<TypeId, Arc<Identifiers>>>> = LazyLock::new(Mutex::default);
        let found = || FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = found().get(&TypeId::of::<T>()) {
            return known.clone();
        }
        // Two may do the same at once; better than that one holds up all.
        let new = Arc::new(Self::find::<T>());
        found().entry(TypeId::of::<T>()).or_insert(new).clone()
    }

    fn find<T: Validate<Context = ()> + DeserializeOwned>() -> Self {
        let Some((known, request)) = Known::explore::<T>() else { return Self::default() };
        let mut found = Self { kinds: known.kinds.clone(), ..Self::default() };
        for place in &known.places {
            if let Some(Kind::Struct(this)) = known.kinds.get(place) {
                found.homes.entry(*this).or_insert_with(|| place.clone());
            }
        }
        let usual = findings(&request);
        let mut votes = Votes::new();
        for place in &known.places {
            if found.is_known_from_elsewhere(place, &votes) {
                continue;
            }
            for change in known.kinds[place].changes() {
                let Some(changed) = known.changed::<T>(place, change) else { continue };
                let mut exact = false;
                for (path, _) in findings(&changed).symmetric_difference(&usual) {
                    exact |= found.vote(path, place, &mut votes);
                }
                if exact {
                    break;
                }
            }
        }
        found.names = votes.into_iter().map(|(this, votes)| (this, elect(votes, this.1))).collect();
        found
    }

    /// Whether a place is in a struct that was seen before, and all on the way to it have their names.
    fn is_known_from_elsewhere(&self, place: &Place, votes: &Votes) -> bool {
        let is_elsewhere = |end: &usize| match self.kinds.get(&place[..*end]) {
            Some(Kind::Struct(this)) => self.homes.get(this).is_some_and(|home| home[..] != place[..*end]),
            _ => false,
        };
        let Some(end) = (0..=place.len()).find(is_elsewhere) else { return false };
        place[..end].iter().enumerate().all(|(index, step)| match (self.kinds.get(&place[..index]), step) {
            (Some(Kind::Struct(this)), Step::Field(field)) => {
                votes.get(this).is_some_and(|names| names.values().any(|fields| fields.contains_key(field)))
            }
            _ => true,
        })
    }

    /// Takes a finding that came or went with a place as one about that place, or about something around it. Whether it
    /// is about the place itself.
    fn vote(&self, path: &Path, place: &Place, votes: &mut Votes) -> bool {
        let mut end = 0;
        for (kind, component) in path.__iter().rev() {
            match (kind, place.get(end)) {
                (PathKind::Key, Some(Step::Field(field))) => {
                    if let Some(Kind::Struct(this)) = self.kinds.get(&place[..end]) {
                        let names = votes.entry(*this).or_default().entry(component.to_string()).or_default();
                        *names.entry(field).or_default() += 1;
                    }
                    end += 1;
                }
                (PathKind::Key, Some(Step::Key)) | (PathKind::Index, Some(Step::Index)) => end += 1,
                // A struct around one value is that value in JSON.
                (PathKind::Index | PathKind::None, _) => {}
                (PathKind::Key, _) => return false,
            }
        }
        end == place.len()
    }

    /// A path of garde's as clients know it.
    pub(super) fn json(&self, path: &Path) -> String {
        let mut text = String::new();
        let mut place = Place::new();
        for (kind, component) in path.__iter().rev() {
            let here = self.kinds.get(&place);
            let name = match (kind, here) {
                (PathKind::None, _) => continue,
                (PathKind::Index, None | Some(Kind::List | Kind::Other)) => {
                    text.push_str(&format!("[{component}]"));
                    place.push(Step::Index);
                    self.go_home(&mut place);
                    continue;
                }
                // A struct around one value is that value in JSON.
                (PathKind::Index, Some(_)) => continue,
                (PathKind::Key, Some(Kind::Struct(this))) => match self.name(*this, component) {
                    Some(field) => {
                        place.push(Step::Field(field));
                        field.to_owned()
                    }
                    None => camel_case(component),
                },
                (PathKind::Key, Some(Kind::Map)) => {
                    place.push(Step::Key);
                    clip(component, KEY_CHARS).into_owned()
                }
                (PathKind::Key, _) => camel_case(component),
            };
            self.go_home(&mut place);
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(&name);
        }
        text
    }

    /// The field of an identifier.
    fn name(&self, this: Struct, identifier: &str) -> Option<&'static str> {
        let known = self.names.get(&this);
        if let Some(field) = known.and_then(|names| names.get(identifier)) {
            return Some(field);
        }
        let is_free = |field: &str| known.is_none_or(|names| names.values().all(|known| *known != field));
        this.1.iter().copied().find(|field| is_free(field) && same(field, identifier))
    }

    fn go_home(&self, place: &mut Place) {
        if let Some(Kind::Struct(this)) = self.kinds.get(place)
            && let Some(home) = self.homes.get(this)
        {
            place.clone_from(home);
        }
    }
}

fn findings<T: Validate<Context = ()>>(request: &T) -> HashSet<(Path, String)> {
    let report = request.validate().err();
    let report = report.iter().flat_map(garde::Report::iter);
    report.map(|(path, error)| (path.clone(), error.message().to_owned())).collect()
}

/// Gives each identifier its field. Rules that look at two fields bring out both: a field that is sure is not another's.
/// serde counts other spellings of a field among its names; where one of them was tried, and the field has the name of its
/// identifier too, that is its name.
fn elect(
    votes: HashMap<String, HashMap<&'static str, usize>>,
    known: &'static [&'static str],
) -> HashMap<String, &'static str> {
    let voted: HashSet<&'static str> = votes.values().flat_map(|fields| fields.keys().copied()).collect();
    let mut names: HashMap<String, &'static str> = HashMap::new();
    let mut taken: HashSet<&'static str> = HashSet::new();
    let (sure, others): (Vec<_>, Vec<_>) = votes.into_iter().partition(|(_, fields)| fields.len() == 1);
    let (alike, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|(identifier, fields)| fields.keys().any(|field| same(field, identifier)));
    for (identifier, fields) in sure.into_iter().chain(alike).chain(others) {
        let best = fields.iter().max_by_key(|(field, count)| {
            (!taken.contains(*field), same(field, &identifier), **count, std::cmp::Reverse(**field))
        });
        if let Some((field, _)) = best {
            let namesake = known.iter().find(|name| same(name, &identifier) && !voted.contains(*name));
            let field = namesake.unwrap_or(field);
            taken.insert(field);
            names.insert(identifier, field);
        }
    }
    names
}

/// `line_width` as `lineWidth`: what most fields are called, where nothing more is known.
fn camel_case(snake: &str) -> String {
    let mut words = snake.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;
    use crate::decode::secret::Secret;
    use crate::files::{Collector, Data, File, FileBounds};

    /// The names of a request's findings, in their order.
    fn names<T: Validate<Context = ()> + DeserializeOwned + 'static>(request: Value) -> Vec<String> {
        let bounds = FileBounds { count: 9, each: 9, all: 9 };
        let (request, _) = Collector::new(Vec::new(), bounds).collect(|| serde_json::from_value::<T>(request));
        let report = request.unwrap().validate().unwrap_err();
        let names = Identifiers::of::<T>();
        report.iter().map(|(path, _)| names.json(path)).collect()
    }

    #[derive(Deserialize, Validate)]
    struct Renamed {
        #[serde(rename = "type")]
        #[garde(length(chars, min = 1, max = 8))]
        kind: Option<String>,
        #[serde(rename = "use")]
        #[garde(range(min = 3, max = 5))]
        purpose: u8,
        #[garde(length(chars, max = 2))]
        r#in: String,
        #[serde(rename = "x5t#S256")]
        #[garde(pattern(r"^[0-9]+$"))]
        thumbprint: String,
        #[serde(rename = "nbf", default)]
        #[garde(range(min = -1.5, max = 1.5))]
        not_before: f64,
    }

    #[test]
    fn a_renamed_field_has_its_json_name() {
        let wrong = json!({ "type": "", "use": 9, "in": "abc", "x5t#S256": "a", "nbf": 7 });
        let mut found = names::<Renamed>(wrong);
        found.sort_unstable();
        assert_eq!(found, ["in", "nbf", "type", "use", "x5t#S256"]);
    }

    /// Each is called as the other.
    #[derive(Deserialize, Validate)]
    struct Swapped {
        #[serde(rename = "height")]
        #[garde(range(max = 10))]
        width: u32,
        #[serde(rename = "width")]
        #[garde(range(max = 10))]
        height: u32,
    }

    #[test]
    fn a_name_is_known_and_not_guessed() {
        assert_eq!(names::<Swapped>(json!({ "width": 1, "height": 11 })), ["height"]);
        assert_eq!(names::<Swapped>(json!({ "width": 11, "height": 1 })), ["width"]);
    }

    #[derive(Deserialize, Validate)]
    #[serde(rename_all = "kebab-case")]
    struct Kebab {
        #[garde(length(min = 1))]
        key_list: Vec<u8>,
        #[garde(length(max = 1))]
        by_name: BTreeMap<String, String>,
    }

    #[derive(Deserialize, Validate)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    struct Screaming {
        #[garde(dive)]
        inner_part: Option<Kebab>,
        #[garde(inner(length(chars, max = 3)))]
        short_words: Vec<String>,
        #[garde(inner(inner(range(min = 2))))]
        rows_of: Vec<Vec<i64>>,
    }

    #[derive(Deserialize, Validate)]
    #[serde(rename_all = "camelCase")]
    #[garde(allow_unvalidated)]
    #[expect(dead_code, reason = "some fields are only in the way")]
    struct Deep {
        #[garde(dive)]
        list_of: Vec<Screaming>,
        #[serde(rename = "map")]
        #[garde(dive)]
        by_key: BTreeMap<String, Screaming>,
        file: Option<File>,
        data: Option<Data>,
        secret: Option<Secret<String>>,
        #[garde(dive)]
        #[serde(rename = "only")]
        single: Option<Newtype>,
    }

    #[derive(Deserialize, Validate)]
    struct Newtype(#[garde(length(chars, max = 2))] String);

    #[test]
    fn names_are_known_at_every_depth() {
        let good = json!({ "INNER_PART": null, "SHORT_WORDS": [], "ROWS_OF": [] });
        let bad = json!({
            "INNER_PART": { "key-list": [], "by-name": { "a": "1", "b": "2" } },
            "SHORT_WORDS": ["a", "long"],
            "ROWS_OF": [[2], [2, 1]],
        });
        let request = json!({
            "listOf": [good, bad],
            "map": { "line_width": bad },
            "file": "AQ==",
            "data": { "id": 7 },
            "only": "abc",
        });
        let mut found = names::<Deep>(request);
        found.sort_unstable();
        let mut expected = vec!["only".to_owned()];
        for place in ["listOf[1]", "map.line_width"] {
            for name in ["INNER_PART.by-name", "INNER_PART.key-list", "ROWS_OF[1][1]", "SHORT_WORDS[1]"] {
                expected.push(format!("{place}.{name}"));
            }
        }
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[derive(Deserialize, Validate)]
    struct Tree {
        #[serde(rename = "label")]
        #[garde(length(chars, min = 2))]
        name: String,
        #[serde(rename = "sub", default)]
        #[garde(dive)]
        children: Vec<Tree>,
        #[serde(rename = "other", default)]
        #[garde(dive)]
        sibling: Option<Box<Tree>>,
    }

    #[test]
    fn a_type_inside_itself_has_its_names_at_every_depth() {
        let leaf = json!({ "label": "a" });
        let tree = json!({ "label": "ab", "sub": [{ "label": "ab", "sub": [leaf], "other": leaf }] });
        let mut found = names::<Tree>(tree);
        found.sort_unstable();
        assert_eq!(found, ["sub[0].other.label", "sub[0].sub[0].label"]);
    }

    fn not_less(least: &u32) -> impl FnOnce(&u32, &()) -> garde::Result {
        let least = *least;
        move |value, ()| if *value < least { Err(garde::Error::new("is too small")) } else { Ok(()) }
    }

    #[derive(Deserialize, Validate)]
    struct Related {
        #[garde(range(max = 100))]
        least: u32,
        #[serde(rename = "size")]
        #[garde(custom(not_less(&self.least)))]
        extent: u32,
    }

    /// A field that may be spelled in other ways.
    #[derive(Deserialize, Validate)]
    struct Spelled {
        #[serde(alias = "content", alias = "data")]
        #[garde(length(chars, min = 1))]
        text: String,
    }

    #[test]
    fn a_field_is_called_by_its_name_and_not_by_another_spelling() {
        for name in ["text", "content", "data"] {
            assert_eq!(names::<Spelled>(json!({ name: "" })), ["text"]);
        }
    }

    #[test]
    fn a_rule_about_two_fields_is_about_its_own() {
        assert_eq!(names::<Related>(json!({ "least": 5, "size": 4 })), ["size"]);
        assert_eq!(names::<Related>(json!({ "least": 101, "size": 200 })), ["least"]);
    }

    /// Text that is more than text, and choices.
    #[derive(Deserialize, Validate)]
    #[garde(allow_unvalidated)]
    struct Particular {
        at: Checked<0>,
        #[serde(rename = "address")]
        url: Checked<1>,
        level: Level,
        #[serde(rename = "from")]
        #[garde(length(chars, min = 9))]
        sender: String,
    }

    /// A time, or an address.
    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    struct Checked<const WHAT: u8>;

    impl<const WHAT: u8> TryFrom<String> for Checked<WHAT> {
        type Error = String;

        fn try_from(text: String) -> Result<Self, String> {
            let fits = match WHAT {
                0 => text.parse::<jiff::Timestamp>().is_ok(),
                _ => text.parse::<url::Url>().is_ok(),
            };
            if fits { Ok(Self) } else { Err("does not fit".to_owned()) }
        }
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Level {
        Low,
        High,
    }

    #[test]
    fn types_that_want_more_than_text_are_no_hindrance() {
        let request = json!({ "at": "2030-01-01T00:00:00Z", "address": "https://a.b/", "level": "high", "from": "a" });
        let read: Particular = serde_json::from_value(request.clone()).unwrap();
        assert!(matches!(read, Particular { at: Checked, url: Checked, level: Level::High, .. }));
        assert_eq!(names::<Particular>(request), ["from"]);
    }

    /// Nothing can be made up for it.
    #[derive(Deserialize, Validate)]
    #[serde(rename_all = "camelCase")]
    struct Stubborn {
        #[garde(skip)]
        _code: Code,
        #[garde(length(chars, min = 2))]
        full_name: String,
    }

    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    struct Code;

    impl TryFrom<String> for Code {
        type Error = String;

        fn try_from(text: String) -> Result<Self, String> {
            if text == "open sesame" { Ok(Self) } else { Err("is no code".to_owned()) }
        }
    }

    #[test]
    fn what_cannot_be_found_out_is_named_by_its_letters() {
        assert_eq!(names::<Stubborn>(json!({ "code": "open sesame", "fullName": "a" })), ["fullName"]);
    }
}
