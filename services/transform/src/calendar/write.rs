//! Events as a calendar.

use std::collections::BTreeMap;

use chassis::{Call, Error, File, Operation, WithFile};
use garde::Validate;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lines::{escaped, parameter, write as put};
use super::zone::{by_name, definition};
use super::{Attendee, CalendarEvent};

/// Events of a calendar.
const MAX_EVENTS: usize = 2_000;

const DESCRIPTION: &str = "\
Makes a calendar (iCalendar, .ics) of events, which calendar programs open and `mail/write` sends as an invitation (`method: REQUEST`). An event needs a `start`: a date \
for a whole day, else a time. A time with an offset is that moment; with `timeZone` it is written in that zone, with the rules of the zone, so that repetitions keep their hour; \
without offset and zone it is the same hour everywhere. Without `end` an event of whole days has one day, another one hour.";

/// Events, and the calendar to make of them.
#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct CalendarWriteRequest {
    /// Events, at most 2,000.
    #[serde(alias = "rows", alias = "event")]
    #[garde(length(min = 1, max = MAX_EVENTS), dive)]
    pub events: Vec<CalendarEvent>,
    /// What the calendar is sent for: PUBLISH (default), REQUEST (an invitation), REPLY, CANCEL.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub method: Option<String>,
    /// Name of the calendar.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub name: Option<String>,
    /// Time zone of events that name none.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub time_zone: Option<String>,
    /// Name of the file.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub filename: Option<String>,
}

/// What there is to say about the calendar.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarWriteFacts {
    /// Number of events.
    pub row_count: usize,
    /// Ids of the events, in their order.
    pub uids: Vec<String>,
}

fn example() -> CalendarWriteRequest {
    let event = CalendarEvent {
        uid: Some("1@example.com".to_owned()),
        summary: Some("Lamps, new ones".to_owned()),
        start: Some("2024-03-05T10:00:00".to_owned()),
        end: Some("2024-03-05T11:00:00".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
        recurrence: Some("FREQ=WEEKLY;COUNT=4".to_owned()),
        attendees: vec![Attendee {
            email: "ada@example.com".to_owned(),
            name: Some("Ada Löw".to_owned()),
            ..Attendee::default()
        }],
        reminders: vec![15],
        ..CalendarEvent::default()
    };
    CalendarWriteRequest {
        events: vec![event],
        method: None,
        name: Some("Lamps".to_owned()),
        time_zone: None,
        filename: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Make a calendar (iCalendar, .ics) of events")
        .description(DESCRIPTION)
        .example(example)
        .answers(&["text/calendar"])
}

/// Makes a calendar.
///
/// # Errors
/// When a time, a zone or a rule is none; the field names the event.
pub fn write(request: CalendarWriteRequest, call: &Call) -> Result<WithFile<CalendarWriteFacts>, Error> {
    let method = request
        .method
        .as_deref()
        .map(str::trim)
        .filter(|method| !method.is_empty())
        .unwrap_or("PUBLISH")
        .to_ascii_uppercase();
    if !matches!(
        method.as_str(),
        "PUBLISH" | "REQUEST" | "REPLY" | "ADD" | "CANCEL" | "REFRESH" | "COUNTER" | "DECLINECOUNTER"
    ) {
        return Err(Error::impossible("method", "must be PUBLISH, REQUEST, REPLY or CANCEL"));
    }
    let stamp = call.now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut zones: BTreeMap<&'static str, (TimeZone, i16)> = BTreeMap::new();
    let (mut body, mut uids) = (String::new(), Vec::new());
    for (at, event) in request.events.iter().enumerate() {
        call.check()?;
        let uid = event
            .uid
            .as_deref()
            .map(str::trim)
            .filter(|uid| !uid.is_empty())
            .map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
        let mut writer = Writer { out: &mut body, field: format!("events[{at}]"), zones: &mut zones, zone: None };
        writer.event(event, request.time_zone.as_deref(), (&uid, &stamp), call)?;
        uids.push(uid);
    }
    let mut out = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//FlowForge//data//EN",
        "CALSCALE:GREGORIAN",
        &format!("METHOD:{method}"),
    ] {
        put(&mut out, line);
    }
    if let Some(name) = request.name.as_deref().filter(|name| !name.trim().is_empty()) {
        put(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    }
    for (name, (zone, year)) in &zones {
        for line in definition(name, zone, *year) {
            put(&mut out, &line);
        }
    }
    out.push_str(&body);
    put(&mut out, "END:VCALENDAR");
    let name = request.filename.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "calendar.ics".to_owned());
    let facts = CalendarWriteFacts { row_count: uids.len(), uids };
    Ok(WithFile { file: File::new(name, "text/calendar", out), facts })
}

/// A time of a request.
#[derive(Clone, Copy)]
enum Time {
    Day(Date),
    /// The same hour everywhere.
    Local(DateTime),
    Moment(Timestamp),
}

fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(Time::Moment(moment));
    }
    if text.len() == 10 {
        return text.parse().ok().map(Time::Day);
    }
    text.parse().ok().map(Time::Local)
}

struct Writer<'w> {
    out: &'w mut String,
    field: String,
    zones: &'w mut BTreeMap<&'static str, (TimeZone, i16)>,
    zone: Option<(&'static str, TimeZone)>,
}

impl Writer<'_> {
    fn refused(&self, name: &str, message: &str) -> Error {
        Error::impossible(format!("{}.{name}", self.field), message)
    }

    fn event(
        &mut self,
        event: &CalendarEvent,
        zone: Option<&str>,
        (uid, stamp): (&str, &str),
        call: &Call,
    ) -> Result<(), Error> {
        let named = event.time_zone.as_deref().or(zone).map(str::trim).filter(|zone| !zone.is_empty());
        let utc =
            named.is_some_and(|zone| matches!(zone.to_ascii_uppercase().as_str(), "UTC" | "Z" | "GMT" | "ETC/UTC"));
        let has_offset = event.start.as_deref().is_some_and(|start| start.trim().parse::<Timestamp>().is_ok());
        self.zone = match named.filter(|_| !utc) {
            None => None,
            Some(zone) => match by_name(zone) {
                Some(zone) => Some(zone),
                // One that another calendar defined: its times are moments all the same.
                None if has_offset => {
                    let message =
                        format!("{} is known nowhere: the event is written in UTC", crate::rows::cell::shown(zone));
                    call.warn("unknown-zone", Some("events"), message);
                    None
                }
                None => return Err(self.refused("timeZone", "is no time zone: use a name such as Europe/Berlin")),
            },
        };
        let Some(start) = event.start.as_deref().map(str::trim).filter(|start| !start.is_empty()) else {
            return Err(self.refused("start", "is missing: a date, or a time such as 2024-03-05T10:00:00+01:00"));
        };
        let start = self.parsed("start", start, utc)?;
        let start = match (start, event.all_day) {
            (Time::Local(time), true) => Time::Day(time.date()),
            (Time::Moment(moment), true) => {
                let zone = self.zone.as_ref().map_or(TimeZone::UTC, |(_, zone)| zone.clone());
                Time::Day(moment.to_zoned(zone).date())
            }
            (start, _) => start,
        };
        let end = match event.end.as_deref().map(str::trim).filter(|end| !end.is_empty()) {
            Some(end) => {
                let end = self.parsed("end", end, utc)?;
                let end = match (start, end) {
                    (Time::Day(_), Time::Day(day)) => Time::Day(day),
                    (Time::Day(_), Time::Local(time)) => Time::Day(time.date()),
                    (Time::Day(_), Time::Moment(moment)) => {
                        let zone = self.zone.as_ref().map_or(TimeZone::UTC, |(_, zone)| zone.clone());
                        Time::Day(moment.to_zoned(zone).date())
                    }
                    (_, Time::Day(_)) => {
                        return Err(self.refused("end", "is a date, and the begin a time: give both alike"));
                    }
                    (_, end) => end,
                };
                if self.order(start) > self.order(end) {
                    return Err(self.refused("end", "is before the begin"));
                }
                // Whole days end on the day after the last: the same day is one day.
                match (start, end) {
                    (Time::Day(first), Time::Day(last)) if first == last => Time::Day(last.tomorrow().unwrap_or(last)),
                    (_, end) => end,
                }
            }
            None => match start {
                Time::Day(day) => Time::Day(day.tomorrow().unwrap_or(day)),
                Time::Local(time) => Time::Local(time.checked_add(jiff::Span::new().hours(1)).unwrap_or(time)),
                Time::Moment(moment) => Time::Moment(moment.checked_add(jiff::Span::new().hours(1)).unwrap_or(moment)),
            },
        };
        put(self.out, "BEGIN:VEVENT");
        put(self.out, &format!("UID:{}", escaped(uid)));
        put(self.out, &format!("DTSTAMP:{stamp}"));
        self.put_time("DTSTART", start);
        self.put_time("DTEND", end);
        if let Some(rule) = event.recurrence.as_deref().map(str::trim).filter(|rule| !rule.is_empty()) {
            let rule = rule.strip_prefix("RRULE:").unwrap_or(rule).to_ascii_uppercase();
            let is_part = |part: &str| {
                part.split_once('=')
                    .is_some_and(|(key, value)| !value.is_empty() && key.bytes().all(|byte| byte.is_ascii_uppercase()))
            };
            let plain = rule.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=;,+-".contains(&byte));
            if !plain || !rule.contains("FREQ=") || !rule.split(';').all(is_part) {
                return Err(self.refused("recurrence", "is no rule, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10"));
            }
            put(self.out, &format!("RRULE:{rule}"));
        }
        for (name, property, dates) in [
            ("recurrenceDates", "RDATE", &event.recurrence_dates),
            ("exceptionDates", "EXDATE", &event.exception_dates),
        ] {
            for (at, date) in dates.iter().enumerate() {
                let time = self.parsed(&format!("{name}[{at}]"), date, utc)?;
                self.put_time(property, time);
            }
        }
        if let Some(date) = event.recurrence_id.as_deref().filter(|date| !date.trim().is_empty()) {
            let time = self.parsed("recurrenceId", date, utc)?;
            self.put_time("RECURRENCE-ID", time);
        }
        for (property, text) in
            [("SUMMARY", &event.summary), ("DESCRIPTION", &event.description), ("LOCATION", &event.location)]
        {
            if let Some(text) = text {
                put(self.out, &format!("{property}:{}", escaped(text)));
            }
        }
        if let Some(status) = event.status.as_deref().map(str::trim).filter(|status| !status.is_empty()) {
            let status = status.to_ascii_uppercase();
            if !matches!(status.as_str(), "CONFIRMED" | "TENTATIVE" | "CANCELLED") {
                return Err(self.refused("status", "must be confirmed, tentative or cancelled"));
            }
            put(self.out, &format!("STATUS:{status}"));
        }
        if let Some(url) = event.url.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
            if url::Url::parse(url).is_err() || url.contains(char::is_control) {
                return Err(self.refused("url", "is no URL"));
            }
            put(self.out, &format!("URL:{url}"));
        }
        if !event.categories.is_empty() {
            let categories: Vec<String> = event.categories.iter().map(|category| escaped(category)).collect();
            put(self.out, &format!("CATEGORIES:{}", categories.join(",")));
        }
        put(self.out, if event.free { "TRANSP:TRANSPARENT" } else { "TRANSP:OPAQUE" });
        put(self.out, &format!("SEQUENCE:{}", event.sequence));
        for (name, property, moment) in
            [("created", "CREATED", &event.created), ("updated", "LAST-MODIFIED", &event.updated)]
        {
            let Some(moment) = moment.as_deref().map(str::trim).filter(|moment| !moment.is_empty()) else { continue };
            let moment: Timestamp =
                moment.parse().map_err(|_| self.refused(name, "must be a moment such as 2024-03-05T10:00:00Z"))?;
            put(self.out, &format!("{property}:{}", moment.strftime("%Y%m%dT%H%M%SZ")));
        }
        if let Some(organizer) = &event.organizer {
            self.person("ORGANIZER", "organizer", organizer)?;
        }
        for (at, attendee) in event.attendees.iter().enumerate() {
            self.person("ATTENDEE", &format!("attendees[{at}]"), attendee)?;
        }
        for minutes in &event.reminders {
            let (sign, minutes) =
                if *minutes < 0 { ("", minutes.unsigned_abs()) } else { ("-", minutes.unsigned_abs()) };
            if minutes > 525_600 {
                return Err(self.refused("reminders", "are minutes before the begin, at most a year"));
            }
            for line in [
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                &format!("TRIGGER:{sign}PT{minutes}M"),
                "DESCRIPTION:Reminder",
                "END:VALARM",
            ] {
                put(self.out, line);
            }
        }
        put(self.out, "END:VEVENT");
        Ok(())
    }

    /// A time of a field; without an offset it is one of the zone of the event.
    fn parsed(&self, name: &str, text: &str, utc: bool) -> Result<Time, Error> {
        let parsed = time(text).ok_or_else(|| {
            self.refused(name, "must be a date or a time, such as 2024-03-05 or 2024-03-05T10:00:00+01:00")
        })?;
        match parsed {
            Time::Local(time) if utc => {
                let moment = time.to_zoned(TimeZone::UTC).map_err(|_| self.refused(name, "is out of range"))?;
                Ok(Time::Moment(moment.timestamp()))
            }
            parsed => Ok(parsed),
        }
    }

    /// What times are compared by.
    fn order(&self, time: Time) -> DateTime {
        let zone = || self.zone.as_ref().map_or(TimeZone::UTC, |(_, zone)| zone.clone());
        match time {
            Time::Day(day) => day.at(0, 0, 0, 0),
            Time::Local(time) => time,
            Time::Moment(moment) => moment.to_zoned(zone()).datetime(),
        }
    }

    fn put_time(&mut self, property: &str, time: Time) {
        let line = match (time, &self.zone) {
            (Time::Day(day), _) => format!("{property};VALUE=DATE:{}", day.strftime("%Y%m%d")),
            (Time::Local(time), None) => format!("{property}:{}", time.strftime("%Y%m%dT%H%M%S")),
            (Time::Moment(moment), None) => format!("{property}:{}", moment.strftime("%Y%m%dT%H%M%SZ")),
            (time, Some((name, zone))) => {
                let local = match time {
                    Time::Moment(moment) => moment.to_zoned(zone.clone()).datetime(),
                    Time::Local(time) => time,
                    Time::Day(day) => day.at(0, 0, 0, 0),
                };
                let known = self.zones.entry(name).or_insert_with(|| (zone.clone(), local.year()));
                known.1 = known.1.min(local.year());
                format!("{property};TZID={name}:{}", local.strftime("%Y%m%dT%H%M%S"))
            }
        };
        put(self.out, &line);
    }

    fn person(&mut self, property: &str, name: &str, person: &Attendee) -> Result<(), Error> {
        let email = person.email.trim();
        if !crate::mail::is_address(email) {
            return Err(self.refused(&format!("{name}.email"), "is no e-mail address"));
        }
        let mut line = property.to_owned();
        if let Some(name) = person.name.as_deref().filter(|name| !name.trim().is_empty()) {
            line.push_str(&format!(";CN={}", parameter(name)));
        }
        if property == "ATTENDEE" {
            let role = match person
                .role
                .as_deref()
                .map(str::trim)
                .filter(|role| !role.is_empty())
                .unwrap_or("required")
                .to_ascii_lowercase()
                .as_str()
            {
                "required" | "req-participant" => "REQ-PARTICIPANT",
                "optional" | "opt-participant" => "OPT-PARTICIPANT",
                "chair" => "CHAIR",
                "non-participant" => "NON-PARTICIPANT",
                _ => {
                    return Err(
                        self.refused(&format!("{name}.role"), "must be required, optional, chair or non-participant")
                    );
                }
            };
            let response = match person
                .response
                .as_deref()
                .map(str::trim)
                .filter(|response| !response.is_empty())
                .unwrap_or("needs-action")
                .to_ascii_lowercase()
                .as_str()
            {
                "needs-action" => "NEEDS-ACTION",
                "accepted" => "ACCEPTED",
                "declined" => "DECLINED",
                "tentative" => "TENTATIVE",
                "delegated" => "DELEGATED",
                _ => {
                    return Err(self.refused(
                        &format!("{name}.response"),
                        "must be needs-action, accepted, declined, tentative or delegated",
                    ));
                }
            };
            let rsvp = if response == "NEEDS-ACTION" { ";RSVP=TRUE" } else { "" };
            line.push_str(&format!(";ROLE={role};PARTSTAT={response}{rsvp}"));
        }
        put(self.out, &format!("{line}:mailto:{email}"));
        Ok(())
    }
}
