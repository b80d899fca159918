//! `POST /recurrence`, and repeating events of `calendar/read`.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, refused};

/// What dateutil finds for rules.
const DATEUTIL: &str = "
import json, sys, datetime
from dateutil.rrule import rrulestr
out = []
for rule, start in json.load(sys.stdin):
    found = []
    try:
        for time in rrulestr(rule, dtstart=datetime.datetime.fromisoformat(start)):
            found.append(time.isoformat())
            if len(found) == 40: break
    except ValueError as error:
        # An interval that never meets the hours or minutes that are named.
        assert 'empty' in str(error), (rule, error)
    out.append(found)
json.dump(out, sys.stdout)
";

/// Rules by chance, of every kind.
fn rules() -> Vec<(String, String)> {
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut rules = Vec::new();
    for at in 0..300 {
        let frequency = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"][at % 7];
        let mut rule = format!("FREQ={frequency}");
        let pick = |count: u64, from: i64, to: i64, next: &mut dyn FnMut(u64) -> u64| {
            let numbers: Vec<String> =
                (0..count).map(|_| (from + next((to - from + 1) as u64) as i64).to_string()).collect();
            numbers.join(",")
        };
        if next(2) == 0 {
            rule += &format!(";INTERVAL={}", 1 + next(5));
        }
        // Of days that rarely come dateutil counts the seconds up to them.
        if next(3) == 0 && at % 7 < 4 {
            rule += &format!(";BYMONTH={}", pick(1 + next(3), 1, 12, &mut next));
        }
        let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        match next(6) {
            0 if at % 7 < 4 => rule += &format!(";BYMONTHDAY={},-{}", 1 + next(31), 1 + next(31)),
            1 => rule += &format!(";BYDAY={},{}", days[next(7) as usize], days[next(7) as usize]),
            2 if at % 7 < 2 => {
                // Which of the month or the year.
                let most = if at % 7 == 0 { 10 } else { 4 };
                rule += &format!(";BYDAY={}{},-1{}", 1 + next(most), days[next(7) as usize], days[next(7) as usize]);
            }
            3 if at % 7 == 0 => rule += &format!(";BYWEEKNO={},-1,{}", 1 + next(53), 1 + next(53)),
            4 if at % 7 == 0 || at % 7 == 3 => rule += &format!(";BYYEARDAY={},-{}", 1 + next(366), 1 + next(366)),
            _ => {}
        }
        if next(4) == 0 {
            rule += &format!(";BYHOUR={}", pick(2, 0, 23, &mut next));
        }
        if next(4) == 0 {
            rule += &format!(";BYMINUTE={}", pick(2, 0, 59, &mut next));
        }
        // What dateutil has of the first week begins in its middle.
        if next(4) == 0 && at % 7 < 2 {
            rule += &format!(";BYSETPOS={},-1", 1 + next(3));
        }
        if next(4) == 0 {
            rule += &format!(";WKST={}", days[next(7) as usize]);
        }
        match next(3) {
            0 => rule += &format!(";COUNT={}", 1 + next(30)),
            1 => rule += &format!(";UNTIL=20{:02}0630T120000", 24 + next(30)),
            _ => {}
        }
        let start = format!("20{:02}-{:02}-{:02}T{:02}:30:00", 20 + next(6), 1 + next(12), 1 + next(28), next(24));
        rules.push((rule, start));
    }
    rules
}

#[test]
fn rules_give_the_times_of_dateutil() {
    let rules = rules();
    let Some(theirs) = python("transform", DATEUTIL, &json!(rules)) else { return };
    let client = client();
    let mut found_some = 0;
    for ((rule, start), theirs) in rules.iter().zip(theirs.as_array().unwrap()) {
        let found = answer(&client, "/recurrence", &json!({ "rule": rule, "start": start, "times": 40 }));
        assert_eq!(&found["dates"], theirs, "{rule} from {start}");
        found_some += usize::from(found["count"] != 0);
    }
    assert!(found_some > 200, "{found_some}");
}

#[test]
fn times_keep_their_hour_in_a_zone() {
    let client = client();
    let dates = |request: Value| answer(&client, "/recurrence", &request)["dates"].clone();
    assert_eq!(
        dates(json!({ "rule": "FREQ=WEEKLY;COUNT=2", "start": "2024-03-25T09:00", "zone": "Europe/Berlin" })),
        json!(["2024-03-25T09:00:00+01:00", "2024-04-01T09:00:00+02:00"])
    );
    // An hour that is skipped, and one that comes twice.
    assert_eq!(
        dates(json!({ "rule": "FREQ=DAILY;COUNT=3", "start": "2024-03-30T02:30:00", "zone": "Europe/Berlin" })),
        json!(["2024-03-30T02:30:00+01:00", "2024-03-31T03:30:00+02:00", "2024-04-01T02:30:00+02:00"])
    );
    // An end in UTC, a begin with an offset, exceptions, further dates, whole days.
    assert_eq!(
        dates(
            json!({ "rule": "FREQ=DAILY;UNTIL=20240703T080000Z", "start": "2024-07-01T08:00:00Z", "zone": "Europe/Berlin", "exceptions": ["2024-07-02"] })
        ),
        json!(["2024-07-01T10:00:00+02:00", "2024-07-03T10:00:00+02:00"])
    );
    assert_eq!(
        dates(
            json!({ "rule": ["RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "EXDATE;VALUE=DATE:20240331"], "start": "2024-01-31", "dates": ["2024-02-29"] })
        ),
        json!(["2024-01-31", "2024-02-29", "2024-05-31"])
    );
    assert_eq!(
        dates(
            json!({ "rrule": "DTSTART;TZID=America/New_York:20240101T090000\nRRULE:FREQ=YEARLY", "from": "2030-01-01", "count": 1 })
        ),
        json!(["2030-01-01T09:00:00-05:00"])
    );
    let found =
        answer(&client, "/recurrence", &json!({ "rule": "FREQ=DAILY", "start": "2024-01-01", "until": "2024-01-03" }));
    assert_eq!(
        (&found["dates"], &found["more"], &found["finite"]),
        (&json!(["2024-01-01", "2024-01-02", "2024-01-03"]), &json!(false), &json!(false))
    );
    let found = answer(
        &client,
        "/recurrence",
        &json!({ "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "start": "2024-01-01" }),
    );
    assert_eq!((&found["dates"], &found["warnings"][0]["code"]), (&json!([]), &json!("never-again")));
    // Without a zone times are about the offset, or the zone, of the start.
    for (start, times) in [
        ("2024-03-05T23:30:00+01:00", json!(["2024-03-05T23:30:00+01:00", "2024-03-12T23:30:00+01:00"])),
        ("2024-03-05T23:30:00Z", json!(["2024-03-05T23:30:00Z", "2024-03-12T23:30:00Z"])),
        ("20240305T233000Z", json!(["2024-03-05T23:30:00Z", "2024-03-12T23:30:00Z"])),
        ("2024-03-26T09:00:00+01:00[Europe/Berlin]", json!(["2024-03-26T09:00:00+01:00", "2024-04-02T09:00:00+02:00"])),
        ("2024-03-05T23:30:00", json!(["2024-03-05T23:30:00", "2024-03-12T23:30:00"])),
    ] {
        assert_eq!(dates(json!({ "rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=2", "start": start })), times, "{start}");
    }
    // Two times of day that are one moment.
    assert_eq!(
        dates(
            json!({ "rule": "FREQ=DAILY;BYHOUR=2,3;COUNT=2", "start": "2024-03-31T02:00:00", "zone": "Europe/Berlin" })
        ),
        json!(["2024-03-31T03:00:00+02:00"])
    );
    for (request, said) in [
        (json!({ "rule": "weekly", "start": "2024-01-01" }), "rule: is no rule"),
        (json!({ "rule": "FREQ=DAILY", "start": "tomorrow" }), "start: must be a date"),
        (json!({ "rule": "FREQ=DAILY", "start": "2024-01-01", "zone": "Mars" }), "zone: is no time zone"),
    ] {
        let message = refused(&client, "/recurrence", &request);
        assert!(message.starts_with(said), "{message}");
    }
    assert_eq!(client.post("/api/v1/data/recurrence", &json!({ "rule": "FREQ=DAILY" })).status, 400);
}

/// A meeting each Tuesday, one of them left out, one moved, one more; and a feast.
const MEETINGS: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Team\r\nDTSTART;TZID=Europe/Berlin:20240319T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n\
EXDATE;TZID=Europe/Berlin:20240326T100000\r\nRDATE:20240404T080000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Team, later\r\nRECURRENCE-ID:20240402T080000Z\r\nDTSTART;TZID=Europe/Berlin:20240402T150000\r\n\
DURATION:PT2H\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\nSUMMARY:Feast\r\nDTSTART;VALUE=DATE:20200401\r\nDTEND;VALUE=DATE:20200402\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn events_that_repeat_become_a_row_for_each_time() {
    let client = client();
    let read = |more: Value| {
        let mut request = more;
        request["calendar"] = json!(MEETINGS);
        let found = answer(&client, "/calendar/read", &request);
        let rows = found["rows"].as_array().unwrap().iter();
        rows.map(|row| json!([row["summary"], row["start"], row["end"]])).collect::<Vec<_>>()
    };
    assert_eq!(read(json!({})).len(), 3);
    let all = [
        json!(["Team", "2024-03-19T10:00:00+01:00", "2024-03-19T11:00:00+01:00"]),
        json!(["Feast", "2024-04-01", "2024-04-02"]),
        json!(["Team, later", "2024-04-02T15:00:00+02:00", "2024-04-02T17:00:00+02:00"]),
        json!(["Team", "2024-04-04T10:00:00+02:00", "2024-04-04T11:00:00+02:00"]),
        json!(["Team", "2024-04-09T10:00:00+02:00", "2024-04-09T11:00:00+02:00"]),
    ];
    assert_eq!(read(json!({ "from": "2024-03-01", "until": "2024-05-01" })), all);
    assert_eq!(read(json!({ "from": "2024-04-02T16:00:00+02:00", "until": "2024-04-09T07:59:59Z" })), all[2..4]);
    assert_eq!(read(json!({ "from": "2024-04-02T16:00:00+02:00", "until": "2024-04-09" })), all[2..]);
    let found = answer(&client, "/calendar/read", &json!({ "calendar": MEETINGS, "expand": true, "limit": 2 }));
    assert_eq!(found["rowCount"], 5);
    assert_eq!(found["warnings"][0]["code"], "cut-off");
    assert_eq!(found["rows"][0]["recurrenceId"], "2020-04-01");
    // Rules that never come true are given up, however many there are.
    let never = "BEGIN:VEVENT\r\nDTSTART:20240101T000000\r\nRRULE:FREQ=MINUTELY;BYDAY=MO;BYMONTH=2;BYMONTHDAY=30\r\nEND:VEVENT\r\n".repeat(2_000);
    let found = answer(
        &client,
        "/calendar/read",
        &json!({ "calendar": format!("BEGIN:VCALENDAR\r\n{never}END:VCALENDAR\r\n"), "expand": true }),
    );
    assert_eq!((&found["rowCount"], &found["warnings"][0]["code"]), (&json!(2_000), &json!("given-up")));
    assert_eq!(found["warnings"].as_array().unwrap().len(), 1);
    let wrong = MEETINGS.replace("FREQ=WEEKLY", "FREQ=SOMETIMES");
    // One rule that is none spoils no other event.
    let found = answer(&client, "/calendar/read", &json!({ "calendar": wrong, "expand": true }));
    let message = found["warnings"][0]["message"].as_str().unwrap();
    assert_eq!(found["warnings"][0]["code"], "bad-rule");
    assert!(message.contains("the recurrence of Team has FREQ=SOMETIMES"), "{message}");
    assert_eq!(found["rows"].as_array().unwrap().iter().filter(|row| row["summary"] == "Team").count(), 2);
    let starts = |calendar: &str| {
        let found = answer(&client, "/calendar/read", &json!({ "calendar": calendar, "expand": true, "limit": 3 }));
        let rows = found["rows"].as_array().unwrap().iter().filter(|row| row["summary"] != "Feast");
        let rows: Vec<Value> = rows.map(|row| json!([row["start"], row["recurrenceId"], row["recurrence"]])).collect();
        (rows, found["warnings"].as_array().unwrap().clone())
    };
    // Its own dates and exceptions count, and the event that replaces one of its times.
    let (rows, _) = starts(&wrong.replace("EXDATE;TZID=Europe/Berlin:20240326", "EXDATE;TZID=Europe/Berlin:20240319"));
    let rule = "FREQ=SOMETIMES;COUNT=4";
    assert_eq!(
        rows,
        [
            json!(["2024-04-02T15:00:00+02:00", "2024-04-02T08:00:00Z", null]),
            json!(["2024-04-04T10:00:00+02:00", "2024-04-04T10:00:00+02:00", rule]),
        ]
    );
    // What has no other times is none of several.
    let (rows, _) = starts(&wrong.replace("RDATE:20240404T080000Z\r\n", ""));
    assert_eq!(rows[0], json!(["2024-03-19T10:00:00+01:00", null, rule]));
    // A changed time is that time alone, though it has the rule once more.
    let (rows, _) = starts(&MEETINGS.replace("DURATION:PT2H", "DURATION:PT2H\r\nRRULE:FREQ=WEEKLY;COUNT=4"));
    assert_eq!(rows[1], json!(["2024-04-02T15:00:00+02:00", "2024-04-02T08:00:00Z", null]));
    // However many rules are none, other warnings have their place.
    let bad = "BEGIN:VEVENT\r\nSUMMARY:X\r\nDTSTART:20240101T000000\r\nRRULE:FREQ=NEVER\r\nEND:VEVENT\r\n".repeat(500);
    let (_, said) = starts(&MEETINGS.replace("BEGIN:VCALENDAR\r\n", &format!("BEGIN:VCALENDAR\r\n{bad}")));
    let codes: Vec<&str> = said.iter().map(|warning| warning["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["bad-rule", "cut-off"]);
    assert!(said[0]["message"].as_str().unwrap().contains("and 499 others"), "{}", said[0]);
    // Without a zone, a bound with an offset is about the hour that is written.
    let floating = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:A\r\nDTSTART:20240305T100000\r\nDTEND:20240305T110000\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:B\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let found = |from: &str, until: &str| {
        let request = json!({ "calendar": floating, "from": from, "until": until });
        answer(&client, "/calendar/read", &request)
    };
    assert_eq!(found("2024-03-05T10:30:00+02:00", "2024-03-06T00:00:00+02:00")["rowCount"], 1);
    assert_eq!(found("2024-03-05T11:00:00+02:00", "2024-03-06T00:00:00+02:00")["rowCount"], 0);
    assert_eq!(found("2024-03-05", "2024-03-05T09:59:00-05:00")["rowCount"], 0);
    let found = found("2024-03-05", "2024-03-05");
    assert_eq!((&found["rowCount"], &found["warnings"][0]["code"]), (&json!(1), &json!("no-start")));
    // Each time has its own copy of a long text.
    let long = floating.replace("SUMMARY:A", &format!("DESCRIPTION:{}\r\nRRULE:FREQ=DAILY", "x".repeat(2_000_000)));
    let refused = client.post("/api/v1/data/calendar/read", &json!({ "calendar": long, "expand": true }));
    assert!(refused.status == 413 && refused.message().contains("more than 100 MB"), "{}", refused.message());
}

/// When expressions are due next, by croniter.
const CRONITER: &str = "
import json, sys, datetime
from croniter import croniter
out = []
for expression in json.load(sys.stdin):
    times = croniter(expression, datetime.datetime(2024, 1, 15, 10, 20), day_or=True)
    out.append([times.get_next(datetime.datetime).isoformat() + 'Z' for _ in range(10)])
json.dump(out, sys.stdout)
";

#[test]
fn cron_is_due_when_croniter_says() {
    let mut expressions: Vec<String> = [
        "* * * * *",
        "*/7 * * * *",
        "5 4 * * *",
        "0 0 1 * *",
        "0 0 29 2 *",
        "30 6 * * 1-5",
        "0 12 1,15 * *",
        "0 0 13 * 5",
        "0 22 * * 1-5",
        "23 0-20/2 * * *",
        "0 0,12 1 */2 *",
        "5 4 * * sun",
        "0 4 8-14 * *",
        "15 14 1 jan-jun *",
        "0 0 l * *",
        "*/15 9-17 * * mon-fri",
        "10,20,30 */3 * 3,9 *",
        "59 23 31 12 *",
        "0 9 * * 7",
        "0 0 * * 0,6",
    ]
    .map(str::to_owned)
    .into();
    let mut state = 11_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..150 {
        let mut field = |least: u64, most: u64| match next(4) {
            0 => "*".to_owned(),
            1 => format!("*/{}", 1 + next(most / 2)),
            2 => format!("{}", least + next(most - least + 1)),
            _ => {
                // A range of one is all to croniter.
                let from = least + next(most - least);
                format!("{from}-{}", from + 1 + next(most - from))
            }
        };
        let fields = [field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)];
        // A step from a star in both fields of days is read in two ways.
        if !(fields[2].starts_with("*/") || fields[4].starts_with("*/")) {
            expressions.push(fields.join(" "));
        }
    }
    let Some(theirs) = python("transform", CRONITER, &json!(expressions)) else { return };
    let found =
        answer(&client(), "/cron", &json!({ "input": expressions, "after": "2024-01-15T10:20:00", "times": 10 }));
    for ((expression, ours), theirs) in
        expressions.iter().zip(found["result"].as_array().unwrap()).zip(theirs.as_array().unwrap())
    {
        assert_eq!(&ours["next"], theirs, "{expression}");
    }
}
