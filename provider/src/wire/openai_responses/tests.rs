mod decode;
mod encode;
mod kit;
mod odd;
mod replay;
