//! The methods of an `impl` block that are tools.

use proc_macro2::TokenStream;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, ImplItem, ImplItemFn, ItemImpl, Meta, Result, Type, TypePath, Visibility};

use crate::input::{Parameter, Source, Tool};
use crate::problems::Problems;

/// What `#[tools]` adds to an `impl` block.
pub(crate) struct Methods {
    /// The block, without what is only for the attribute.
    pub(crate) block: ItemImpl,
    pub(crate) tools: Vec<Tool>,
    pub(crate) visibility: Visibility,
}

impl Methods {
    pub(crate) fn of(keys: TokenStream, block: &ItemImpl) -> Result<Self> {
        let mut problems = Problems::default();
        if !keys.is_empty() {
            problems.add(
                &keys,
                "`#[tools]` has no keys; those of `#[tool]` stand at each method",
            );
        }
        check_block(block, &mut problems);
        let mut tools: Vec<Tool> = Vec::new();
        let mut visibility = None;
        for (method, attribute) in marked(block) {
            let tool = tool(method, attribute, &block.self_ty, &mut problems);
            if tools
                .iter()
                .any(|other| other.name.value() == tool.name.value())
            {
                let name = tool.name.value();
                problems.add(&tool.name, format!("two tools are called `{name}`"));
            }
            tools.push(tool);
            visibility = Some(wider(visibility, &method.vis));
        }
        if tools.is_empty() {
            problems.add(&block.self_ty, "no method is marked with `#[tool]`");
        }
        problems.into_result(Methods {
            block: as_written(block.clone()),
            tools,
            visibility: visibility.unwrap_or(Visibility::Inherited),
        })
    }
}

fn check_block(block: &ItemImpl, problems: &mut Problems) {
    if let Some((path, _)) = &block.trait_ {
        problems.add(
            path,
            "`#[tools]` stands above the methods of a type, not of a trait",
        );
    }
    if !block.generics.params.is_empty() {
        let message =
            "the type of tools has no generic parameters: they are made once for the program";
        problems.add(&block.generics.params, message);
    }
}

fn marked(block: &ItemImpl) -> impl Iterator<Item = (&ImplItemFn, &Attribute)> {
    block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some((method, method.attrs.iter().find(|it| is_tool(it))?)),
        _ => None,
    })
}

fn is_tool(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == "tool")
}

fn tool(method: &ImplItemFn, attribute: &Attribute, own: &Type, problems: &mut Problems) -> Tool {
    let keys = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) => TokenStream::new(),
        Meta::NameValue(pair) => {
            problems.add(pair, "keys stand in parentheses: `#[tool(…)]`");
            TokenStream::new()
        }
    };
    let mut tool = Tool::of_method(keys, &method.attrs, &method.sig, problems);
    for parameter in &mut tool.parameters {
        name_self(parameter, own);
    }
    tool
}

/// Writes the type in place of `Self`, which has no meaning where the tools are made.
fn name_self(parameter: &mut Parameter, own: &Type) {
    let mut naming = NameSelf(own);
    match &mut parameter.source {
        Source::Model(argument) => {
            naming.visit_type_mut(&mut argument.lowered.ty);
            if let Some(default) = &mut argument.default {
                naming.visit_expr_mut(default);
            }
        }
        Source::State(ty) => naming.visit_type_mut(ty),
        Source::Context => {}
    }
}

struct NameSelf<'a>(&'a Type);

impl VisitMut for NameSelf<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(TypePath {
                qself: None, path, ..
            }) if path.is_ident("Self") => {
                *ty = self.0.clone();
            }
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_expr_path_mut(&mut self, expression: &mut syn::ExprPath) {
        let Type::Path(TypePath { path: own, .. }) = self.0 else {
            return;
        };
        let path = &mut expression.path;
        if path.segments.len() > 1 && path.segments[0].ident == "Self" {
            let rest = path.segments.iter().skip(1).cloned();
            path.segments = own.segments.iter().cloned().chain(rest).collect();
        }
    }
}

fn wider(known: Option<Visibility>, other: &Visibility) -> Visibility {
    match (known, other) {
        (Some(Visibility::Public(public)), _) => Visibility::Public(public),
        (_, Visibility::Public(_)) => other.clone(),
        (Some(Visibility::Inherited) | None, _) => other.clone(),
        (Some(known), _) => known,
    }
}

/// The block without what is only for the attributes.
pub(crate) fn as_written(mut block: ItemImpl) -> ItemImpl {
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item
            && method.attrs.iter().any(is_tool)
        {
            method.attrs.retain(|attribute| !is_tool(attribute));
            crate::expand::strip_parameters(&mut method.sig);
        }
    }
    block
}
