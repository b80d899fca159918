//! `datetime`, against Python's zoneinfo and dateutil.

use chassis::testing::python;
use serde_json::{Value, json};

use crate::{answer, client, refused};

/// Zones with rules of every kind: half hours, a change of half an hour, at midnight, over the date line, none.
const ZONES: [&str; 14] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Santiago",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/St_Johns",
    "UTC",
];

/// Instants spread over the years whose rules are settled: later ones differ from release to release of the database.
fn instants(count: usize) -> Vec<i64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = |state: &mut u64| {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    };
    // From 1972, when offsets were whole minutes everywhere but in Liberia, to 2025.
    (0..count).map(|_| 63_072_000 + i64::try_from(next(&mut state) % 1_704_000_000).unwrap()).collect()
}

#[test]
fn instants_in_zones_are_those_of_zoneinfo() {
    let program = r#"
import sys, json, datetime, zoneinfo
zoneinfo.reset_tzpath([])  # that of the package, not the system's
q = json.load(sys.stdin)
utc = datetime.timezone.utc
print(json.dumps([[datetime.datetime.fromtimestamp(t, utc).astimezone(zoneinfo.ZoneInfo(z)).isoformat() for t in q["instants"]] for z in q["zones"]]))
"#;
    let instants = instants(400);
    let Some(right) = python("transform", program, &json!({"instants": instants, "zones": ZONES})) else { return };
    let client = client();
    for (zone, right) in ZONES.iter().zip(right.as_array().unwrap()) {
        let request = json!({"input": instants, "inputFormat": "unix", "zone": zone, "format": "YYYY-MM-DDTHH:mm:ssZ"});
        let found = answer(&client, "/datetime", &request);
        for ((found, right), instant) in
            found["result"].as_array().unwrap().iter().zip(right.as_array().unwrap()).zip(&instants)
        {
            assert_eq!(found, right, "{zone} {instant}");
        }
    }
}

#[test]
fn local_times_in_gaps_and_folds_are_those_of_zoneinfo() {
    // `fold=0` is what compatible means: behind a gap by its length, the first of two.
    let program = r#"
import sys, json, datetime, zoneinfo
zoneinfo.reset_tzpath([])  # that of the package, not the system's
q = json.load(sys.stdin)
utc = datetime.timezone.utc
out = []
for z in q["zones"]:
    tz = zoneinfo.ZoneInfo(z)
    times, stamps, doubtful = [], [], []
    day = datetime.datetime(2005, 1, 1)
    last = None
    # Around each change of the clocks, in steps of 15 minutes.
    while day.year < 2025:
        offset = day.replace(tzinfo=tz).utcoffset()
        if last is not None and offset != last:
            for step in range(-24, 17):
                local = day + datetime.timedelta(minutes=15 * step)
                one, two = local.replace(tzinfo=tz, fold=0), local.replace(tzinfo=tz, fold=1)
                times.append(local.isoformat())
                stamps.append(int(one.timestamp()))
                doubtful.append(one.utcoffset() != two.utcoffset())
        last = offset
        day += datetime.timedelta(hours=3)
    out.append({"zone": z, "times": times, "stamps": stamps, "doubtful": doubtful})
print(json.dumps(out))
"#;
    let Some(right) = python("transform", program, &json!({"zones": ZONES})) else { return };
    let client = client();
    let mut checked = 0;
    for zone in right.as_array().unwrap() {
        let times = zone["times"].as_array().unwrap();
        if times.is_empty() {
            continue;
        }
        let name = &zone["zone"];
        let found = answer(&client, "/datetime", &json!({"input": times, "zone": name, "format": "unix"}));
        for ((found, right), time) in
            found["result"].as_array().unwrap().iter().zip(zone["stamps"].as_array().unwrap()).zip(times)
        {
            assert_eq!(found, right, "{name} {time}");
            checked += 1;
        }
        // What comes twice or not at all, and nothing else, is refused on request.
        let request = json!({"input": times, "zone": name, "dst": "reject", "onError": "null"});
        let found = answer(&client, "/datetime", &request);
        for ((found, doubtful), time) in
            found["result"].as_array().unwrap().iter().zip(zone["doubtful"].as_array().unwrap()).zip(times)
        {
            assert_eq!(found.is_null(), doubtful.as_bool().unwrap(), "{name} {time}");
        }
    }
    assert!(checked > 5_000, "{checked}");
}

#[test]
fn differences_and_calendars_are_those_of_dateutil_and_numpy() {
    let program = r#"
import sys, json, datetime, numpy
from dateutil.relativedelta import relativedelta
q = json.load(sys.stdin)
out = []
for a, b, n in q["pairs"]:
    x, y = datetime.date.fromisoformat(a), datetime.date.fromisoformat(b)
    d = relativedelta(y, x)
    iso = x.isocalendar()
    one = datetime.timedelta(days=1)
    out.append({
        "years": d.years, "months": d.years * 12 + d.months, "days": (y - x).days,
        "added": (x + relativedelta(months=n)).isoformat(),
        "week": iso[1], "isoYear": iso[0], "yday": x.timetuple().tm_yday,
        "business": int(numpy.busday_count(x + one, y + one, holidays=q["holidays"])),
        "offset": str(numpy.busday_offset(x, n, roll="backward", holidays=q["holidays"])),
        "text": x.strftime("%A, %d %B %Y (%j)"),
    })
print(json.dumps(out))
"#;
    let days: Vec<String> = instants(600)
        .into_iter()
        .map(|at| jiff::Timestamp::from_second(at).unwrap().strftime("%Y-%m-%d").to_string())
        .collect();
    let holidays = ["2004-12-24", "2010-01-01", "2020-05-01", "2020-05-02", "1999-12-31"];
    let pairs: Vec<Value> = days
        .chunks(2)
        .enumerate()
        .map(|(at, pair)| {
            let (one, two) = if pair[0] <= pair[1] { (&pair[0], &pair[1]) } else { (&pair[1], &pair[0]) };
            json!([one, two, at % 50 + 1])
        })
        .collect();
    let Some(right) = python("transform", program, &json!({"pairs": pairs, "holidays": holidays})) else { return };
    let client = client();
    let rows: Vec<Value> = pairs.iter().map(|pair| json!({"a": pair[0], "b": pair[1]})).collect();
    let column = |steps: Value| {
        let request = json!({"input": rows, "columns": ["a"], "into": "x", "holidays": holidays, "steps": steps});
        answer(&client, "/datetime", &request)["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["x"].clone())
            .collect::<Vec<_>>()
    };
    let difference = |unit: &str| column(json!([{"difference": {"toColumn": "b", "unit": unit}}]));
    for (name, found) in [
        ("years", difference("years")),
        ("months", difference("months")),
        ("days", difference("days")),
        ("business", difference("business-days")),
        ("week", column(json!([{"part": "iso-week"}]))),
        ("isoYear", column(json!([{"part": "iso-year"}]))),
        ("yday", column(json!([{"part": "day-of-year"}]))),
    ] {
        for ((found, right), pair) in found.iter().zip(right.as_array().unwrap()).zip(&pairs) {
            assert_eq!(found, &right[name], "{name} {pair}");
        }
    }
    for (pair, right) in pairs.iter().zip(right.as_array().unwrap()) {
        let of = |steps: Value, format: &str| {
            let request = json!({"input": pair[0], "steps": steps, "format": format, "holidays": holidays});
            answer(&client, "/datetime", &request)["result"].clone()
        };
        assert_eq!(of(json!([{"add": format!("{} months", pair[2])}]), "iso"), right["added"], "{pair}");
        assert_eq!(of(json!([{"add": format!("{} business days", pair[2])}]), "iso"), right["offset"], "{pair}");
        assert_eq!(of(json!([]), "%A, %d %B %Y (%j)"), right["text"], "{pair}");
    }
}

#[test]
fn one_order_for_a_whole_column() {
    let client = client();
    let found = answer(&client, "/datetime", &json!({"input": ["17/4/2021", "18/4/2021", "26/4/2021", "3/5/2021"]}));
    assert_eq!(found["result"], json!(["2021-04-17", "2021-04-18", "2021-04-26", "2021-05-03"]));
    assert_eq!(found["detected"], json!([{"column": null, "order": "dmy", "unixUnits": []}]));
    assert!(refused(&client, "/datetime", &json!({"input": ["3/5/2021", "4/6/2021"]})).starts_with("order: is needed"));
    let conflict = refused(&client, "/datetime", &json!({"input": ["17/4/2021", "4/25/2021"]}));
    assert!(conflict.contains("input[0]") && conflict.contains("input[1]"), "{conflict}");
    // As people send it: one column by name, a form, a wrong name.
    let rows = json!({"rows": [{"due": "3/5/2021", "id": 1}, {"due": "30/5/2021", "id": 2}], "column": "due", "format": "DD.MM.YYYY"});
    assert_eq!(
        answer(&client, "/datetime", &rows)["rows"],
        json!([{"due": "03.05.2021", "id": 1}, {"due": "30.05.2021", "id": 2}])
    );
    let form = client.post_as(
        "application/x-www-form-urlencoded",
        "/api/v1/data/datetime",
        "input=2024-05-03&steps=%5B%7B%22add%22%3A%221+day%22%7D%5D&format=YYYY%2FMM%2FDD".to_owned(),
    );
    assert_eq!(form.json()["result"], "2024/05/04");
}

#[test]
fn hostile_dates_end() {
    let client = client();
    for input in ["9".repeat(100_000), "1/".repeat(50_000), " ".repeat(100_000), "May ".repeat(45), "(".repeat(150)] {
        let found = client.post(
            "/api/v1/data/datetime",
            &json!({"input": [input, null, true, 1e300, -0.0, {"a": 1}], "onError": "null"}),
        );
        assert_eq!(found.status, 200, "{:?}", found.body);
    }
    for steps in
        [json!([{"add": "99999999 years"}]), json!([{"add": "20000 business days"}]), json!([{"set": {"year": 32000}}])]
    {
        let found = client.post("/api/v1/data/datetime", &json!({"input": "9990-01-01", "steps": steps}));
        assert_eq!(found.status, 422, "{:?}", found.body);
    }
}
