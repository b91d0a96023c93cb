//! Recorded bodies, if they lie beside the repository, are the same frames in any cut.

use std::fs;
use std::path::{Path, PathBuf};

use windlass_provider::frame::{Framing, LastEvent, SseOptions};

const RECORDINGS: &str = "../../shared/fixtures";

/// How many cuts are tried per body.
const CUTS: usize = 16;

fn framing(file: &Path) -> Option<Framing> {
    match file.file_name()?.to_str()? {
        "response.sse" => Some(Framing::Sse(
            SseOptions::new().last_event(LastEvent::Dispatch),
        )),
        "response.ndjson" => Some(Framing::Ndjson),
        "response.json" => Some(Framing::JsonArray),
        _ => None,
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn read(framing: Framing, chunks: &[&[u8]]) -> Vec<(Option<String>, Vec<u8>)> {
    let mut framer = framing.framer();
    let mut all = Vec::new();
    for chunk in chunks {
        let mut frames = framer.feed(chunk);
        while let Some(frame) = frames.next().expect("the recording is well formed") {
            all.push((frame.event.map(str::to_owned), frame.data.to_vec()));
        }
    }
    if let Some(frame) = framer.finish().expect("the recording is whole") {
        all.push((frame.event.map(str::to_owned), frame.data.to_vec()));
    }
    all
}

//
#[test]
fn recorded_bodies_are_the_same_in_any_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(RECORDINGS);
    let mut found = Vec::new();
    files(&folder, &mut found);
    if found.is_empty() {
        println!("skipped: no recordings at {RECORDINGS}");
    }
    let (mut bodies, mut frames) = (0, 0);
    for (file, framing) in found.iter().filter_map(|file| Some((file, framing(file)?))) {
        let body = fs::read(file).unwrap();
        let whole = read(framing, &[&body]);
        assert_eq!(
            whole.is_empty(),
            body.trim_ascii().is_empty(),
            "{}",
            file.display()
        );
        assert_eq!(
            read(framing, &body.chunks(1).collect::<Vec<_>>()),
            whole,
            "{}",
            file.display()
        );
        for position in (0..=body.len()).step_by(body.len() / CUTS + 1) {
            let (head, tail) = body.split_at(position);
            assert_eq!(
                read(framing, &[head, tail]),
                whole,
                "{} cut at {position}",
                file.display()
            );
        }
        bodies += 1;
        frames += whole.len();
    }
    println!("{bodies} bodies, {frames} frames");
}
