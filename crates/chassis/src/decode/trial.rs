//! Requests that are made up: a type is read from no input at all, and tells on its way what it wants.
//!
//! serde tells whoever it reads from the names of a struct's fields, whether a list or a number comes next, which
//! choices there are. So every type can be built without knowing it: text where text is wanted, one element in a list.
//! A type that wants more of its text than that says so by an error; then the next in a short list of values is tried,
//! and in the end it is left out. Once a request can be built, one value of it at a time can be changed.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use serde::de::DeserializeOwned;

use super::maker::{Maker, Refusal};
use crate::files::{Collector, FileBounds};

/// Values one request may be built of.
const MAX_VALUES: usize = 100_000;
/// Times a type may say no.
const MAX_ATTEMPTS: usize = 1_000;
/// What is tried where text, or anything, is read, until it is taken.
pub(super) const TEXTS: [&str; 9] = [
    "aaaa",
    "1",
    "2030-01-01T00:00:00Z",
    "2030-01-01",
    "https://example.com/",
    "a@example.com",
    "#aabbcc",
    "127.0.0.1",
    "00000000-0000-4000-8000-000000000000",
];

/// A step into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Field(&'static str),
    Index,
    Key,
}

/// A place in a request.
pub(super) type Place = Vec<Step>;

/// A struct, known by its name and the names of its fields.
pub(super) type Struct = (&'static str, &'static [&'static str]);

/// What a type wants at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Struct(Struct),
    List,
    Map,
    Text,
    Whole(i128, i128),
    Float,
    Choice(usize),
    Other,
}

/// How a value differs from the one that is made up at first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Change {
    Absent,
    /// Text of so many letters, or so many elements or entries.
    Length(usize),
    Text(usize),
    Whole(i128),
    Float(f64),
    Choice(usize),
}

impl Kind {
    /// What may be tried at a place: between them they break every bound that is not unusual.
    pub(super) fn changes(self) -> Vec<Change> {
        const LENGTHS: [usize; 13] = [0, 1, 2, 3, 9, 17, 33, 129, 513, 1_025, 4_097, 16_385, 131_073];
        let lengths = |most: usize| LENGTHS.into_iter().filter(move |length| *length <= most).map(Change::Length);
        let mut changes = vec![Change::Absent];
        match self {
            Self::Text | Self::Other => {
                changes.extend(lengths(usize::MAX));
                changes.extend((0..TEXTS.len()).map(Change::Text));
            }
            Self::List | Self::Map => changes.extend(lengths(MAX_VALUES / 20)),
            Self::Whole(min, max) => {
                let numbers = [min, max, 0, -1, 2, 5, 10, 100, 1_000, 10_000, 1_000_000, 1_000_000_000];
                changes.extend(numbers.into_iter().filter(|number| (min..=max).contains(number)).map(Change::Whole));
            }
            Self::Float => {
                changes.extend([-1e300, 1e300, 0.0, -1.0, 0.5, 5.0, 50.0, 1e3, 1e6, 1e9].map(Change::Float));
            }
            Self::Choice(count) => changes.extend((1..count.min(8)).map(Change::Choice)),
            Self::Struct(_) => {}
        }
        changes
    }
}

/// What has been found out about a type.
#[derive(Default)]
pub(super) struct Known {
    /// What it wants where.
    pub(super) kinds: HashMap<Place, Kind>,
    /// The places of the request that was built, in their order.
    pub(super) places: Vec<Place>,
    /// How often a value was not taken.
    refused: HashMap<Place, usize>,
}

impl Known {
    /// Builds a request, and finds out how on the way; nothing when no way is found.
    pub(super) fn explore<T: DeserializeOwned>() -> Option<(Self, T)> {
        let mut known = Self::default();
        for _ in 0..MAX_ATTEMPTS {
            let trial = Trial::of(&known, None);
            let built = trial.build::<T>();
            let Trial { path, kinds, places, recursive, .. } = trial;
            known.kinds.extend(kinds.into_inner());
            match built {
                Some(request) => {
                    known.places = places.into_inner();
                    return Some((known, request));
                }
                None => {
                    let place = path.into_inner();
                    if place.is_empty() {
                        return None;
                    }
                    let refused = known.refused.entry(place).or_default();
                    *refused = if recursive.get() { usize::MAX } else { refused.saturating_add(1) };
                }
            }
        }
        None
    }

    /// Builds the request with one change.
    pub(super) fn changed<T: DeserializeOwned>(&self, place: &Place, change: Change) -> Option<T> {
        Trial::of(self, Some((place, change))).build()
    }
}

/// One request on its way to be built.
pub(super) struct Trial<'k> {
    known: &'k Known,
    change: Option<(&'k Place, Change)>,
    path: RefCell<Place>,
    kinds: RefCell<HashMap<Place, Kind>>,
    places: RefCell<Vec<Place>>,
    /// The structs around the place.
    pub(super) around: RefCell<Vec<Struct>>,
    /// Whether a struct was met inside itself.
    pub(super) recursive: Cell<bool>,
    values: Cell<usize>,
}

impl<'k> Trial<'k> {
    fn of(known: &'k Known, change: Option<(&'k Place, Change)>) -> Self {
        Self {
            known,
            change,
            path: RefCell::default(),
            kinds: RefCell::default(),
            places: RefCell::default(),
            around: RefCell::default(),
            recursive: Cell::default(),
            values: Cell::default(),
        }
    }

    fn build<T: DeserializeOwned>(&self) -> Option<T> {
        let bounds = FileBounds { count: usize::MAX, each: usize::MAX, all: usize::MAX };
        Collector::new(Vec::new(), bounds).collect(|| T::deserialize(Maker(self))).0.ok()
    }

    /// The change at the place, if it is there.
    pub(super) fn change(&self) -> Option<Change> {
        let (place, change) = self.change?;
        (*place == *self.path.borrow()).then_some(change)
    }

    /// How often what was made up at the place was refused.
    pub(super) fn refused(&self) -> usize {
        self.known.refused.get(&*self.path.borrow()).copied().unwrap_or_default()
    }

    /// Notes what is wanted at the place.
    pub(super) fn note(&self, kind: Kind) -> Result<(), Refusal> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return Err(Refusal);
        }
        let (path, mut kinds) = (self.path.borrow(), self.kinds.borrow_mut());
        if !kinds.contains_key(&*path) {
            kinds.insert(path.clone(), kind);
            self.places.borrow_mut().push(path.clone());
        }
        Ok(())
    }

    /// Goes one step further, if there is something.
    pub(super) fn enter(&self, step: Step) -> bool {
        self.path.borrow_mut().push(step);
        let attempts = match self.known.kinds.get(&*self.path.borrow()) {
            Some(Kind::Text) => TEXTS.len(),
            Some(Kind::Other) => TEXTS.len() + 4,
            _ => 1,
        };
        let there = self.refused() < attempts && self.change() != Some(Change::Absent);
        if !there {
            self.leave();
        }
        there
    }

    pub(super) fn leave(&self) {
        self.path.borrow_mut().pop();
    }

    /// Elements or entries at the place.
    pub(super) fn length(&self) -> usize {
        match self.change() {
            Some(Change::Length(length)) => length,
            _ => 1,
        }
    }

    pub(super) fn text(&self) -> String {
        match self.change() {
            Some(Change::Length(length)) => "a".repeat(length),
            Some(Change::Text(number)) => TEXTS[number].to_owned(),
            _ => TEXTS[self.refused().min(TEXTS.len() - 1)].to_owned(),
        }
    }
}
