mod asked;
mod cancel;
mod kit;
mod limits;
mod schedule;
mod table;
