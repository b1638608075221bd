//! A connection past the store, for what no verb does: breaking things, and
//! looking at what is really there.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection, sql_query};

pub enum Raw {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    t: String,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

impl Raw {
    pub fn open(url: &str) -> Self {
        Self::try_open(url).unwrap()
    }

    pub fn try_open(url: &str) -> ConnectionResult<Self> {
        Ok(match url.strip_prefix("sqlite:") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path)?;
                conn.batch_execute("pragma busy_timeout = 5000").unwrap();
                Self::Sqlite(conn)
            }
            None => Self::Postgres(PgConnection::establish(url)?),
        })
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub fn execute(&mut self, sql: &str) {
        self.try_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub fn try_execute(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => conn.batch_execute(sql),
            Self::Sqlite(conn) => conn.batch_execute(sql),
        }
    }

    /// The column `n` of the one row that `sql` selects.
    pub fn number(&mut self, sql: &str) -> i64 {
        let found: QueryResult<Number> = match self {
            Self::Postgres(conn) => sql_query(sql).get_result(conn),
            Self::Sqlite(conn) => sql_query(sql).get_result(conn),
        };
        found.unwrap_or_else(|error| panic!("{sql}: {error}")).n
    }

    /// How many rows of `table` there are; `rest` may narrow them.
    pub fn count(&mut self, table: &str, rest: &str) -> i64 {
        self.number(&format!("select count(*) as n from {table} {rest}"))
    }

    /// The column `t` of every row that `sql` selects.
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let found: QueryResult<Vec<Line>> = match self {
            Self::Postgres(conn) => sql_query(sql).load(conn),
            Self::Sqlite(conn) => sql_query(sql).load(conn),
        };
        let lines = found.unwrap_or_else(|error| panic!("{sql}: {error}"));
        lines.into_iter().map(|line| line.t).collect()
    }

    /// How SQLite goes about a statement; what is bound makes no difference to it.
    pub fn plan(&mut self, sql: &str) -> Vec<String> {
        let Self::Sqlite(conn) = self else { panic!("PostgreSQL tells its plans otherwise") };
        let steps: QueryResult<Vec<Step>> =
            sql_query(format!("explain query plan {sql}")).load(conn);
        let steps = steps.unwrap_or_else(|error| panic!("{sql}: {error}"));
        steps.into_iter().map(|step| step.detail).collect()
    }
}
