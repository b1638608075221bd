//! What the store promises those who build on it.

mod audit;
mod canaries;
mod clock;
mod corruption;
mod counts;
mod events;
mod paging;
mod walks;
mod writer;
