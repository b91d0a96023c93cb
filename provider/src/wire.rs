//! The protocols, one file each: a codec with the fields in which hosts differ, and its decoder.
