//! What `#[tool]` costs to build, beyond the derives that the arguments of a tool need anyway.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use windlass_bench::Failure;

use crate::build::children;
use crate::lab::{Contender, output};
use crate::table::{Measure, Row};

const WHAT: &str = "100 tools with #[tool]";
const TOOLS: usize = 100;

/// The least of so many builds counts, because others use the processors too.
const REPEATS: usize = 3;

/// What a debug build of a hundred tools takes of the processors, against the same structs and functions without tools;
/// `None` where the system does not say.
pub(crate) fn debug(hello: &Path, contenders: &[Contender]) -> Result<Option<Row>, Failure> {
    let mut row = Row::new(WHAT, Measure::Cpu, contenders.len());
    let crates = Crates::write(hello)?;
    for (at, name) in ["derives", "tools"].into_iter().enumerate() {
        eprintln!("debug builds of a hundred {name} …");
        crates.cargo("build", name)?;
        let Some(least) = crates.least(name)? else {
            return Ok(None);
        };
        row.set(at, least);
    }
    Ok(Some(row))
}

/// Two crates of the same functions: with their arguments as structs that are derived for, and as tools.
struct Crates(PathBuf);

impl Crates {
    /// Writes them beside the program, in the folder that it was built in, with the versions of the workspace.
    fn write(hello: &Path) -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let built = program.ancestors().nth(2);
        let folder = built.ok_or("the program is in no folder")?.join("tools");
        let root = fs::canonicalize(hello.join("../.."))?;
        for (name, dependencies, source) in [
            ("derives", DERIVES.to_owned(), derives()),
            ("tools", core(&root.join("core")), tools()),
        ] {
            fs::create_dir_all(folder.join(name).join("src"))?;
            let manifest = format!("{}{dependencies}", package(name));
            fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
            fs::write(folder.join(name).join("src/lib.rs"), source)?;
        }
        fs::write(folder.join("Cargo.toml"), WORKSPACE)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Crates(folder))
    }

    /// The least that a build of this crate alone takes, when all it depends on is there.
    fn least(&self, name: &str) -> Result<Option<f64>, Failure> {
        let mut least = f64::INFINITY;
        for _ in 0..REPEATS {
            self.cargo("clean", name)?;
            let Some(before) = children() else {
                return Ok(None);
            };
            self.cargo("build", name)?;
            least = least.min(children().unwrap_or(before) - before);
        }
        Ok(Some(least))
    }

    fn cargo(&self, command: &str, name: &str) -> Result<(), Failure> {
        let mut cargo = Command::new("cargo");
        cargo
            .args([command, "--package", name, "--manifest-path"])
            .arg(self.0.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.0.join("target"))
            .env("CARGO_INCREMENTAL", "0");
        output(&mut cargo).map(drop)
    }
}

const WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"derives\", \"tools\"]\n";

const DERIVES: &str = "schemars = \"1\"\nserde = { version = \"1\", features = [\"derive\"] }\n";

fn core(folder: &Path) -> String {
    format!("windlass-core = {{ path = {folder:?}, features = [\"macros\"] }}\n")
}

fn package(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n"
    )
}

fn derives() -> String {
    let mut source = String::from("use schemars::JsonSchema;\nuse serde::Deserialize;\n");
    for at in 0..TOOLS {
        _ = write!(
            source,
            "
#[derive(Deserialize, JsonSchema)]
pub struct Search{at} {{
    /// What to look for.
    pub query: String,
    /// How many to give at most.
    pub most: u32,
    /// Whether old ones count.
    pub old: Option<bool>,
    /// Of which kinds.
    pub kinds: Vec<String>,
}}

/// Searches shelf {at}.
pub fn search_{at}(search: Search{at}) -> String {{
    let Search{at} {{ query, most, old, kinds }} = search;
    format!(\"{{query}} {{most}} {{old:?}} {{kinds:?}}\")
}}
"
        );
    }
    source
}

fn tools() -> String {
    let mut source = String::from("use windlass_core::{Tool, tool};\n");
    let mut all = String::new();
    for at in 0..TOOLS {
        _ = write!(
            source,
            "
/// Searches shelf {at}.
#[tool]
pub fn search_{at}(
    /// What to look for.
    query: String,
    /// How many to give at most.
    most: u32,
    /// Whether old ones count.
    old: Option<bool>,
    /// Of which kinds.
    kinds: Vec<String>,
) -> String {{
    format!(\"{{query}} {{most}} {{old:?}} {{kinds:?}}\")
}}
"
        );
        _ = writeln!(all, "        Box::new(search_{at}),");
    }
    _ = write!(
        source,
        "\npub fn all() -> Vec<Box<dyn Tool>> {{\n    vec![\n{all}    ]\n}}\n"
    );
    source
}
