//! The time as signatures have it.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;
/// Characters of the date in `20150830T123600Z`.
const DATE: usize = 8;

/// A moment, written as `20150830T123600Z`.
#[derive(Debug)]
pub(super) struct Stamp(String);

impl Stamp {
    pub(super) fn of(time: SystemTime) -> Self {
        let seconds = time
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let (year, month, day) = civil(seconds / DAY);
        let second = seconds % DAY;
        Stamp(format!(
            "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        ))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn date(&self) -> &str {
        self.0.get(..DATE).unwrap_or(&self.0)
    }
}

/// Year, month and day of the day that is `days` after the first of January 1970.
///
/// The year is counted from the first of March, so that the leap day comes last; an era has 400 years.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        for (seconds, text) in [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (1_440_938_160, "20150830T123600Z"),
            (1_709_251_199, "20240229T235959Z"),
            (4_107_542_400, "21000301T000000Z"),
        ] {
            let stamp = Stamp::of(UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(stamp.text(), text);
            assert_eq!(stamp.date(), &text[..8]);
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(Stamp::of(before).text(), "19700101T000000Z");
    }
}
