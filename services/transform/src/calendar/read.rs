//! A calendar to events.

use chassis::{Call, Code, Data, Error, Operation};
use garde::Validate;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expand::{Bound, Clock, MAX_TIMES, Origin, Wanted, expanded};
use super::lines::{Line, lines, list};
use super::zone::{Zones, civil};
use super::{Attendee, CalendarEvent, CalendarRow};
use crate::extract::decoded;

/// Bytes of a calendar.
const MAX_BYTES: usize = 20 << 20;
/// Events of a calendar.
const MAX_EVENTS: usize = 20_000;
/// People, dates and the like of an event.
const MAX_PARTS: usize = 1_000;

const DESCRIPTION: &str = "\
Reads a calendar (iCalendar, .ics) to rows, one for each event. Times are ISO 8601 with the offset of their zone, also where the calendar defines the zone itself, as Outlook \
does; a time without a zone, which is the same hour everywhere, has none. An event of whole days has dates, and ends on the day after its last. What comes out here is what \
`calendar/write` takes.

How an event repeats stays text (`recurrence`), unless `expand` is true, or `from` or `until` is given: then there is a row for each time of an event within these, in order, with \
exceptions left out and changed ones as they were changed; `recurrenceId` tells which time of the event it is.";

/// A calendar.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CalendarReadRequest {
    /// Calendar: its text, a file or a URL.
    #[serde(alias = "file", alias = "data", alias = "ics", alias = "url", alias = "input")]
    pub calendar: Data,
    /// Whether each time of a repeating event becomes a row of its own. By default when `from` or `until` is given.
    #[serde(default)]
    pub expand: Option<bool>,
    /// Leaves out what ends before: a date, or a time in ISO 8601. Without an offset it is a time in the zone of each event.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub from: Option<String>,
    /// Leaves out what begins after this moment; of a date all day counts.
    #[serde(default, alias = "to")]
    #[garde(length(chars, max = 64))]
    pub until: Option<String>,
    /// Times of one event at most (default 1,000 with `until`, else 100).
    #[serde(default)]
    #[garde(range(min = 1, max = MAX_TIMES))]
    pub limit: Option<u32>,
}

/// The events of a calendar.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarReadResponse {
    /// Events in the order of the calendar.
    pub rows: Vec<CalendarRow>,
    /// Number of rows.
    pub row_count: usize,
    /// What the calendar is sent for: PUBLISH, REQUEST (an invitation), REPLY, CANCEL.
    pub method: Option<String>,
    /// Name of the calendar.
    pub name: Option<String>,
    /// Time zone of the calendar.
    pub time_zone: Option<String>,
}

fn example() -> CalendarReadRequest {
    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\nDTSTAMP:20240301T000000Z\r\n\
                    DTSTART;TZID=Europe/Berlin:20240305T100000\r\nDTEND;TZID=Europe/Berlin:20240305T110000\r\nSUMMARY:Lamps\\, new ones\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    CalendarReadRequest {
        calendar: Data::Text(calendar.to_owned()),
        expand: None,
        from: None,
        until: None,
        limit: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Read a calendar (iCalendar, .ics) to events").description(DESCRIPTION).example(example).isolated()
}

/// Reads a calendar.
///
/// # Errors
/// When it is none, or too large.
pub fn read(request: CalendarReadRequest, call: &Call) -> Result<CalendarReadResponse, Error> {
    let bound = |field: &str, text: &Option<String>| text.as_deref().map(|text| Bound::parse(field, text)).transpose();
    let wanted =
        Wanted { from: bound("from", &request.from)?, until: bound("until", &request.until)?, limit: request.limit };
    let text = match &request.calendar {
        Data::Json(_) => return Err(Error::impossible("calendar", "must be a calendar as text, a file or a URL")),
        Data::Text(text) => text.clone(),
        Data::File(file) => decoded(file.bytes()),
    };
    if text.len() > MAX_BYTES {
        return Err(Error::new(Code::PayloadTooLarge, format!("the calendar has more than {} MB", MAX_BYTES >> 20)));
    }
    if !text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .get(..15)
        .is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCALENDAR"))
    {
        return Err(Error::impossible("calendar", "is no iCalendar: it begins with BEGIN:VCALENDAR"));
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    // A zone may be defined behind the events that name it.
    let mut zones = Zones::default();
    let mut inside = false;
    for line in lines(text) {
        let value = line.value.trim();
        inside |= line.name == "BEGIN" && value.eq_ignore_ascii_case("VTIMEZONE");
        if inside {
            zones.line(&line);
        }
        inside &= !(line.name == "END" && value.eq_ignore_ascii_case("VTIMEZONE"));
    }
    let mut reader = Reader {
        response: CalendarReadResponse::default(),
        zones,
        open: Vec::new(),
        event: None,
        origins: Vec::new(),
        unknown: Vec::new(),
        tasks: 0,
    };
    for line in lines(text) {
        reader.line(&line)?;
    }
    if reader.tasks > 0 {
        call.warn(
            "left-out",
            Some("calendar"),
            format!("{} tasks and journal entries of the calendar are left out", reader.tasks),
        );
    }
    if !reader.unknown.is_empty() {
        let names = reader.unknown.join(", ");
        call.warn(
            "unknown-zone",
            Some("calendar"),
            format!("the zone is known nowhere, so the times have no offset: {names}"),
        );
    }
    if request.expand.unwrap_or(wanted.from.is_some() || wanted.until.is_some()) {
        let rows = std::mem::take(&mut reader.response.rows);
        reader.response.rows = expanded(rows, reader.origins, &mut reader.zones, wanted, call)?;
    }
    reader.response.row_count = reader.response.rows.len();
    Ok(reader.response)
}

struct Reader {
    response: CalendarReadResponse,
    zones: Zones,
    /// Components around this line.
    open: Vec<String>,
    event: Option<Event>,
    /// Times of the rows, as the calendar has them.
    origins: Vec<Origin>,
    unknown: Vec<String>,
    tasks: usize,
}

/// An event that is being read.
#[derive(Default)]
struct Event {
    event: CalendarEvent,
    origin: Origin,
    duration: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &Line) -> Result<(), Error> {
        match line.name.as_str() {
            "BEGIN" => {
                let name = line.value.trim().to_ascii_uppercase();
                match name.as_str() {
                    "VEVENT" => {
                        if self.response.rows.len() >= MAX_EVENTS {
                            return Err(Error::new(
                                Code::PayloadTooLarge,
                                format!("the calendar has more than {MAX_EVENTS} events"),
                            ));
                        }
                        self.event = Some(Event::default());
                    }
                    "VTODO" | "VJOURNAL" => self.tasks += 1,
                    _ => {}
                }
                // Deeper than any calendar is: names beyond are not kept.
                if self.open.len() < 50 {
                    self.open.push(name);
                }
            }
            "END" => {
                self.open.pop();
                if line.value.trim().eq_ignore_ascii_case("VEVENT")
                    && let Some(event) = self.event.take()
                {
                    let (event, origin) = event.finished();
                    self.response.rows.push(CalendarRow(event));
                    self.origins.push(origin);
                }
            }
            name => match self.open.last().map(String::as_str) {
                Some("VCALENDAR") => match name {
                    "METHOD" => self.response.method = Some(line.value.trim().to_ascii_uppercase()),
                    "X-WR-CALNAME" | "NAME" => self.response.name = Some(line.text()),
                    "X-WR-TIMEZONE" => self.response.time_zone = Some(line.text()),
                    _ => {}
                },
                Some("VEVENT") => self.property(line),
                Some("VALARM") if name == "TRIGGER" => {
                    if let (Some(event), Some(minutes)) = (&mut self.event, before(&line.value)) {
                        event.event.reminders.push(minutes);
                        event.event.reminders.truncate(MAX_PARTS);
                    }
                }
                _ => {}
            },
        }
        Ok(())
    }

    fn property(&mut self, line: &Line) {
        let times: Vec<(String, bool, Option<String>)> = match line.name.as_str() {
            "DTSTART" | "DTEND" | "RECURRENCE-ID" => self.time(line, &line.value).into_iter().collect(),
            "RDATE" | "EXDATE" => {
                line.value.split(',').take(MAX_PARTS).filter_map(|value| self.time(line, value)).collect()
            }
            _ => Vec::new(),
        };
        let Some(open) = &mut self.event else { return };
        let (event, origin) = (&mut open.event, &mut open.origin);
        let told = || line.value.split(',').take(MAX_PARTS).filter_map(|value| clocked(line, value));
        let text = || Some(line.text()).filter(|text| !text.trim().is_empty());
        match line.name.as_str() {
            "UID" => event.uid = text(),
            "SUMMARY" => event.summary = text(),
            "DESCRIPTION" => event.description = text(),
            "LOCATION" => event.location = text(),
            "URL" => event.url = Some(line.value.trim().to_owned()).filter(|url| !url.is_empty()),
            "STATUS" => event.status = text().map(|status| status.trim().to_ascii_lowercase()),
            "DTSTART" => {
                if let Some((time, all_day, zone)) = times.into_iter().next() {
                    origin.start = clocked(line, &line.value);
                    (event.start, event.all_day, event.time_zone) = (Some(time), all_day, zone);
                }
            }
            "DTEND" => {
                event.end = times.into_iter().next().map(|(time, ..)| time);
                origin.end = clocked(line, &line.value);
            }
            "RECURRENCE-ID" => {
                event.recurrence_id = times.into_iter().next().map(|(time, ..)| time);
                origin.replaces = clocked(line, &line.value);
            }
            "DURATION" => open.duration = Some(line.value.trim().to_owned()),
            "RRULE" => event.recurrence = Some(line.value.trim().to_owned()).filter(|rule| !rule.is_empty()),
            "RDATE" => {
                event.recurrence_dates.extend(times.into_iter().map(|(time, ..)| time));
                origin.dates.extend(told());
            }
            "EXDATE" => {
                event.exception_dates.extend(times.into_iter().map(|(time, ..)| time));
                let whole_day = line.value.trim().split(',').next().is_some_and(|value| value.len() == 8);
                origin.exceptions.extend(told().map(|(time, clock)| (time, clock, whole_day)));
            }
            "ORGANIZER" => event.organizer = Some(attendee(line)),
            "ATTENDEE" if event.attendees.len() < MAX_PARTS => event.attendees.push(attendee(line)),
            "CATEGORIES" => {
                event.categories.extend(list(&line.value));
                event.categories.truncate(MAX_PARTS);
            }
            "TRANSP" => event.free = line.value.trim().eq_ignore_ascii_case("TRANSPARENT"),
            "SEQUENCE" => event.sequence = line.value.trim().parse().unwrap_or(0),
            "CREATED" => event.created = utc(&line.value),
            "LAST-MODIFIED" => event.updated = utc(&line.value),
            _ => {}
        }
    }

    /// A time as ISO 8601, whether it is a date, and its zone.
    fn time(&mut self, line: &Line, value: &str) -> Option<(String, bool, Option<String>)> {
        // A period begins with its time.
        let value = value.split('/').next().unwrap_or(value).trim();
        let time = civil(value)?;
        if value.len() == 8 {
            return Some((time.date().to_string(), true, None));
        }
        if value.ends_with(['Z', 'z']) {
            return Some((format!("{time}Z"), false, None));
        }
        let Some(name) = line.parameter("TZID") else { return Some((time.to_string(), false, None)) };
        match self.zones.offset(name, time) {
            Some((offset, canonical)) => {
                let zone = canonical.map_or_else(|| name.to_owned(), str::to_owned);
                Some((format!("{time}{}", written(offset)), false, Some(zone)))
            }
            None => {
                if self.unknown.len() < 5 && !self.unknown.iter().any(|known| known == name) {
                    self.unknown.push(name.chars().take(60).collect());
                }
                Some((time.to_string(), false, Some(name.to_owned())))
            }
        }
    }
}

impl Event {
    fn finished(self) -> (CalendarEvent, Origin) {
        let (mut event, mut origin) = (self.event, self.origin);
        // A length instead of an end: in the zone of the begin.
        if let (None, Some((start, clock)), Some(duration)) = (&event.end, &origin.start, &self.duration)
            && let Ok(span) = duration.trim_start_matches('+').parse::<jiff::Span>()
            && let Ok(end) = start.checked_add(span)
            && let Some(begin) = &event.start
        {
            let offset = begin.get(19..).unwrap_or_default();
            event.end = Some(if event.all_day { end.date().to_string() } else { format!("{end}{offset}") });
            origin.end = Some((end, clock.clone()));
        }
        (event, origin)
    }
}

/// A time of day, and what it is about.
fn clocked(line: &Line, value: &str) -> Option<(DateTime, Clock)> {
    let value = value.split('/').next().unwrap_or(value).trim();
    let time = civil(value)?;
    let clock = match line.parameter("TZID") {
        _ if value.len() == 8 => Clock::Floating,
        _ if value.ends_with(['Z', 'z']) => Clock::Utc,
        Some(name) => Clock::Zone(name.to_owned()),
        None => Clock::Floating,
    };
    Some((time, clock))
}

pub(super) fn written(offset: Offset) -> String {
    let seconds = offset.seconds();
    if seconds == 0 {
        return "+00:00".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

fn utc(value: &str) -> Option<String> {
    civil(value).map(|time| format!("{time}Z"))
}

fn attendee(line: &Line) -> Attendee {
    let value = line.value.trim();
    let email = match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &value[7..],
        _ => line.parameter("EMAIL").unwrap_or(value),
    };
    let role = line.parameter("ROLE").map(|role| match role.to_ascii_uppercase().as_str() {
        "REQ-PARTICIPANT" => "required".to_owned(),
        "OPT-PARTICIPANT" => "optional".to_owned(),
        other => other.to_ascii_lowercase(),
    });
    Attendee {
        email: email.trim().to_owned(),
        name: line.parameter("CN").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        role,
        response: line.parameter("PARTSTAT").map(str::to_ascii_lowercase),
    }
}

/// Minutes before the begin, of a trigger that says so.
fn before(value: &str) -> Option<i64> {
    let value = value.trim();
    let span: jiff::Span = value.trim_start_matches(['-', '+']).parse().ok()?;
    let week = span.get_weeks();
    let minutes = i64::from(week) * 7 * 24 * 60
        + i64::from(span.get_days()) * 24 * 60
        + i64::from(span.get_hours()) * 60
        + span.get_minutes();
    Some(if value.starts_with('-') { minutes } else { -minutes })
}
