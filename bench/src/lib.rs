//! What Windlass costs per piece of an answer, measured against the floor: the same work written by hand for one protocol.
//!
//! - [`server`] streams answers that were rendered before, in the shape that a [`Plan`] in the path asks for.
//! - [`Client`] is what is measured: the [`floor`], [`ours`], and the peers in a workspace of their own.
//! - [`Runner`] is what is measured of agents, by runs as a [`RunPlan`] in the path asks for.
//! - [`offline`] measures the loop of an agent alone, on a model that plays.
//! - [`child`] runs one client in a process of its own and prints what it cost; a long run less a short one is the cost
//!   of what the long one did more.

pub mod answers;
pub mod child;
pub mod cost;
pub mod floor;
pub mod offline;
pub mod ours;
pub mod plan;
pub mod runs;
pub mod server;

use std::error::Error;

pub use plan::{Plan, Shape, Split, Wire};
pub use runs::{RunPlan, Runner};

/// What every client asks.
pub const QUESTION: &str = "Is it warmer in Oslo or in Rome?";

/// Why a measurement could not be made.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Something that asks a model and shows the answer as it comes.
pub trait Client: Clone + Send + Sync + 'static {
    /// Asks once, gives `show` every piece of text or arguments as it comes, and returns the whole.
    fn ask(
        &self,
        show: impl FnMut(&str) + Send,
    ) -> impl Future<Output = Result<String, Failure>> + Send;
}
