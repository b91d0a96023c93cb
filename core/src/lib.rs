//! The ground of Windlass: what is said, what is asked, what is answered, what goes wrong, and the seams that providers,
//! agents and tools meet at. No runtime, no HTTP.
//!
//! A turn, in the order of the modules:
//!
//! - A [`Conversation`] of [`Message`]s goes into a [`Request`], with instructions, [`Tools`] and [`Options`].
//! - A [`Model`] answers with an [`EventStream`] of [`Event`]s, in an order that the grammar allows.
//! - An [`Accumulator`] folds them into a [`Response`]: the message, why it ended, and its [`Usage`].
//! - The [`Call`]s of the message are run by [`Tool`]s, and their [`Outcome`]s go back into the conversation.
//! - What fails is a [`ModelError`]; a [`RetryPolicy`] decides whether it is tried again.
//!
//! Beside it, an [`Embedder`] turns texts into vectors.
//!
//! # Example: stream an answer and keep it
//!
//! ```
//! # #[cfg(feature = "scripted")] {
//! use windlass_core::{Accumulator, Conversation, Event, Model, Request, Script, Scripted};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
//! # runtime.block_on(async {
//! let model = Scripted::new([Script::text("It is warmer in Rome.")]);
//! let mut conversation = Conversation::from("Is it warmer in Oslo or in Rome?");
//!
//! let mut stream = model.stream(Request::new(conversation.clone())).await?;
//! let mut answer = Accumulator::of(stream.model().clone());
//! while let Some(event) = stream.next().await {
//!     let event = event?;
//!     answer.push(&event)?;
//!     if let Event::Text { text, .. } = event {
//!         print!("{text}");
//!     }
//! }
//! let response = answer.finish().expect("the script ends");
//! conversation.push_assistant(response.message)?;
//! assert_eq!(conversation.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).expect("the script plays");
//! # }
//! ```
//!
//! # Features
//!
//! - `macros`: `#[tool]` and `#[tools]`, which make tools of functions and methods.
//! - `scripted`: `Scripted`, a model that plays a script; for tests and examples.

mod accumulate;
mod arguments;
mod base64;
mod calls;
mod conversation;
mod embed;
mod encodings;
mod error;
mod event;
mod json;
mod message;
mod model;
mod nearest;
mod quota;
mod request;
mod response;
mod retry;
mod schema;
#[cfg(feature = "scripted")]
mod scripted;
mod text;
mod tool;
mod usage;

pub use accumulate::Accumulator;
pub use arguments::{Arguments, ArgumentsError, ArgumentsErrorKind};
pub use base64::{decode_base64, encode_base64};
pub use calls::{CallKey, CallSlots, Slot};
pub use conversation::{Conversation, ConversationError, Entry, Repairs};
pub use embed::{EmbedKind, EmbedRequest, Embedder, Embeddings};
pub use encodings::EncodingKey;
pub use error::{Clock, ErrorKind, ModelError, Phase};
pub use event::{CallStart, Event, Finish, OrderError, PartIndex, Started, Unknown, Warning};
pub use json::{JsonText, JsonTextError};
pub use message::{
    Assistant, AssistantPart, Call, CallId, Citation, Completion, Document, Item, Media, MediaPart,
    Message, Outcome, OutcomePart, OutcomeStatus, Outcomes, Seal, Source, System, TextPart,
    Thinking, User, UserPart,
};
pub use model::{
    Abilities, Ability, EventSource, EventStream, Model, ModelId, Prices, Profile, Witness,
};
pub use nearest::nearest_name;
pub use quota::{Allowance, Quota};
pub use request::{
    Breakpoint, CachePolicy, CacheTime, Continuation, Effort, Options, OutputFormat, ParallelCalls,
    Reasoning, Request, Sampling, ToolChoice, Tools, Unsupported,
};
pub use response::{FinishReason, Response};
pub use retry::{Attempt, Backoff, Chance, Decision, Jitter, Never, PerKind, RetryPolicy};
pub use schema::{Schema, SchemaError, SchemaErrorKind};
#[cfg(feature = "scripted")]
pub use scripted::{Script, Scripted};
pub use text::Text;
pub use tool::{
    Access, Approval, Blocking, Callable, Function, HostedTool, IntoOutput, Json, Progress, Safety,
    State, Tool, ToolContext, ToolError, ToolErrorKind, ToolFuture, ToolOutput, ToolSpec, tool_fn,
};
pub use usage::Usage;

#[cfg(feature = "macros")]
pub use windlass_tools_macros::{tool, tools};

/// What the expansions of `#[tool]` and `#[tools]` name; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::arguments::Members;
    pub use crate::tool::function::{
        Argument, Bound, Definition, Parameter, Properties, Str, bad_arguments, state,
    };
    pub use crate::tool::output::probe;
    pub use crate::{__default_json as default_json, __output as output};
}

/// The attribute that implementations of [`Model`], [`Tool`] and [`Embedder`] carry.
pub use async_trait::async_trait;
/// The token by which a run is cancelled.
pub use tokio_util::sync::CancellationToken;
