//! What a parameter is read as, and how that is passed to a function that borrows.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Error, GenericArgument, Lifetime, Path, PathArguments, PathSegment, Result, Type, TypeFnPtr,
    TypeImplTrait, TypePath, TypeReference, parse_quote,
};

/// The one lifetime of everything that a tool borrows.
pub(crate) fn borrowed() -> Lifetime {
    Lifetime::new("'a", Span::call_site())
}

/// A parameter as it is read.
pub(crate) struct Lowered {
    pub(crate) ty: Type,
    pub(crate) pass: Pass,
    pub(crate) is_optional: bool,
}

/// How what was read is passed on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pass {
    Value,
    Reference,
    AsRef,
    AsDeref,
    Into,
}

/// The type without the invisible group in which a macro hands it on.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}

/// Finds out what a parameter of this type is read as.
pub(crate) fn lower(ty: &Type, core: &Path) -> Result<Lowered> {
    if let Type::Reference(reference) = ty {
        return Ok(Lowered {
            ty: lower_target(reference, core)?,
            pass: Pass::Reference,
            is_optional: false,
        });
    }
    let option = argument_of(ty, "Option");
    if let Some(Type::Reference(reference)) = option {
        let is_unsized = matches!(*reference.elem, Type::Slice(_)) || is_str(&reference.elem);
        let target = lower_target(reference, core)?;
        return Ok(Lowered {
            ty: parse_quote!(::core::option::Option<#target>),
            pass: if is_unsized {
                Pass::AsDeref
            } else {
                Pass::AsRef
            },
            is_optional: true,
        });
    }
    if argument_of(ty, "Cow").is_some_and(is_str) {
        let lifetime = borrowed();
        return Ok(Lowered {
            ty: parse_quote!(#core::__private::Str<#lifetime>),
            pass: Pass::Into,
            is_optional: false,
        });
    }
    Ok(Lowered {
        ty: owned(ty)?,
        pass: Pass::Value,
        is_optional: option.is_some(),
    })
}

/// What has to be read so that a reference to it can be lent.
fn lower_target(reference: &TypeReference, core: &Path) -> Result<Type> {
    if reference.mutability.is_some() {
        let message = "what the model gives cannot be changed in place; take it by value";
        return Err(Error::new_spanned(reference, message));
    }
    match ungrouped(&reference.elem) {
        target if is_str(target) => {
            let lifetime = borrowed();
            Ok(parse_quote!(#core::__private::Str<#lifetime>))
        }
        Type::Slice(slice) => {
            let element = owned(&slice.elem)?;
            Ok(parse_quote!(::std::vec::Vec<#element>))
        }
        target => owned(target),
    }
}

/// The type with its lifetimes named, if it holds no references.
fn owned(ty: &Type) -> Result<Type> {
    let mut named = ty.clone();
    let mut search = FindReference(None);
    search.visit_type_mut(&mut named);
    if let Some(error) = search.0 {
        return Err(error);
    }
    Ok(name_lifetimes(ty).0)
}

struct FindReference(Option<Error>);

impl VisitMut for FindReference {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        let message = "a reference inside another type cannot be read: text with escapes has to be copied; \
                       take owned values, such as `&[String]`";
        self.0 = Some(Error::new_spanned(reference, message));
    }

    fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
        let message =
            "a tool has no generic parameters: name the type that is read from the arguments";
        self.0 = Some(Error::new_spanned(ty, message));
    }
}

/// The type with one name in place of all lifetimes but `'static`, and whether there was any.
pub(crate) fn name_lifetimes(ty: &Type) -> (Type, bool) {
    let (mut named, mut naming) = (ty.clone(), NameLifetimes(false));
    naming.visit_type_mut(&mut named);
    (named, naming.0)
}

struct NameLifetimes(bool);

impl NameLifetimes {
    fn name(&mut self) -> Lifetime {
        self.0 = true;
        borrowed()
    }
}

impl VisitMut for NameLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.name());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = self.name();
        }
    }

    /// The lifetimes of function pointers are their own.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
}

/// The type argument of `Option<T>` and the like.
fn argument_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let PathSegment { ident, arguments } = last_segment(ty)?;
    let PathArguments::AngleBracketed(list) = arguments else {
        return None;
    };
    let mut types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    match (types.next(), types.next()) {
        (Some(only), None) if ident == name => Some(ungrouped(only)),
        _ => None,
    }
}

fn is_str(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "str")
}

/// Whether the type, or what it refers to, is called so.
pub(crate) fn is_called(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Reference(reference) => is_called(&reference.elem, name),
        _ => last_segment(ty).is_some_and(|segment| segment.ident == name),
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ungrouped(ty) {
        Type::Path(TypePath { path, .. }) => path.segments.last(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    fn check(ty: &str, expected: Option<(&str, Pass)>) {
        let lowered = lower(&syn::parse_str(ty).unwrap(), &parse_quote!(core)).ok();
        let words = |ty: &Type| ty.to_token_stream().to_string().replace(' ', "");
        let found = lowered.map(|lowered| (words(&lowered.ty), lowered.pass));
        let expected = expected.map(|(ty, pass)| (ty.to_owned(), pass));
        assert_eq!(found, expected, "of {ty}");
    }

    #[test]
    fn what_is_borrowed_is_read_as_something_that_owns_it() {
        check("String", Some(("String", Pass::Value)));
        check("&str", Some(("core::__private::Str<'a>", Pass::Reference)));
        check(
            "&'x str",
            Some(("core::__private::Str<'a>", Pass::Reference)),
        );
        check(
            "Cow<'_, str>",
            Some(("core::__private::Str<'a>", Pass::Into)),
        );
        check(
            "std::borrow::Cow<str>",
            Some(("core::__private::Str<'a>", Pass::Into)),
        );
        check("&[u8]", Some(("::std::vec::Vec<u8>", Pass::Reference)));
        check("&Filter<'_>", Some(("Filter<'a>", Pass::Reference)));
        check("Option<u8>", Some(("Option<u8>", Pass::Value)));
        check(
            "Option<&str>",
            Some((
                "::core::option::Option<core::__private::Str<'a>>",
                Pass::AsDeref,
            )),
        );
        check(
            "Option<&[u8]>",
            Some(("::core::option::Option<::std::vec::Vec<u8>>", Pass::AsDeref)),
        );
        check(
            "Option<&Filter>",
            Some(("::core::option::Option<Filter>", Pass::AsRef)),
        );
        for refused in [
            "&mut String",
            "&[&str]",
            "Vec<&str>",
            "Option<Vec<&str>>",
            "impl Copy",
        ] {
            check(refused, None);
        }
    }
}
