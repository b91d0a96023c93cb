use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key is missing, wrong or expired.
    Authentication,
    /// The key may not do this.
    Permission,
    /// There is no such model or address.
    NotFound,
    /// The provider will never take this request as it is.
    InvalidRequest,
    /// The request is longer than the model's window.
    ContextOverflow,
    /// The provider's filter refused the request or took the answer away.
    ContentFiltered,
    /// Too many requests or tokens for now.
    RateLimited,
    /// The account has no quota or no money left; waiting does not help.
    QuotaExhausted,
    /// The provider has no room for now.
    Overloaded,
    /// The provider failed.
    Server,
    /// One of our clocks ran out.
    Timeout(Clock),
    /// The connection could not be made or broke.
    Connection(Phase),
    /// The answer ended without its end.
    Truncated,
    /// What arrived is not what the protocol says.
    Protocol,
    /// The model or its wire cannot do what was asked; nothing was sent.
    Unsupported,
    /// The caller gave up.
    Cancelled,
}

/// A clock that limits a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Clock {
    /// Until the connection stands.
    Connect,
    /// Until the first event of the answer.
    FirstOutput,
    /// Between two events of the answer.
    Idle,
    /// For the whole request.
    Total,
    /// In a queue, before the request was sent.
    Queue,
}

/// Where a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Finding the host or connecting to it.
    Connect,
    /// Sending the request.
    Send,
    /// Reading the answer.
    Receive,
}

impl ErrorKind {
    /// Whether the same request may succeed later or on another connection.
    pub fn is_transient(self) -> bool {
        use ErrorKind::{Connection, Overloaded, RateLimited, Server, Timeout, Truncated};
        matches!(
            self,
            RateLimited | Overloaded | Server | Timeout(_) | Connection(_) | Truncated
        )
    }

    /// What to do about it, in one line.
    pub(super) fn hint(self) -> &'static str {
        match self {
            ErrorKind::Authentication => "check that the key is set, complete and of this provider",
            ErrorKind::Permission => {
                "ask the owner of the account to allow this model or feature for the key"
            }
            ErrorKind::NotFound => {
                "check the model's name and the base URL; the provider lists what the key can use"
            }
            ErrorKind::InvalidRequest => {
                "change the request as the message says; sending it again does not help"
            }
            ErrorKind::ContextOverflow => {
                "shorten the conversation, or switch to a model with a larger window"
            }
            ErrorKind::ContentFiltered => "reword the request, or send it to another provider",
            ErrorKind::RateLimited => "wait for `retry_after`, or send fewer requests at a time",
            ErrorKind::QuotaExhausted => "raise the quota or pay the bill; waiting does not help",
            ErrorKind::Overloaded => "try again in a while, or fall back to another model",
            ErrorKind::Server => "try again; if it stays, give the provider the request id",
            ErrorKind::Timeout(clock) => clock.hint(),
            ErrorKind::Connection(Phase::Connect) => {
                "check the base URL, the network and the proxy"
            }
            ErrorKind::Connection(_) => {
                "try again; if it stays, look at what lies between here and the provider"
            }
            ErrorKind::Truncated => "try again; the partial answer is attached",
            ErrorKind::Protocol => {
                "check that the host speaks this wire; if it does, report the frame in the error"
            }
            ErrorKind::Unsupported => {
                "leave the option out, allow it to be degraded, or use another model"
            }
            ErrorKind::Cancelled => "nothing; the caller asked for it",
        }
    }
}

impl Clock {
    fn hint(self) -> &'static str {
        match self {
            Clock::Connect => "check the network and the proxy, or allow more time to connect",
            Clock::FirstOutput => {
                "allow more time for the first output; long prompts and hard thinking need it"
            }
            Clock::Idle => "try again, or allow more time between events",
            Clock::Total => "allow more time for the whole request, or ask for a shorter answer",
            Clock::Queue => "allow a longer wait, or raise the limits of the queue",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ErrorKind::Authentication => "authentication failed",
            ErrorKind::Permission => "permission denied",
            ErrorKind::NotFound => "not found",
            ErrorKind::InvalidRequest => "invalid request",
            ErrorKind::ContextOverflow => "context overflow",
            ErrorKind::ContentFiltered => "content filtered",
            ErrorKind::RateLimited => "rate limited",
            ErrorKind::QuotaExhausted => "quota exhausted",
            ErrorKind::Overloaded => "provider overloaded",
            ErrorKind::Server => "provider failed",
            ErrorKind::Timeout(Clock::Connect) => "timed out while connecting",
            ErrorKind::Timeout(Clock::FirstOutput) => "timed out before the first output",
            ErrorKind::Timeout(Clock::Idle) => "timed out between events",
            ErrorKind::Timeout(Clock::Total) => "timed out",
            ErrorKind::Timeout(Clock::Queue) => "timed out in the queue",
            ErrorKind::Connection(Phase::Connect) => "could not connect",
            ErrorKind::Connection(Phase::Send) => "connection lost while sending",
            ErrorKind::Connection(Phase::Receive) => "connection lost while receiving",
            ErrorKind::Truncated => "answer truncated",
            ErrorKind::Protocol => "protocol violated",
            ErrorKind::Unsupported => "unsupported",
            ErrorKind::Cancelled => "cancelled",
        })
    }
}
