//! Rows of any table, in and out of PostgreSQL.

use chrono::{DateTime, NaiveDateTime};
use diesel::connection::SimpleConnection;
use diesel::deserialize::{self, QueryableByName};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::row::{Field, NamedRow};
use diesel::sql_query;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Double, Integer, Nullable, SmallInt, Text, Timestamp, Uuid,
};

use super::BackupError;
use super::catalogue::{Declared, Word};
use super::cell::{Cell, Column, Kind};

/// Rows that are in memory at a time.
const PAGE: usize = 2_000;
/// PostgreSQL counts microseconds from 2000-01-01.
const EPOCH: i64 = 946_684_800_000_000;

#[derive(QueryableByName)]
struct Aside {
    #[diesel(sql_type = Text)]
    away: String,
    #[diesel(sql_type = Text)]
    back: String,
}

struct AnyRow(Vec<Cell>);

impl QueryableByName<Pg> for AnyRow {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        let mut cells = Vec::with_capacity(row.field_count());
        for n in 0..row.field_count() {
            let field = diesel::row::Row::get(row, n).ok_or("a row has lost a column")?;
            cells.push(match field.value() {
                None => Cell::Null,
                Some(value) => read(value.get_oid().get(), value.as_bytes())?,
            });
        }
        Ok(Self(cells))
    }
}

/// All that follows sees the same moment, and nothing of it is written to.
pub fn pin_snapshot(conn: &mut PgConnection) -> Result<(), BackupError> {
    Ok(conn.batch_execute("set transaction isolation level repeatable read, read only")?)
}

pub fn table_names(conn: &mut PgConnection) -> Result<Vec<String>, BackupError> {
    let names: Vec<Word> = sql_query(
        "select tablename::text as word from pg_tables where schemaname = current_schema() \
         and tablename not like '\\_\\_diesel%' and tablename not like 'search\\_%' order by 1",
    )
    .load(conn)?;
    Ok(names.into_iter().map(|name| name.word).collect())
}

pub fn applied(conn: &mut PgConnection) -> Result<Vec<String>, BackupError> {
    let versions: Vec<Word> =
        sql_query("select version as word from __diesel_schema_migrations order by version")
            .load(conn)?;
    Ok(versions.into_iter().map(|version| version.word).collect())
}

pub fn columns(conn: &mut PgConnection, table: &str) -> Result<Vec<Column>, BackupError> {
    let columns = declared(conn, table)?.into_iter().map(|Declared { name, declared }| {
        let kind = match declared.as_str() {
            "int2" | "int4" | "int8" => Kind::Int,
            "float8" => Kind::Real,
            "bool" => Kind::Bool,
            "text" | "varchar" => Kind::Text,
            "bytea" | "uuid" => Kind::Bytes,
            "timestamp" => Kind::Time,
            _ => {
                let (table, column) = (table.to_owned(), name);
                return Err(BackupError::NoSuchType { table, column, found: declared });
            }
        };
        Ok(Column { name, kind })
    });
    columns.collect()
}

pub fn each_row(
    conn: &mut PgConnection,
    table: &str,
    columns: &[Column],
    take: &mut dyn FnMut(&[Cell]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let names = names(columns);
    conn.batch_execute(&format!(
        "declare backup_rows no scroll cursor for select {names} from \"{table}\""
    ))?;
    loop {
        let page: Vec<AnyRow> =
            sql_query(format!("fetch forward {PAGE} from backup_rows")).load(conn)?;
        let is_last = page.len() < PAGE;
        for AnyRow(cells) in page {
            take(&cells)?;
        }
        if is_last {
            return Ok(conn.batch_execute("close backup_rows")?);
        }
    }
}

/// One statement for all of `rows`: with one for each, round trips would be
/// most of the time (performance.md 8).
pub fn insert(
    conn: &mut PgConnection,
    table: &str,
    columns: &[Column],
    rows: Vec<Vec<Cell>>,
) -> Result<(), BackupError> {
    let declared = declared(conn, table)?;
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        let found = declared.iter().find(|found| found.name == column.name);
        let declared = found.map(|found| found.declared.as_str()).unwrap_or_default();
        let none = || misfit(table, column, "no column of this henji");
        values.push(Values::of(declared, rows.len()).ok_or_else(none)?);
    }
    for row in rows {
        for ((cell, values), column) in row.into_iter().zip(&mut values).zip(columns) {
            values.push(cell).map_err(|found| misfit(table, column, &found))?;
        }
    }
    let head = format!("insert into \"{table}\" ({}) select * from unnest(", names(columns));
    Insert { head, values }.execute(conn)?;
    Ok(())
}

/// Takes foreign keys and secondary indexes away, and lets triggers sleep: what
/// they keep is in the backup already. Gives what brings all back, which checks
/// every row that was loaded.
pub fn set_aside(conn: &mut PgConnection) -> Result<Vec<String>, BackupError> {
    const KEYS: &str = "select format('alter table %s drop constraint %I', conrelid::regclass, \
        conname) as away, format('alter table %s add constraint %I %s', conrelid::regclass, \
        conname, pg_get_constraintdef(oid)) as back from pg_constraint \
        where contype = 'f' and connamespace = current_schema()::regnamespace order by conname";
    const INDEXES: &str = "select format('drop index %I', indexname) as away, indexdef as back \
        from pg_indexes where schemaname = current_schema() and indexname not in \
        (select conname from pg_constraint where connamespace = current_schema()::regnamespace) \
        order by indexname";
    const TRIGGERS: &str = "select format('alter table %s disable trigger user', \
        tgrelid::regclass) as away, format('alter table %s enable trigger user', \
        tgrelid::regclass) as back from pg_trigger join pg_class on pg_class.oid = tgrelid \
        where not tgisinternal and relnamespace = current_schema()::regnamespace \
        group by tgrelid order by 1";
    let mut aside: Vec<Aside> = sql_query(TRIGGERS).load(conn)?;
    aside.extend(sql_query(INDEXES).load::<Aside>(conn)?);
    aside.extend(sql_query(KEYS).load::<Aside>(conn)?);
    for Aside { away, .. } in &aside {
        conn.batch_execute(away)?;
    }
    Ok(aside.into_iter().map(|Aside { back, .. }| back).collect())
}

pub fn put_back(conn: &mut PgConnection, statements: &[String]) -> Result<(), BackupError> {
    for statement in statements {
        conn.batch_execute(statement)?;
    }
    // Until the planner has counted, it believes that the tables are empty.
    Ok(conn.batch_execute("analyze")?)
}

fn declared(conn: &mut PgConnection, table: &str) -> Result<Vec<Declared>, BackupError> {
    Ok(sql_query(
        "select column_name::text as name, udt_name::text as declared \
         from information_schema.columns where table_schema = current_schema() \
         and table_name = $1 order by ordinal_position",
    )
    .bind::<Text, _>(table)
    .load(conn)?)
}

/// A value in PostgreSQL's binary form, by the number of its type.
fn read(oid: u32, bytes: &[u8]) -> deserialize::Result<Cell> {
    Ok(match oid {
        16 => Cell::Bool(bytes == [1]),
        17 | 2950 => Cell::Bytes(bytes.to_vec()),
        20 => Cell::Int(i64::from_be_bytes(bytes.try_into()?)),
        21 => Cell::Int(i16::from_be_bytes(bytes.try_into()?).into()),
        23 => Cell::Int(i32::from_be_bytes(bytes.try_into()?).into()),
        25 | 1043 => Cell::Text(String::from_utf8(bytes.to_vec())?),
        701 => Cell::Real(f64::from_be_bytes(bytes.try_into()?)),
        1114 => Cell::Time(i64::from_be_bytes(bytes.try_into()?) + EPOCH),
        other => return Err(format!("a backup cannot hold values of type {other}").into()),
    })
}

/// The values of one column.
enum Values {
    Small(Vec<Option<i16>>),
    Int(Vec<Option<i32>>),
    Big(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Uuid(Vec<Option<uuid::Uuid>>),
    Time(Vec<Option<NaiveDateTime>>),
}

impl Values {
    fn of(declared: &str, rows: usize) -> Option<Self> {
        Some(match declared {
            "int2" => Self::Small(Vec::with_capacity(rows)),
            "int4" => Self::Int(Vec::with_capacity(rows)),
            "int8" => Self::Big(Vec::with_capacity(rows)),
            "float8" => Self::Real(Vec::with_capacity(rows)),
            "bool" => Self::Bool(Vec::with_capacity(rows)),
            "text" | "varchar" => Self::Text(Vec::with_capacity(rows)),
            "bytea" => Self::Bytes(Vec::with_capacity(rows)),
            "uuid" => Self::Uuid(Vec::with_capacity(rows)),
            "timestamp" => Self::Time(Vec::with_capacity(rows)),
            _ => return None,
        })
    }

    fn push(&mut self, cell: Cell) -> Result<(), String> {
        match (self, cell) {
            (Self::Small(all), Cell::Null) => all.push(None),
            (Self::Int(all), Cell::Null) => all.push(None),
            (Self::Big(all), Cell::Null) => all.push(None),
            (Self::Real(all), Cell::Null) => all.push(None),
            (Self::Bool(all), Cell::Null) => all.push(None),
            (Self::Text(all), Cell::Null) => all.push(None),
            (Self::Bytes(all), Cell::Null) => all.push(None),
            (Self::Uuid(all), Cell::Null) => all.push(None),
            (Self::Time(all), Cell::Null) => all.push(None),
            (Self::Small(all), Cell::Int(value)) => all.push(Some(fitting(value)?)),
            (Self::Int(all), Cell::Int(value)) => all.push(Some(fitting(value)?)),
            (Self::Big(all), Cell::Int(value)) => all.push(Some(value)),
            (Self::Real(all), Cell::Real(value)) => all.push(Some(value)),
            (Self::Bool(all), Cell::Bool(value)) => all.push(Some(value)),
            (Self::Text(all), Cell::Text(value)) => all.push(Some(value)),
            (Self::Bytes(all), Cell::Bytes(value)) => all.push(Some(value)),
            (Self::Uuid(all), Cell::Bytes(value)) => {
                let id = uuid::Uuid::from_slice(&value);
                all.push(Some(id.map_err(|_length| "an id of another length".to_owned())?));
            }
            (Self::Time(all), Cell::Time(micros)) => {
                let time = DateTime::from_timestamp_micros(micros).ok_or("no time")?;
                all.push(Some(time.naive_utc()));
            }
            (_, cell) => return Err(format!("{cell:?}")),
        }
        Ok(())
    }
}

struct Insert {
    head: String,
    values: Vec<Values>,
}

impl QueryFragment<Pg> for Insert {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.head);
        for (n, values) in self.values.iter().enumerate() {
            if n > 0 {
                out.push_sql(", ");
            }
            match values {
                Values::Small(all) => out.push_bind_param::<Array<Nullable<SmallInt>>, _>(all)?,
                Values::Int(all) => out.push_bind_param::<Array<Nullable<Integer>>, _>(all)?,
                Values::Big(all) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(all)?,
                Values::Real(all) => out.push_bind_param::<Array<Nullable<Double>>, _>(all)?,
                Values::Bool(all) => out.push_bind_param::<Array<Nullable<Bool>>, _>(all)?,
                Values::Text(all) => out.push_bind_param::<Array<Nullable<Text>>, _>(all)?,
                Values::Bytes(all) => out.push_bind_param::<Array<Nullable<Binary>>, _>(all)?,
                Values::Uuid(all) => out.push_bind_param::<Array<Nullable<Uuid>>, _>(all)?,
                Values::Time(all) => out.push_bind_param::<Array<Nullable<Timestamp>>, _>(all)?,
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for Insert {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for Insert {}

fn fitting<T: TryFrom<i64>>(value: i64) -> Result<T, String> {
    T::try_from(value).map_err(|_large| format!("{value}, which is too large"))
}

fn misfit(table: &str, column: &Column, found: &str) -> BackupError {
    let (table, column) = (table.to_owned(), column.name.clone());
    BackupError::NoSuchType { table, column, found: found.to_owned() }
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}
