//! Data and seams.
