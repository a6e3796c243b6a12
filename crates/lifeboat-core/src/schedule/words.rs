//! In words: what a schedule that begins with seconds comes to, where that is simply said.

use super::fields::{Field, Fields};

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
const DAYS: [&str; 7] = [
    "Sundays",
    "Mondays",
    "Tuesdays",
    "Wednesdays",
    "Thursdays",
    "Fridays",
    "Saturdays",
];
/// More than so many times of day are no longer simply said.
const TIMES: usize = 4;

/// Such as `at minute 3 of every hour`.
pub(super) fn describe(fields: &Fields) -> Option<String> {
    let days = days(fields)?;
    if let Some(times) = times_of_day(fields) {
        let every_day = if days.names_days { "" } else { " every day" };
        return Some(format!("at {times}{every_day}{}", days.text));
    }
    Some(format!("{}{}", recurring(fields)?, days.text))
}

/// Such as `03:00:00`.
fn times_of_day(fields: &Fields) -> Option<String> {
    let (second, minute) = (fields.second.only()?, fields.minute.only()?);
    let hours = &fields.hour.values;
    if hours.len() > TIMES {
        return None;
    }
    let times = hours
        .iter()
        .map(|hour| format!("{hour:02}:{minute:02}:{second:02}"));
    Some(listed(times.collect()))
}

/// What happens within every hour, or every few hours.
fn recurring(fields: &Fields) -> Option<String> {
    let (second, minute) = (&fields.second, &fields.minute);
    let hours = match step(&fields.hour)? {
        1 => "every hour".to_owned(),
        hours => format!("every {hours} hours"),
    };
    if let Some(minute) = minute.only() {
        return Some(match second.only() {
            Some(0) => format!("at minute {minute} of {hours}"),
            Some(second) => format!("at second {second} of minute {minute} of {hours}"),
            None => format!("{} of minute {minute} of {hours}", every(second, "second")?),
        });
    }
    if !fields.hour.is_any() {
        return None;
    }
    match second.only() {
        Some(0) => every(minute, "minute"),
        Some(second) => Some(format!("{}, at second {second}", every(minute, "minute")?)),
        None if minute.is_any() => every(second, "second"),
        None => None,
    }
}

/// Such as `every 15 minutes`.
fn every(field: &Field, unit: &str) -> Option<String> {
    Some(match step(field)? {
        1 => format!("every {unit}"),
        step => format!("every {step} {unit}s"),
    })
}

/// The distance of a field's values, if they go round the clock evenly from 0 on.
fn step(field: &Field) -> Option<usize> {
    let count = field.values.len();
    let step = field.full.checked_div(count)?;
    let even = (0..count)
        .all(|index| u32::try_from(index * step).is_ok_and(|value| field.values.contains(&value)));
    (count > 1 && step * count == field.full && even).then_some(step)
}

/// On which days, to be put behind a time.
struct Days {
    text: String,
    names_days: bool,
}

fn days(fields: &Fields) -> Option<Days> {
    let months = months(&fields.month)?;
    let (month_day, week_day) = (&fields.day_of_month, &fields.day_of_week);
    let named = |text: String| Days {
        text,
        names_days: true,
    };
    match (month_day.is_any(), week_day.is_any()) {
        (true, true) => {
            let text = match months.as_str() {
                "" => String::new(),
                months => format!(" {months}"),
            };
            Some(Days {
                text,
                names_days: false,
            })
        }
        // Where neither has a star, a day need fit only one of them.
        _ if !fields.both_days() => None,
        (false, true) => {
            let day = month_day.only()?;
            Some(named(match fields.month.only() {
                Some(_) => format!(" on day {day} {}", months.replacen("in", "of", 1)),
                None if months.is_empty() => format!(" on day {day} of every month"),
                None => format!(" on day {day} of every month {months}"),
            }))
        }
        (true, false) => {
            let weekdays = week_day.values.iter().map(|day| name(&DAYS, *day));
            let weekdays = listed(weekdays.collect::<Option<_>>()?);
            let months = match months.as_str() {
                "" => String::new(),
                months => format!(" {months}"),
            };
            Some(named(format!(" on {weekdays}{months}")))
        }
        (false, false) => None,
    }
}

/// Such as `in January`, or `from January to May`; empty for every month.
fn months(field: &Field) -> Option<String> {
    if field.is_any() {
        return Some(String::new());
    }
    let values: Vec<u32> = field.values.iter().copied().collect();
    let in_a_row = values.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let names = values.iter().map(|month| name(&MONTHS, *month - 1));
    let names: Vec<String> = names.collect::<Option<_>>()?;
    match names.as_slice() {
        [first, .., last] if in_a_row && names.len() > 2 => Some(format!("from {first} to {last}")),
        _ => Some(format!("in {}", listed(names))),
    }
}

fn name(names: &[&str], index: u32) -> Option<String> {
    let name = names.get(usize::try_from(index).ok()?)?;
    Some((*name).to_owned())
}

/// `one, two and three`.
fn listed(mut items: Vec<String>) -> String {
    match items.pop() {
        Some(last) if !items.is_empty() => format!("{} and {last}", items.join(", ")),
        last => last.unwrap_or_default(),
    }
}
