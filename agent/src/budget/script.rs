//! Tokens of a text by what it is written in: words, code, encoded data, and scripts beyond ASCII.

mod data;

use data::{JOINED, NUMBER, PIECE, RUN, RUN_BYTES, WEIGHTS, WORD};

#[cfg(test)]
mod tests;

/// How many hundredths of a token a text takes, for a tokenizer of about 200,000 pieces.
///
/// Each byte adds its weight, and what begins (a word, a number, a piece with a capital in mid-word) adds to that. Marks
/// that follow each other join. A long run of letters and digits (base64, a hash) is counted by its length, because no
/// tokenizer knows such words.
pub(super) fn hundredths(text: &str) -> u64 {
    let (mut sum, mut run, mut before) = (0_u64, 0_u64, Class::Space);
    for &byte in text.as_bytes() {
        let class = Class::of(byte);
        run = match class {
            Class::Lower | Class::Upper | Class::Digit => run + 1,
            _ if matches!(byte, b'+' | b'/') => run + 1,
            _ => 0,
        };
        if run > RUN_BYTES {
            sum += RUN;
        } else {
            let begins = match (before, class) {
                (Class::Lower | Class::Upper, Class::Lower) | (Class::Upper, Class::Upper) => 0,
                (Class::Lower | Class::Digit, Class::Upper) => PIECE,
                (_, Class::Lower | Class::Upper) => WORD,
                (Class::Digit, Class::Digit) => 0,
                (_, Class::Digit) => NUMBER,
                _ => 0,
            };
            let joins = before == Class::Mark && class == Class::Mark;
            sum += if joins {
                JOINED
            } else {
                WEIGHTS[usize::from(byte)] + begins
            };
        }
        before = class;
    }
    sum
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    Space,
    Mark,
    Beyond,
}

impl Class {
    fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Class::Lower,
            b'A'..=b'Z' => Class::Upper,
            b'0'..=b'9' => Class::Digit,
            b' ' | b'\t' | b'\r' | b'\n' => Class::Space,
            0..=0x7f => Class::Mark,
            _ => Class::Beyond,
        }
    }
}
