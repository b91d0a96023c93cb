//! The servers, as data.

/// A server that somebody else wrote.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: &'static str,
    /// The variable in which the tests are told its address.
    pub(super) variable: &'static str,
    pub(super) package: Package,
    /// The program, below the folder that the package is installed in.
    pub(super) program: &'static str,
    /// What follows it. Names in braces are filled in, see [`Place::fill`](super::place::Place::fill).
    pub(super) arguments: &'static str,
    /// Its environment.
    pub(super) variables: &'static [(&'static str, &'static str)],
    /// Files of the project or of the model that it reads.
    pub(super) files: &'static [Copied],
    /// A path that answers 200 as soon as the server is ready.
    pub(super) ready: &'static str,
    /// It is built from source.
    pub(super) is_slow: bool,
    /// It runs the model in [`MODEL`](super::place::MODEL).
    pub(super) needs_model: bool,
}

/// Where a server comes from.
#[derive(Debug)]
pub(super) enum Package {
    /// npm.
    Npm(&'static str),
    /// PyPI.
    Pip(&'static [&'static str]),
}

/// A file that a server reads from its own folder.
#[derive(Debug)]
pub(super) struct Copied {
    /// Where it is; names in braces are filled in.
    pub(super) from: &'static str,
    /// Its path below the server's folder.
    pub(super) to: &'static str,
    /// What is put before it.
    pub(super) before: &'static str,
}

/// In the order in which they are started: LiteLLM translates for aimock.
pub(super) const SERVERS: &[Server] = &[
    Server {
        name: "aimock",
        variable: "WINDLASS_AIMOCK",
        package: Package::Npm("@copilotkit/aimock@^1.43"),
        program: "node_modules/.bin/llmock",
        // Seven characters cut an emoji of the answers in two.
        arguments: "--port {port} --fixtures {tests}/aimock.json --chunk-size 7",
        variables: &[],
        files: &[],
        ready: "/health",
        is_slow: false,
        needs_model: false,
    },
    Server {
        name: "litellm",
        variable: "WINDLASS_LITELLM",
        package: Package::Pip(&["litellm[proxy]>=1.106,<2"]),
        program: "bin/litellm",
        arguments: "--host 127.0.0.1 --port {port} --config {folder}/litellm.yaml",
        variables: &[
            ("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
            ("LITELLM_TELEMETRY", "False"),
            ("LITELLM_MASTER_KEY", "sk-windlass-servers"),
        ],
        files: &[Copied {
            from: "{tests}/litellm.yaml",
            to: "litellm.yaml",
            before: "",
        }],
        ready: "/health/liveliness",
        is_slow: false,
        needs_model: false,
    },
    Server {
        name: "mlx",
        variable: "WINDLASS_MLX",
        package: Package::Pip(&["mlx-lm>=0.32,<1", "mlx[cpu]"]),
        program: "bin/mlx_lm.server",
        arguments: "--host 127.0.0.1 --port {port} --model {folder}/model",
        variables: &[("HF_HUB_OFFLINE", "1"), ("HF_HUB_CACHE", "{folder}/hub")],
        files: MLX_FILES,
        ready: "/health",
        is_slow: false,
        needs_model: true,
    },
    Server {
        name: "llama",
        variable: "WINDLASS_LLAMA",
        package: Package::Pip(&["llama-cpp-python[server]>=0.3.16,<1"]),
        program: "bin/python",
        arguments: "-m llama_cpp.server --host 127.0.0.1 --port {port} --model {model}/tiny.gguf \
                    --n_ctx 2048 --n_threads 1 --chat_format chatml-function-calling",
        variables: &[],
        files: &[],
        ready: "/v1/models",
        is_slow: true,
        needs_model: true,
    },
];

/// The model, with a template in which mlx-lm finds the words by which it knows how calls are written.
const MLX_FILES: &[Copied] = &[
    Copied {
        from: "{model}/model/chat_template.jinja",
        to: "model/chat_template.jinja",
        before: "{#- tool_call.name -#}",
    },
    copied("{model}/model/config.json", "model/config.json"),
    copied(
        "{model}/model/generation_config.json",
        "model/generation_config.json",
    ),
    copied("{model}/model/model.safetensors", "model/model.safetensors"),
    copied("{model}/model/tokenizer.json", "model/tokenizer.json"),
    copied(
        "{model}/model/tokenizer_config.json",
        "model/tokenizer_config.json",
    ),
];

const fn copied(from: &'static str, to: &'static str) -> Copied {
    Copied {
        from,
        to,
        before: "",
    }
}
