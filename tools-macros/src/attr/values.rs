//! What stands behind the equals sign of a key.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Meta, Path, Result};

use super::Approval;

/// What every wire takes as the name of a tool.
const LONGEST_NAME: usize = 64;

pub(super) fn span(key: &Meta) -> Span {
    key.path().span()
}

fn name(key: &Meta) -> String {
    let idents = key
        .path()
        .segments
        .iter()
        .map(|part| part.ident.to_string());
    idents.collect::<Vec<_>>().join("::")
}

/// A key without a value.
pub(super) fn flag(key: &Meta) -> Result<bool> {
    match key {
        Meta::Path(_) => Ok(true),
        _ => {
            let name = name(key);
            let message =
                format!("`{name}` takes no value: write `{name}` to set it, or leave it out");
            Err(Error::new_spanned(key, message))
        }
    }
}

fn value<'a>(key: &'a Meta, example: &str) -> Result<&'a Expr> {
    match key {
        Meta::NameValue(pair) => Ok(&pair.value),
        _ => {
            let message = format!("`{0}` wants a value: `{0} = {example}`", name(key));
            Err(Error::new_spanned(key, message))
        }
    }
}

fn literal(key: &Meta, example: &str) -> Result<LitStr> {
    match value(key, example)? {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text.clone()),
        other => {
            let message = format!("`{0}` is text: `{0} = {example}`", name(key));
            Err(Error::new_spanned(other, message))
        }
    }
}

pub(super) fn text(key: &Meta) -> Result<LitStr> {
    let text = literal(key, "\"…\"")?;
    if text.value().is_empty() {
        return Err(Error::new_spanned(
            text,
            format!("`{}` is empty", name(key)),
        ));
    }
    Ok(text)
}

pub(super) fn tool_name(key: &Meta) -> Result<LitStr> {
    let text = text(key)?;
    check_name(&text.value()).map_err(|message| Error::new_spanned(&text, message))?;
    Ok(text)
}

/// Says what is wrong with the name of a tool.
pub(crate) fn check_name(name: &str) -> std::result::Result<(), String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    match name.chars().find(|letter| !is_letter(*letter)) {
        Some(letter) => Err(format!(
            "a tool's name has letters `a` to `z`, digits, `_` and `-`; providers refuse `{letter}`"
        )),
        None if name.len() > LONGEST_NAME => Err(format!(
            "a tool's name has at most {LONGEST_NAME} letters, and this has {}",
            name.len()
        )),
        None => Ok(()),
    }
}

/// A number, a constant, or a calculation such as `64 * 1024`.
pub(super) fn number(key: &Meta, example: &str) -> Result<Expr> {
    match value(key, example)? {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) if number.base10_parse::<u64>().is_ok() => Ok(value(key, example)?.clone()),
        Expr::Binary(_) | Expr::Path(_) => Ok(value(key, example)?.clone()),
        other => {
            let message = format!("`{0}` is a whole number: `{0} = {example}`", name(key));
            Err(Error::new_spanned(other, message))
        }
    }
}

pub(super) fn approval(key: &Meta) -> Result<Approval> {
    let text = literal(key, "\"always\"")?;
    match text.value().as_str() {
        "by_policy" => Ok(Approval::ByPolicy),
        "always" => Ok(Approval::Always),
        "never" => Ok(Approval::Never),
        _ => {
            let message = "`approval` is \"always\", \"never\" or \"by_policy\"";
            Err(Error::new_spanned(text, message))
        }
    }
}

pub(super) fn path(key: &Meta) -> Result<Path> {
    match value(key, "::windlass_core")? {
        Expr::Path(path) => Ok(path.path.clone()),
        other => {
            let message = "`crate` is a path: `crate = ::windlass_core`";
            Err(Error::new_spanned(other, message))
        }
    }
}

/// A time such as `"30s"`, or a number of seconds.
pub(super) fn milliseconds(key: &Meta) -> Result<u64> {
    let value = value(key, "\"30s\"")?;
    let written = match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => text.value(),
        Expr::Lit(ExprLit {
            lit: Lit::Int(seconds),
            ..
        }) if seconds.suffix().is_empty() => format!("{}s", seconds.base10_digits()),
        _ => String::new(),
    };
    let time = read_time(&written).filter(|time| *time > 0);
    time.ok_or_else(|| {
        let message = "`timeout` is a time above zero: \"500ms\", \"30s\", \"5m\", \"1h\", or a number of seconds";
        Error::new_spanned(value, message)
    })
}

fn read_time(written: &str) -> Option<u64> {
    let border = written.find(|letter: char| !letter.is_ascii_digit())?;
    let (digits, unit) = written.split_at(border);
    let factor = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::read_time;

    #[test]
    fn times_have_a_unit() {
        let cases = [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("5 m", Some(300_000)),
            ("1h", Some(3_600_000)),
            ("30", None),
            ("s", None),
            ("1.5s", None),
            ("-1s", None),
            ("30 days", None),
            ("99999999999999999999s", None),
            ("18446744073709551615h", None),
            ("", None),
        ];
        for (written, expected) in cases {
            assert_eq!(read_time(written), expected, "of {written:?}");
        }
    }
}
