use futures_util::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatRequest, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use genai::{ModelIden, ServiceTarget};
use windlass_bench::{Client, Failure, QUESTION};

#[derive(Clone)]
pub(crate) struct Genai(genai::Client);

impl Genai {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        let url = format!("{url}/");
        let resolver = ServiceTargetResolver::from_resolver_fn(
            move |target: ServiceTarget| -> Result<ServiceTarget, genai::resolver::Error> {
                Ok(ServiceTarget {
                    endpoint: Endpoint::from_owned(url.clone()),
                    auth: AuthData::from_single("sk-bench"),
                    model: ModelIden::new(AdapterKind::OpenAI, target.model.model_name),
                })
            },
        );
        let client = genai::Client::builder().with_service_target_resolver(resolver);
        Ok(Genai(client.build()?))
    }
}

impl Client for Genai {
    async fn ask(&self, mut show: impl FnMut(&str) + Send) -> Result<String, Failure> {
        let mut answer = String::new();
        let request = ChatRequest::default().append_message(ChatMessage::user(QUESTION));
        let mut response = self.0.exec_chat_stream("gpt-5-mini", request, None).await?;
        while let Some(event) = response.stream.next().await {
            if let ChatStreamEvent::Chunk(chunk) = event? {
                show(&chunk.content);
                answer.push_str(&chunk.content);
            }
        }
        Ok(answer)
    }
}
