use std::sync::Arc;

use windlass_core::{
    Entry, ModelId, Options, OutputFormat, ParallelCalls, Reasoning, Request, Text, ToolChoice,
    Tools,
};

use super::PrefixSection;

/// What the request before looked like. It holds the entries and not the conversation: who pushes to a conversation that
/// somebody else holds, too, copies the list of its entries.
#[derive(Clone, Debug)]
pub(super) struct Prior {
    model: ModelId,
    tools: Tools,
    instructions: Arc<[Text]>,
    options: Cached,
    /// Shared by clones, so that a fork of a session copies none.
    entries: Arc<Vec<Arc<Entry>>>,
}

/// The options that are part of what is cached.
#[derive(Clone, Debug, PartialEq)]
struct Cached {
    tool_choice: Option<ToolChoice>,
    parallel_calls: Option<ParallelCalls>,
    reasoning: Option<Reasoning>,
    output: Option<OutputFormat>,
}

impl Prior {
    pub(super) fn new(model: &ModelId, request: &Request) -> Self {
        Prior {
            model: model.clone(),
            tools: request.tools.clone(),
            instructions: Arc::clone(&request.instructions),
            options: Cached::of(&request.options),
            entries: request.conversation.entries().to_vec().into(),
        }
    }

    pub(super) fn messages(&self) -> usize {
        self.entries.len()
    }

    /// The first part that is not as it is here, in the order in which providers cache them.
    ///
    /// So many messages from the beginning are known to be the same.
    pub(super) fn first_change(
        &self,
        model: &ModelId,
        request: &Request,
        shared: usize,
    ) -> Option<PrefixSection> {
        if self.model != *model {
            return Some(PrefixSection::Model);
        }
        self.tool(&request.tools)
            .or_else(|| self.block(&request.instructions))
            .or_else(|| {
                self.options
                    .first_change(&request.options)
                    .map(PrefixSection::Option)
            })
            .or_else(|| {
                self.message(request.conversation.entries(), shared)
                    .map(PrefixSection::Message)
            })
    }

    fn tool(&self, tools: &Tools) -> Option<PrefixSection> {
        if self.tools == *tools {
            return None;
        }
        let (old, new) = (self.tools.specs(), tools.specs());
        if let Some(place) = first_difference(old, new, PartialEq::eq) {
            let spec = new.get(place).or_else(|| old.get(place))?;
            return Some(PrefixSection::Tool(spec.name.clone()));
        }
        let hosted = first_difference(self.tools.hosted(), tools.hosted(), PartialEq::eq);
        hosted.map(PrefixSection::HostedTool)
    }

    fn block(&self, blocks: &Arc<[Text]>) -> Option<PrefixSection> {
        if Arc::ptr_eq(&self.instructions, blocks) {
            return None;
        }
        let place = first_difference(&self.instructions, blocks, PartialEq::eq);
        place.map(PrefixSection::Instructions)
    }

    /// How many messages from the beginning are the very same.
    pub(super) fn shared(&self, request: &Request) -> usize {
        let pairs = self.entries.iter().zip(request.conversation.entries());
        pairs.take_while(|(old, new)| Arc::ptr_eq(old, new)).count()
    }

    /// Messages that were added or left out at the end change nothing of what comes before them.
    fn message(&self, entries: &[Arc<Entry>], shared: usize) -> Option<usize> {
        let pairs = self.entries.iter().zip(entries).enumerate().skip(shared);
        let mut changed = pairs.filter(|(_, (old, new))| old.message() != new.message());
        changed.next().map(|(at, _)| at)
    }

    /// Takes the place of the request before, and touches only what is new.
    pub(super) fn replace(&mut self, model: &ModelId, request: &Request, shared: usize) {
        if self.model != *model {
            self.model = model.clone();
        }
        self.tools = request.tools.clone();
        self.instructions = Arc::clone(&request.instructions);
        if self.options.first_change(&request.options).is_some() {
            self.options = Cached::of(&request.options);
        }
        let entries = request.conversation.entries();
        let known = Arc::make_mut(&mut self.entries);
        known.truncate(shared);
        known.extend(entries.iter().skip(shared).cloned());
    }
}

impl Cached {
    fn of(options: &Options) -> Self {
        Cached {
            tool_choice: options.tool_choice.clone(),
            parallel_calls: options.parallel_calls,
            reasoning: options.reasoning,
            output: options.output.clone(),
        }
    }

    /// The name of the first that differs.
    fn first_change(&self, options: &Options) -> Option<Text> {
        let changed = [
            ("output", self.output != options.output),
            ("tool_choice", self.tool_choice != options.tool_choice),
            (
                "parallel_calls",
                self.parallel_calls != options.parallel_calls,
            ),
            ("reasoning", self.reasoning != options.reasoning),
        ];
        let first = changed.into_iter().find(|(_, is_changed)| *is_changed);
        first.map(|(name, _)| Text::from_static(name))
    }
}

/// The first place where one list differs from the other, its end included.
fn first_difference<T>(old: &[T], new: &[T], is_same: impl Fn(&T, &T) -> bool) -> Option<usize> {
    let common = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| is_same(old, new))
        .count();
    (common < old.len().max(new.len())).then_some(common)
}
