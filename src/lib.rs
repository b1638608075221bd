//! henji
