//! Rows of any table, in and out of SQLite.

use chrono::{DateTime, NaiveDateTime};
use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::deserialize::{self, QueryableByName};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::row::{Field, NamedRow};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Bool, Double, Nullable, Text, Timestamp};
use diesel::sqlite::{Sqlite, SqliteType};

use super::BackupError;
use super::catalogue::{Declared, Word};
use super::cell::{Cell, Column, Kind};

/// How diesel writes a timestamp.
const TIME: &str = "%F %T%.f";

#[derive(QueryableByName)]
struct Aside {
    #[diesel(sql_type = Text)]
    away: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

/// A row as SQLite gives it: a timestamp is a text, a truth a number.
struct AnyRow(Vec<Cell>);

impl QueryableByName<Sqlite> for AnyRow {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let mut cells = Vec::with_capacity(row.field_count());
        for n in 0..row.field_count() {
            let field = diesel::row::Row::get(row, n).ok_or("a row has lost a column")?;
            let cell = match field.value() {
                None => Cell::Null,
                Some(mut value) => match value.value_type() {
                    None => Cell::Null,
                    Some(SqliteType::Binary) => Cell::Bytes(value.read_blob().to_vec()),
                    Some(SqliteType::Text) => {
                        Cell::Text(String::from_utf8(value.read_blob().to_vec())?)
                    }
                    Some(SqliteType::Float | SqliteType::Double) => Cell::Real(value.read_double()),
                    Some(_) => Cell::Int(value.read_long()),
                },
            };
            cells.push(cell);
        }
        Ok(Self(cells))
    }
}

pub fn table_names(conn: &mut SqliteConnection) -> Result<Vec<String>, BackupError> {
    let names: Vec<Word> = sql_query(
        "select name as word from sqlite_master where type = 'table' \
         and name not like 'sqlite\\_%' escape '\\' \
         and name not like '\\_\\_diesel%' escape '\\' order by name",
    )
    .load(conn)?;
    Ok(names.into_iter().map(|name| name.word).collect())
}

pub fn applied(conn: &mut SqliteConnection) -> Result<Vec<String>, BackupError> {
    let versions: Vec<Word> =
        sql_query("select version as word from __diesel_schema_migrations order by version")
            .load(conn)?;
    Ok(versions.into_iter().map(|version| version.word).collect())
}

pub fn columns(conn: &mut SqliteConnection, table: &str) -> Result<Vec<Column>, BackupError> {
    let found: Vec<Declared> =
        sql_query("select name, type as declared from pragma_table_info(?) order by cid")
            .bind::<Text, _>(table)
            .load(conn)?;
    found
        .into_iter()
        .map(|Declared { name, declared }| {
            let kind = match declared.to_ascii_lowercase().as_str() {
                "integer" | "bigint" | "smallint" => Kind::Int,
                "real" | "double" | "double precision" => Kind::Real,
                "boolean" => Kind::Bool,
                "text" => Kind::Text,
                "blob" => Kind::Bytes,
                "timestamp" => Kind::Time,
                _ => {
                    let (table, column) = (table.to_owned(), name);
                    return Err(BackupError::NoSuchType { table, column, found: declared });
                }
            };
            Ok(Column { name, kind })
        })
        .collect()
}

pub fn each_row(
    conn: &mut SqliteConnection,
    table: &str,
    columns: &[Column],
    take: &mut dyn FnMut(&[Cell]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let query = format!("select {} from \"{table}\"", names(columns));
    let rows = sql_query(query).load_iter::<AnyRow, DefaultLoadingMode>(conn)?;
    for row in rows {
        let AnyRow(mut cells) = row?;
        for (cell, column) in cells.iter_mut().zip(columns) {
            *cell = told(std::mem::replace(cell, Cell::Null), table, column)?;
        }
        take(&cells)?;
    }
    Ok(())
}

pub fn insert(
    conn: &mut SqliteConnection,
    table: &str,
    columns: &[Column],
    rows: Vec<Vec<Cell>>,
) -> Result<(), BackupError> {
    let head = format!("insert into \"{table}\" ({}) values (", names(columns));
    for row in rows {
        let values: Result<Vec<Value>, BackupError> =
            row.into_iter().zip(columns).map(|(cell, column)| bound(cell, table, column)).collect();
        Insert { head: &head, values: values? }.execute(conn)?;
    }
    Ok(())
}

/// Before a load: nothing is looked up, nothing has to survive a crash, and
/// what can be built at the end is.
pub fn prepare(conn: &mut SqliteConnection) -> Result<(), BackupError> {
    // 256 MiB of cache, so that the trees of ids are not read back while they grow.
    Ok(conn.batch_execute(
        "pragma journal_mode = off; pragma synchronous = off; pragma foreign_keys = off; \
         pragma locking_mode = exclusive; pragma cache_size = -262144;",
    )?)
}

/// Takes secondary indexes and triggers away; gives what brings them back. What
/// triggers keep is in the backup already.
pub fn set_aside(conn: &mut SqliteConnection) -> Result<Vec<String>, BackupError> {
    let aside: Vec<Aside> = sql_query(
        "select 'drop ' || type || ' \"' || name || '\"' as away, sql as definition \
         from sqlite_master where type in ('index', 'trigger') and sql is not null \
         order by type, name",
    )
    .load(conn)?;
    let mut definitions = Vec::with_capacity(aside.len());
    for Aside { away, definition } in aside {
        conn.batch_execute(&away)?;
        definitions.push(definition);
    }
    Ok(definitions)
}

pub fn put_back(conn: &mut SqliteConnection, statements: &[String]) -> Result<(), BackupError> {
    for statement in statements {
        conn.batch_execute(statement)?;
    }
    Ok(())
}

enum Value {
    Int(Option<i64>),
    Real(Option<f64>),
    Bool(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Time(Option<NaiveDateTime>),
}

/// One row; the same statement for every row of a table, so prepared once.
struct Insert<'a> {
    head: &'a str,
    values: Vec<Value>,
}

impl QueryFragment<Sqlite> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.head);
        for (n, value) in self.values.iter().enumerate() {
            if n > 0 {
                out.push_sql(", ");
            }
            match value {
                Value::Int(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Value::Real(value) => out.push_bind_param::<Nullable<Double>, _>(value)?,
                Value::Bool(value) => out.push_bind_param::<Nullable<Bool>, _>(value)?,
                Value::Text(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Value::Bytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value)?,
                Value::Time(value) => out.push_bind_param::<Nullable<Timestamp>, _>(value)?,
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for Insert<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for Insert<'_> {}

fn bound(cell: Cell, table: &str, column: &Column) -> Result<Value, BackupError> {
    Ok(match (column.kind, cell) {
        (Kind::Int, Cell::Null) => Value::Int(None),
        (Kind::Int, Cell::Int(value)) => Value::Int(Some(value)),
        (Kind::Real, Cell::Null) => Value::Real(None),
        (Kind::Real, Cell::Real(value)) => Value::Real(Some(value)),
        (Kind::Bool, Cell::Null) => Value::Bool(None),
        (Kind::Bool, Cell::Bool(value)) => Value::Bool(Some(value)),
        (Kind::Text, Cell::Null) => Value::Text(None),
        (Kind::Text, Cell::Text(value)) => Value::Text(Some(value)),
        (Kind::Bytes, Cell::Null) => Value::Bytes(None),
        (Kind::Bytes, Cell::Bytes(value)) => Value::Bytes(Some(value)),
        (Kind::Time, Cell::Null) => Value::Time(None),
        (Kind::Time, Cell::Time(micros)) => {
            let time = DateTime::from_timestamp_micros(micros);
            Value::Time(Some(time.ok_or_else(|| misfit(table, column, "no time"))?.naive_utc()))
        }
        (_, cell) => return Err(misfit(table, column, &format!("{cell:?}"))),
    })
}

/// What SQLite keeps loosely, as what the column says it is.
fn told(cell: Cell, table: &str, column: &Column) -> Result<Cell, BackupError> {
    Ok(match (column.kind, cell) {
        (_, Cell::Null) => Cell::Null,
        (Kind::Bool, Cell::Int(value @ 0..=1)) => Cell::Bool(value == 1),
        (Kind::Time, Cell::Text(text)) => match NaiveDateTime::parse_from_str(&text, TIME) {
            Ok(time) => Cell::Time(time.and_utc().timestamp_micros()),
            Err(_) => return Err(misfit(table, column, "a time that is none")),
        },
        (Kind::Real, Cell::Int(value)) => Cell::Real(value as f64),
        (Kind::Int, cell @ Cell::Int(_))
        | (Kind::Real, cell @ Cell::Real(_))
        | (Kind::Text, cell @ Cell::Text(_))
        | (Kind::Bytes, cell @ Cell::Bytes(_)) => cell,
        (kind, _) => return Err(misfit(table, column, &format!("something that is no {kind:?}"))),
    })
}

fn misfit(table: &str, column: &Column, found: &str) -> BackupError {
    let (table, column) = (table.to_owned(), column.name.clone());
    BackupError::NoSuchType { table, column, found: found.to_owned() }
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}
