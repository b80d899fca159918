//! Rates by law, bonds and day counts, by published figures.

use serde_json::json;

use crate::{answer, client, close, refused};

#[test]
fn annual_percentage_rates_of_the_laws() {
    let client = client();
    for (source, request, percent) in [
        ("J monthly", json!({"amount": 5000, "payment": 230, "payments": 24}), 9.69),
        (
            "J monthly, long first period",
            json!({"amount": 6000, "payment": 200, "count": 36, "firstPeriod": 1.633_333_333_333_333_3}),
            11.82,
        ),
        (
            "J twice a month, short first period",
            json!({"amount": 5000, "payment": 219.17, "count": 24, "firstPeriod": 0.4, "paymentsPerYear": 24}),
            10.34,
        ),
        (
            "J quarterly, long first period",
            json!({"amount": 10000, "payment": 385, "count": 40, "firstPeriod": 1.433_333_333_333_333_3, "paymentsPerYear": 4}),
            8.97,
        ),
        (
            "J weekly, long first period",
            json!({"amount": 500, "payment": 17.6, "count": 30, "firstPeriod": 4.571_428_571_428_571, "paymentsPerYear": 52}),
            14.96,
        ),
        ("EU one payment after 18 months", json!({"amount": 1000, "amounts": [1200], "years": [1.5]}), 12.92),
        ("EU the same, less 50 of fees", json!({"amount": 1000, "fees": 50, "amounts": [1200], "years": [1.5]}), 16.85),
        ("EU two yearly payments", json!({"amount": 1000, "amounts": [600, 600], "years": [1, 2]}), 13.07),
        ("EU three payments", json!({"amount": 1000, "amounts": [272, 272, 544], "years": [0.25, 0.5, 1]}), 13.19),
    ] {
        let found = answer(&client, "/finance/apr", &request);
        let rate = if source.starts_with('J') { &found["apr"] } else { &found["effectiveApr"] };
        assert!((rate.as_f64().unwrap() * 100.0 - percent).abs() < 0.005 + 1e-9, "{source}: {found}");
    }
    let found = answer(&client, "/finance/apr", &json!({"amount": 10_000, "payment": 100, "count": 36}));
    assert_eq!(found["warnings"][0]["code"], "negative-rate", "{found}");
    // Without fees it is the rate of the loan; what is kept from it raises it, a balloon is paid too.
    let request = json!({"amount": 1_000_000, "annualRate": "12 %", "payments": 12, "decimals": 4});
    let found = answer(&client, "/finance/loan", &request);
    assert!(close(&found["apr"], 0.12, 6) && close(&found["effectiveApr"], 1.01_f64.powi(12) - 1.0, 6), "{found}");
    let request = json!({"amount": 1000, "annualRate": "12 %", "payments": 12, "fees": 10, "finalBalance": 400});
    let found = answer(&client, "/finance/loan", &request);
    let (payment, rate) = (57.31, found["apr"].as_f64().unwrap() / 12.0);
    let payments: f64 = (1..=12).map(|month| payment / (1.0 + rate).powi(month)).sum();
    assert_eq!(found["payment"], "57.31");
    assert!((payments + 400.0 / (1.0 + rate).powi(12) - 990.0).abs() < 0.05, "{found}");
    for (request, field) in [
        (json!({"amount": 100}), "payment"),
        (json!({"amount": 100, "payment": 10}), "count"),
        (json!({"amount": 100, "fees": 100, "payment": 10, "count": 12}), "fees"),
        (json!({"amount": 100, "payment": 0, "count": 12}), "payment"),
        (json!({"amount": 100, "payment": -10, "count": 12}), "payment"),
        (json!({"amount": 100, "amounts": [50, 60]}), "years"),
        (json!({"amount": 100, "amounts": [50, 60], "years": [0, 0]}), "amounts"),
        (json!({"amount": 100, "amounts": [50], "years": [1], "payment": 5, "count": 2}), "amounts"),
    ] {
        let message = refused(&client, "/finance/apr", &request);
        assert!(message.starts_with(field), "{request}: {message}");
    }
}

/// Bonds: "ms" is Microsoft's documentation of COUPDAYBS, COUPDAYS, COUPDAYSNC, COUPNUM, COUPPCD, COUPNCD, PRICE, YIELD,
/// DURATION and MDURATION.
#[test]
fn bonds_of_the_spreadsheets() {
    let client = client();
    let coupons = json!({"settlement": "2011-01-25", "maturity": "2011-11-15", "frequency": 2, "basis": 1, "coupon": 0.05, "yield": 0.05});
    let found = answer(&client, "/finance/bond", &coupons);
    for (source, field, expected) in [
        ("ms COUPDAYBS", "daysAccrued", json!(71)),
        ("ms COUPDAYS", "couponDays", json!(181.0)),
        ("ms COUPDAYSNC", "daysToCoupon", json!(110)),
        ("ms COUPPCD", "previousCoupon", json!("2010-11-15")),
        ("ms COUPNCD", "nextCoupon", json!("2011-05-15")),
    ] {
        assert_eq!(found[field], expected, "{source}: {found}");
    }
    let request = json!({"settlement": "2007-01-25", "maturity": "2008-11-15", "frequency": 2, "basis": 1, "coupon": 0.05, "yield": 0.05});
    assert_eq!(answer(&client, "/finance/bond", &request)["coupons"], 4, "ms COUPNUM");
    for (source, request, field, expected, digits) in [
        (
            "ms PRICE",
            json!({"settlement": "2008-02-15", "maturity": "2017-11-15", "coupon": "5.75 %", "yield": "6.5 %", "frequency": 2, "basis": 0}),
            "price",
            94.634_361_62,
            9,
        ),
        (
            "ms YIELD",
            json!({"settlement": "2008-02-15", "maturity": "2016-11-15", "coupon": "5.75 %", "price": 95.04287, "frequency": 2, "basis": 0}),
            "yield",
            0.065,
            6,
        ),
        (
            "ms DURATION",
            json!({"settlement": "2008-01-01", "maturity": "2016-01-01", "coupon": 0.08, "yield": 0.09, "frequency": 2, "basis": 1}),
            "duration",
            5.993_774_955_5,
            10,
        ),
        (
            "ms MDURATION",
            json!({"settlement": "2008-01-01", "maturity": "2016-01-01", "coupon": 0.08, "yield": 0.09, "frequency": 2, "basis": 1}),
            "modifiedDuration",
            5.735_67,
            5,
        ),
    ] {
        let found = answer(&client, "/finance/bond", &request);
        assert!(close(&found[field], expected, digits), "{source}: {found}");
    }
}

/// Day counts: "QL" is QuantLib's test suite (daycounters.cpp), after ISDA's "EMU and market conventions" (1998); "ISDA" its
/// sheet of 30E/360 examples; "ms" Microsoft's documentation of YEARFRAC and DAYS360.
#[test]
fn day_counts_of_the_markets() {
    let client = client();
    for (source, convention, start, end, years) in [
        ("QL", "actual-actual-isda", "2003-11-01", "2004-05-01", 0.497_724_380_567),
        ("QL", "actual-actual-isda", "1999-02-01", "1999-07-01", 0.410_958_904_110),
        ("QL", "actual-actual-isda", "1999-07-01", "2000-07-01", 1.001_377_348_600),
        ("QL", "actual-actual-isda", "2002-08-15", "2003-07-15", 0.915_068_493_151),
        ("QL", "actual-actual-isda", "2003-07-15", "2004-01-15", 0.504_004_790_778),
        ("QL", "actual-actual-isda", "1999-07-30", "2000-01-30", 0.503_892_506_924),
        ("QL", "actual-actual-isda", "2000-01-30", "2000-06-30", 0.415_300_546_448),
        ("ms", "0", "2012-01-01", "2012-07-30", 0.580_555_555_556),
        ("ms", "1", "2012-01-01", "2012-07-30", 0.576_502_732_240),
        ("ms", "3", "2012-01-01", "2012-07-30", 0.578_082_191_781),
    ] {
        let request = json!({"start": start, "end": end, "convention": convention});
        let found = answer(&client, "/finance/daycount", &request);
        let found = found["yearFraction"].as_f64().unwrap();
        assert!((found - years).abs() < 1e-11, "{source} {convention} {start} {end}: {found}");
    }
    for (source, convention, start, end, days) in [
        ("ISDA", "30e-360", "2006-08-31", "2007-02-28", 178),
        ("ISDA", "30e-360", "2007-02-28", "2007-08-31", 182),
        ("ISDA", "30e-360", "2007-08-31", "2008-02-29", 179),
        ("ISDA", "30e-360", "2008-02-29", "2008-08-31", 181),
        ("ISDA", "30e-360", "2007-02-26", "2008-02-29", 363),
        ("ISDA", "30e-360", "2008-02-28", "2008-03-31", 32),
        ("ms DAYS360", "30-360-us", "2011-01-30", "2011-02-01", 1),
        ("ms DAYS360", "30-360-us", "2011-01-01", "2011-12-31", 360),
        ("ms DAYS360", "30-360-us", "2011-01-01", "2011-02-01", 30),
    ] {
        let request = json!({"start": start, "end": end, "convention": convention});
        let found = answer(&client, "/finance/daycount", &request);
        assert_eq!(found["days"], days, "{source} {convention} {start} {end}: {found}");
    }
}
