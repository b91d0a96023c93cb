//! The name that was probably meant.

/// Names longer than this are not compared: the work grows with the square of the length.
const LONGEST: usize = 128;

/// Finds the known name with the fewest letters to change, if those are fewer than half of them.
///
/// Case does not count as a difference, and neither does `-` in place of `_`.
///
/// ```
/// use windlass_core::nearest_name;
///
/// let tools = ["weather", "time_of_day"];
/// assert_eq!(nearest_name("wether", tools), Some("weather"));
/// assert_eq!(nearest_name("Time-Of-Day", tools), Some("time_of_day"));
/// assert_eq!(nearest_name("send_mail", tools), None);
/// ```
pub fn nearest_name<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if given.len() > LONGEST {
        return None;
    }
    let given = folded(given);
    let near = known.into_iter().filter(|name| name.len() <= LONGEST);
    let (distance, name) = near
        .map(|name| (distance(&given, &folded(name)), name))
        .min_by_key(|(distance, _)| *distance)?;
    (distance * 2 < name.chars().count()).then_some(name)
}

fn folded(name: &str) -> Vec<char> {
    let fold = |letter: char| match letter {
        '-' => '_',
        other => other.to_ascii_lowercase(),
    };
    name.chars().map(fold).collect()
}

/// Letters to insert, delete or replace to turn one word into the other.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (deleted, letter) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = deleted + 1;
        for (at, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_offered() {
        let known = ["city", "country", "unit"];
        let cases = [
            ("citty", Some("city")),
            ("CITY", Some("city")),
            ("contry", Some("country")),
            ("units", Some("unit")),
            ("temperature", None),
            ("", None),
        ];
        for (given, expected) in cases {
            assert_eq!(nearest_name(given, known), expected, "{given}");
        }
        assert_eq!(nearest_name("x", []), None);
        assert_eq!(nearest_name(&"city".repeat(1000), known), None);
    }
}
