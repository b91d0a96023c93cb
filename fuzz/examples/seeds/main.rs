//! Writes the seeds of every target: what the simulator answers on each wire, and what is written by hand.
//!
//! `cargo xtask fuzz` runs it first; by itself: `cargo run --features seeds --example seeds -- corpus`.

mod by_hand;
mod simulated;

use std::io;
use std::path::Path;

/// A body, with the choices of its target.
type Seed = (Vec<u8>, u8);

fn main() -> io::Result<()> {
    let Some(corpus) = std::env::args_os().nth(1) else {
        return Err(io::Error::other("name the folder of the corpus"));
    };
    let corpus = Path::new(&corpus);
    for (target, bodies) in by_hand::TARGETS {
        let seeds = bodies
            .iter()
            .map(|(body, choices)| (body.to_vec(), *choices));
        write(corpus, target, "by-hand", seeds)?;
    }
    for (target, seeds) in simulated::answers()? {
        write(corpus, target, "simulated", seeds)?;
    }
    Ok(())
}

/// Writes each body with a cut in its middle.
fn write(
    corpus: &Path,
    target: &str,
    origin: &str,
    seeds: impl IntoIterator<Item = Seed>,
) -> io::Result<()> {
    let folder = corpus.join(target);
    std::fs::create_dir_all(&folder)?;
    for (number, (mut input, choices)) in seeds.into_iter().enumerate() {
        let middle = u16::try_from(input.len() / 2).unwrap_or(u16::MAX);
        input.extend_from_slice(&middle.to_be_bytes());
        input.push(choices);
        std::fs::write(folder.join(format!("{origin}-{number}")), input)?;
    }
    Ok(())
}
