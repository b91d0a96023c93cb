//! The checked model as tokens. Nothing is decided here.
//!
//! All names that are added begin with two underscores: `#[tool]` turns functions into constants, and a constant of the
//! user must not be taken for a pattern.

mod definition;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, FnArg, Ident, ItemFn, Lifetime, Pat, PatType, Path, ReturnType, Signature, Type,
};

use crate::input::{Tool, conditions, is_ours};
use crate::methods::Methods;
use crate::types;

/// A constant under the name of the function, which stands as it was written inside of it.
pub(crate) fn function(tool: &Tool, function: &ItemFn) -> TokenStream {
    let definition = definition::of(tool, &quote!(()), &entry(&function.sig));
    constant(&tool.keys.core, function, &definition)
}

/// The block as it was written, and one more that makes the tools.
pub(crate) fn methods(methods: &Methods) -> TokenStream {
    let (block, visibility) = (&methods.block, &methods.visibility);
    let own = &block.self_ty;
    let conditions = conditions(&block.attrs);
    let names = methods.tools.iter().map(|tool| tool.name.value());
    let doc = format!(
        "The tools of this value: `{}`.",
        names.collect::<Vec<_>>().join("`, `")
    );
    let receiver = quote!(::std::sync::Arc<#own>);
    let bound = methods.tools.iter().map(|tool| {
        let name = &tool.function;
        let definition = definition::of(tool, &receiver, &quote!(<#own>::#name));
        let conditions = &tool.conditions;
        quote!(#(#conditions)* {
            #definition
            __tool::Bound::tool(self, &__TOOL)
        })
    });
    let core = definition::core_of(&methods.tools);
    quote! {
        #block

        #(#conditions)*
        impl #own {
            #[doc = #doc]
            #visibility fn tools(
                self: &::std::sync::Arc<Self>,
            ) -> ::std::vec::Vec<::std::sync::Arc<dyn #core::Tool>> {
                ::std::vec::Vec::from([#(#bound),*])
            }
        }
    }
}

/// The constant that is both the function and a tool with this definition.
pub(crate) fn constant(core: &Path, function: &ItemFn, definition: &TokenStream) -> TokenStream {
    let (visibility, name) = (&function.vis, &function.sig.ident);
    let outside = function.attrs.iter().filter(|it| is_seen_outside(it));
    let pointer = pointer(&function.sig, core);
    let entry = entry(&function.sig);
    let boxed = boxed(&function.sig, core);
    let inside = as_written(function);
    quote! {
        #(#outside)*
        #[allow(non_upper_case_globals)]
        #visibility const #name: #core::Callable<#pointer> = {
            #inside
            {
                #definition
                #boxed
                #core::Callable::new(#entry, &__TOOL)
            }
        };
    }
}

/// Whether an attribute says something to those who use the function.
fn is_seen_outside(attribute: &Attribute) -> bool {
    let names = [
        "doc",
        "cfg",
        "deprecated",
        "allow",
        "warn",
        "deny",
        "forbid",
    ];
    names.iter().any(|name| attribute.path().is_ident(name))
}

/// The function without what is only for the attribute, or already said outside.
fn as_written(function: &ItemFn) -> ItemFn {
    let mut function = function.clone();
    let is_said = |attribute: &Attribute| {
        let names = ["doc", "cfg", "deprecated"];
        names.iter().any(|name| attribute.path().is_ident(name))
    };
    function.attrs.retain(|attribute| !is_said(attribute));
    function.vis = syn::Visibility::Inherited;
    strip_parameters(&mut function.sig);
    function
}

/// Takes the attributes away that the compiler does not know.
pub(crate) fn strip_parameters(signature: &mut Signature) {
    for input in &mut signature.inputs {
        if let FnArg::Typed(input) = input {
            input.attrs.retain(|attribute| !is_ours(attribute));
        }
    }
}

/// What the tool and the pointer call: one of them, so that a future that is not `Send` is complained of once.
fn entry(signature: &Signature) -> TokenStream {
    match signature.asyncness {
        None => signature.ident.to_token_stream(),
        Some(_) => quote!(__boxed),
    }
}

/// An async function as one that boxes its future.
fn boxed(signature: &Signature, core: &Path) -> Option<TokenStream> {
    signature.asyncness?;
    let name = &signature.ident;
    let lifetime = types::borrowed();
    let types = inputs(signature).map(|input| types::name_lifetimes(&input.ty).0);
    let names: Vec<Ident> = inputs(signature).enumerate().map(input_name).collect();
    let output = output(signature, core, &lifetime);
    let pin = quote_spanned!(name.span()=> ::std::boxed::Box::pin(#name(#(#names),*)));
    Some(quote! {
        fn __boxed<#lifetime>(#(#names: #types),*) -> #output {
            #pin
        }
    })
}

/// The type of a pointer to the function.
fn pointer(signature: &Signature, core: &Path) -> TokenStream {
    let types = inputs(signature).map(|input| types::name_lifetimes(&input.ty));
    let (types, borrowing): (Vec<Type>, Vec<bool>) = types.unzip();
    let lifetime = types::borrowed();
    if borrowing.contains(&true) {
        let output = output(signature, core, &lifetime);
        return quote!(for<#lifetime> fn(#(#types),*) -> #output);
    }
    let output = output(
        signature,
        core,
        &Lifetime::new("'static", Span::call_site()),
    );
    quote!(fn(#(#types),*) -> #output)
}

/// What a pointer to the function returns, which borrows for the lifetime.
fn output(signature: &Signature, core: &Path, lifetime: &Lifetime) -> TokenStream {
    let output = match &signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => types::name_lifetimes(ty).0.to_token_stream(),
    };
    match signature.asyncness {
        None => output,
        Some(_) => quote!(#core::ToolFuture<#lifetime, #output>),
    }
}

fn inputs(signature: &Signature) -> impl Iterator<Item = &PatType> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => Some(input),
        FnArg::Receiver(_) => None,
    })
}

fn input_name((at, input): (usize, &PatType)) -> Ident {
    match &*input.pat {
        Pat::Ident(pattern) => format_ident!("__{}", pattern.ident),
        _ => format_ident!("__{at}"),
    }
}
