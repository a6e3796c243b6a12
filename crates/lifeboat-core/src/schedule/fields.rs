//! Fields: a cron expression that begins with seconds, read exactly as Go's robfig/cron v1 reads it.

use std::collections::BTreeSet;

/// An expression's six fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) second: Field,
    pub(super) minute: Field,
    pub(super) hour: Field,
    pub(super) day_of_month: Field,
    pub(super) month: Field,
    pub(super) day_of_week: Field,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The values that it names.
    pub(super) values: BTreeSet<u32>,
    /// Whether a `*` or `?` is in it, with a step or without.
    star: bool,
    /// How many values there could be.
    pub(super) full: usize,
}

/// What a field may hold.
struct Bounds {
    what: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const BOUNDS: [Bounds; 6] = [
    bounds("second", 0, 59, &[]),
    bounds("minute", 0, 59, &[]),
    bounds("hour", 0, 23, &[]),
    bounds("day of the month", 1, 31, &[]),
    bounds("month", 1, 12, &MONTHS),
    // Unlike other crons, this one doesn't take 7 for Sunday.
    bounds("day of the week", 0, 6, &DAYS),
];

const fn bounds(
    what: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
) -> Bounds {
    Bounds {
        what,
        first,
        last,
        names,
    }
}

impl Fields {
    /// Reads six fields, or five: then the one that is left out is the last, the day of the week.
    pub(super) fn parse(expression: &str) -> Result<Self, String> {
        if expression.starts_with('@') {
            return Err("there is no such nickname: use one such as @daily".to_owned());
        }
        let mut texts: Vec<&str> = expression.split_whitespace().collect();
        match texts.len() {
            5 => texts.push("*"),
            6 => {}
            1 => return Err("it has one field, and six are wanted".to_owned()),
            count => return Err(format!("it has {count} fields, and six are wanted")),
        }
        let field = |index: usize| BOUNDS[index].field(texts[index]);
        Ok(Self {
            second: field(0)?,
            minute: field(1)?,
            hour: field(2)?,
            day_of_month: field(3)?,
            month: field(4)?,
            day_of_week: field(5)?,
        })
    }

    /// Whether a day must fit both its fields; otherwise one of them will do. Also a `*` with a step
    /// counts as one, so that a day must fit both.
    pub(super) const fn both_days(&self) -> bool {
        self.day_of_month.star || self.day_of_week.star
    }

    /// The same, written so that every cron reads it the same way.
    pub(super) fn canonical(&self) -> String {
        let fields = [
            &self.second,
            &self.minute,
            &self.hour,
            &self.day_of_month,
            &self.month,
            &self.day_of_week,
        ];
        fields.map(Field::canonical).join(" ")
    }
}

impl Field {
    /// Whether it names every value there is.
    pub(super) fn is_any(&self) -> bool {
        self.values.len() == self.full
    }

    /// Its only value, if it has only one.
    pub(super) fn only(&self) -> Option<u32> {
        let mut values = self.values.iter();
        let first = values.next().copied();
        first.filter(|_| values.next().is_none())
    }

    fn canonical(&self) -> String {
        if self.is_any() && self.star {
            return "*".to_owned();
        }
        let values: Vec<String> = self.values.iter().map(u32::to_string).collect();
        values.join(",")
    }
}

impl Bounds {
    fn field(&self, text: &str) -> Result<Field, String> {
        let full = usize::try_from(self.last - self.first + 1).unwrap_or(usize::MAX);
        let mut field = Field {
            values: BTreeSet::new(),
            star: false,
            full,
        };
        for part in text.split(',').filter(|part| !part.is_empty()) {
            self.part(part, &mut field)?;
        }
        if field.values.is_empty() {
            return Err(format!("'{text}' names no {}", self.what));
        }
        Ok(field)
    }

    /// `*`, `?`, a value or a range, each perhaps with a step.
    fn part(&self, text: &str, field: &mut Field) -> Result<(), String> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(self.number(step)?)),
            None => (text, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range.starts_with(['*', '?']) => {
                field.star = true;
                (self.first, self.last)
            }
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            // A step turns a value into the range that begins there.
            None if step.is_some() => (self.value(range)?, self.last),
            None => (self.value(range)?, self.value(range)?),
        };
        if first < self.first || last > self.last {
            return Err(format!(
                "'{text}' is no {}, which goes from {} to {}",
                self.what, self.first, self.last
            ));
        }
        if first > last {
            return Err(format!(
                "'{text}' ends before it begins: no {} is like that",
                self.what
            ));
        }
        let step = step.unwrap_or(1);
        if step == 0 {
            return Err(format!(
                "'{text}' has a step of 0: no {} is like that",
                self.what
            ));
        }
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        field.values.extend((first..=last).step_by(step));
        Ok(())
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        let named = self
            .names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text))
            .and_then(|index| u32::try_from(index).ok());
        match named {
            Some(index) => Ok(index + self.first),
            None => self.number(text),
        }
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        text.parse()
            .map_err(|_| format!("'{text}' is no number that a {} could have", self.what))
    }
}
