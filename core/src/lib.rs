//! Data and seams.

mod schema;
mod text;
mod usage;

pub use schema::{Schema, SchemaError, SchemaErrorKind};
pub use text::Text;
pub use usage::Usage;
