//! Temperatures are points on a scale, differences are not (mathjs#119, #2499, #2518, #3097, #3134, #722).

use expression::{Kind, Options};

use crate::{assert_table, value, warnings};

#[test]
fn points_and_differences() {
    let table = "
        -6 celsius in fahrenheit => 21.2 degF
        300 degC in K => 573.15 K
        300 degC to kelvin => 573.15 K
        -1 degC in K => 272.15 K
        37 degC == 98.6 degF => true
        37 degC < 98.7 degF => true
        100 °C to °F => 212 degF
        -40 degC to degF => -40 degF
        0 K to degC => -273.15 degC
        72 °F to °C => 22.22222222222222222222222222222222 degC
        0.1 kg/s * 4.2 J/(g degC) * 5 degC => 2.1 kW
        1 W/degC in W/K => 1 W/K
        1 W/degF in W/K => 1.8 W/K
        30 degC - 10 degC => 20 deltaC
        86 degF - 50 degF => 36 deltaF
        30 degC - 50 degF => 20 deltaC
        10 degC + 5 deltaC => 15 degC
        10 degC + 5 K => 15 degC
        10 degC + 9 deltaF => 15 degC
        10 degC - 5 K => 5 degC
        20 deltaC to deltaF => 36 deltaF
        20 deltaC to K => 20 K
        300 K - 10 degC => 16.85 K
        300 K + 5 K => 305 K
        mean([10 degC, 20 degC]) => 15 degC
        median([50 degF, 20 degC]) => 59 degF
        max([10 degC, 60 degF]) => 60 degF
        round(98.64 degF to degC, 1) => 37 degC
    ";
    assert_table(table, &Options::default());
}

#[test]
fn a_sum_of_temperatures_says_what_to_write() {
    let error = value("10 degC + 5 degC", &Options::default()).unwrap_err();
    assert_eq!(error.kind, Kind::Units);
    assert_eq!(
        error.message,
        "two temperatures cannot be added: write the difference as 5 deltaC, as in 10 degC + 5 deltaC"
    );
}

#[test]
fn below_absolute_zero_is_warned_of() {
    for source in ["-300 degC", "-300 degC to K", "-500 degF in degC", "[1, -300] degC"] {
        assert_eq!(warnings(source).len(), 1, "{source}");
        assert_eq!(warnings(source)[0].code, "below-absolute-zero", "{source}");
    }
    assert!(warnings("-273.15 degC").is_empty());
    assert!(warnings("-5 deltaC").is_empty());
}
