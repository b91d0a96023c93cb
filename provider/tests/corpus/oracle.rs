//! What another client makes of the same bytes: `oracle.json`.

mod parts;
mod usage;

use serde::Deserialize;
use serde_json::Value;
use windlass_core::Response;

use super::answer::Answer;
use super::check::Verdict;
use super::json;
use super::table::Family;

#[derive(Debug, Deserialize)]
pub(crate) struct Oracle {
    outcome: String,
    #[serde(default)]
    parts: Vec<Value>,
    finish: Option<String>,
    usage: Option<Value>,
    id: Option<String>,
    model: Option<String>,
    #[serde(default)]
    note: String,
}

impl Oracle {
    /// Whether there is an error in the answer.
    pub(crate) fn is_error(&self) -> bool {
        self.outcome == "error"
    }

    /// Whether the recording ends before the answer does.
    pub(crate) fn breaks_off(&self) -> bool {
        self.note.contains("incomplete: ")
    }

    pub(crate) fn check(&self, answer: &Answer, family: Family) -> Verdict {
        if parts::are_in_pieces(&self.parts) {
            let why = "the other client does not put streamed arguments together";
            return Verdict::Undecided(why.to_owned());
        }
        let expected = parts::expected(&self.parts, family);
        let found = parts::found(&answer.partial, &expected, family);
        let parts = json::difference(&Value::from(expected), &Value::from(found));
        let parts = parts.map(|difference| format!("parts: {difference}"));
        let details = || parts::details_differ(&self.parts, &answer.partial);
        let rest = || answer.end.as_ref().ok().and_then(|end| self.differs(end));
        let usage = || self.usage_differs(answer, family);
        Verdict::unless(parts.or_else(details).or_else(rest).or_else(usage))
    }

    fn differs(&self, response: &Response) -> Option<String> {
        let found = [
            ("finish", &self.finish, Some(response.finish.raw.as_str())),
            ("id", &self.id, response.message.id.as_deref()),
            ("model", &self.model, response.model.as_deref()),
        ];
        found.into_iter().find_map(|(what, expected, found)| {
            let expected = expected.as_deref()?;
            let told = || {
                format!(
                    "{what} is `{}`, expected `{expected}`",
                    found.unwrap_or("?")
                )
            };
            (found != Some(expected)).then(told)
        })
    }

    fn usage_differs(&self, answer: &Answer, family: Family) -> Option<String> {
        // A last report that leaves out what an earlier one had takes nothing back.
        let is_partial = self.note.contains("usage: earlier chunks also had");
        let reported = self.usage.as_ref().filter(|_| !is_partial)?;
        let expected = usage::expected(reported, family);
        let found = usage::counts(answer.usage);
        usage::difference(&expected, &found)
    }
}
