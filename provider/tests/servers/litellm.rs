//! LiteLLM as a translator in front of aimock: four wires in, three out.
//!
//! It fails on the lone surrogates that aimock sends, so its texts are without emoji. A stream in Gemini's wire from
//! another one is counted as nothing. The outcomes that it sends to Gemini have names that aimock does not know.

use windlass_core::{FinishReason, Request};
use windlass_provider::codec::Delivery;
use windlass_provider::hosts;

use crate::talk::{ferry, talk};
use crate::{Played, answer, played, url};

/// The tests for each pair of wires.
macro_rules! pairs {
    ($($pair:ident: $played:expr, [$($test:ident),*];)*) => {$(
        mod $pair {
            use super::*;

            const PLAYED: Played = $played;

            pairs!(@tests $($test),*);
        }
    )*};
    (@tests $($test:ident),*) => {$(
        #[tokio::test]
        async fn $test() {
            if let Some(url) = url("WINDLASS_LITELLM") {
                super::$test(&PLAYED, &url).await;
            }
        }
    )*};
}

pairs! {
    chat_to_chat: played(hosts::LITELLM, "/v1", "to-chat"), [text, calls];
    chat_to_anthropic: played(hosts::LITELLM, "/v1", "to-anthropic"), [text, calls];
    chat_to_gemini: played(hosts::LITELLM, "/v1", "to-gemini"), [text];
    anthropic_to_anthropic: played(hosts::ANTHROPIC, "", "to-anthropic"), [text, calls];
    anthropic_to_chat: played(hosts::ANTHROPIC, "", "to-chat"), [text, calls];
    responses_to_chat: played(hosts::OPENAI_RESPONSES, "/v1", "to-chat"), [text, calls];
    responses_to_anthropic: played(hosts::OPENAI_RESPONSES, "/v1", "to-anthropic"), [text, calls];
    gemini_to_gemini: played(hosts::GEMINI, "/v1beta", "to-gemini"), [text, calls];
    gemini_to_chat: played(hosts::GEMINI, "/v1beta", "to-chat"), [text, calls];
}

async fn text(pair: &Played, url: &str) {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let request = Request::new("Good morning");
        let response = answer(&pair.client(url, delivery), request).await;
        assert_eq!(
            response.message.text(),
            "Good morning, Zoë. The sea is calm."
        );
        assert_eq!(response.finish.reason, FinishReason::Stop);
        let is_counted =
            (pair.host.name, pair.model, delivery) != ("gemini", "to-chat", Delivery::Streamed);
        let expected = if is_counted { 11 } else { 0 };
        assert_eq!(response.usage.output(), Some(expected));
    }
}

async fn calls(pair: &Played, url: &str) {
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let client = pair.client(url, delivery);
        let talk = talk(&client, ferry(), "17:40, storm").await;
        let calls: Vec<_> = talk.asked.message.calls().map(|call| &*call.name).collect();
        assert_eq!(calls, ["ferry_times", "wind"]);
        assert_eq!(talk.asked.finish.reason, FinishReason::Calls);
        assert_eq!(
            talk.told.message.text(),
            "It leaves at 17:40. Take a coat, Zoë!"
        );
    }
}
