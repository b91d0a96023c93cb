//! Dates as HTTP writes them, in the form of today and in the two of yesterday, and as RFC 3339 does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let words = text.split([' ', ',', '-']).filter(|word| !word.is_empty());
    let words: Vec<_> = words.take(7).collect();
    let (day, month, year, time) = match words[..] {
        [_, day, month, year, time, "GMT"] => (day, month, year, time),
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let days = days_since_1970(year_of(year)?, month, within(day, 1, 31)?)?;
    let seconds = days * 86_400 + seconds_of_day(time)?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Reads `2026-08-19T14:34:53Z`, with a fraction of a second or an offset where there is one.
pub(crate) fn rfc3339(text: &str) -> Option<SystemTime> {
    let (date, time) = text.trim().split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let month = usize::try_from(within(month, 1, 12)? - 1).ok()?;
    let days = days_since_1970(year_of(year)?, month, within(day, 1, 31)?)?;
    let end = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at(end);
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    let local = UNIX_EPOCH + Duration::from_secs(days * 86_400 + seconds_of_day(whole)?);
    let local = local.checked_add(Duration::try_from_secs_f64(fraction).ok()?)?;
    let (hours, minutes) = match zone {
        "Z" | "z" => return Some(local),
        zone => zone[1..].split_once(':')?,
    };
    let offset = Duration::from_secs(within(hours, 0, 23)? * 3600 + within(minutes, 0, 59)? * 60);
    match zone.starts_with('+') {
        true => local.checked_sub(offset),
        false => local.checked_add(offset),
    }
}

/// Two digits mean the years 1970 to 2069.
fn year_of(text: &str) -> Option<u64> {
    let year = within(text, 0, 9999)?;
    match (text.len(), year) {
        (2, 70..) => Some(1900 + year),
        (2, _) => Some(2000 + year),
        (4, 1970..) => Some(year),
        _ => None,
    }
}

fn seconds_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    // A minute may have a leap second.
    let time =
        within(hours, 0, 23)? * 3600 + within(minutes, 0, 59)? * 60 + within(seconds, 0, 60)?;
    parts.next().is_none().then_some(time)
}

fn days_since_1970(year: u64, month: usize, day: u64) -> Option<u64> {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let february = if leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years = (1970..year).map(|year| if leap(year) { 366 } else { 365 });
    let months = lengths.iter().take(month).sum::<u64>();
    (day <= lengths[month]).then(|| years.sum::<u64>() + months + day - 1)
}

fn within(text: &str, low: u64, high: u64) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits)?;
    (low..=high).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_rfc_3339_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199.0)),
            ("2026-08-19T14:34:50.25z", Some(1_787_150_090.25)),
            ("2026-08-19T16:34:50+02:00", Some(1_787_150_090.0)),
            ("2026-08-19 13:04:50-01:30", Some(1_787_150_090.0)),
            ("2023-02-29T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-08-19T14:34:50", None),
            ("2026-08-19T14:34:50+2", None),
            ("2026-08-19T25:00:00Z", None),
            ("2026-08-19T14:34:50.xZ", None),
            ("soon", None),
        ] {
            let read = rfc3339(text).map(|time| time.duration_since(UNIX_EPOCH).unwrap());
            assert_eq!(read.map(|time| time.as_secs_f64()), expected, "{text}");
        }
    }
}
