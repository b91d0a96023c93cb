//! What the loop of an agent costs by itself: on a model that makes its answers up, without a connection.

mod by_hand;
mod ours;
mod player;

use std::str::FromStr;

use windlass_core::{Conversation, User};

use crate::Failure;
use crate::child::{self, Report};
use crate::cost::Cost;

/// One exercise, by how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// What happens.
    pub case: Case,
    /// How many messages the conversation has before.
    pub messages: usize,
    /// How often it happens.
    pub count: usize,
}

/// What happens in an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Turns of one call of a tool that does nothing.
    Turns,
    /// Words of one answer, each shown as it comes.
    Words,
    /// Attempts that fail before one succeeds.
    Retries,
    /// Models that fail before another answers.
    Fallbacks,
}

const CASES: [(&str, Case); 4] = [
    ("turns", Case::Turns),
    ("words", Case::Words),
    ("retries", Case::Retries),
    ("fallbacks", Case::Fallbacks),
];

impl Exercise {
    /// As the command line has it.
    pub fn words(self) -> [String; 3] {
        let name = CASES.iter().find(|(_, case)| *case == self.case);
        let (name, _) = name.expect("every case has its name");
        [
            (*name).to_owned(),
            self.messages.to_string(),
            self.count.to_string(),
        ]
    }

    /// Reads the words of a command line.
    ///
    /// # Errors
    ///
    /// When they are no exercise.
    pub fn parse(words: &[&str]) -> Result<Self, Failure> {
        let [case, messages, count] = words else {
            return Err(format!("`{}` is no exercise", words.join(" ")).into());
        };
        Ok(Exercise {
            case: case.parse()?,
            messages: messages.parse()?,
            count: count.parse()?,
        })
    }

    /// What was said before, by user and model in turn.
    fn conversation(self) -> Result<Conversation, Failure> {
        let mut conversation = Conversation::new();
        for at in 1..self.messages {
            let text = format!("Message {at} of a conversation that has gone on for a while.");
            conversation.push_user(User::from(text))?;
        }
        conversation.push_user(crate::QUESTION)?;
        Ok(conversation)
    }
}

impl FromStr for Case {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        let known = CASES.iter().find(|(known, _)| *known == name);
        known
            .map(|(_, case)| *case)
            .ok_or_else(|| format!("no exercise is called `{name}`").into())
    }
}

/// Does the exercise and prints the report.
///
/// # Errors
///
/// When something fails that was to succeed.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub fn run(by_hand: bool, exercise: Exercise) -> Result<(), Failure> {
    let report = child::runtime()?.block_on(async {
        if by_hand {
            by_hand::run(exercise).await
        } else {
            ours::run(exercise).await
        }
    })?;
    print!("{report}");
    Ok(())
}

/// What `work` costs, which gives whether it did what it was to.
async fn measured(work: impl Future<Output = Result<bool, Failure>>) -> Result<Report, Failure> {
    let before = Cost::so_far();
    let exact = work.await?;
    Ok(Report::of(Cost::so_far() - before, exact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_is_read_as_it_was_written() {
        for (_, case) in CASES {
            let exercise = Exercise {
                case,
                messages: 7,
                count: 9,
            };
            let words = exercise.words();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            assert_eq!(Exercise::parse(&words).unwrap(), exercise);
        }
    }

    #[test]
    fn a_conversation_has_its_length() {
        let exercise = Exercise {
            case: Case::Retries,
            messages: 1_000,
            count: 1,
        };
        assert_eq!(exercise.conversation().unwrap().len(), 1_000);
    }
}
