//! What is asked of a provider beside answers: vectors, and counts of tokens.

use serde_json::Value;
use windlass_core::ModelError;
use windlass_provider::embed::EmbedCodec;

use crate::run::case::Case;
use crate::run::check::Verdict;

/// Under what names the wires send what is to be embedded.
const INPUTS: [&str; 5] = ["input", "prompt", "texts", "images", "requests"];

/// One vector comes for each input, and all have the same length.
pub(super) fn embeddings(case: &Case, codec: &dyn EmbedCodec) -> Verdict {
    let vectors = match codec.decode(&case.body) {
        Ok(embeddings) => embeddings.vectors,
        Err(error) => return Verdict::Failed(error.to_string()),
    };
    let lengths: Vec<usize> = vectors.iter().map(Vec::len).collect();
    let inputs = case.request.as_ref().and_then(inputs);
    let is_right = inputs.is_none_or(|inputs| inputs == lengths.len())
        && lengths
            .first()
            .is_some_and(|length| *length > 0 && lengths.iter().all(|other| other == length));
    if is_right {
        return Verdict::Passed;
    }
    Verdict::Failed(format!(
        "{inputs:?} inputs, vectors of the lengths {lengths:?}"
    ))
}

fn inputs(request: &Value) -> Option<usize> {
    let inputs = INPUTS.iter().find_map(|name| request.get(name))?;
    Some(inputs.as_array().map_or(1, Vec::len))
}

/// The count is the only number in the body.
pub(super) fn count(case: &Case, decode: fn(&[u8]) -> Result<u64, ModelError>) -> Verdict {
    match decode(&case.body) {
        Ok(count) if String::from_utf8_lossy(&case.body).contains(&count.to_string()) => {
            Verdict::Passed
        }
        Ok(count) => Verdict::Failed(format!("a count of {count}, which the body does not have")),
        Err(error) => Verdict::Failed(error.to_string()),
    }
}
