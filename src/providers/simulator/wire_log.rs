//! The last webhooks as they went over the wire, for people who want to see.

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::{DateTime, Utc};

/// A webhook the carrier posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub at: DateTime<Utc>,
    /// With the account's token in it.
    pub path: String,
    pub body: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
}

/// More than fit on a screen.
const KEPT: usize = 50;

#[derive(Default)]
pub struct WireLog {
    posts: Mutex<VecDeque<Post>>,
}

impl WireLog {
    pub fn add(&self, post: Post) {
        let mut posts = self.posts.lock().expect("no code panics while it holds the posts");
        posts.truncate(KEPT - 1);
        posts.push_front(post);
    }

    /// Newest first.
    pub fn latest(&self) -> Vec<Post> {
        let posts = self.posts.lock().expect("no code panics while it holds the posts");
        posts.iter().cloned().collect()
    }
}
