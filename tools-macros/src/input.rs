//! A function as a tool: checked, so that what is made of it needs no further questions.

mod parameter;

use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, ItemFn, LitStr, Receiver, ReceiverKind, Result, ReturnType, Safety,
    Signature, Type,
};

pub(crate) use parameter::{Argument, Parameter, Source, is_ours};

use crate::attr::{self, Keys, check_name};
use crate::docs::Docs;
use crate::problems::Problems;

/// What is known of a tool once everything is checked.
pub(crate) struct Tool {
    pub(crate) keys: Keys,
    pub(crate) name: LitStr,
    pub(crate) docs: Docs,
    pub(crate) function: Ident,
    /// Under what `#[cfg]` it is there.
    pub(crate) conditions: Vec<Attribute>,
    pub(crate) receives_self: bool,
    pub(crate) is_async: bool,
    pub(crate) parameters: Vec<Parameter>,
    /// Where the type of the output stands.
    pub(crate) output: Span,
}

impl Tool {
    /// Checks a free function.
    pub(crate) fn of_function(keys: TokenStream, function: &ItemFn) -> Result<Self> {
        let mut problems = Problems::default();
        if let Some(receiver) = function.sig.receiver() {
            let message = "a method is no tool by itself: write `#[tools]` above its `impl` block";
            problems.add(receiver, message);
        }
        let tool = Tool::of(keys, &function.attrs, &function.sig, &mut problems);
        problems.into_result(tool)
    }

    /// Checks a method that may take `&self`.
    pub(crate) fn of_method(
        keys: TokenStream,
        attributes: &[Attribute],
        signature: &Signature,
        problems: &mut Problems,
    ) -> Self {
        if let Some(receiver) = signature.receiver().filter(|it| !is_shared(it)) {
            let message = "calls may run at the same time, so a tool takes `&self`";
            problems.add(receiver, message);
        }
        Tool::of(keys, attributes, signature, problems)
    }

    fn of(
        keys: TokenStream,
        attributes: &[Attribute],
        signature: &Signature,
        problems: &mut Problems,
    ) -> Self {
        let keys = Keys::parse(keys, problems);
        check_signature(signature, &keys, problems);
        let docs = Docs::of(attributes);
        if docs.is_empty() && !keys.undocumented {
            let message = "a doc comment is missing: it tells the model what the tool is for (`undocumented` allows it)";
            problems.add(&signature.ident, message);
        }
        let parameters = parameters(signature, &keys, problems);
        check_template(&keys, &parameters, problems);
        Tool {
            name: tool_name(&keys, &signature.ident, problems),
            docs,
            function: signature.ident.clone(),
            conditions: conditions(attributes),
            receives_self: signature.receiver().is_some(),
            is_async: signature.asyncness.is_some(),
            parameters,
            output: output_span(&signature.output, &signature.ident),
            keys,
        }
    }
}

/// The conditions under which an item is compiled.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    let is_condition = |attribute: &&Attribute| attribute.path().is_ident("cfg");
    attributes.iter().filter(is_condition).cloned().collect()
}

/// Whether the receiver is `&self`.
fn is_shared(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) => reference.mutability.is_none(),
            _ => false,
        },
        _ => false,
    }
}

fn check_signature(signature: &Signature, keys: &Keys, problems: &mut Problems) {
    let generics = &signature.generics;
    if generics.type_params().count() + generics.const_params().count() > 0 {
        let message = "a tool has no generic parameters: the model cannot choose a type";
        problems.add(&generics.params, message);
    }
    if let Some(clause) = &generics.where_clause {
        problems.add(
            clause,
            "a tool has no generic parameters, and so no `where` clause",
        );
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        let message = "a model calls a tool as it likes, so the function cannot be `unsafe`";
        problems.add(unsafety, message);
    }
    if let Some(abi) = &signature.abi {
        problems.add(abi, "a tool is a Rust function");
    }
    if let Some(variadic) = &signature.variadic {
        problems.add(variadic, "a tool has a fixed number of parameters");
    }
    if let (Some(asyncness), Some(_)) = (&signature.asyncness, keys.blocking) {
        let message = "a `blocking` tool is not `async`: it blocks a thread that is there for it";
        problems.add(asyncness, message);
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && let Type::ImplTrait(ty) = &**ty
    {
        problems.add(ty, "the output of a tool needs a type with a name");
    }
}

fn parameters(signature: &Signature, keys: &Keys, problems: &mut Problems) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(input) = input else { continue };
        let Some(parameter) = Parameter::of(input, keys, problems) else {
            continue;
        };
        let name = parameter.model_name();
        if name.is_some() && parameters.iter().any(|other| other.model_name() == name) {
            let name = name.unwrap_or_default();
            problems.add(&input.pat, format!("two parameters are called `{name}`"));
        }
        parameters.push(parameter);
    }
    parameters
}

fn check_template(keys: &Keys, parameters: &[Parameter], problems: &mut Problems) {
    let Some(attr::Safety::Keyed { key, .. }) = &keys.safety else {
        return;
    };
    let given = |name: &Ident| {
        let mut same = parameters
            .iter()
            .filter(|parameter| parameter.ident == *name);
        same.any(|parameter| matches!(parameter.source, Source::Model(_)))
    };
    for name in key.names.iter().filter(|name| !given(name)) {
        let message = format!("no parameter that the model gives is called `{name}`");
        problems.push(syn::Error::new(name.span(), message));
    }
}

fn tool_name(keys: &Keys, function: &Ident, problems: &mut Problems) -> LitStr {
    if let Some(name) = &keys.name {
        return name.clone();
    }
    let text = function.to_string();
    let name = LitStr::new(text.trim_start_matches("r#"), function.span());
    if let Err(message) = check_name(&name.value()) {
        problems.add(function, format!("{message}; set another by `name`"));
    }
    name
}

fn output_span(output: &ReturnType, function: &Ident) -> Span {
    match output {
        ReturnType::Default => function.span(),
        ReturnType::Type(_, ty) => ty.span(),
    }
}
