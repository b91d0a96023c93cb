//! Data and seams.

mod text;
mod usage;

pub use text::Text;
pub use usage::Usage;
