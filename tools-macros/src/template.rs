//! Texts with parameters in braces, such as `file:{path}`.

use proc_macro2::Ident;
use syn::{Error, LitStr, Result};

/// A text into which arguments are put.
pub(crate) struct Template {
    /// The text as [`format!`] takes it, with empty braces.
    pub(crate) format: LitStr,
    /// The parameters, in order, each at the place of the text.
    pub(crate) names: Vec<Ident>,
}

impl Template {
    pub(crate) fn parse(text: &LitStr) -> Result<Self> {
        let value = text.value();
        let (mut format, mut names, mut rest) = (String::new(), Vec::new(), value.as_str());
        while let Some(at) = rest.find(['{', '}']) {
            format.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if let Some(after) = after.strip_prefix(brace) {
                format.extend([brace, brace]);
                rest = after;
                continue;
            }
            let inside = match brace {
                "{" => after.split_once('}'),
                _ => None,
            };
            let Some((name, after)) = inside else {
                let message = format!(
                    "a brace without its other half; write `{brace}{brace}` for the letter itself"
                );
                return Err(Error::new_spanned(text, message));
            };
            names.push(parse_name(name, text)?);
            format.push_str("{}");
            rest = after;
        }
        format.push_str(rest);
        Ok(Template {
            format: LitStr::new(&format, text.span()),
            names,
        })
    }
}

fn parse_name(name: &str, text: &LitStr) -> Result<Ident> {
    let mut ident = syn::parse_str::<Ident>(name).map_err(|_| {
        let message = format!("`{name}` is no name of a parameter");
        Error::new_spanned(text, message)
    })?;
    ident.set_span(text.span());
    Ok(ident)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &[&str])>) {
        let text = LitStr::new(text, proc_macro2::Span::call_site());
        let found = Template::parse(&text).ok();
        let found = found.as_ref().map(|template| {
            let names: Vec<String> = template.names.iter().map(Ident::to_string).collect();
            (template.format.value(), names)
        });
        let expected = expected.map(|(format, names)| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            (format.to_owned(), names)
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn braces_hold_names_of_parameters() {
        check("files", Some(("files", &[])));
        check("file:{path}", Some(("file:{}", &["path"])));
        check("{a}/{b}", Some(("{}/{}", &["a", "b"])));
        check("{{{a}}}", Some(("{{{}}}", &["a"])));
        check("a}}", Some(("a}}", &[])));
        for wrong in ["{", "a}", "{a:?}", "{}", "{a b}", "{fn}"] {
            check(wrong, None);
        }
    }
}
