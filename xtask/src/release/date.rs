//! Today's date.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_OF_DAY: u64 = 86_400;

/// Days of 400 years, after which the calendar repeats itself, and of a century and four years in them.
const DAYS_OF_ERA: u64 = 146_097;
const DAYS_OF_CENTURY: u64 = 36_524;
const DAYS_OF_FOUR_YEARS: u64 = 1_461;

/// From 1 March 0000 to 1 January 1970.
const EPOCH: u64 = 719_468;

/// A day of the civil calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    year: u64,
    month: u64,
    day: u64,
}

impl Date {
    /// From the system's clock; a clock before 1970 counts as 1970.
    pub(super) fn today() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::after_epoch(since.unwrap_or_default().as_secs() / SECONDS_OF_DAY)
    }

    /// Years are counted from March, so that a leap day is the last of its year.
    pub(super) fn after_epoch(days: u64) -> Self {
        let days = days + EPOCH;
        let (era, day) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
        let century = (day / DAYS_OF_CENTURY).min(3);
        let day = day - century * DAYS_OF_CENTURY;
        let (fours, day) = (day / DAYS_OF_FOUR_YEARS, day % DAYS_OF_FOUR_YEARS);
        let one = (day / 365).min(3);
        let day = day - one * 365;

        // From March on, five months have 153 days: 31, 30, 31, 30, 31.
        let month = (5 * day + 2) / 153;
        let first = (153 * month + 2) / 5;
        let (month, next_year) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        Self {
            year: era * 400 + century * 100 + fours * 4 + one + next_year,
            month,
            day: day - first + 1,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        let cases = [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (364, "1970-12-31"),
            (789, "1972-02-29"),
            (10_956, "1999-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_782, "2024-02-29"),
            (20_454, "2026-01-01"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ];
        for (days, expected) in cases {
            assert_eq!(Date::after_epoch(days).to_string(), expected);
        }
    }

    /// Against a calendar that counts day by day.
    #[test]
    fn every_day_of_eight_centuries() {
        let is_leap = |year: u64| {
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
        };
        let days_of = |year, month| match month {
            2 => 28 + u64::from(is_leap(year)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..2 * DAYS_OF_ERA {
            assert_eq!(Date::after_epoch(days), Date { year, month, day });
            day += 1;
            if day > days_of(year, month) {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
        assert_eq!(year, 2770);
    }

    #[test]
    fn today_is_after_this_was_written() {
        assert!(Date::today().year >= 2025);
    }
}
