//! What is emitted after an error: the item as it was written, and a tool that is none, so that what uses it compiles and
//! one mistake gives one message.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, FnArg, ItemFn, ItemImpl, ReturnType, Safety, Type, parse_quote};

use crate::{expand, methods};

/// An item that cannot be understood, as it came.
pub(crate) fn unchanged(item: TokenStream, error: &Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#error #item)
}

/// A function that is wrong as a tool.
pub(crate) fn function(function: &ItemFn, error: &Error) -> TokenStream {
    let error = error.to_compile_error();
    if !can_be_pointed_to(function) {
        let mut function = function.clone();
        expand::strip_parameters(&mut function.sig);
        return quote!(#error #[allow(dead_code)] #function);
    }
    let definition = quote! {
        static __TOOL: ::windlass_core::__private::Definition<()> =
            ::windlass_core::__private::Definition::hollow();
    };
    let constant = expand::constant(&parse_quote!(::windlass_core), function, &definition);
    quote!(#error #[allow(dead_code)] #constant)
}

fn can_be_pointed_to(function: &ItemFn) -> bool {
    let signature = &function.sig;
    let generics = &signature.generics;
    let is_named = |ty: &Type| !matches!(ty, Type::ImplTrait(_));
    let inputs = signature.inputs.iter().all(|input| match input {
        FnArg::Typed(input) => is_named(&input.ty),
        FnArg::Receiver(_) => false,
    });
    let output = match &signature.output {
        ReturnType::Type(_, ty) => is_named(ty),
        ReturnType::Default => true,
    };
    let is_plain = generics.type_params().count() + generics.const_params().count() == 0
        && generics.where_clause.is_none()
        && matches!(signature.safety, Safety::Default)
        && signature.abi.is_none()
        && signature.variadic.is_none();
    inputs && output && is_plain
}

/// A block of methods of which some are wrong as tools.
pub(crate) fn methods(block: ItemImpl, error: &Error) -> TokenStream {
    let block = methods::as_written(block);
    let error = error.to_compile_error();
    let (generics, own) = (&block.generics, &block.self_ty);
    let clause = &generics.where_clause;
    let tools = block.trait_.is_none().then(|| {
        quote! {
            impl #generics #own #clause {
                #[allow(dead_code, missing_docs)]
                pub fn tools(
                    self: &::std::sync::Arc<Self>,
                ) -> ::std::vec::Vec<::std::sync::Arc<dyn ::windlass_core::Tool>> {
                    ::std::vec::Vec::new()
                }
            }
        }
    });
    quote!(#error #block #tools)
}
