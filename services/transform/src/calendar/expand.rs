//! Repeating events as the events they are: one row for each time, changed and cancelled ones as they were changed.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use chassis::{Call, Code, Error};
use jiff::Span;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use super::rule::Rule;
use super::series::Series;
use super::zone::Zones;
use super::{CalendarEvent, CalendarRow};

/// Rows of an answer.
const MAX_ROWS: usize = 20_000;
/// Bytes of its rows, about.
const MAX_BYTES: usize = 100_000_000;
/// Times of one event, at most and by default.
pub(super) const MAX_TIMES: u32 = 1_000;
const TIMES: u32 = 100;
/// Days that are looked at for one event, and for all of them.
const WORK: u64 = 500_000;
const ALL_WORK: u64 = 20_000_000;

/// What a time of day is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Clock {
    /// The same hour everywhere.
    #[default]
    Floating,
    Utc,
    /// A zone by the name the calendar has for it.
    Zone(String),
}

/// Times of an event as the calendar has them, before they are texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub(super) start: Option<(DateTime, Clock)>,
    pub(super) end: Option<(DateTime, Clock)>,
    pub(super) dates: Vec<(DateTime, Clock)>,
    /// Exceptions; whether one is a whole day.
    pub(super) exceptions: Vec<(DateTime, Clock, bool)>,
    /// The time that this event replaces.
    pub(super) replaces: Option<(DateTime, Clock)>,
}

/// One end of the time that is asked for: a time of day, its offset if it has one, and whether all of its day is meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    time: DateTime,
    offset: Option<Offset>,
    whole_day: bool,
}

impl Bound {
    /// Reads a date or a time.
    pub(super) fn parse(field: &str, text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let pieces = Pieces::parse(text).map_err(|_| {
            Error::impossible(field, "must be a date or a time, such as 2024-03-05 or 2024-03-05T10:00:00+01:00")
        })?;
        let (time, offset) = (pieces.time(), pieces.to_numeric_offset());
        let whole_day = time.is_none();
        Ok(Self { time: pieces.date().to_datetime(time.unwrap_or_default()), offset, whole_day })
    }

    /// How a time of day with its offset lies to it. Where either has none, times of day are compared.
    fn compare(&self, time: DateTime, offset: Option<Offset>) -> Ordering {
        match (self.offset, offset) {
            (Some(own), Some(offset)) => utc(time, offset).cmp(&utc(self.time, own)),
            _ => time.cmp(&self.time),
        }
    }

    /// Whether a time lies after it; after its day, when that is meant.
    fn is_over(&self, time: DateTime, offset: Option<Offset>) -> bool {
        match self.whole_day {
            true => time.date() > self.time.date(),
            false => self.compare(time, offset) == Ordering::Greater,
        }
    }
}

/// The times of an event that others replace. Kept for all events of a name together: of one there may be thousands.
#[derive(Debug, Default)]
struct Replaced {
    instants: HashSet<DateTime>,
    floating: HashSet<DateTime>,
    written: HashSet<DateTime>,
}

impl Replaced {
    fn add(&mut self, time: DateTime, offset: Option<Offset>) {
        match offset {
            Some(offset) => self.instants.insert(utc(time, offset)),
            None => self.floating.insert(time),
        };
        self.written.insert(time);
    }

    /// Whether a time is one of them. Where either has no offset, times of day are compared.
    fn has(&self, time: DateTime, offset: Option<Offset>) -> bool {
        match offset {
            Some(offset) => self.instants.contains(&utc(time, offset)) || self.floating.contains(&time),
            None => self.written.contains(&time),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) from: Option<Bound>,
    pub(super) until: Option<Bound>,
    pub(super) limit: Option<u32>,
}

fn utc(time: DateTime, offset: Offset) -> DateTime {
    time.checked_sub(Span::new().seconds(offset.seconds())).unwrap_or(time)
}

/// The offset of a clock at a time of day; none where it floats or is unknown.
fn offset(zones: &mut Zones, clock: &Clock, time: DateTime) -> Option<Offset> {
    match clock {
        Clock::Floating => None,
        Clock::Utc => Some(Offset::UTC),
        Clock::Zone(name) => zones.offset(name, time).map(|(offset, _)| offset),
    }
}

/// A time of day of one clock on another.
fn on(zones: &mut Zones, time: DateTime, from: &Clock, to: &Clock) -> DateTime {
    if from == to {
        return time;
    }
    let Some(own) = offset(zones, from, time) else { return time };
    let instant = utc(time, own);
    let mut local = instant;
    // The offset depends on the time of day that is looked for.
    for _ in 0..2 {
        let Some(offset) = offset(zones, to, local) else { return time };
        local = instant.checked_add(Span::new().seconds(offset.seconds())).unwrap_or(instant);
    }
    local
}

fn written(time: DateTime, all_day: bool, offset: Option<Offset>, clock: &Clock) -> String {
    match (all_day, clock, offset) {
        (true, ..) => time.date().to_string(),
        (false, Clock::Utc, _) => format!("{time}Z"),
        (false, _, Some(offset)) => format!("{time}{}", super::read::written(offset)),
        (false, _, None) => time.to_string(),
    }
}

/// Events with one row for each of their times.
///
/// # Errors
/// When there are too many rows, or they are too large together.
pub(super) fn expanded(
    rows: Vec<CalendarRow>,
    origins: Vec<Origin>,
    zones: &mut Zones,
    wanted: Wanted,
    call: &Call,
) -> Result<Vec<CalendarRow>, Error> {
    let mut replaced: HashMap<String, Replaced> = HashMap::new();
    for (CalendarRow(event), origin) in rows.iter().zip(&origins) {
        if let (Some(uid), Some((time, clock))) = (&event.uid, &origin.replaces) {
            let offset = offset(zones, clock, *time);
            replaced.entry(uid.clone()).or_default().add(*time, offset);
        }
    }
    let mut made: Vec<(DateTime, CalendarRow)> = Vec::new();
    let (mut work, mut cut, mut given_up) = (ALL_WORK, 0_usize, Vec::new());
    let mut bad_rules = Vec::new();
    let (mut bytes, mut passed, mut without_start) = (0, 0_u32, Vec::new());
    for (CalendarRow(mut event), origin) in rows.into_iter().zip(origins) {
        call.check()?;
        let Some((start, clock)) = origin.start.clone() else {
            without_start.push(title(&event));
            continue;
        };
        let length = origin.end.as_ref().map(|(end, own)| on(zones, *end, own, &clock) - start);
        let own_rule = event.recurrence.take().filter(|_| origin.replaces.is_none());
        let mut rules = Vec::new();
        match own_rule.as_deref().map(Rule::parse) {
            None => {}
            Some(Ok(mut rule)) => {
                rule.settle(|until| on(zones, until, &Clock::Utc, &clock));
                rules.push(rule);
            }
            // The others are wanted all the same, and its own dates too; its rule stays with it as text.
            Some(Err(why)) => {
                bad_rules.push(format!("the recurrence of {} {why}", title(&event)));
                event.recurrence = own_rule;
            }
        }
        let repeats = origin.replaces.is_none() && !(rules.is_empty() && origin.dates.is_empty());
        let mut series = match origin.replaces.is_none() {
            false => Series::of(Vec::new(), start, vec![start], 1),
            true => series(&event, &origin, rules, (start, &clock), zones, work.min(WORK)),
        };
        // Each row has its own copy of the rest.
        event.recurrence_dates = Vec::new();
        event.exception_dates = Vec::new();
        let size = serde_json::to_string(&event).map_or(0, |json| json.len());
        let most = wanted.limit.unwrap_or(if wanted.until.is_some() { MAX_TIMES } else { TIMES });
        let changed = event.uid.as_ref().filter(|_| origin.replaces.is_none()).and_then(|uid| replaced.get(uid));
        let mut times = 0;
        for time in series.by_ref() {
            let own = offset(zones, &clock, time);
            passed = passed.wrapping_add(1);
            if passed.is_multiple_of(1_024) {
                call.check()?;
            }
            if wanted.until.is_some_and(|until| until.is_over(time, own)) {
                break;
            }
            if changed.is_some_and(|changed| changed.has(time, own)) {
                continue;
            }
            let end = length.and_then(|length| time.checked_add(length).ok());
            let end_offset = end.and_then(|end| offset(zones, &clock, end));
            // What ends when the time begins is over; what has no length is not.
            let over = |from: Bound| match end {
                Some(end) if end > time => from.compare(end, end_offset) != Ordering::Greater,
                _ => from.compare(time, own) == Ordering::Less,
            };
            if wanted.from.is_some_and(over) {
                continue;
            }
            if times == most {
                cut += 1;
                break;
            }
            times += 1;
            if made.len() >= MAX_ROWS {
                let message = format!("the calendar has more than {MAX_ROWS} events in that time: say from and until");
                return Err(Error::new(Code::PayloadTooLarge, message));
            }
            bytes += size;
            if bytes > MAX_BYTES {
                let message = format!(
                    "the events of that time, each with its own text, are more than {} MB: say from and until",
                    MAX_BYTES / 1_000_000
                );
                return Err(Error::new(Code::PayloadTooLarge, message));
            }
            let all_day = event.all_day;
            let row = CalendarEvent {
                start: Some(written(time, all_day, own, &clock)),
                end: end.map(|end| written(end, all_day, end_offset, &clock)).or_else(|| event.end.clone()),
                recurrence_id: match repeats {
                    true => Some(written(time, all_day, own, &clock)),
                    false => event.recurrence_id.clone(),
                },
                ..event.clone()
            };
            made.push((own.map_or(time, |own| utc(time, own)), CalendarRow(row)));
        }
        if repeats {
            if series.is_worn_out() {
                given_up.push(title(&event));
            }
            work = work.saturating_sub(work.min(WORK).saturating_sub(series.work_left())).max(1);
        }
    }
    let others = |all: &[String]| match all.len() {
        0 | 1 => String::new(),
        2 => " and 1 other".to_owned(),
        many => format!(" and {} others", many - 1),
    };
    if let Some(first) = bad_rules.first() {
        let message = match bad_rules.len() {
            1 => format!("{first}: it is given without it"),
            _ => format!("{first}{}: they are given without their rules", others(&bad_rules)),
        };
        call.warn("bad-rule", Some("calendar"), message);
    }
    if let Some(first) = without_start.first() {
        let others = others(&without_start);
        call.warn("no-start", Some("calendar"), format!("{first}{others}: no start, so no time, and left out"));
    }
    if let Some(first) = given_up.first() {
        let others = others(&given_up);
        let message =
            format!("the rules of {first}{others} hardly ever come true, or have very many times: they were given up");
        call.warn("given-up", Some("calendar"), message);
    }
    if cut > 0 {
        let events = if cut == 1 { "1 event has".to_owned() } else { format!("{cut} events have") };
        call.warn("cut-off", Some("limit"), format!("{events} more times than limit; until says where to end"));
    }
    made.sort_by_key(|(start, _)| *start);
    Ok(made.into_iter().map(|(_, row)| row).collect())
}

/// What an event is called in a message.
fn title(event: &CalendarEvent) -> String {
    event.summary.as_deref().unwrap_or("an event").chars().take(60).collect()
}

/// The times of an event that repeats.
fn series(
    event: &CalendarEvent,
    origin: &Origin,
    rules: Vec<Rule>,
    (start, clock): (DateTime, &Clock),
    zones: &mut Zones,
    work: u64,
) -> Series {
    // The begin is the first time, whatever the rule says.
    let mut dates = vec![start];
    for (time, own) in &origin.dates {
        dates.push(on(zones, *time, own, clock));
    }
    let mut series = Series::of(rules, start, dates, work);
    for (time, own, whole_day) in &origin.exceptions {
        match *whole_day && !event.all_day {
            true => series.without_day(time.date()),
            false => series.without(on(zones, *time, own, clock)),
        }
    }
    series
}
