//! `cargo xtask corpus`: exchanges with providers, recorded or made by hand, through every codec.

use std::io::Write;
use std::process::ExitCode;

#[path = "run.rs"]
mod run;

use run::{Asked, Trouble};

fn main() -> ExitCode {
    match tell(std::env::args().skip(1)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            // Nothing is left to tell when standard error is closed.
            writeln!(std::io::stderr(), "error: {trouble}").ok();
            ExitCode::from(2)
        }
    }
}

/// Prints what came of the cases, and gives whether all is well.
fn tell(words: impl Iterator<Item = String>) -> Result<bool, Trouble> {
    let asked = Asked::read(words)?;
    let report = run::run(&asked)?;
    let text = report.text(asked.verbose);
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|error| Trouble(format!("cannot write: {error}")))?;
    Ok(report.is_good())
}
