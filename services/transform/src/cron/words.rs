//! A cron expression in English.

use super::expression::{Cron, Field, Special};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Times of day that are said one by one.
const MAX_TIMES: usize = 6;

/// The expression in words: `At 09:30, on Monday to Friday`.
pub(super) fn of(cron: &Cron) -> String {
    let mut said = times(cron);
    let days = days(cron);
    if !days.is_empty() {
        said.push_str(", ");
        said.push_str(&days);
    }
    if !all(&cron.month, 12) {
        said.push_str(", in ");
        said.push_str(&listed(&named(&cron.month.set.numbers(), 1, |number| {
            MONTHS[index(number - 1) % 12].to_owned()
        })));
    }
    if let Some(years) = &cron.years {
        let texts: Vec<String> = years.iter().take(6).map(ToString::to_string).collect();
        let more = if years.len() > 6 { " and later" } else { "" };
        said.push_str(&format!(", in {}{more}", listed(&texts)));
    }
    said
}

fn index(number: i8) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn all(field: &Field, size: usize) -> bool {
    field.specials.is_empty() && field.set.numbers().len() == size
}

/// The step of numbers that go through a whole field: 15 for 0, 15, 30, 45.
fn step(numbers: &[i8], size: i8) -> Option<i8> {
    let step = numbers.get(1)? - numbers.first()?;
    let even = numbers.first() == Some(&0) && numbers.windows(2).all(|pair| pair[1] - pair[0] == step);
    (even && size % step == 0 && numbers.len() == index(size / step)).then_some(step)
}

fn times(cron: &Cron) -> String {
    let (seconds, minutes, hours) = (cron.second.set.numbers(), cron.minute.set.numbers(), cron.hour.set.numbers());
    let every_hour = hours.len() == 24;
    if seconds.len() * minutes.len() * hours.len() <= MAX_TIMES {
        let each = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (*hour, *minute)));
        let each = each.flat_map(|(hour, minute)| seconds.iter().map(move |second| (hour, minute, *second)));
        let shown = |(hour, minute, second): (i8, i8, i8)| match cron.shows_seconds() {
            true => format!("{hour:02}:{minute:02}:{second:02}"),
            false => format!("{hour:02}:{minute:02}"),
        };
        return format!("At {}", listed(&each.map(shown).collect::<Vec<_>>()));
    }
    let mut said = if cron.shows_seconds() {
        let second = match (seconds.len(), step(&seconds, 60)) {
            (60, _) => "Every second".to_owned(),
            (_, Some(step)) => format!("Every {step} seconds"),
            _ => format!("At second {}", listed(&plain(&seconds))),
        };
        match (minutes.len(), step(&minutes, 60)) {
            (60, _) if seconds.len() == 60 || step(&seconds, 60).is_some() => second,
            (60, _) => format!("{second} of every minute"),
            (_, Some(step)) => format!("{second} of every {step}th minute"),
            _ => format!("{second} of minute {}", listed(&plain(&minutes))),
        }
    } else {
        match (minutes.len(), step(&minutes, 60)) {
            (60, _) => "Every minute".to_owned(),
            (_, Some(step)) => format!("Every {step} minutes"),
            (1, _) if minutes[0] == 0 => match (every_hour, step(&hours, 24)) {
                (true, _) => return "Every hour".to_owned(),
                (_, Some(step)) => return format!("Every {step} hours"),
                _ => "On the hour".to_owned(),
            },
            _ => format!("At minute {}", listed(&plain(&minutes))),
        }
    };
    match (every_hour, step(&hours, 24)) {
        (true, _) if said.starts_with("At minute") => said.push_str(" of every hour"),
        (true, _) => {}
        (_, Some(step)) => said.push_str(&format!(", in every {}", numbered(step, "hour"))),
        _ => {
            let spans = named(&hours, 2, |hour| format!("{hour:02}"));
            let spans: Vec<String> = spans
                .iter()
                .map(|span| match span.split_once(" to ") {
                    Some((first, last)) => format!("from {first}:00 to {last}:59"),
                    None => format!("from {span}:00 to {span}:59"),
                })
                .collect();
            said.push_str(&format!(", {}", listed(&spans)));
        }
    }
    said
}

fn numbered(number: i8, unit: &str) -> String {
    match number {
        2 => format!("second {unit}"),
        3 => format!("third {unit}"),
        number => format!("{number}th {unit}"),
    }
}

fn days(cron: &Cron) -> String {
    let month = (!all(&cron.day, 31)).then(|| {
        let mut said: Vec<String> = Vec::new();
        let numbers = cron.day.set.numbers();
        if !numbers.is_empty() {
            said.push(format!("on day {} of the month", listed(&named(&numbers, 2, |number| number.to_string()))));
        }
        said.extend(cron.day.specials.iter().map(|special| special_words(*special)));
        listed(&said)
    });
    let week = (!all(&cron.weekday, 7)).then(|| {
        let mut said: Vec<String> = Vec::new();
        let numbers = cron.weekday.set.numbers();
        if !numbers.is_empty() {
            // Sunday stands behind Saturday where a range goes on to it.
            let shifted: Vec<i8> = numbers.iter().map(|number| if *number == 0 { 7 } else { *number }).collect();
            let mut shifted = if numbers.contains(&0) && numbers.contains(&6) { shifted } else { numbers };
            shifted.sort_unstable();
            said.push(format!("on {}", listed(&named(&shifted, 2, |number| WEEKDAYS[index(number) % 7].to_owned()))));
        }
        said.extend(cron.weekday.specials.iter().map(|special| special_words(*special)));
        listed(&said)
    });
    match (month, week) {
        (Some(month), Some(week)) if cron.day.open || cron.weekday.open => format!("{month} that is {week}"),
        (Some(month), Some(week)) => format!("{month} or {week}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => String::new(),
    }
}

fn special_words(special: Special) -> String {
    let weekday = |number: i8| WEEKDAYS[index(number) % 7];
    match special {
        Special::Last(0) => "on the last day of the month".to_owned(),
        Special::Last(1) => "one day before the last of the month".to_owned(),
        Special::Last(days) => format!("{days} days before the last of the month"),
        Special::Nearest(0) => "on the last weekday of the month".to_owned(),
        Special::Nearest(day) => format!("on the weekday nearest to day {day} of the month"),
        Special::LastWeekday(day) => format!("on the last {} of the month", weekday(day)),
        Special::AnySaturday => "on Saturday".to_owned(),
        Special::Nth(day, nth) => {
            let nth = ["first", "second", "third", "fourth", "fifth"][index(nth - 1) % 5];
            format!("on the {nth} {} of the month", weekday(day))
        }
    }
}

fn plain(numbers: &[i8]) -> Vec<String> {
    named(numbers, 2, |number| number.to_string())
}

/// Numbers as names, runs of more than `shortest` as ranges.
fn named(numbers: &[i8], shortest: usize, name: impl Fn(i8) -> String) -> Vec<String> {
    numbers
        .chunk_by(|one, two| one + 1 == *two)
        .flat_map(|run| match run {
            [first, .., last] if run.len() > shortest => vec![format!("{} to {}", name(*first), name(*last))],
            run => run.iter().map(|number| name(*number)).collect(),
        })
        .collect()
}

fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_words() {
        for (expression, right) in [
            ("* * * * *", "Every minute"),
            ("*/5 * * * *", "Every 5 minutes"),
            ("0 * * * *", "Every hour"),
            ("0 */6 * * *", "At 00:00, 06:00, 12:00 and 18:00"),
            ("0 */2 * * *", "Every 2 hours"),
            ("15 * * * *", "At minute 15 of every hour"),
            ("30 9 * * MON-FRI", "At 09:30, on Monday to Friday"),
            ("0 9,17 * * *", "At 09:00 and 17:00"),
            ("*/15 9-17 * * 1-5", "Every 15 minutes, from 09:00 to 17:59, on Monday to Friday"),
            ("0 0 1,15 * *", "At 00:00, on day 1 and 15 of the month"),
            ("0 0 1 1 *", "At 00:00, on day 1 of the month, in January"),
            ("0 0 1 * 1", "At 00:00, on day 1 of the month or on Monday"),
            ("0 0 L * ?", "At 00:00, on the last day of the month"),
            ("0 12 * * MON#1", "At 12:00, on the first Monday of the month"),
            ("0 0 * * 6,0", "At 00:00, on Saturday and Sunday"),
            ("0 0 * 6-8 *", "At 00:00, in June to August"),
            ("*/10 * * * * *", "Every 10 seconds"),
            ("5 0 0 * * *", "At 00:00:05"),
            ("0 9-17 * * *", "On the hour, from 09:00 to 17:59"),
            ("0 0 12 ? * 2 2025,2026", "At 12:00, on Monday, in 2025 and 2026"),
        ] {
            assert_eq!(of(&Cron::of(expression).unwrap()), right, "{expression}");
        }
    }
}
