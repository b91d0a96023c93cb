//! Doc comments, as a model is to read them.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

/// What a doc comment says: literal text and expressions such as `include_str!(…)`, a line each.
pub(crate) struct Docs(Vec<Expr>);

impl Docs {
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let is_doc = |attribute: &&Attribute| attribute.path().is_ident("doc");
        let values = attributes
            .iter()
            .filter(is_doc)
            .filter_map(|doc| match &doc.meta {
                Meta::NameValue(pair) => Some(pair.value.clone()),
                _ => None,
            });
        Docs(values.collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.literal().is_some_and(|text| text.is_empty())
    }

    /// The text up to the first heading, if all of it is literal: what follows is for those who read Rust.
    fn literal(&self) -> Option<String> {
        let lines: Option<Vec<String>> = self.0.iter().map(line).collect();
        let text = lines?.join("\n");
        let lines = text
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
        let mut is_code = false;
        let is_said = |line: &&str| {
            is_code ^= line.trim_start().starts_with("```");
            is_code || !line.starts_with("# ")
        };
        let said: Vec<&str> = lines.take_while(is_said).collect();
        Some(said.join("\n").trim().to_owned())
    }
}

fn line(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self.literal() {
            Some(text) => LitStr::new(&text, proc_macro2::Span::call_site()).to_tokens(tokens),
            None => {
                let lines = &self.0;
                quote!(::core::concat!(#(#lines, "\n"),*)).to_tokens(tokens);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn headings_are_for_those_who_read_rust() {
        let function: syn::ItemFn = parse_quote! {
            /// Reads a file.
            ///
            ///   - with indents
            ///
            /// ```sh
            /// # not a heading
            /// ```
            ///
            /// # Errors
            ///
            /// When there is none.
            fn read() {}
        };
        let text = Docs::of(&function.attrs).literal();
        assert_eq!(
            text.as_deref(),
            Some("Reads a file.\n\n  - with indents\n\n```sh\n# not a heading\n```")
        );
    }

    #[test]
    fn a_heading_alone_says_nothing() {
        let function: syn::ItemFn = parse_quote! {
            #[doc = "# Errors"]
            fn read() {}
        };
        assert!(Docs::of(&function.attrs).is_empty());
        assert!(Docs::of(&[]).is_empty());
    }
}
