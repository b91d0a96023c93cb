mod decoding;
mod encoding;
mod kit;
