//! The name that was probably meant.

/// The known name with the fewest letters to change, if those are fewer than half of them.
pub(super) fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let (distance, name) = known
        .map(|name| (distance(given, name), name))
        .min_by_key(|(distance, _)| *distance)?;
    (distance * 2 < name.chars().count()).then_some(name)
}

/// Letters to insert, delete or replace to turn one word into the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (deleted, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = deleted + 1;
        for (at, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
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
    fn distances() {
        let cases = [
            ("", "", 0),
            ("", "abc", 3),
            ("check", "check", 0),
            ("chekc", "check", 2),
            ("kitten", "sitting", 3),
        ];
        for (from, to, expected) in cases {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn only_a_near_name_is_offered() {
        let known = ["check", "test", "tidy"];
        let offered = |given| nearest(given, known.into_iter());
        assert_eq!(offered("chek"), Some("check"));
        assert_eq!(offered("tidi"), Some("tidy"));
        assert_eq!(offered("deploy"), None);
        assert_eq!(nearest("x", std::iter::empty()), None);
    }
}
