//! Data and seams.

mod text;

pub use text::Text;
