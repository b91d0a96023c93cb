//! What servers do that the simulator does not, one short body each.

/// The targets with their bodies and the choices that go with each.
pub(crate) const TARGETS: &[(&str, &[(&[u8], u8)])] = &[
    ("frame_sse", SSE),
    ("frame_ndjson", NDJSON),
    ("frame_json_array", ARRAYS),
    ("frame_aws", AWS),
    ("decode_chat", CHAT),
    ("decode_responses", RESPONSES),
    ("decode_anthropic", ANTHROPIC),
    ("decode_gemini", GEMINI),
    ("decode_bedrock", BEDROCK),
    ("decode_cohere", COHERE),
    ("decode_ollama", OLLAMA),
    ("classify", ERRORS),
    ("schema", SCHEMAS),
];

const SSE: &[(&[u8], u8)] = &[
    (b"\xef\xbb\xbfdata: a\r\n\r\ndata:b\r\rdata\n\n", 0),
    (
        b": keep-alive\n\nevent: ping\nid: 7\ndata: x\ndata: y\n\n",
        0,
    ),
    (b"retry: 10\nunknown: 1\ndata: last", 1),
    (b"id: a\0b\ndata: \xff\xfe\n\n", 0),
    (
        b"data: 0123456789012345678901234567890123456789012345678901234567890123456789\n\n",
        128,
    ),
];

const NDJSON: &[(&[u8], u8)] = &[
    (b"{\"a\":1}\n\n  \r\n{\"b\":2}\r\n{\"c\":3}", 0),
    (
        b"{\"a\":\"0123456789012345678901234567890123456789012345678901234567890123\"}\n",
        128,
    ),
];

const ARRAYS: &[(&[u8], u8)] = &[
    (b"[{\"a\":\"]\\\"\"},\r\n{\"b\":[1,{}]}\n,\n3]", 0),
    (b"[ ]  ", 0),
    (b"{\"error\":{\"code\":400}}", 0),
    (b"{\"whole\":[true,null]}", 1),
    (b"not JSON", 0),
    (b"[1,,2]x", 0),
];

const AWS: &[(&[u8], u8)] = &[
    (b"\0\0\0\x10\0\0\0\0....crc!", 0),
    (
        b"\0\0\0\x24\0\0\0\x12....\x0b:event-type\x07\0\x03abc{}crc!",
        0,
    ),
    (b"\0\0\0\x1b\0\0\0\x09....\x01a\x04\0\0\0\x01\x01bcrc!", 0),
    (b"\xff\xff\xff\xff\0\0\0\0", 1),
];

const CHAT: &[(&[u8], u8)] = &[
    (br#"data: {"choices":[{"delta":{"role":null,"content":"Hi \ud83d"}}]}

data: {"choices":[{"delta":{"content":"\ude00"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}

data: [DONE]

"#, 0),
    (br#"data: {"choices":[{"delta":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}}]}

data: {"choices":[{"delta":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"x"}}]},"finish_reason":"tool_calls"}]}

data: [DONE]

"#, 2),
    (br#"data: {"choices":[{"delta":{"reasoning_content":"a","reasoning_details":[{"type":"reasoning.text","text":"a","signature":"s"}]}}]}

data: {"error":{"message":"overloaded","code":529}}

"#, 0),
    (br#"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]},{"type":"text","text":"b"}],"refusal":"no","annotations":[{"type":"url_citation","url_citation":{"url":"u","start_index":0,"end_index":1}}]},"finish_reason":"content_filter"}]}"#, 1),
];

const RESPONSES: &[(&[u8], u8)] = &[
    (br#"data: {"type":"response.created","response":{"id":"r","created_at":1.5}}

data: {"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[]}}

data: {"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"a"}],"encrypted_content":"e"}}

data: {"type":"response.failed","response":{"error":{"code":"server_error","message":"m"}}}

"#, 0),
    (br#"{"id":"r","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"web_search_call","id":"w"},{"type":"message","content":[{"type":"output_text","text":"a","annotations":[]},{"type":"refusal","refusal":"b"}]},{"type":"function_call","call_id":"c","name":"f","arguments":""}]}"#, 1),
];

const ANTHROPIC: &[(&[u8], u8)] = &[
    (br#"event: message_start
data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}

data: {"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"x"}}

data: {"type":"content_block_stop","index":0}

data: {"type":"content_block_start","index":1,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}

data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"q\":"}}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

"#, 0),
    (br#"{"type":"message","content":[{"type":"thinking","thinking":"a","signature":"s"},{"type":"text","text":"b","citations":[{"type":"char_location"}]},{"type":"new_kind"}],"stop_reason":"model_context_window_exceeded","usage":{}}"#, 1),
];

const GEMINI: &[(&[u8], u8)] = &[
    (br#"[{"candidates":[{"content":{"parts":[{"text":"a","thought":true},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"s"}]},"finishReason":"FUNCTION_CALL"}]}
,{"usageMetadata":{"promptTokenCount":1}}]"#, 2),
    (br#"data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.a[0].b","stringValue":"x","willContinue":true}],"willContinue":true}}]}}]}

data: {"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a[0].b","stringValue":"y"}]}},{"executableCode":{"code":"1"}}]},"finishReason":"STOP"}]}
"#, 0),
    (br#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, 1),
    (br#"[{"error":{"code":503,"status":"UNAVAILABLE","message":"m"}}]"#, 2),
];

const BEDROCK: &[(&[u8], u8)] = &[
    (b"\0\0\0\x45\0\0\0\x1a....\x0b:event-type\x07\0\x0bmessageStop{\"stopReason\":\"end_turn\"}crc!", 0),
    (br#"{"output":{"message":{"content":[{"reasoningContent":{"redactedContent":"eA=="}},{"toolUse":{"toolUseId":"t","name":"f","input":{}}}]}},"stopReason":"guardrail_intervened","usage":{"inputTokens":1}}"#, 1),
];

const COHERE: &[(&[u8], u8)] = &[
    (br#"data: {"type":"message-start","id":"m"}

data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":"a"}}}

data: {"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":1,"text":"a","sources":[]}}}}

data: {"type":"message-end","delta":{"finish_reason":"ERROR","error":"m"}}

"#, 0),
    (br#"{"id":"m","finish_reason":"MAX_TOKENS","message":{"content":[{"type":"thinking","thinking":"a"},{"type":"text","text":"b"}],"tool_plan":"c","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}}"#, 1),
];

const OLLAMA: &[(&[u8], u8)] = &[
    (br#"{"message":{"thinking":"a","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},"done":false}
{"done":true,"done_reason":"length","prompt_eval_count":1}
"#, 0),
    (b"{\"error\":\"an error\"}\n", 0),
];

const ERRORS: &[(&[u8], u8)] = &[
    (b"<html><title>502 Bad Gateway</title></html>Thu, 01 Jan 1970 00:00:09 GMT", 2),
    (br#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"},{"violations":[{"quotaId":"PerDay"}]}]}}12"#, 6),
    (br#"{"detail":[{"loc":["body"],"msg":"m"}]}"#, 2),
    (br#"{"error":{"message":"prompt is too long: 200001 tokens > 200000 maximum, key sk-abcdefghijklmnop"}}"#, 5),
    (br#"{"message":"Too many tokens"}ThrottlingException:http://a"#, 6),
];

const SCHEMAS: &[(&[u8], u8)] = &[
    (br##"{"type":"object","properties":{"a":{"$ref":"#/$defs/A"},"b":{"type":["integer","null"],"minimum":1}},"required":["a"],"$defs":{"A":{"anyOf":[{"const":1},{"enum":["x",null]}]}}}{"b":null}"##, 0),
    (br##"{"$ref":"#","additionalProperties":{"type":"string"},"allOf":[{"properties":{"c":{"items":[{}],"prefixItems":[true]}}}]}{"c":[null]}"##, 0),
    (br#"{"type":"object"}{}"#, 0),
];
