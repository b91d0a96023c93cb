//! A user interrupts: first so that it never happened, then so that what was won is kept; and takes a run back.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use windlass_agent::{Agent, Interrupt, Session, SessionRun, What};
use windlass_core::{Assistant, Message, Script, Scripted};

/// Shows the words of a run, and interrupts it after some of them.
async fn watch(session: &Session, mut run: SessionRun, words: usize, how: Interrupt) {
    let mut shown = 0;
    while let Some(event) = run.next().await {
        match event.what {
            What::Text { text, .. } => {
                print!("{text}");
                shown += 1;
                if shown == words {
                    session.interrupt(how);
                }
            }
            What::RunEnded(ended) => println!("… {}", ended.stop),
            _ => {}
        }
    }
}

fn show(session: &Session) {
    let conversation = session.conversation();
    let whole = |answer: &Assistant| match answer.completion.is_whole() {
        true => "",
        false => " (cut)",
    };
    for message in conversation.messages() {
        if let Message::Assistant(answer) = message {
            println!("  kept: {}{}", answer.text(), whole(answer));
        }
    }
    println!(
        "  {} messages, {} runs",
        conversation.len(),
        session.runs().len()
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let story = "It was a dark and stormy night.";
    let model = Scripted::new([
        Script::text("Gladly. About what?"),
        Script::text(story),
        Script::text(story),
        Script::text("The sun shone."),
    ]);
    let session = Session::new(Agent::builder(model).build()?);
    println!("{}", session.run("Tell me a story.").await?);

    let run = session.run("About the weather.");
    watch(&session, run, 4, Interrupt::Forget).await;
    show(&session);

    let run = session.run("About the weather.");
    watch(&session, run, 4, Interrupt::Keep).await;
    show(&session);

    let undone = session.undo()?;
    println!("taken back: {}", undone.is_some_and(|run| run.begins == 2));
    println!("{}", session.run("A short one.").await?);
    show(&session);
    Ok(())
}
