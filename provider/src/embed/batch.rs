use windlass_core::{EmbedRequest, Embeddings, ErrorKind, ModelError};

/// Cuts a request into ones of at most `most` inputs; none when there are no inputs.
#[must_use]
pub fn split(request: &EmbedRequest, most: usize) -> Vec<EmbedRequest> {
    let batch = |inputs: &[_]| {
        let mut batch = EmbedRequest::new(inputs.iter().cloned());
        batch.dimensions = request.dimensions;
        batch.kind = request.kind;
        batch.extra.clone_from(&request.extra);
        batch
    };
    request.inputs.chunks(most.max(1)).map(batch).collect()
}

/// Puts the answers to these batches together: the vectors in order, the usage summed.
///
/// # Errors
///
/// [`ErrorKind::Protocol`] when an answer is missing or has not one vector for each input, so that no vector is ever
/// taken for another text's.
pub fn merge(
    batches: &[EmbedRequest],
    answers: impl IntoIterator<Item = Embeddings>,
) -> Result<Embeddings, ModelError> {
    let mut answers = answers.into_iter();
    let mut whole = Embeddings::default();
    for batch in batches {
        let answer = answers.next().unwrap_or_default();
        let (asked, given) = (batch.inputs.len(), answer.vectors.len());
        if asked != given {
            let message = format!("asked for {asked} vectors, got {given}");
            return Err(ModelError::new(ErrorKind::Protocol, message));
        }
        whole.vectors.extend(answer.vectors);
        whole.usage += answer.usage;
        whole.model = whole.model.or(answer.model);
    }
    Ok(whole)
}
