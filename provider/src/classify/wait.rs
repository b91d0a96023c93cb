//! How long a provider wants to be left alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Failure, date};
use crate::quota;

/// What comes before a wait in the words of a message.
const PHRASES: [&str; 6] = [
    "try again in ",
    "retry in ",
    "try again after ",
    "retry after ",
    "retry your request after ",
    "please wait ",
];

/// The wait that the headers ask for: `retry-after-ms`, then `Retry-After` as seconds or a date.
///
/// A header that names no time to come says nothing, and the next is read. Azure is seen to send
/// `retry-after-ms: 0` beside `retry-after: 1`.
pub(super) fn of_headers(failure: &Failure<'_>, now: SystemTime) -> Option<Duration> {
    let milliseconds = failure.header("retry-after-ms").and_then(decimal);
    let after = failure.header("retry-after");
    milliseconds
        .and_then(|number| seconds(number / 1000.0))
        .or_else(|| after.and_then(decimal).and_then(seconds))
        .or_else(|| {
            after
                .and_then(date::parse)
                .and_then(|date| until(date, now))
        })
}

/// The wait that follows from the limits that are used up, where headers tell of them.
pub(super) fn of_limits(failure: &Failure<'_>, now: SystemTime) -> Option<Duration> {
    let tables = [quota::OPENAI, quota::OPENROUTER].into_iter();
    tables
        .filter_map(|table| quota::read_by(table, |name| failure.header(name), now))
        .find_map(|quota| quota.wait())
}

/// The wait until a time in milliseconds since 1970.
pub(crate) fn at(milliseconds: f64, now: SystemTime) -> Option<Duration> {
    let since = Duration::try_from_secs_f64(milliseconds / 1000.0).ok()?;
    until(UNIX_EPOCH.checked_add(since)?, now)
}

/// The wait that a message asks for: `try again in 1m2.5s`, `retry after 26 seconds`.
pub(super) fn of_message(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    PHRASES.into_iter().find_map(|phrase| {
        let start = lower.find(phrase)? + phrase.len();
        spelled(&lower[start..])
    })
}

/// A number of seconds, if it lies ahead.
pub(crate) fn seconds(number: f64) -> Option<Duration> {
    let wait = Duration::try_from_secs_f64(number).ok()?;
    (!wait.is_zero()).then_some(wait)
}

/// The duration that a text begins with: `34.07s`, `1h2m`, `20ms`, `26 seconds`.
pub(crate) fn spelled(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start();
    let mut sum = 0.0;
    while let Some((number, after)) = leading_number(rest) {
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic());
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let Some(scale) = scale(unit) else { break };
        sum += number * scale;
        rest = after.trim_start();
    }
    seconds(sum)
}

fn scale(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "milliseconds" | "millisecond" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

fn leading_number(text: &str) -> Option<(f64, &str)> {
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let end = text.find(|c| !digits(c)).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

pub(crate) fn decimal(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

pub(crate) fn until(time: SystemTime, now: SystemTime) -> Option<Duration> {
    let wait = time.duration_since(now).ok()?;
    (!wait.is_zero()).then_some(wait)
}
