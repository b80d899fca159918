//! Requests in, answers out.

use super::*;

fn done(request: &str) -> Result<DatetimeResponse, String> {
    let request: DatetimeRequest = serde_json::from_str(request).unwrap();
    datetime(request, &Call::detached()).map_err(|error| error.message())
}

fn result(request: &str) -> String {
    done(request).unwrap_or_else(|why| panic!("{request}: {why}")).result.to_json()
}

#[test]
fn one_order_for_the_column() {
    assert_eq!(
        result(r#"{"input":["17/4/2021","18/4/2021","26/4/2021","3/5/2021"]}"#),
        r#"["2021-04-17","2021-04-18","2021-04-26","2021-05-03"]"#
    );
    let detected = done(r#"{"input":["17/4/2021","3/5/2021"]}"#).unwrap().detected;
    assert_eq!(detected[0].order, Some(PartOrder::Dmy));
    assert_eq!(result(r#"{"input":"2015-02-06","order":"dmy"}"#), r#""2015-02-06""#);
    assert_eq!(result(r#"{"input":["3/5/2021","4/6/2021"],"order":"mdy"}"#), r#"["2021-03-05","2021-04-06"]"#);
    for (request, right) in [
        (r#"{"input":["3/5/2021","4/6/2021"]}"#, r#"order: is needed: "3/5/2021" of input[0] may be two dates"#),
        (
            r#"{"input":["17/4/2021","4/25/2021"]}"#,
            r#"input: has dates of two orders: "17/4/2021" of input[0] and "4/25/2021" of input[1]"#,
        ),
        (r#"{"input":"2020-30-09"}"#, r#"input: is no date: there is no month 30: "2020-30-09""#),
        (r#"{"input":"31/02/2020"}"#, r#"input: is no date: February 2020 has no day 31"#),
        (
            r#"{"input":["4/25/2021"],"order":"dmy"}"#,
            r#"input[0]: is no date: there is no month 25, in the order dmy: "4/25/2021""#,
        ),
    ] {
        let message = done(request).unwrap_err();
        assert!(message.starts_with(right), "{message}");
    }
    // Each column has its own.
    let rows =
        done(r#"{"input":[{"a":"17/4/2021","b":"4/17/2021"},{"a":"3/5/2021","b":"3/5/2021"}],"columns":["a","b"]}"#);
    assert_eq!(
        Tree::from(rows.unwrap().rows.unwrap()).to_json(),
        r#"[{"a":"2021-04-17","b":"2021-04-17"},{"a":"2021-05-03","b":"2021-03-05"}]"#
    );
}

#[test]
fn steps() {
    for (rest, right) in [
        (r#""2024-01-31","steps":[{"add":"1 month"}]"#, r#""2024-02-29""#),
        (r#""2024-05-03","steps":[{"add":"2 hours"}]"#, r#""2024-05-03T02:00:00""#),
        (r#""2024-05-03T10:00","steps":[{"subtract":"1 day 90 minutes"}]"#, r#""2024-05-02T08:30:00""#),
        (r#""2024-05-03","steps":[{"add":"5 business days"}],"holidays":["2024-05-09"]"#, r#""2024-05-13""#),
        (r#""2024-03-30T12:00","zone":"Europe/Berlin","steps":[{"add":"1 day"}]"#, r#""2024-03-31T12:00:00+02:00""#),
        (r#""2024-03-30T12:00","zone":"Europe/Berlin","steps":[{"add":"24 hours"}]"#, r#""2024-03-31T13:00:00+02:00""#),
        (r#""2024-05-03T10:00:00Z","steps":[{"toZone":"America/New_York"}]"#, r#""2024-05-03T06:00:00-04:00""#),
        (r#""2024-05-03T10:00","zone":"Europe/Berlin","steps":[{"toZone":"UTC"}]"#, r#""2024-05-03T08:00:00Z""#),
        (r#"1714731702,"zone":"Asia/Kolkata""#, r#""2024-05-03T15:51:42+05:30""#),
        (r#""2024-05-15T10:00","steps":[{"startOf":"quarter"}]"#, r#""2024-04-01T00:00:00""#),
        (r#""2024-05-15","steps":[{"endOf":"month"}]"#, r#""2024-05-31""#),
        (r#""2024-05-15T10:00Z","steps":[{"endOf":"week"}]"#, r#""2024-05-19T23:59:59.999Z""#),
        (r#""2024-05-15T10:07:30","steps":[{"round":{"to":"minute","step":15}}]"#, r#""2024-05-15T10:15:00""#),
        (r#""2024-05-31","steps":[{"set":{"month":2,"day":31}}]"#, r#""2024-02-29""#),
        (r#""2024-05-03","steps":[{"next":"friday"}]"#, r#""2024-05-10""#),
        (r#""1990-02-29","onError":"null","steps":[{"age":{"on":"2024-05-03"}}]"#, "null"),
        (r#""1992-02-29","steps":[{"age":{"on":"2024-02-28"}}]"#, "31"),
        (r#""2024-01-01","steps":[{"difference":{"to":"2024-03-01","unit":"days"}}]"#, "60"),
        (r#""2024-03-01","steps":[{"difference":{"to":"2024-01-01","unit":"months"}}]"#, "-2"),
        (r#""2024-01-01T00:00Z","steps":[{"difference":{"to":"2024-01-01T01:20Z","unit":"hours"}}]"#, "1.333333333"),
        (r#""2024-05-03","steps":[{"difference":{"to":"2024-05-13","unit":"business-days"}}]"#, "6"),
        (r#""2024-05-03","steps":[{"part":"iso-week"}]"#, "18"),
        (r#""2024-05-03","steps":[{"compare":{"to":"2024-05-04"}}]"#, "-1"),
        (r#"45292.5,"inputFormat":"excel""#, r#""2024-01-01T12:00:00""#),
        (r#"["45292","1"],"inputFormat":"excel""#, r#"["2024-01-01","1900-01-01"]"#),
        (r#""",  "format":"YYYY""#, "null"),
        (r#"null"#, "null"),
        (r#""2024-05-03T10:00:00+02:00","format":"unix""#, "1714723200"),
        (r#""3.5.2024 8:05","format":"yyyy-MM-dd HH:mm""#, r#""2024-05-03 08:05""#),
    ] {
        assert_eq!(result(&format!(r#"{{"input":{rest}}}"#)), right, "{rest}");
    }
    let all = result(r#"{"input":"2024-01-31","steps":[{"difference":{"to":"2025-03-02T03:00"}}]}"#);
    assert_eq!(
        all,
        r#"{"years":1,"months":1,"days":2,"hours":3,"minutes":0,"seconds":0,"totalDays":396,"totalSeconds":34225200,"iso":"P1Y1M2DT3H","words":"1 year 1 month 2 days 3 hours"}"#
    );
    let rows = done(r#"{"input":[{"from":"2024-01-01","to":"2024-01-11"},{"from":"2024-01-01","to":null}],"columns":"from","into":"days","steps":[{"difference":{"toColumn":"to","unit":"days"}}]}"#.replace(r#""columns":"from""#, r#""columns":["from"]"#).as_str());
    assert_eq!(
        Tree::from(rows.unwrap().rows.unwrap()).to_json(),
        r#"[{"from":"2024-01-01","to":"2024-01-11","days":10},{"from":"2024-01-01","to":null,"days":null}]"#
    );
}

#[test]
fn clocks_that_change_are_said() {
    let said = |time: &str, dst: &str| {
        let call = Call::detached();
        let request = format!(r#"{{"input":"{time}","zone":"Europe/Berlin","dst":"{dst}"}}"#);
        let result = datetime(serde_json::from_str(&request).unwrap(), &call).map(|response| response.result.to_json());
        (result.map_err(|error| error.message()), call.warnings().first().map(|warning| warning.message.clone()))
    };
    let (gap, warning) = said("2024-03-31T02:30", "compatible");
    assert_eq!(gap.unwrap(), r#""2024-03-31T03:30:00+02:00""#);
    assert_eq!(
        warning.unwrap(),
        "2024-03-31T02:30:00 is left out in Europe/Berlin, where clocks go forward: 2024-03-31T03:30:00+02:00 was taken"
    );
    let (fold, warning) = said("2024-10-27T02:30", "compatible");
    assert_eq!(fold.unwrap(), r#""2024-10-27T02:30:00+02:00""#);
    assert!(warning.unwrap().contains("comes twice"));
    assert_eq!(said("2024-10-27T02:30", "later"), (Ok(r#""2024-10-27T02:30:00+01:00""#.to_owned()), None));
    assert!(said("2024-10-27T02:30", "reject").0.unwrap_err().contains("say in dst which is meant"));
}

#[test]
fn what_is_missing_is_said() {
    for (request, part) in [
        (r#"{"input":"2024-05-03T10:00","steps":[{"toZone":"UTC"}]}"#, "has no time zone: say in zone"),
        (
            r#"{"input":"2024-05-03","zone":"Berlin"}"#,
            "zone: there is no time zone \"Berlin\"; did you mean Europe/Berlin?",
        ),
        (r#"{"input":"2024-05-03","format":"YYYY-MM-dd"}"#, "format: mixes YYYY (Moment) and dd"),
        (r#"{"input":"2024-05-03","steps":[{"part":"day"},{"add":"1 day"}]}"#, "steps[1]: follows a step that ends"),
        (r#"{"input":"2024-05-03","steps":[{"add":"1 fortnight"}]}"#, "steps[0].add: is no amount of time"),
        (r#"{"input":"9999-12-31","steps":[{"add":"1 day"}]}"#, "leads outside of the years"),
        (r#"{"input":"2024-05-03","steps":[{"difference":{}}]}"#, "steps[0].difference.to: is missing"),
        (r#"{"input":"2024-05-03","holidays":["x"]}"#, "holidays[0]: must be a date"),
        (r#"{"input":{"a":1},"columns":["b"]}"#, "columns[0]: there is no column"),
    ] {
        let message = done(request).unwrap_err();
        assert!(message.contains(part), "{message}");
    }
}
