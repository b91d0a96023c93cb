use serde_json::json;
use windlass_core::{EmbedKind, EmbedRequest, Embeddings, ErrorKind, Usage};

use super::{Cohere, EmbedCodec, Gemini, Ollama, OpenAi, Packing, merge, split};

const OPEN_AI: OpenAi = OpenAi::new();
const GEMINI: Gemini = Gemini::new();
const COHERE: Cohere = Cohere::new();
const OLLAMA: Ollama = Ollama::new();

fn check_request(codec: &dyn EmbedCodec, request: &EmbedRequest, path: &str, body: &str) {
    let wire = codec.encode(request, "m-1").unwrap();
    assert_eq!(wire.path, path);
    assert_eq!(String::from_utf8(wire.body).unwrap(), body);
}

fn query() -> EmbedRequest {
    EmbedRequest::new(["a", "b\n"])
        .with_kind(EmbedKind::Query)
        .with_dimensions(2)
}

// R-21
#[test]
fn requests() {
    let plain = EmbedRequest::new(["a"]);
    check_request(
        &OPEN_AI,
        &plain,
        "/embeddings",
        r#"{"model":"m-1","input":["a"]}"#,
    );
    check_request(
        &OPEN_AI
            .with_path("/v1/embeddings")
            .with_encoding_format("base64")
            .with_dimensions("output_dimension")
            .with_kind("input_type", "query", "passage"),
        &query().with_extra("user", "u"),
        "/v1/embeddings",
        r#"{"model":"m-1","encoding_format":"base64","user":"u","output_dimension":2,"input_type":"query","input":["a","b\n"]}"#,
    );
    let part = |text: &str| {
        format!(
            r#"{{"model":"models/m-1","taskType":"RETRIEVAL_QUERY","outputDimensionality":2,"title":"T","content":{{"parts":[{{"text":"{text}"}}]}}}}"#
        )
    };
    check_request(
        &GEMINI,
        &query().with_extra("title", "T"),
        "/models/m-1:batchEmbedContents",
        &format!(r#"{{"requests":[{},{}]}}"#, part("a"), part("b\\n")),
    );
    check_request(
        &COHERE,
        &query(),
        "/v2/embed",
        r#"{"model":"m-1","input_type":"search_query","embedding_types":["float"],"output_dimension":2,"texts":["a","b\n"]}"#,
    );
    check_request(
        &COHERE,
        &plain.clone().with_extra("truncate", "NONE"),
        "/v2/embed",
        r#"{"model":"m-1","input_type":"search_document","embedding_types":["float"],"truncate":"NONE","texts":["a"]}"#,
    );
    check_request(
        &OLLAMA,
        &query().with_extra("options", json!({"num_ctx": 8})),
        "/api/embed",
        r#"{"model":"m-1","dimensions":2,"options":{"num_ctx":8},"input":["a","b\n"]}"#,
    );
}

#[test]
fn a_gemini_model_may_name_its_kind() {
    let wire = GEMINI
        .encode(&EmbedRequest::new(["a"]), "tunedModels/x")
        .unwrap();
    assert_eq!(wire.path, "/tunedModels/x:batchEmbedContents");
}

// R-22
#[test]
fn dimensions_that_a_host_cannot_choose_are_refused() {
    let error = OPEN_AI
        .without_dimensions()
        .encode(&query(), "m-1")
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Unsupported, Some("dimensions"))
    );
}

fn check_answer(codec: &dyn EmbedCodec, body: &str, vectors: &[&[f32]], usage: Usage) {
    let answer = codec.decode(body.as_bytes()).unwrap();
    assert_eq!(answer.vectors, vectors, "{body}");
    assert_eq!(answer.usage, usage, "{body}");
}

// R-14
#[test]
fn answers() {
    let five = Usage::UNKNOWN.with_input(5);
    let both: &[&[f32]] = &[&[0.5, -1.0], &[2.0, 1e-3]];
    check_answer(
        &OPEN_AI,
        r#"{"object":"list","data":[{"index":1,"embedding":[2,1e-3]},{"index":0,"embedding":[0.5,-1.0]}],
            "model":"m-1","usage":{"prompt_tokens":5,"total_tokens":5}}"#,
        both,
        five,
    );
    check_answer(
        &OPEN_AI,
        r#"{"data":[{"embedding":"AAAAPwAAgL8="},{"embedding":[2.0,0.001]}]}"#,
        both,
        Usage::UNKNOWN,
    );
    check_answer(
        &OPEN_AI.with_packing(Packing::I8),
        r#"{"data":[{"embedding":"\u0041YD/"}],"usage":{"total_tokens":"5"}}"#,
        &[&[1.0, -128.0, -1.0]],
        five,
    );
    check_answer(
        &GEMINI,
        r#"{"embeddings":[{"values":[0.5,-1]},{"values":[2,0.001]}],"usageMetadata":{"promptTokenCount":5}}"#,
        both,
        five,
    );
    check_answer(
        &GEMINI,
        r#"{"embedding":{"values":[1]}}"#,
        &[&[1.0]],
        Usage::UNKNOWN,
    );
    check_answer(
        &COHERE,
        r#"{"id":"e","embeddings":{"int8":[[1]],"float":[[0.5,-1],[2,0.001]]},"meta":{"billed_units":{"input_tokens":5}}}"#,
        both,
        five,
    );
    check_answer(
        &COHERE,
        r#"{"embeddings":[[1]],"meta":{"tokens":{"input_tokens":5},"billed_units":{"input_tokens":9}}}"#,
        &[&[1.0]],
        five,
    );
    check_answer(
        &OLLAMA,
        r#"{"model":"m-1","embeddings":[[0.5,-1],[2,0.001]],"prompt_eval_count":5}"#,
        both,
        five,
    );
    check_answer(&OLLAMA, r#"{"embedding":[1.0]}"#, &[&[1.0]], Usage::UNKNOWN);
}

// R-5
#[test]
fn a_failure_in_place_of_vectors_is_the_providers() {
    let codecs: [&dyn EmbedCodec; 4] = [&OPEN_AI, &GEMINI, &COHERE, &OLLAMA];
    for codec in codecs {
        for body in [
            r#"{"error":"out of memory"}"#,
            r#"{"message":"out of memory"}"#,
        ] {
            let error = codec.decode(body.as_bytes()).unwrap_err();
            assert_ne!(error.kind(), ErrorKind::Protocol, "{codec:?}");
            assert!(error.is_in_stream(), "{codec:?}");
        }
    }
}

// R-6
#[test]
fn what_is_not_one_vector_for_each_input_is_an_error() {
    let data = |data: &str| format!(r#"{{"data":{data}}}"#);
    for body in [
        data(r#"[{"index":1,"embedding":[1]}]"#),
        data(r#"[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]"#),
        data(r#"[{"index":9999999999999999999,"embedding":[1]}]"#),
        data(r#"[{"index":0,"embedding":null}]"#),
        data(r#"[{"embedding":"AAAAPw=" }]"#),
        data(r#"[{"embedding":"AAAA"}]"#),
        data(r#"[{"embedding":["a"]}]"#),
        data("7"),
        data("null"),
        "{}".to_owned(),
        "[]".to_owned(),
    ] {
        let error = OPEN_AI.decode(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
    assert_eq!(
        GEMINI.decode(br#"{"embeddings":[{}]}"#).unwrap_err().kind(),
        ErrorKind::Protocol
    );
    assert_eq!(
        OPEN_AI.decode(br#"{"data":[]}"#).unwrap(),
        Embeddings::default()
    );
}

// R-4
#[test]
fn a_body_cut_anywhere_is_truncated() {
    let body = r#"{"data":[{"index":0,"embedding":[0.5,-1.0]},{"index":1,"embedding":"AAAAPwAAgL8="}],"model":"m-1"}"#;
    assert!(OPEN_AI.decode(body.as_bytes()).is_ok());
    for end in 0..body.len() {
        let error = OPEN_AI.decode(&body.as_bytes()[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "cut at {end}");
    }
}

#[test]
fn batches_keep_order_and_sum_usage() {
    let request = query().with_extra("user", "u");
    for (most, sizes) in [(0, &[1, 1][..]), (1, &[1, 1]), (2, &[2]), (9, &[2])] {
        let batches = split(&request, most);
        let found: Vec<_> = batches.iter().map(|batch| batch.inputs.len()).collect();
        assert_eq!(found, sizes);
        let mut whole = request.clone();
        whole.inputs = batches
            .iter()
            .flat_map(|batch| batch.inputs.clone())
            .collect();
        assert_eq!(whole, request);
        assert!(
            batches
                .iter()
                .all(|batch| batch.extra == request.extra && batch.kind == request.kind)
        );
    }
    assert!(split(&EmbedRequest::default(), 2).is_empty());
    let batches = split(&EmbedRequest::new(["a", "b", "c"]), 2);
    let answer = |vectors: &[f32], tokens| {
        let vectors = vectors.iter().map(|number| vec![*number]).collect();
        Embeddings::new(vectors)
            .with_usage(Usage::UNKNOWN.with_input(tokens))
            .with_model("m-1")
    };
    let whole = merge(&batches, [answer(&[1.0, 2.0], 3), answer(&[4.0], 4)]).unwrap();
    assert_eq!(whole, answer(&[1.0, 2.0, 4.0], 7));
    for answers in [
        vec![answer(&[1.0], 3), answer(&[4.0], 4)],
        vec![answer(&[1.0, 2.0], 3)],
        vec![answer(&[1.0, 2.0, 4.0], 3), answer(&[], 0)],
    ] {
        assert_eq!(
            merge(&batches, answers).unwrap_err().kind(),
            ErrorKind::Protocol
        );
    }
}
