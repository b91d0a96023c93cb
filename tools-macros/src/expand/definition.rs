//! The part that functions and methods have in common: what the model is told, how arguments are read, how it is called.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, parse_quote};

use crate::attr::{Access, Approval, Keys, Safety};
use crate::input::{Argument, Source, Tool};
use crate::types::{self, Pass};

/// Where `windlass_core` is found by the first tool that says so.
pub(super) fn core_of(tools: &[Tool]) -> Path {
    let first = tools.first().map(|tool| tool.keys.core.clone());
    first.unwrap_or_else(|| parse_quote!(::windlass_core))
}

/// Items of which `__TOOL` is the tool: it is called on a `receiver`, by `function`.
pub(super) fn of(tool: &Tool, receiver: &TokenStream, function: &TokenStream) -> TokenStream {
    let core = &tool.keys.core;
    let parameters = parameters(tool);
    let spec = spec(tool);
    let read = read(tool);
    let safety = safety(tool);
    let call = match tool.keys.blocking {
        Some(_) => call_blocking(tool, function),
        None => call(tool, function),
    };
    quote! {
        use #core::__private as __tool;

        #parameters
        #spec
        #read
        static __TOOL: __tool::Definition<#receiver> = __tool::Definition::new(
            __spec,
            |__arguments| __read(__arguments).map(::core::mem::drop),
            #call,
        )
        #safety;
    }
}

/// What the model gives, in the order of the parameters, with the place of each type.
fn arguments(tool: &Tool) -> impl Iterator<Item = (&Argument, Span)> {
    tool.parameters
        .iter()
        .filter_map(|parameter| match &parameter.source {
            Source::Model(argument) => Some((&**argument, parameter.place)),
            _ => None,
        })
}

fn parameters(tool: &Tool) -> Option<TokenStream> {
    arguments(tool).next()?;
    let lifetime = types::borrowed();
    let types = arguments(tool).map(|(argument, _)| &argument.lowered.ty);
    let values = arguments(tool).map(|(argument, place)| parameter(argument, place));
    Some(quote! {
        fn __parameters<#lifetime>() -> (#(__tool::Parameter<#lifetime, #types>,)*) {
            (#(#values,)*)
        }
    })
}

fn parameter(argument: &Argument, place: Span) -> TokenStream {
    let Argument {
        name,
        docs,
        default,
        lowered,
    } = argument;
    let ty = &lowered.ty;
    match default {
        None if lowered.is_optional => {
            quote_spanned!(place=> __tool::Parameter::optional(#name, #docs))
        }
        None => quote_spanned!(place=> __tool::Parameter::required(#name, #docs)),
        Some(default) => {
            let required = quote_spanned!(place=> __tool::Parameter::required(#name, #docs));
            quote!(#required.or(|| #default, |__value: &#ty| __tool::default_json!(__value)))
        }
    }
}

fn spec(tool: &Tool) -> TokenStream {
    let (core, name, docs) = (&tool.keys.core, &tool.name, &tool.docs);
    let settings = settings(&tool.keys);
    let at = indexes(tool);
    let given = (!at.is_empty()).then(|| quote!(let __given = __parameters();));
    quote! {
        fn __spec() -> #core::ToolSpec {
            #given
            let __parameters = __tool::Properties::new()#(.with(__given.#at))*;
            #core::ToolSpec::new(#name, #docs, __parameters.schema())#(#settings)*
        }
    }
}

/// A call of a setter for each key.
fn settings(keys: &Keys) -> Vec<TokenStream> {
    let core = &keys.core;
    let settings = [
        keys.read_only.then(|| quote!(.read_only())),
        keys.idempotent.then(|| quote!(.idempotent())),
        keys.polling.then(|| quote!(.polling())),
        keys.hidden.then(|| quote!(.hidden())),
        keys.timeout.map(|time| {
            let time = Literal::u64_unsuffixed(time);
            quote!(.with_timeout(::core::time::Duration::from_millis(#time)))
        }),
        keys.max_output
            .as_ref()
            .map(|bytes| quote!(.with_max_output(#bytes))),
        keys.retries
            .as_ref()
            .map(|retries| quote!(.with_retries(#retries))),
        keys.category
            .as_ref()
            .map(|category| quote!(.with_category(#category))),
        keys.approval.map(|approval| {
            let approval = match approval {
                Approval::ByPolicy => quote!(ByPolicy),
                Approval::Always => quote!(Always),
                Approval::Never => quote!(Never),
            };
            quote!(.with_approval(#core::Approval::#approval))
        }),
        keys.safety.as_ref().map(|safety| {
            let safety = spec_safety(safety, core);
            quote!(.with_safety(#safety))
        }),
    ];
    settings.into_iter().flatten().collect()
}

/// A key that the arguments decide is not known to the spec, so that it says the most careful kind.
fn spec_safety(safety: &Safety, core: &Path) -> TokenStream {
    match safety {
        Safety::Keyed { access, key } if key.names.is_empty() => {
            let (access, format) = (access_name(*access), &key.format);
            quote!(#core::Safety::#access(::std::format!(#format)))
        }
        _ => quote!(#core::Safety::Exclusive),
    }
}

fn access_name(access: Access) -> TokenStream {
    match access {
        Access::Read => quote!(reads),
        Access::Write => quote!(writes),
    }
}

fn read(tool: &Tool) -> TokenStream {
    let core = &tool.keys.core;
    let lifetime = types::borrowed();
    let types = arguments(tool).map(|(argument, _)| &argument.lowered.ty);
    let names = arguments(tool).map(|(argument, _)| &argument.name);
    let at = indexes(tool);
    let body = match at.is_empty() {
        true => quote! {
            __tool::Members::of(__arguments, &[])?;
            ::core::result::Result::Ok(())
        },
        false => quote! {
            let __given = __parameters();
            let mut __members = __tool::Members::of(__arguments, &[#(#names),*])?;
            ::core::result::Result::Ok((#(__given.#at.read(&mut __members)?,)*))
        },
    };
    quote! {
        fn __read<#lifetime>(
            __arguments: &#lifetime #core::Arguments,
        ) -> ::core::result::Result<(#(#types,)*), #core::ArgumentsError> {
            #body
        }
    }
}

/// The places of what the model gives, among that.
fn indexes(tool: &Tool) -> Vec<Literal> {
    (0..arguments(tool).count())
        .map(Literal::usize_unsuffixed)
        .collect()
}

fn safety(tool: &Tool) -> TokenStream {
    let Some(Safety::Keyed { access, key }) = &tool.keys.safety else {
        return TokenStream::new();
    };
    if key.names.is_empty() {
        return TokenStream::new();
    }
    let (core, access, format) = (&tool.keys.core, access_name(*access), &key.format);
    let given: Vec<&syn::Ident> = tool
        .parameters
        .iter()
        .filter(|parameter| matches!(parameter.source, Source::Model(_)))
        .map(|parameter| &parameter.ident)
        .collect();
    let values = key.names.iter().filter_map(|name| {
        let at = Literal::usize_unsuffixed(given.iter().position(|it| *it == name)?);
        Some(quote_spanned!(name.span()=> __given.#at))
    });
    let key = quote_spanned!(format.span()=> ::std::format!(#format, #(#values),*));
    quote! {
        .with_safety(|__arguments| {
            let __given = __read(__arguments)?;
            ::core::result::Result::Ok(#core::Safety::#access(#key))
        })
    }
}

fn call(tool: &Tool, function: &TokenStream) -> TokenStream {
    let receiver = receiver(tool).unwrap_or_else(|| quote!(_));
    let body = body(tool, function);
    quote! {
        |#receiver, __arguments, __context| ::std::boxed::Box::pin(async move { #body })
    }
}

/// The work owns what it needs, because it may outlive the call.
fn call_blocking(tool: &Tool, function: &TokenStream) -> TokenStream {
    let core = &tool.keys.core;
    let receiver = receiver(tool);
    let receiver_or_not = receiver.clone().unwrap_or_else(|| quote!(_));
    let names = receiver
        .into_iter()
        .chain([quote!(__arguments), quote!(__context)]);
    let names: Vec<TokenStream> = names.collect();
    let body = body(tool, function);
    quote! {
        |#receiver_or_not, __arguments, __context| ::std::boxed::Box::pin(async move {
            let __threads = __context;
            #(let #names = ::core::clone::Clone::clone(#names);)*
            let __work = move || -> ::core::result::Result<#core::ToolOutput, #core::ToolError> {
                #(let #names = &#names;)*
                #body
            };
            __threads.blocking(__work).await?
        })
    }
}

fn receiver(tool: &Tool) -> Option<TokenStream> {
    tool.receives_self.then(|| quote!(__receiver))
}

/// Reads the arguments, calls the function and turns what it returns into an output.
fn body(tool: &Tool, function: &TokenStream) -> TokenStream {
    let has_arguments = arguments(tool).next().is_some();
    let given = has_arguments.then(|| quote!(let __given =));
    let passed = receiver(tool).into_iter().chain(passed(tool));
    let wait = tool.is_async.then(|| quote!(.await));
    let call = quote!(#function(#(#passed),*) #wait);
    let output = quote_spanned!(tool.output=> __tool::output!(#call));
    quote! {
        #given __read(__arguments).map_err(__tool::bad_arguments)?;
        #output
    }
}

/// What the function is called with.
fn passed(tool: &Tool) -> impl Iterator<Item = TokenStream> {
    let mut next = 0..;
    tool.parameters.iter().map(move |parameter| {
        let place = parameter.place;
        match &parameter.source {
            Source::Context => quote_spanned!(place=> __context),
            Source::State(ty) => quote_spanned!(place=> __tool::state::<#ty>(__context)?),
            Source::Model(argument) => {
                let at = Literal::usize_unsuffixed(next.next().unwrap_or_default());
                given(&at, argument.lowered.pass)
            }
        }
    })
}

fn given(at: &Literal, pass: Pass) -> TokenStream {
    match pass {
        Pass::Value => quote!(__given.#at),
        Pass::Reference => quote!(&__given.#at),
        Pass::AsRef => quote!(__given.#at.as_ref()),
        Pass::AsDeref => quote!(__given.#at.as_deref()),
        Pass::Into => quote!(::core::convert::Into::into(__given.#at)),
    }
}
