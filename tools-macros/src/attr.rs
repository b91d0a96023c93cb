//! The keys of an attribute, each with the place it stands at.

mod values;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Meta, Path, Token};

use crate::problems::Problems;
use crate::template::Template;

pub(crate) use values::check_name;

/// Every key, as the message for an unknown one lists them.
const KNOWN: &str = "`name`, `read_only`, `idempotent`, `exclusive`, `group`, `reads`, `writes`, `timeout`, \
                     `max_output`, `retries`, `approval`, `category`, `polling`, `hidden`, `blocking`, `undocumented`, \
                     `crate`";

/// What the keys of `#[tool(…)]` say.
pub(crate) struct Keys {
    pub(crate) name: Option<LitStr>,
    pub(crate) category: Option<LitStr>,
    pub(crate) safety: Option<Safety>,
    /// In milliseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) max_output: Option<Expr>,
    pub(crate) retries: Option<Expr>,
    pub(crate) approval: Option<Approval>,
    pub(crate) read_only: bool,
    pub(crate) idempotent: bool,
    pub(crate) polling: bool,
    pub(crate) hidden: bool,
    pub(crate) blocking: Option<Span>,
    pub(crate) undocumented: bool,
    /// Where `windlass_core` is found.
    pub(crate) core: Path,
}

/// Which calls a call keeps away.
pub(crate) enum Safety {
    Exclusive,
    Keyed { access: Access, key: Template },
}

/// What a call does to the thing of its key.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Whether somebody is asked.
#[derive(Clone, Copy)]
pub(crate) enum Approval {
    ByPolicy,
    Always,
    Never,
}

impl Default for Keys {
    fn default() -> Self {
        Keys {
            name: None,
            category: None,
            safety: None,
            timeout: None,
            max_output: None,
            retries: None,
            approval: None,
            read_only: false,
            idempotent: false,
            polling: false,
            hidden: false,
            blocking: None,
            undocumented: false,
            core: syn::parse_quote!(::windlass_core),
        }
    }
}

impl Keys {
    /// Reads what stands between the parentheses.
    pub(crate) fn parse(tokens: TokenStream, problems: &mut Problems) -> Self {
        let mut keys = Keys::default();
        let list = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens);
        let mut seen: Vec<String> = Vec::new();
        for key in problems.take(list).into_iter().flatten() {
            let name = key.path().to_token_stream().to_string();
            if seen.contains(&name) {
                problems.add(key.path(), format!("`{name}` is set twice"));
            } else if let Err(error) = keys.set(&name, &key) {
                problems.push(error);
            }
            seen.push(name);
        }
        keys
    }

    fn set(&mut self, name: &str, key: &Meta) -> syn::Result<()> {
        match name {
            "read_only" => self.read_only = values::flag(key)?,
            "idempotent" => self.idempotent = values::flag(key)?,
            "polling" => self.polling = values::flag(key)?,
            "hidden" => self.hidden = values::flag(key)?,
            "undocumented" => self.undocumented = values::flag(key)?,
            "blocking" if values::flag(key)? => self.blocking = Some(values::span(key)),
            "name" => self.name = Some(values::tool_name(key)?),
            "category" => self.category = Some(values::text(key)?),
            "timeout" => self.timeout = Some(values::milliseconds(key)?),
            "max_output" => self.max_output = Some(values::number(key, "4096")?),
            "retries" => self.retries = Some(values::number(key, "3")?),
            "approval" => self.approval = Some(values::approval(key)?),
            "crate" => self.core = values::path(key)?,
            "exclusive" if values::flag(key)? => self.set_safety(key, Safety::Exclusive)?,
            "group" | "writes" => self.set_key(key, Access::Write)?,
            "reads" => self.set_key(key, Access::Read)?,
            _ => {
                let message = format!("unknown key `{name}`; known are {KNOWN}");
                return Err(syn::Error::new_spanned(key.path(), message));
            }
        }
        Ok(())
    }

    fn set_key(&mut self, key: &Meta, access: Access) -> syn::Result<()> {
        let text = values::text(key)?;
        let template = Template::parse(&text)?;
        self.set_safety(
            key,
            Safety::Keyed {
                access,
                key: template,
            },
        )
    }

    fn set_safety(&mut self, key: &Meta, safety: Safety) -> syn::Result<()> {
        if self.safety.is_some() {
            let message = "only one of `exclusive`, `group`, `reads` and `writes` can be set";
            return Err(syn::Error::new_spanned(key.path(), message));
        }
        self.safety = Some(safety);
        Ok(())
    }
}
