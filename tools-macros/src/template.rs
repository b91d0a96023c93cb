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

    #[test]
    fn braces_hold_names_of_parameters() {
        let cases: [(&str, Option<(&str, &[&str])>); 9] = [
            ("files", Some(("files", &[]))),
            ("file:{path}", Some(("file:{}", &["path"]))),
            ("{a}/{b}", Some(("{}/{}", &["a", "b"]))),
            ("{{{a}}}", Some(("{{{}}}", &["a"]))),
            ("a}}", Some(("a}}", &[]))),
            ("{", None),
            ("a}", None),
            ("{a:?}", None),
            ("{}", None),
        ];
        for (text, expected) in cases {
            let found = Template::parse(&LitStr::new(text, proc_macro2::Span::call_site())).ok();
            let names = |template: &Template| {
                template
                    .names
                    .iter()
                    .map(Ident::to_string)
                    .collect::<Vec<_>>()
            };
            let found = found.map(|template| (template.format.value(), names(&template)));
            let expected = expected.map(|(format, names)| {
                (
                    format.to_owned(),
                    names.iter().map(|&name| name.to_owned()).collect(),
                )
            });
            assert_eq!(found, expected, "of {text}");
        }
    }
}
