use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Pat, PatType, Result, Type, parse_quote};

use crate::attr::Keys;
use crate::docs::Docs;
use crate::problems::Problems;
use crate::types::{self, Lowered};

/// The attributes of a parameter that are not the compiler's.
const OURS: [&str; 5] = ["doc", "default", "rename", "state", "context"];

/// A parameter of a tool.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) source: Source,
    /// Where its type stands.
    pub(crate) place: Span,
}

/// Where the value of a parameter comes from.
pub(crate) enum Source {
    Model(Box<Argument>),
    /// What the tools of a run share, of this type.
    State(Box<Type>),
    Context,
}

/// What the model gives.
pub(crate) struct Argument {
    pub(crate) name: LitStr,
    pub(crate) docs: Docs,
    pub(crate) default: Option<Expr>,
    pub(crate) lowered: Lowered,
}

impl Parameter {
    /// Checks a parameter; nothing comes of one that is wrong.
    pub(super) fn of(input: &PatType, keys: &Keys, problems: &mut Problems) -> Option<Self> {
        refuse_conditions(&input.attrs, problems);
        let ident = problems.take(ident(&input.pat));
        let ty = types::ungrouped(&input.ty);
        let context = marker(&input.attrs, "context", problems);
        let state = marker(&input.attrs, "state", problems);
        refuse_other_marks(input, context.or(state), problems);
        let source = match (context, state) {
            (Some(_), _) => problems.take(context_of(ty)),
            (None, Some(_)) => problems.take(state_of(ty)),
            (None, None) => {
                let ident = ident.as_ref()?;
                Argument::of(input, ident, keys, problems).map(|it| Source::Model(Box::new(it)))
            }
        };
        Some(Parameter {
            ident: ident?,
            source: source?,
            place: ty.span(),
        })
    }

    /// What the model calls it, if the model gives it.
    pub(super) fn model_name(&self) -> Option<String> {
        match &self.source {
            Source::Model(argument) => Some(argument.name.value()),
            _ => None,
        }
    }
}

impl Argument {
    fn of(input: &PatType, ident: &Ident, keys: &Keys, problems: &mut Problems) -> Option<Self> {
        if types::is_called(&input.ty, "ToolContext") {
            let message = "the model cannot give this; mark the parameter with `#[context]`";
            problems.add(&input.ty, message);
            return None;
        }
        let docs = Docs::of(&input.attrs);
        if docs.is_empty() && !keys.undocumented {
            let message = format!(
                "`{ident}` has no doc comment to tell the model what it is (`#[tool(undocumented)]` allows it)"
            );
            problems.add(ident, message);
        }
        let rename = problems.take(rename(&input.attrs))?;
        let default = problems.take(default(&input.attrs))?;
        let lowered = problems.take(types::lower(types::ungrouped(&input.ty), &keys.core))?;
        let own_name = || LitStr::new(ident.to_string().trim_start_matches("r#"), ident.span());
        Some(Argument {
            name: rename.unwrap_or_else(own_name),
            docs,
            default,
            lowered,
        })
    }
}

/// Whether the attribute is of no use to the compiler.
pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    OURS.iter().any(|name| attribute.path().is_ident(name))
}

fn refuse_conditions(attributes: &[Attribute], problems: &mut Problems) {
    let is_condition = |attribute: &&Attribute| {
        attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
    };
    for attribute in attributes.iter().filter(is_condition) {
        let message = "a parameter is there or not: write two functions, each with its `#[cfg]`";
        problems.add(attribute, message);
    }
}

fn ident(pattern: &Pat) -> Result<Ident> {
    match pattern {
        Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
            Ok(pattern.ident.clone())
        }
        other => {
            let message = "a parameter of a tool needs a name: take it apart in the function";
            Err(syn::Error::new_spanned(other, message))
        }
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.path().is_ident(name))
}

/// An attribute without a value.
fn marker<'a>(
    attributes: &'a [Attribute],
    name: &str,
    problems: &mut Problems,
) -> Option<&'a Attribute> {
    let found = find(attributes, name)?;
    if !matches!(found.meta, Meta::Path(_)) {
        problems.add(found, format!("`#[{name}]` takes no value"));
    }
    Some(found)
}

/// What is not given by the model has no default and no other name.
fn refuse_other_marks(input: &PatType, marker: Option<&Attribute>, problems: &mut Problems) {
    let Some(marker) = marker else { return };
    for other in input.attrs.iter().filter(|it| is_ours(it)) {
        let (name, marker) = (words(other), words(marker));
        if name != marker && name != "doc" {
            let message = format!("`#[{name}]` has no meaning beside `#[{marker}]`");
            problems.add(other, message);
        }
    }
}

fn words(attribute: &Attribute) -> String {
    attribute.path().to_token_stream().to_string()
}

fn context_of(ty: &Type) -> Result<Source> {
    match ty {
        Type::Reference(reference) if reference.mutability.is_none() => Ok(Source::Context),
        other => Err(syn::Error::new_spanned(
            other,
            "the context is lent: `&ToolContext`",
        )),
    }
}

fn state_of(ty: &Type) -> Result<Source> {
    match ty {
        Type::Reference(reference) if reference.mutability.is_none() => {
            Ok(Source::State(reference.elem.clone()))
        }
        other => {
            let message = "what the tools of a run share is lent: `&T`";
            Err(syn::Error::new_spanned(other, message))
        }
    }
}

fn rename(attributes: &[Attribute]) -> Result<Option<LitStr>> {
    let Some(attribute) = find(attributes, "rename") else {
        return Ok(None);
    };
    match &attribute.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(name),
                ..
            }) if !name.value().is_empty() => Ok(Some(name.clone())),
            other => Err(syn::Error::new_spanned(
                other,
                "a name is text: `#[rename = \"…\"]`",
            )),
        },
        other => Err(syn::Error::new_spanned(
            other,
            "the name is missing: `#[rename = \"…\"]`",
        )),
    }
}

/// The value of an absent parameter; literal text becomes whatever the parameter is.
fn default(attributes: &[Attribute]) -> Result<Option<Expr>> {
    let Some(attribute) = find(attributes, "default") else {
        return Ok(None);
    };
    match &attribute.meta {
        Meta::Path(_) => Ok(Some(parse_quote!(::core::default::Default::default()))),
        Meta::NameValue(pair) => Ok(Some(match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => parse_quote!(::core::convert::From::from(#text)),
            value => value.clone(),
        })),
        Meta::List(list) => {
            let message = "write `#[default = …]`, or `#[default]` for that of the type";
            Err(syn::Error::new_spanned(list, message))
        }
    }
}
