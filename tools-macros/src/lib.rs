//! The `#[tool]` and `#[tools]` attributes of Windlass, which `windlass-core` re-exports with its feature `macros`.
//!
//! An attribute is expanded in three steps: what is written becomes a checked model, of which all problems are told at
//! once; of the model tokens are made, without any further decision; and if there were problems, a hollow item takes the
//! place of the tool, so that whoever uses it does not get errors as well.

mod attr;
mod docs;
mod expand;
mod hollow;
mod input;
mod methods;
mod problems;
mod template;
mod types;

use proc_macro::TokenStream;

/// Makes a tool of a function: a model can call it, and so can you.
///
/// The doc comment of the function is what the model is told of the tool, up to the first heading; those of the
/// parameters say what is expected of it. The function may be async or not, and is called as before; under its name there
/// is a [`Callable`], which is passed where a tool is wanted.
///
/// ```
/// use windlass_core::{Arguments, Tool, ToolContext, tool};
///
/// /// The weather in a city right now.
/// #[tool(read_only, timeout = "10s")]
/// async fn weather(
///     /// City name, in English.
///     city: String,
///     /// How many days to look ahead.
///     #[default = 1]
///     days: u8,
/// ) -> Result<String, std::io::Error> {
///     Ok(format!("{city}: 4 °C in {days} days"))
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// assert_eq!(weather("Oslo".into(), 2).await?, "Oslo: 4 °C in 2 days");
///
/// let arguments = Arguments::from(r#"{"city": "Oslo"}"#);
/// let output = weather.call(&arguments, &ToolContext::new("call_1")).await.expect("it is known");
/// assert_eq!(output.parts[0].as_text(), Some("Oslo: 4 °C in 1 days"));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Parameters
///
/// Any type that implements `Deserialize` and `JsonSchema` is read from the arguments; `&str`, `&[T]`, `&T` and
/// `Cow<str>` are lent from what was read. `Option` may be left out.
///
/// | attribute | says |
/// |---|---|
/// | `#[default = …]`, `#[default]` | what the parameter is when it is left out |
/// | `#[rename = "…"]` | what the model calls it |
/// | `#[state]` | it is a `&T` that the tools of the run share, not given by the model |
/// | `#[context]` | it is the `&ToolContext` of the call |
///
/// # Output
///
/// Text, media, files, `ToolOutput`, `()` and anything that implements `Serialize`; or a `Result` of these with any error
/// that implements `Display`. A [`ToolError`] says itself whether the model is to try again; other errors are failures
/// that the model is told of.
///
/// # Keys
///
/// | key | says |
/// |---|---|
/// | `name = "…"` | what the model calls the tool; the function's name unless set |
/// | `read_only`, `idempotent` | that it changes nothing; that running it twice does no more than once |
/// | `exclusive` | that no other call may run beside it |
/// | `group = "…"` | that no other call of the group may: `group = "file:{path}"` makes one for each value of `path` |
/// | `reads = "…"`, `writes = "…"` | the same, where readers do not disturb each other |
/// | `timeout = "30s"` | how long it may run; a number means seconds |
/// | `max_output = 4096` | how many bytes the model is shown |
/// | `retries = 3` | how often the model may mend a call |
/// | `approval = "always"` | that somebody is asked for each call; `"never"` that nobody is |
/// | `category = "…"` | what kind of tool it is, for rules of approval |
/// | `polling` | that calling it again and again is what it is for |
/// | `hidden` | that the model is not told of it at first |
/// | `blocking` | that the function, which is not async, blocks its thread |
/// | `undocumented` | that doc comments may be missing |
/// | `crate = …` | where `windlass_core` is found |
///
/// # The name is taken
///
/// The name stands for a constant: a variable of the same name cannot be bound where the tool is in scope, and the
/// compiler then proposes another name.
///
/// [`Callable`]: https://docs.rs/windlass-core/latest/windlass_core/struct.Callable.html
/// [`ToolError`]: https://docs.rs/windlass-core/latest/windlass_core/struct.ToolError.html
#[proc_macro_attribute]
pub fn tool(keys: TokenStream, item: TokenStream) -> TokenStream {
    let item: proc_macro2::TokenStream = item.into();
    let function = match syn::parse2::<syn::ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => return hollow::unchanged(item, &error).into(),
    };
    match input::Tool::of_function(keys.into(), &function) {
        Ok(tool) => expand::function(&tool, &function).into(),
        Err(error) => hollow::function(&function, &error).into(),
    }
}

/// Makes tools of the methods of a value that are marked with `#[tool]`.
///
/// The methods stay as they are. `tools` is added: it gives one tool for each, which share the value. Everything that
/// [`macro@tool`] says of functions holds for the methods.
///
/// ```
/// use std::sync::Arc;
/// use windlass_core::{Tool, tools};
///
/// struct Shop {
///     prices: Vec<(String, u32)>,
/// }
///
/// #[tools]
/// impl Shop {
///     /// The price of an article.
///     #[tool(read_only)]
///     fn price(
///         &self,
///         /// The article.
///         name: &str,
///     ) -> Option<u32> {
///         let found = self.prices.iter().find(|(article, _)| article == name);
///         found.map(|(_, price)| *price)
///     }
/// }
///
/// let shop = Arc::new(Shop { prices: vec![("rope".into(), 12)] });
/// assert_eq!(shop.price("rope"), Some(12));
/// assert_eq!(shop.tools()[0].spec().name, "price");
/// ```
#[proc_macro_attribute]
pub fn tools(keys: TokenStream, item: TokenStream) -> TokenStream {
    let item: proc_macro2::TokenStream = item.into();
    let block = match syn::parse2::<syn::ItemImpl>(item.clone()) {
        Ok(block) => block,
        Err(error) => return hollow::unchanged(item, &error).into(),
    };
    match methods::Methods::of(keys.into(), &block) {
        Ok(methods) => expand::methods(&methods).into(),
        Err(error) => hollow::methods(block, &error).into(),
    }
}
