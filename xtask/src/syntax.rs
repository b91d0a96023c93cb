//! What the checks need to know of a source's shape: its functions and which lines are tests.

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use crate::lexer::{self, Kind, Token};

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    /// Where its `fn` stands.
    pub(crate) line: usize,
    /// From its `fn` to its closing brace.
    pub(crate) lines: usize,
}

/// A source without its comments.
pub(crate) fn code(source: &str) -> Vec<Token<'_>> {
    let mut tokens = lexer::tokens(source);
    tokens.retain(Token::is_code);
    tokens
}

/// All functions that have a body, nested ones too.
pub(crate) fn functions<'a>(code: &[Token<'a>]) -> Vec<Function<'a>> {
    let mut found = Vec::new();
    for (at, pair) in code.windows(2).enumerate() {
        let [keyword, name] = pair else { continue };
        // A function pointer's type has no name; a macro's `fn $name` has no name yet.
        if !keyword.is("fn") || name.kind != Kind::Word {
            continue;
        }
        if let Some(end) = item_end(code, at).filter(|&end| code[end].is("}")) {
            found.push(Function {
                name: name.text,
                line: keyword.line,
                lines: code[end].line - keyword.line + 1,
            });
        }
    }
    found
}

/// The lines of items that exist in tests only.
pub(crate) fn test_lines(code: &[Token<'_>]) -> Vec<RangeInclusive<usize>> {
    let mut found = Vec::new();
    for at in 0..code.len() {
        let Some(attribute) = attribute(code, at).filter(|a| is_for_tests(a.words)) else {
            continue;
        };
        let end = if attribute.is_inner {
            code.len().checked_sub(1)
        } else {
            item_end(code, attribute.end)
        };
        let last = end.map_or(usize::MAX, |end| code[end].line);
        found.push(code[at].line..=last);
    }
    found
}

/// Where tests begin: the lines of `#[test]`, `#[tokio::test]` and the like, and of `proptest!`.
pub(crate) fn test_marks(code: &[Token<'_>]) -> Vec<usize> {
    let is_mark = |&at: &usize| {
        let names_test = attribute(code, at).is_some_and(|attribute| is_test(attribute.words));
        let next_is_bang = code.get(at + 1).is_some_and(|next| next.is("!"));
        names_test || code[at].is("proptest") && next_is_bang
    };
    (0..code.len())
        .filter(is_mark)
        .map(|at| code[at].line)
        .collect()
}

struct Attribute<'t, 'a> {
    /// What stands between the brackets.
    words: &'t [Token<'a>],
    /// The token after the closing bracket.
    end: usize,
    /// `#![…]`, which is about the file.
    is_inner: bool,
}

fn attribute<'t, 'a>(code: &'t [Token<'a>], at: usize) -> Option<Attribute<'t, 'a>> {
    if !code.get(at)?.is("#") {
        return None;
    }
    let is_inner = code.get(at + 1)?.is("!");
    let open = at + 1 + usize::from(is_inner);
    if !code.get(open)?.is("[") {
        return None;
    }
    let close = closing(code, open)?;
    Some(Attribute {
        words: &code[open + 1..close],
        end: close + 1,
        is_inner,
    })
}

/// `cfg(test)` in any company but `not`.
fn is_for_tests(words: &[Token<'_>]) -> bool {
    let has = |name: &str| words.iter().any(|token| token.is(name));
    words.first().is_some_and(|first| first.is("cfg")) && has("test") && !has("not")
}

/// A path whose last name is `test`, with or without arguments.
fn is_test(words: &[Token<'_>]) -> bool {
    let arguments = words.iter().position(|token| token.is("("));
    let path = &words[..arguments.unwrap_or(words.len())];
    let in_path = |token: &Token<'_>| token.is(":") || token.kind == Kind::Word;
    path.last().is_some_and(|last| last.is("test")) && path.iter().all(in_path)
}

/// The last token of the item that begins at `start`: its closing brace, or its semicolon.
fn item_end(code: &[Token<'_>], start: usize) -> Option<usize> {
    let mut at = start;
    let mut angles = 0_usize;
    while let Some(token) = code.get(at) {
        let before = at.checked_sub(1).map(|before| code[before]);
        let follows = |signs: &[&str]| before.is_some_and(|b| signs.iter().any(|sign| b.is(sign)));
        match token.text {
            _ if token.kind != Kind::Sign => {}
            "(" | "[" => at = closing(code, at)?,
            // A constant as a generic argument: `Ring<{ SIZE }>`.
            "{" if angles > 0 && follows(&["<", ",", "="]) => at = closing(code, at)?,
            "{" => return closing(code, at),
            // A field or variant at the end of its list.
            "}" => return at.checked_sub(1),
            ";" => return Some(at),
            "<" => angles += 1,
            ">" if !follows(&["-", "="]) => angles = angles.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The bracket that closes the one at `open`.
fn closing(code: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in code.iter().enumerate().skip(open) {
        match token.text {
            _ if token.kind != Kind::Sign => {}
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
