use windlass_core::{
    AssistantPart, JsonText, Media, Message, OutcomePart, Profile, Request, Source, Text, TextPart,
    UserPart,
};

/// How many bytes of a text are a token, by experience; code and languages other than English have fewer.
const BYTES: u64 = 4;

/// What a message costs beside its content.
const MESSAGE: u64 = 4;

/// What a picture, a recording or a document costs, whatever is in it.
const MEDIA: u64 = 1_500;

/// How long an answer is where nobody bounds it.
const ANSWER: u64 = 1_024;

/// The tokens that a request is thought to cost. They are kept for it before it is sent, and corrected by what the answer
/// reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Estimate {
    /// Tokens of the input.
    pub input: u64,
    /// Tokens of the output.
    pub output: u64,
}

impl Estimate {
    /// So many tokens of input and output.
    pub fn new(input: u64, output: u64) -> Self {
        Estimate { input, output }
    }

    /// What is assumed of a request when nothing better is set: a token for each four bytes of text, 1,500 for a picture
    /// or a document, and an answer as long as the request allows, or else of 1,024 tokens or the most that the model
    /// gives.
    ///
    /// ```
    /// use windlass_core::{ModelId, Profile, Request};
    /// use windlass_provider::governor::Estimate;
    ///
    /// let profile = Profile::new(ModelId::new("openai", "gpt-5"));
    /// let estimate = Estimate::of(&Request::new("Is it warmer in Oslo or in Rome?"), &profile);
    /// assert_eq!((estimate.input, estimate.output), (12, 1_024));
    /// ```
    pub fn of(request: &Request, profile: &Profile) -> Self {
        let instructions: usize = request.instructions.iter().map(Text::len).sum();
        let tools =
            request.tools.specs().iter().map(|tool| {
                tool.name.len() + tool.description.len() + tool.parameters.as_json().len()
            });
        let beside = (instructions + tools.sum::<usize>()) as u64 / BYTES;
        let messages = request.conversation.messages().map(of_message);
        let most = request.options.sampling.max_output_tokens;
        Estimate {
            input: messages.sum::<u64>() + beside,
            output: most.unwrap_or(profile.max_output.unwrap_or(ANSWER).min(ANSWER)),
        }
    }

    pub(super) fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

fn of_message(message: &Message) -> u64 {
    let content: u64 = match message {
        Message::System(system) => of_text(&system.text),
        Message::User(user) => user.parts.iter().map(of_user).sum(),
        Message::Assistant(assistant) => assistant.parts.iter().map(of_assistant).sum(),
        Message::Outcomes(outcomes) => outcomes
            .0
            .iter()
            .flat_map(|outcome| &outcome.parts)
            .map(of_outcome)
            .sum(),
    };
    content + MESSAGE
}

fn of_user(part: &UserPart) -> u64 {
    match part {
        UserPart::Text(text) => of_text(text),
        UserPart::Document(document) => of_media(&document.media),
        UserPart::Image(media) | UserPart::Audio(media) | UserPart::Video(media) => of_media(media),
        _ => MEDIA,
    }
}

fn of_assistant(part: &AssistantPart) -> u64 {
    match part {
        AssistantPart::Text(TextPart { text, .. })
        | AssistantPart::Refusal(TextPart { text, .. }) => of_text(text),
        AssistantPart::Thinking(thinking) => of_text(&thinking.text),
        AssistantPart::Call(call) => of_text(&call.name) + of_text(call.arguments.as_str()),
        AssistantPart::Media(part) => of_media(&part.media),
        AssistantPart::Item(item) => of_json(&item.json),
        _ => MEDIA,
    }
}

fn of_outcome(part: &OutcomePart) -> u64 {
    match part {
        OutcomePart::Text(text) => of_text(text),
        OutcomePart::Json(json) => of_json(json),
        OutcomePart::Document(document) => of_media(&document.media),
        _ => MEDIA,
    }
}

fn of_media(media: &Media) -> u64 {
    match &media.source {
        Source::Text(text) => of_text(text),
        _ => MEDIA,
    }
}

fn of_json(json: &JsonText) -> u64 {
    of_text(json.as_str())
}

fn of_text(text: &str) -> u64 {
    text.len() as u64 / BYTES
}
