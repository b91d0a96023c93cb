//! The tools of a run.

mod error;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use windlass_core::{HostedTool, Text, Tool, ToolSpec, Tools, nearest_name};

pub use error::{ToolboxError, ToolboxErrorKind};

#[cfg(test)]
mod tests;

/// The tools of a run: in a fixed order, each under a name of its own, cheap to clone.
///
/// A toolbox does not change: every method gives another one. A turn keeps the one that the model saw, so adding,
/// removing and hiding tools counts from the next turn on.
///
/// # Example: the tools of two sources in one box
///
/// ```
/// use windlass_agent::Toolbox;
/// # use windlass_core::{async_trait, Arguments, Schema, Tool, ToolContext, ToolError, ToolOutput, ToolSpec};
/// # struct Named(ToolSpec);
/// # #[async_trait]
/// # impl Tool for Named {
/// #     fn spec(&self) -> &ToolSpec { &self.0 }
/// #     async fn call(&self, _: &Arguments, _: &ToolContext) -> Result<ToolOutput, ToolError> { Ok(ToolOutput::new()) }
/// # }
/// # fn tool(name: &str) -> Named { Named(ToolSpec::new(name, "", Schema::empty_object())) }
///
/// let files = Toolbox::new().with(tool("read"))?.with(tool("write"))?;
/// let mail = Toolbox::new().with(tool("read"))?.with(tool("send"))?;
///
/// let error = files.clone().combine(mail.clone()).expect_err("both can read");
/// assert_eq!(error.to_string(), "there are two tools named `read`");
///
/// let all = files.combine(mail.prefix("mail_"))?.hide("write")?;
/// assert_eq!(all.names().collect::<Vec<_>>(), ["read", "write", "mail_read", "mail_send"]);
/// assert_eq!(all.tools().specs().len(), 3);
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// ```
#[derive(Clone, Default)]
pub struct Toolbox(Arc<Shelf>);

#[derive(Clone, Default)]
struct Shelf {
    entries: Vec<ToolEntry>,
    places: HashMap<Text, usize>,
    hosted: Vec<HostedTool>,
    /// What the model is told: without those that are hidden.
    shown: Tools,
}

/// A tool under the name that it has in a toolbox.
#[derive(Clone)]
pub struct ToolEntry {
    tool: Arc<dyn Tool>,
    spec: Arc<ToolSpec>,
}

impl ToolEntry {
    fn new(tool: Arc<dyn Tool>) -> Self {
        let spec = Arc::new(tool.spec().clone());
        ToolEntry { tool, spec }
    }

    /// The tool, under whatever name it gives itself.
    pub fn tool(&self) -> &Arc<dyn Tool> {
        &self.tool
    }

    /// What the model is told of it, under the name that it has here.
    pub fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn respecified(&self, change: impl FnOnce(&mut ToolSpec)) -> Self {
        let mut entry = self.clone();
        change(Arc::make_mut(&mut entry.spec));
        entry
    }
}

impl Toolbox {
    /// A toolbox without tools.
    pub fn new() -> Self {
        Toolbox::default()
    }

    /// A toolbox of these tools, in this order.
    ///
    /// # Errors
    ///
    /// When a tool has no name, the name of another, or parameters that are no object.
    pub fn of(tools: impl IntoIterator<Item = Arc<dyn Tool>>) -> Result<Self, ToolboxError> {
        Toolbox::build(tools.into_iter().map(ToolEntry::new).collect(), Vec::new())
    }

    fn build(entries: Vec<ToolEntry>, hosted: Vec<HostedTool>) -> Result<Self, ToolboxError> {
        let mut places = HashMap::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            let name = &entry.spec.name;
            if name.trim().is_empty() {
                return Err(ToolboxError::nameless(&entry.spec));
            }
            if !entry.spec.parameters.is_object() {
                return Err(ToolboxError::not_an_object(&entry.spec));
            }
            if places.insert(name.clone(), place).is_some() {
                return Err(ToolboxError::duplicate(name));
            }
        }
        let visible = entries.iter().filter(|entry| !entry.spec.hidden);
        let shown = Tools::new(
            visible.map(|entry| ToolSpec::clone(&entry.spec)),
            hosted.iter().cloned(),
        );
        Ok(Toolbox(Arc::new(Shelf {
            entries,
            places,
            hosted,
            shown,
        })))
    }

    /// Adds a tool at the end.
    ///
    /// # Errors
    ///
    /// When it has no name, the name of another, or parameters that are no object.
    pub fn with(self, tool: impl Tool + 'static) -> Result<Self, ToolboxError> {
        let added = ToolEntry::new(Arc::new(tool));
        let entries = self.entries().iter().cloned().chain([added]);
        Toolbox::build(entries.collect(), self.0.hosted.clone())
    }

    /// Adds a tool that the provider runs itself, under the name that the provider gives it.
    #[must_use]
    pub fn with_hosted(self, tool: HostedTool) -> Self {
        let hosted = self.0.hosted.iter().cloned().chain([tool]);
        self.rebuilt(self.0.entries.clone(), hosted.collect())
    }

    /// Adds the tools of another toolbox at the end.
    ///
    /// # Errors
    ///
    /// When both have a tool of the same name; [`prefix`](Toolbox::prefix) and [`rename`](Toolbox::rename) help.
    pub fn combine(self, other: Toolbox) -> Result<Self, ToolboxError> {
        let entries = self.entries().iter().chain(other.entries()).cloned();
        let hosted = self.0.hosted.iter().chain(&other.0.hosted).cloned();
        Toolbox::build(entries.collect(), hosted.collect())
    }

    /// Keeps the tools that `keep` says yes to, and those that the provider runs itself.
    #[must_use]
    pub fn filter(self, mut keep: impl FnMut(&ToolSpec) -> bool) -> Self {
        let entries = self.entries().iter().filter(|entry| keep(&entry.spec));
        self.rebuilt(entries.cloned().collect(), self.0.hosted.clone())
    }

    /// Gives a tool another name.
    ///
    /// # Errors
    ///
    /// When there is no tool of the old name, or one of the new name.
    pub fn rename(self, from: &str, to: impl Into<Text>) -> Result<Self, ToolboxError> {
        let to = to.into();
        self.change(from, |entry| entry.respecified(|spec| spec.name = to))
    }

    /// Puts `prefix` in front of every name.
    #[must_use]
    pub fn prefix(self, prefix: &str) -> Self {
        let prefixed = |spec: &mut ToolSpec| spec.name = format!("{prefix}{}", spec.name).into();
        let entries = self.entries().iter();
        let entries = entries.map(|entry| entry.respecified(prefixed));
        self.rebuilt(entries.collect(), self.0.hosted.clone())
    }

    /// Hides a tool: the model is not told of it and cannot call it.
    ///
    /// # Errors
    ///
    /// When there is no tool of that name.
    pub fn hide(self, name: &str) -> Result<Self, ToolboxError> {
        self.change(name, |entry| entry.respecified(|spec| spec.hidden = true))
    }

    /// Shows a hidden tool.
    ///
    /// # Errors
    ///
    /// When there is no tool of that name.
    pub fn show(self, name: &str) -> Result<Self, ToolboxError> {
        self.change(name, |entry| entry.respecified(|spec| spec.hidden = false))
    }

    /// Puts a tool in the place of the one of the same name.
    ///
    /// # Errors
    ///
    /// When there is no tool of that name, or the parameters of the new one are no object.
    pub fn replace(self, tool: impl Tool + 'static) -> Result<Self, ToolboxError> {
        let new = ToolEntry::new(Arc::new(tool));
        let name = new.spec.name.clone();
        self.change(&name, |_| new)
    }

    fn change(
        self,
        name: &str,
        change: impl FnOnce(&ToolEntry) -> ToolEntry,
    ) -> Result<Self, ToolboxError> {
        let Some(&place) = self.0.places.get(name) else {
            return Err(ToolboxError::unknown(
                name,
                nearest_name(name, self.names()),
            ));
        };
        let mut entries = self.0.entries.clone();
        entries[place] = change(&entries[place]);
        Toolbox::build(entries, self.0.hosted.clone())
    }

    fn rebuilt(&self, entries: Vec<ToolEntry>, hosted: Vec<HostedTool>) -> Self {
        Toolbox::build(entries, hosted)
            .expect("tools that went together still do without some of them, or with a prefix")
    }

    /// What the model is told of them: those that are not hidden.
    pub fn tools(&self) -> &Tools {
        &self.0.shown
    }

    /// The tool of a name, also if it is hidden.
    pub fn get(&self, name: &str) -> Option<&ToolEntry> {
        self.entries().get(*self.0.places.get(name)?)
    }

    /// The tool of a name that the model was told of.
    pub fn offered(&self, name: &str) -> Option<&ToolEntry> {
        self.get(name).filter(|entry| !entry.spec.hidden)
    }

    /// All tools, hidden ones too, in order.
    pub fn entries(&self) -> &[ToolEntry] {
        &self.0.entries
    }

    /// All names, those of hidden tools too, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries().iter().map(|entry| entry.spec.name.as_str())
    }

    /// The number of tools, hidden ones too.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether there are no tools at all.
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty() && self.0.hosted.is_empty()
    }
}

impl fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}

impl fmt::Debug for ToolEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = if self.spec.hidden { ", hidden" } else { "" };
        write!(f, "{}{hidden}", self.spec.name)
    }
}
