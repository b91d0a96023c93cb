/// The beginning and the end of a text that is longer than `bytes`, with a line that says what is missing.
pub(super) fn excerpt(text: &str, bytes: usize) -> Option<String> {
    if text.len() <= bytes {
        return None;
    }
    let head = border(text, bytes / 3 * 2);
    let tail = border(text, text.len() - bytes / 3);
    let missing = tail - head;
    Some(format!(
        "{}\n[… {missing} bytes left out …]\n{}",
        &text[..head],
        &text[tail..]
    ))
}

/// The nearest border between characters at or before `at`.
fn border(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn what_is_too_long_keeps_its_ends() {
        assert_eq!(excerpt("short", 5), None);
        let cut = |text: &str, bytes| excerpt(text, bytes).unwrap();
        assert_eq!(cut("0123456789", 9), "012345\n[… 1 bytes left out …]\n789");
        assert_eq!(cut("ääää", 3), "ä\n[… 4 bytes left out …]\nä");
        assert_eq!(cut("äöü", 0), "\n[… 6 bytes left out …]\n");
    }
}
