//! Rust source cut into tokens: just enough to tell code from comments and strings.
//!
//! It never fails: what is not closed ends with the file. Anything finer than words and single signs is left to the
//! reader of the tokens.

#[cfg(test)]
mod tests;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "not a public interface")]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word,
    /// `'a`, without a closing quote.
    Lifetime,
    /// A string, character, byte or number.
    Literal,
    /// A comment that is not documentation.
    Comment,
    /// A documentation comment.
    Doc,
    /// One sign.
    Sign,
}

/// A piece of source and the line it starts in, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    pub(crate) line: usize,
}

impl Token<'_> {
    /// Whether it is this keyword, identifier or sign, as code.
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }

    /// Whether it is code rather than a comment.
    pub(crate) fn is_code(&self) -> bool {
        !matches!(self.kind, Kind::Comment | Kind::Doc)
    }
}

/// All tokens of a source, white space left out.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    loop {
        let blank = rest.len() - rest.trim_start().len();
        line += line_breaks(&rest[..blank]);
        rest = &rest[blank..];
        if rest.is_empty() {
            return tokens;
        }
        let (kind, length) = token(rest);
        let text = &rest[..length];
        tokens.push(Token { kind, text, line });
        line += line_breaks(text);
        rest = &rest[length..];
    }
}

fn line_breaks(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

/// The kind and length of the token that `rest`, which is not empty, begins with.
fn token(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        let length = rest.find('\n').unwrap_or(rest.len());
        return (line_comment(rest), length);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), block_length(rest));
    }
    let first = rest.chars().next().unwrap_or_default();
    match first {
        '"' => (Kind::Literal, quoted_length(rest, '"')),
        '\'' => quote(rest),
        '0'..='9' => (Kind::Literal, word_length(rest)),
        _ if is_word(first) => word(rest),
        _ => (Kind::Sign, first.len_utf8()),
    }
}

fn line_comment(text: &str) -> Kind {
    let doc = text.starts_with("//!") || text.starts_with("///") && !text.starts_with("////");
    if doc { Kind::Doc } else { Kind::Comment }
}

fn block_comment(text: &str) -> Kind {
    let empty = text.starts_with("/**/") || text.starts_with("/***");
    let doc = text.starts_with("/*!") || text.starts_with("/**") && !empty;
    if doc { Kind::Doc } else { Kind::Comment }
}

/// Block comments nest.
fn block_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => depth += 1,
            Some(b"*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// From an opening quote to the same quote, unless a backslash stands before it.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// A quote begins a character where one closes it after one character or escape, and a lifetime elsewhere.
fn quote(text: &str) -> (Kind, usize) {
    let mut inside = text[1..].chars();
    match (inside.next(), inside.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => (Kind::Literal, quoted_length(text, '\'')),
        (Some(first), _) if is_word(first) => (Kind::Lifetime, 1 + word_length(&text[1..])),
        _ => (Kind::Sign, 1),
    }
}

/// A word, or the literal or raw identifier that it is the prefix of.
fn word(text: &str) -> (Kind, usize) {
    let length = word_length(text);
    let (prefix, after) = text.split_at(length);
    let next = after.chars().next();
    match (prefix, next) {
        ("b" | "c", Some('"')) => (Kind::Literal, length + quoted_length(after, '"')),
        ("b", Some('\'')) => (Kind::Literal, length + quoted_length(after, '\'')),
        ("r" | "br" | "cr", Some('"' | '#')) => raw(text, length),
        _ => (Kind::Word, length),
    }
}

/// `r"…"`, `r##"…"##` and the like, or `r#word`.
fn raw(text: &str, prefix: usize) -> (Kind, usize) {
    let after = &text[prefix..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let Some(body) = after[hashes..].strip_prefix('"') else {
        let name = word_length(&after[hashes..]);
        let is_name = hashes == 1 && name > 0;
        return (Kind::Word, if is_name { prefix + 1 + name } else { prefix });
    };
    let closing = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - body.len();
    let end = body.find(&closing).map(|at| start + at + closing.len());
    (Kind::Literal, end.unwrap_or(text.len()))
}

fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
