//! What the store promises those who build on it.

mod audit;
mod canaries;
mod events;
mod paging;
mod writer;
