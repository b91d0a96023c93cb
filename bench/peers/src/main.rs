//! Other libraries, each as its own documentation uses it: `names` lists them, `calls NAME WIRE URL COUNT` measures one.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the parent reads it")]

mod async_openai;
mod genai;
mod rig;

use std::process::ExitCode;

use windlass_bench::child::{self, Task};
use windlass_bench::{Failure, cost};

#[global_allocator]
static ALLOCATOR: cost::Counting = cost::Counting;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Failure> {
    match words {
        ["names"] => {
            println!("rig-core 0.44\ngenai 0.7\nasync-openai 0.43");
            Ok(())
        }
        ["calls", name, "chat", url, count] => {
            let task = Task::Calls(count.parse()?);
            match name.split(' ').next() {
                Some("rig-core") => child::run(&rig::Rig::new(url), url, task),
                Some("genai") => child::run(&genai::Genai::new(url)?, url, task),
                Some("async-openai") => child::run(&async_openai::AsyncOpenAi::new(url), url, task),
                _ => Err(format!("no peer is called `{name}`").into()),
            }
        }
        words => Err(format!("`{}` is not understood", words.join(" ")).into()),
    }
}
