use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, ChatCompletionStreamOptions, CreateChatCompletionRequestArgs,
};
use futures_util::StreamExt;
use windlass_bench::{Client, Failure, QUESTION};

#[derive(Clone)]
pub(crate) struct AsyncOpenAi(async_openai::Client<OpenAIConfig>);

impl AsyncOpenAi {
    pub(crate) fn new(url: &str) -> Self {
        let config = OpenAIConfig::new().with_api_key("sk-bench").with_api_base(url);
        AsyncOpenAi(async_openai::Client::with_config(config))
    }
}

impl Client for AsyncOpenAi {
    async fn ask(&self, mut show: impl FnMut(&str) + Send) -> Result<String, Failure> {
        let question = ChatCompletionRequestUserMessageArgs::default().content(QUESTION).build()?;
        let request = CreateChatCompletionRequestArgs::default()
            .model("gpt-5-mini")
            .messages([question.into()])
            .stream_options(ChatCompletionStreamOptions {
                include_usage: Some(true),
                include_obfuscation: None,
            })
            .build()?;
        let mut answer = String::new();
        let mut stream = self.0.chat().create_stream(request).await?;
        while let Some(chunk) = stream.next().await {
            for choice in chunk?.choices {
                if let Some(text) = choice.delta.content {
                    show(&text);
                    answer.push_str(&text);
                }
            }
        }
        Ok(answer)
    }
}
