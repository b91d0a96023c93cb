mod decoding;
mod encoding;
mod kit;
mod options;
