use futures_util::StreamExt;
use rig_core::completion::CompletionRequest;
use rig_core::driver::Model;
use rig_core::providers::openai::OpenAIConfig;
use rig_core::providers::openai::wire::Chat;
use rig_core::streaming::{Item, StreamEvent};
use windlass_bench::{Client, Failure, QUESTION};

#[derive(Clone)]
pub(crate) struct Rig(Model<Chat>);

impl Rig {
    pub(crate) fn new(url: &str) -> Self {
        let config = OpenAIConfig::new("sk-bench").with_base_url(url);
        Rig(config.client().chat("gpt-5-mini"))
    }
}

impl Client for Rig {
    async fn ask(&self, mut show: impl FnMut(&str) + Send) -> Result<String, Failure> {
        let mut answer = String::new();
        let mut stream = self.0.stream(CompletionRequest::new(QUESTION))?;
        while let Some(item) = stream.next().await {
            if let Item::Event(StreamEvent::Text { text, .. }) = item? {
                show(&text);
                answer.push_str(&text);
            }
        }
        Ok(answer)
    }
}
