//! Quantities, and the conversions of `convert`.

use std::sync::Arc;

use expression::{Number, Options, Rates, convert};

use crate::{assert_table, text, text_with, value};

#[test]
fn arithmetic() {
    let table = "
        5 km + 300 m => 5.3 km
        5 m * 3 m => 15 m^2
        100 km / 2 h => 50 km/h
        60 km/h * 30 min => 30 km
        10 km / 100 m => 100
        2 kW * 3 h => 6 kW h
        6 kW h to MJ => 21.6 MJ
        5 kg * 9.81 m/s^2 => 49.05 N
        12 V * 2 A => 24 W
        230 V / 10 ohm => 23 V/Ω
        sqrt(16 m^2) => 4 m
        (2 m)^3 => 8 m^3
        5 m² => 5 m^2
        abs(-5 kg) => 5 kg
        round(2.345 kg, 2) => 2.35 kg
        sum([1 kg, 500 g]) => 1.5 kg
        [1, 2, 3] kg => [1 kg, 2 kg, 3 kg]
        5 kg > 4000 g => true
        5 kg == 5000 g => true
        5 kg == 5 m => false
        7 km mod 2 km => 1 km
        50% * 10 kg => 5 kg
        10 kg / 4 => 2.5 kg
        1 / (2 s) => 0.5 s^-1
        6 ft + 2 in to cm => 187.96 cm
        5 in to cm => 12.7 cm
        5 cm in in => 1.968503937007874015748031496062992 in
        sin(30 deg) => 0.5
        cos(60°) => 0.5
        90 deg to rad => 1.570796326794896619231321691639751 rad
        1 turn to deg => 360 deg
        50 Hz to ms => 20 ms
        1/2 inch to cm => 1.27 cm
        3/4 kg to g => 750 g
        -1/2 km to m => -500 m
        1/(2 s) to Hz => 0.5 Hz
        8 l/100km to km/l => 12.5 km/L
        1 KB to byte => 1000 B
        1 KiB to byte => 1024 B
        1 Mbit/s to kB/s => 125 kB/s
        1 GiB to MiB => 1024 MiB
    ";
    assert_table(table, &Options::default());
    // 235.214583 / 8, NIST SP 811, B.8: miles per gallon and liters per 100 km are inverses.
    assert!(text("8 l/100km to mpg").starts_with("29.40182"));
}

#[test]
fn what_does_not_fit_is_refused() {
    let table = "
        5 kg + 3 m => error: kg (mass) and m (length) do not fit together
        5 kg + 3 => error: 5 kg and 3 do not fit together: one has a unit (kg), the other none
        5 kg > 3 => error: 3 has no unit, and is compared with kg: write 3 kg
        5 to km => error: 5 has no unit to convert from: write it with one, as in 5 km to mi
        5 kg to 3 => error: to is followed by a unit, as in 5 km to mi
        10 J/kg K => error: this can be read in two ways: write a/(b*c) or (a/b)*c
        5 s + 3 Hz => error: s (time) and Hz (frequency) do not fit together
        5 s < 3 Hz => error: s (time) and Hz (frequency) do not fit together
        2 * 1/3 kg => error: this can be read in two ways: write (a/b) kg or a/(b kg)
        1/2 pi => error: this can be read in two ways: write a/(b*c) or (a/b)*c
        2^(3 m) => error: an exponent has no unit
        5 EUR + 3 USD => error: no rate between EUR and USD: send rates
    ";
    assert_table(table, &Options::default());
    assert!(text("5 metr to km").contains("did you mean met"));
}

#[test]
fn currencies_go_by_the_rates_that_are_given() {
    let rates = Rates::new("EUR", [("USD", "1.25"), ("GBP", "0.8")]).unwrap();
    let options = Options { rates: Some(Arc::new(rates)), ..Options::default() };
    let table = "
        100 EUR to USD => 125 USD
        125 USD to EUR => 100 EUR
        80 GBP to USD => 125 USD
        10 EUR + 5 USD => 14 EUR
        $5 => 5 USD
        100 EUR / 3 => 33.33333333333333333333333333333333 EUR
        round(100 EUR / 3, 2) => 33.33 EUR
        20 EUR/h * 7.5 h => 150 EUR
        100 EUR > 120 USD => true
    ";
    assert_table(table, &options);
    assert!(text_with("5 EUR to CHF", &options).contains("no rate between EUR and CHF"));
    assert!(Rates::new("EUR", [("USD", "0")]).is_err());
    assert!(Rates::new("euro", []).is_err());
}

fn converted(number: &str, from: &str, to: &str, difference: bool) -> String {
    let options = Options::default();
    let number = Number::parse(number, &options).unwrap();
    match convert(&number, from, to, difference, &options) {
        Ok(conversion) => {
            let value = expression::Value::Number(conversion.number);
            format!("{} {} ({})", value.text(&options), conversion.to, conversion.dimension)
        }
        Err(error) => error.message,
    }
}

#[test]
fn convert_takes_units_as_people_write_them() {
    let table = [
        ("1", "mile", "kilometers", "1.609344 km (length)"),
        ("10", "kg/s", "t/h", "36 t/h (mass flow)"),
        ("1", "J/(g degC)", "kJ/(kg K)", "1 kJ/(kg K) (J/(g degC))"),
        ("60", "miles per hour", "km/h", "96.56064 km/h (speed)"),
        ("20", "C", "F", "68 degF (temperature)"),
        ("68", "Fahrenheit", "Celsius", "20 degC (temperature)"),
        ("5", "LBS", "KG", "2.26796185 kg (mass)"),
        ("1", "square feet", "m2", "0.09290304 m^2 (area)"),
        ("9.8", "m/s2", "ft/s2", "32.15223097112860892388451443569554 ft/s^2 (acceleration)"),
        ("1", "sq", "m", "sq is not a unit"),
        ("1", "kg", "m", "kg (mass) and m (length) do not fit together"),
        ("2", "GB", "MiB", "1907.3486328125 MiB (amount of data)"),
        ("1", "m^3", "L", "1000 L (volume)"),
    ];
    for (number, from, to, expected) in table {
        let found = converted(number, from, to, false);
        assert!(found.starts_with(expected), "{number} {from} in {to}: {found}, not {expected}");
    }
    assert_eq!(converted("10", "degC", "degF", true), "18 deltaF (temperature)");
    assert!(converted("1", "kilometre", "yards", false).ends_with("yd (length)"));
    assert!(converted("1", "killogram", "g", false).contains("did you mean kilogram?"));
    // No unit; as a name it is the depreciation of spreadsheets.
    assert!(text("5 dB to bit").starts_with("error: dB is a function"));
}

#[test]
fn a_conversion_says_its_factor_and_its_warnings() {
    let options = Options::default();
    let number = |text: &str| Number::parse(text, &options).unwrap();
    let length = convert(&number("3"), "in", "cm", false, &options).unwrap();
    assert_eq!(expression::Value::Number(length.factor.unwrap()).text(&options), "2.54");
    let cold = convert(&number("-300"), "degC", "K", false, &options).unwrap();
    assert_eq!(cold.warnings[0].code, "below-absolute-zero");
    assert!(cold.factor.is_none());
}

#[test]
fn every_unit_of_the_table_is_read() {
    let units = expression::units::list();
    assert!(units.len() > 120);
    for (symbol, name, _) in units {
        assert!(value(&format!("1 {symbol}"), &Options::default()).is_ok(), "{symbol}");
        assert!(value(&format!("1 {name}"), &Options::default()).is_ok(), "{name}");
    }
}
