//! Who is watching, and how they hear what happened.
//!
//! Every node follows the event log and publishes each event once, in order, to
//! a ring that all its sockets read. Nothing here is a store of record: a socket
//! that misses something is told so and starts again from the log.

pub mod close;
pub mod event;
pub mod follow;
pub mod frame;
pub mod hub;
pub mod memo;
pub mod presence;
pub mod socket;
pub mod sockets;
pub mod wake;

pub use close::Close;
pub use event::{Event, EventSource};
pub use follow::follow;
pub use frame::{Frame, Op};
pub use hub::{Hub, Next, Subscription};
pub use memo::Memo;
pub use presence::Presence;
pub use socket::{Shown, View, Wire, serve};
pub use sockets::Guard;
pub use wake::Wake;
