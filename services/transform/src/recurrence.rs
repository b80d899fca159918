//! The dates of a rule of recurrence (RFC 5545, RRULE).

use chassis::{Call, Code, Error, Operation};
use garde::Validate;
use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::lines::{Line, lines};
use crate::calendar::rule::Rule;
use crate::calendar::series::Series;
use crate::calendar::zone::{by_name, civil};

/// Dates of an answer.
const MAX_TIMES: usize = 1_000;
/// Rules of a request, and dates beside them.
const MAX_RULES: usize = 10;
const MAX_DATES: usize = 1_000;
/// Days and times that are looked at, for all rules together.
const WORK: u64 = 3_000_000;

const DESCRIPTION: &str = "\
Gives the dates of a rule of recurrence (RFC 5545): `FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20241231` from `start` on. `rule` is a rule, or several lines, or a list of them, as Google \
Calendar has it: RRULE, RDATE, EXDATE, DTSTART.

With a date as `start` the answer has dates, with a time of day times; in a `zone` (`Europe/Berlin`) they keep their time of day when the clocks change, and have their offset. A \
time that is skipped when the clocks change is later by the gap. `start` itself is one of them only if the rule says so. `exceptions` are left out, a date among them for the whole \
day; `dates` are added. Without an end there are `times` of them (10).";

/// A rule and where it begins.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RecurrenceRequest {
    /// Rule: `FREQ=MONTHLY;BYDAY=-1FR`; also several lines (RRULE, RDATE, EXDATE, DTSTART), or a list of them.
    #[serde(alias = "rrule", alias = "recurrence", alias = "input", alias = "rules")]
    #[garde(length(min = 1, max = 100), inner(length(chars, max = 20_000)))]
    pub rule: Vec<String>,
    /// Begin: a date for whole days, else a time in ISO 8601. Required unless the rule has DTSTART.
    #[serde(default, alias = "dtstart")]
    #[garde(length(chars, max = 64))]
    pub start: Option<String>,
    /// Time zone of the begin: `Europe/Berlin`.
    #[serde(default, alias = "timezone", alias = "timeZone", alias = "tz")]
    #[garde(length(chars, max = 100))]
    pub zone: Option<String>,
    /// Further dates.
    #[serde(default)]
    #[garde(length(max = MAX_DATES))]
    pub dates: Vec<String>,
    /// Dates that are left out; one without a time for the whole day.
    #[serde(default, alias = "exdates")]
    #[garde(length(max = MAX_DATES))]
    pub exceptions: Vec<String>,
    /// Leaves out what comes before this moment.
    #[serde(default, alias = "after")]
    #[garde(length(chars, max = 64))]
    pub from: Option<String>,
    /// Leaves out what comes after this moment; of a date all day counts.
    #[serde(default, alias = "to")]
    #[garde(length(chars, max = 64))]
    pub until: Option<String>,
    /// Number of dates at most (default 10, or 1,000 with `until`).
    #[serde(default, alias = "count", alias = "limit")]
    #[garde(range(min = 1, max = MAX_TIMES))]
    pub times: Option<usize>,
}

/// Dates of a rule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurrenceResponse {
    /// Dates in order: ISO 8601, with their offset in a zone.
    pub dates: Vec<String>,
    /// Number of dates.
    pub count: usize,
    /// Whether there are more.
    pub more: bool,
    /// Whether the rule ends by itself.
    pub finite: bool,
}

fn example() -> RecurrenceRequest {
    RecurrenceRequest {
        rule: vec!["FREQ=MONTHLY;BYDAY=-1FR;COUNT=4".to_owned()],
        start: Some("2024-01-26T17:00:00".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        dates: Vec::new(),
        exceptions: vec!["2024-02-23".to_owned()],
        from: None,
        until: None,
        times: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Give the dates of a recurrence rule (RRULE)").description(DESCRIPTION).example(example)
}

/// A moment of the request: a time of day where it is about the zone, and whether it is a whole day.
#[derive(Debug, Clone, Copy)]
struct Moment {
    time: DateTime,
    whole_day: bool,
}

/// What times of day are about.
struct Place {
    zone: Option<TimeZone>,
}

impl Place {
    fn of(name: Option<&str>) -> Result<Self, Error> {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return Ok(Self { zone: None }) };
        if matches!(name.to_ascii_uppercase().as_str(), "UTC" | "GMT" | "Z") {
            return Ok(Self { zone: Some(TimeZone::UTC) });
        }
        match by_name(name) {
            Some((_, zone)) => Ok(Self { zone: Some(zone) }),
            None => Err(Error::impossible("zone", "is no time zone: use an IANA name such as Europe/Berlin")),
        }
    }

    /// That of a start which says it: a zone in brackets, an offset, or UTC.
    fn of_start(text: &str) -> Option<TimeZone> {
        let text = text.trim();
        if let Ok(zoned) = text.parse::<Zoned>() {
            return Some(zoned.time_zone().clone());
        }
        if text.ends_with(['Z', 'z']) {
            return Some(TimeZone::UTC);
        }
        text.parse::<Timestamp>().ok()?;
        let offset = Pieces::parse(text).ok()?.offset()?.to_numeric_offset();
        Some(TimeZone::fixed(offset))
    }

    /// An instant as a time of day here.
    fn local(&self, instant: Timestamp) -> DateTime {
        self.zone.as_ref().unwrap_or(&TimeZone::UTC).to_datetime(instant)
    }

    /// Reads a moment: ISO 8601, or as iCalendar writes it.
    fn moment(&self, field: &str, text: &str) -> Result<Moment, Error> {
        let text = text.trim();
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Moment { time: self.local(instant), whole_day: false });
        }
        if let Ok(zoned) = text.parse::<Zoned>() {
            return Ok(Moment { time: self.local(zoned.timestamp()), whole_day: false });
        }
        let is_date = text.len() <= 10;
        let date = || text.parse::<Date>().ok().filter(|_| is_date).map(|date| date.at(0, 0, 0, 0));
        let known = date().or_else(|| text.parse::<DateTime>().ok()).or_else(|| self.of_calendar(text));
        let message = "must be a date or a time, such as 2024-03-05 or 2024-03-05T10:00:00+01:00";
        known.map(|time| Moment { time, whole_day: is_date }).ok_or_else(|| Error::impossible(field, message))
    }

    fn of_calendar(&self, text: &str) -> Option<DateTime> {
        let time = civil(text)?;
        match text.ends_with(['Z', 'z']) {
            true => Some(self.local(time.to_zoned(TimeZone::UTC).ok()?.timestamp())),
            false => Some(time),
        }
    }

    fn written(&self, time: DateTime, whole_day: bool) -> String {
        if whole_day {
            return time.date().to_string();
        }
        let Some(zone) = &self.zone else { return time.to_string() };
        match zone.to_ambiguous_zoned(time).compatible() {
            Ok(zoned) if *zone == TimeZone::UTC => format!("{}Z", zoned.datetime()),
            Ok(zoned) => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Err(_) => time.to_string(),
        }
    }
}

/// What the lines of a rule say.
#[derive(Default)]
struct Said {
    rules: Vec<(String, Rule)>,
    start: Option<String>,
    zone: Option<String>,
    dates: Vec<String>,
    exceptions: Vec<String>,
}

impl Said {
    fn of(texts: &[String]) -> Result<Self, Error> {
        let mut said = Self::default();
        for (index, text) in texts.iter().enumerate() {
            let field = if texts.len() == 1 { "rule".to_owned() } else { format!("rule[{index}]") };
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                said.line(&field, line)?;
            }
        }
        if said.rules.is_empty() && said.dates.is_empty() {
            return Err(Error::field(Code::ValidationError, "rule", "is empty: write FREQ=WEEKLY;BYDAY=TU;COUNT=10"));
        }
        Ok(said)
    }

    fn line(&mut self, field: &str, text: &str) -> Result<(), Error> {
        let named = lines(text).next().filter(|line| matches!(line.name.as_str(), "DTSTART" | "RDATE" | "EXDATE"));
        if let Some(line) = named {
            let values = |line: &Line| line.value.split(',').map(|value| value.trim().to_owned()).collect::<Vec<_>>();
            if self.zone.is_none() {
                self.zone = line.parameter("TZID").map(str::to_owned);
            }
            match line.name.as_str() {
                "DTSTART" => self.start = Some(line.value.trim().to_owned()),
                "RDATE" => self.dates.extend(values(&line)),
                _ => self.exceptions.extend(values(&line)),
            }
            return Ok(());
        }
        let rule = Rule::parse(text).map_err(|why| Error::impossible(field, why))?;
        if self.rules.len() >= MAX_RULES {
            return Err(Error::impossible(field, format!("has more than {MAX_RULES} rules")));
        }
        self.rules.push((field.to_owned(), rule));
        Ok(())
    }
}

/// Gives the dates of a rule.
///
/// # Errors
/// When the rule, a date or the zone is none.
pub fn recurrence(request: RecurrenceRequest, call: &Call) -> Result<RecurrenceResponse, Error> {
    let said = Said::of(&request.rule)?;
    let mut place = Place::of(request.zone.as_deref().or(said.zone.as_deref()))?;
    let Some(start) = request.start.as_ref().filter(|start| !start.trim().is_empty()).or(said.start.as_ref()) else {
        return Err(Error::field(
            Code::ValidationError,
            "start",
            "is required: the date or time from which the rule counts",
        ));
    };
    if place.zone.is_none() {
        place.zone = Place::of_start(start);
    }
    let start = place.moment("start", start)?;
    let moments = |field: &str, own: &[String], others: &[String]| {
        if own.len() + others.len() > MAX_DATES {
            return Err(Error::impossible(field, format!("are more than {MAX_DATES}")));
        }
        let own = own.iter().enumerate().map(|(index, text)| place.moment(&format!("{field}[{index}]"), text));
        own.chain(others.iter().map(|text| place.moment("rule", text))).collect::<Result<Vec<_>, _>>()
    };
    let dates = moments("dates", &request.dates, &said.dates)?;
    let exceptions = moments("exceptions", &request.exceptions, &said.exceptions)?;
    let bound = |field: &str, text: &Option<String>| text.as_deref().map(|text| place.moment(field, text)).transpose();
    let (from, until) = (bound("from", &request.from)?, bound("until", &request.until)?);
    let finite = said.rules.iter().all(|(_, rule)| rule.is_finite());
    let mut rules = Vec::with_capacity(said.rules.len());
    for (_, mut rule) in said.rules {
        rule.settle(|end| end.to_zoned(TimeZone::UTC).map_or(end, |end| place.local(end.timestamp())));
        rules.push(rule);
    }
    let work = WORK / rules.len().max(1) as u64;
    let mut series = Series::of(rules, start.time, dates.iter().map(|date| date.time).collect(), work);
    for exception in exceptions {
        match exception.whole_day {
            true => series.without_day(exception.time.date()),
            false => series.without(exception.time),
        }
    }
    let most = request.times.unwrap_or(if until.is_some() { MAX_TIMES } else { 10 });
    let (mut found, mut more) = (Vec::<String>::new(), false);
    let (mut passed, mut stopped) = (0_u64, false);
    for time in series.by_ref() {
        passed += 1;
        if passed.is_multiple_of(4_096) {
            call.check()?;
        }
        // A date as the end is that whole day.
        let ended = |until: Moment| if until.whole_day { time.date() > until.time.date() } else { time > until.time };
        if until.is_some_and(ended) {
            stopped = true;
            break;
        }
        if from.is_some_and(|from| time < from.time) {
            continue;
        }
        if found.len() == most {
            (more, stopped) = (true, true);
            break;
        }
        let written = place.written(time, start.whole_day);
        // Where clocks are turned, two times of day are one moment.
        if found.last() != Some(&written) {
            found.push(written);
        }
    }
    if series.is_worn_out() {
        call.warn(
            "given-up",
            Some("rule"),
            "the rule hardly ever comes true, or has very many times before those: it was given up",
        );
    } else if !stopped && !finite {
        call.warn("never-again", Some("rule"), "the rule does not come true any more before the year 10000");
    }
    Ok(RecurrenceResponse { count: found.len(), dates: found, more, finite })
}
