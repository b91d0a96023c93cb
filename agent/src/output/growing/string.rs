//! The inside of a JSON string, in pieces.

use super::Broken;

/// Where reading a string is within an escape.
#[derive(Debug, Default)]
pub(super) struct Quoted {
    escape: Escape,
    /// The first half of a pair of escapes that are one character.
    high: Option<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Escape {
    #[default]
    None,
    Begun,
    Digits {
        count: u8,
        unit: u16,
    },
}

/// How far a string was read.
pub(super) struct Taken {
    pub(super) bytes: usize,
    pub(super) is_end: bool,
}

impl Quoted {
    /// Reads on up to the next border between plain characters and escapes, and adds what is whole to `word`.
    pub(super) fn read(&mut self, rest: &str, word: &mut String) -> Result<Taken, Broken> {
        let is_special = |byte: u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let first = rest.as_bytes()[0];
        let (mut bytes, mut is_end) = (1, false);
        match self.escape {
            Escape::None if !is_special(first) => {
                let end = rest.bytes().position(is_special);
                bytes = end.unwrap_or(rest.len());
                self.end_pair(word);
                word.push_str(&rest[..bytes]);
            }
            Escape::None if first == b'"' => {
                self.end_pair(word);
                is_end = true;
            }
            Escape::None if first == b'\\' => self.escape = Escape::Begun,
            Escape::None => return Err(Broken),
            Escape::Begun => self.escaped(first, word)?,
            Escape::Digits { count, unit } => self.digit(first, count, unit, word)?,
        }
        Ok(Taken { bytes, is_end })
    }

    fn escaped(&mut self, byte: u8, word: &mut String) -> Result<(), Broken> {
        self.escape = Escape::None;
        let char = match byte {
            b'u' => {
                self.escape = Escape::Digits { count: 0, unit: 0 };
                return Ok(());
            }
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ => return Err(Broken),
        };
        self.end_pair(word);
        word.push(char);
        Ok(())
    }

    fn digit(&mut self, byte: u8, count: u8, unit: u16, word: &mut String) -> Result<(), Broken> {
        let digit = char::from(byte).to_digit(16).ok_or(Broken)?;
        let digit = u16::try_from(digit).expect("a hexadecimal digit is below 16");
        let (count, unit) = (count + 1, unit << 4 | digit);
        self.escape = Escape::Digits { count, unit };
        if count == 4 {
            self.escape = Escape::None;
            self.unit(unit, word);
        }
        Ok(())
    }

    fn unit(&mut self, unit: u16, word: &mut String) {
        if let Some(high) = self.high
            && let Some(Ok(char)) = char::decode_utf16([high, unit]).next()
        {
            self.high = None;
            return word.push(char);
        }
        self.end_pair(word);
        match unit {
            0xd800..=0xdbff => self.high = Some(unit),
            _ => word.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    /// A first half without its second is no character.
    fn end_pair(&mut self, word: &mut String) {
        if self.high.take().is_some() {
            word.push(char::REPLACEMENT_CHARACTER);
        }
    }
}
