//! A database for one measurement, gone afterwards.

use super::error::StoreError;

mod postgres;

/// An empty database beside the one named; dropped with this value.
pub struct Scratch {
    server: String,
    name: String,
    url: String,
}

impl Scratch {
    /// Makes database `name` on the PostgreSQL server of `url`.
    ///
    /// # Errors
    /// `Open` for any other kind of server, and where the user of `url` may not
    /// make databases.
    pub fn create(url: &str, name: &str) -> Result<Self, StoreError> {
        postgres::create(url, name)?;
        let url_of_scratch = with_database(url, name)?;
        Ok(Self { server: url.to_owned(), name: name.to_owned(), url: url_of_scratch })
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = postgres::drop(&self.server, &self.name) {
            tracing::warn!(database = self.name, %error, "a scratch database is left behind");
        }
    }
}

/// `url` with another database at its end, its options kept.
fn with_database(url: &str, name: &str) -> Result<String, StoreError> {
    let (base, options) = match url.split_once('?') {
        Some((base, options)) => (base, format!("?{options}")),
        None => (url, String::new()),
    };
    let authority = base.find("://").map(|at| at + 3).ok_or_else(|| {
        StoreError::Open("expected the address of a PostgreSQL server".to_owned())
    })?;
    let server = base[authority..].find('/').map_or(base, |slash| &base[..authority + slash]);
    Ok(format!("{server}/{name}{options}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_another_and_the_rest_stays() {
        for (url, expected) in [
            ("postgres://u:p@127.0.0.1:5/postgres", "postgres://u:p@127.0.0.1:5/b"),
            ("postgres://u@h", "postgres://u@h/b"),
            ("postgres://u@h/a?sslmode=require", "postgres://u@h/b?sslmode=require"),
        ] {
            assert_eq!(with_database(url, "b").unwrap(), expected);
        }
        assert!(with_database("nonsense", "b").is_err());
    }
}
