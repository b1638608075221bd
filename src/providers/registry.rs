//! Every adapter of this installation, by the word in its URLs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Provider;

/// The adapters, looked up by [`Provider::kind`].
#[derive(Clone, Default)]
pub struct Registry {
    providers: BTreeMap<&'static str, Arc<dyn Provider>>,
}

impl Registry {
    /// Panics where two adapters share a kind: their webhooks would be mixed up.
    pub fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        let mut registry = Self::default();
        for provider in providers {
            let kind = provider.kind();
            let other = registry.providers.insert(kind, provider);
            assert!(other.is_none(), "two providers call themselves {kind}");
        }
        registry
    }

    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Provider>> {
        self.providers.get(kind)
    }

    /// The known kinds, in alphabetical order.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.providers.keys().copied().collect()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.providers.keys()).finish()
    }
}
