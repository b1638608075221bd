//! One value of a row, written the same whichever database it came from.

use std::io::{self, Read, Write};

/// What a column holds, as both databases understand it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    Real,
    Bool,
    Text,
    /// Bytes, and ids: `uuid` on PostgreSQL is a 16-byte blob on SQLite.
    Bytes,
    /// UTC, in microseconds since 1970.
    Time,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
    Time(i64),
}

impl Kind {
    pub fn code(self) -> u8 {
        match self {
            Self::Int => b'i',
            Self::Real => b'r',
            Self::Bool => b'f',
            Self::Text => b't',
            Self::Bytes => b'b',
            Self::Time => b'u',
        }
    }

    pub fn from_code(code: u8) -> Option<Self> {
        let all = [Self::Int, Self::Real, Self::Bool, Self::Text, Self::Bytes, Self::Time];
        all.into_iter().find(|kind| kind.code() == code)
    }
}

impl Cell {
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Null => out.write_all(b"0"),
            Self::Int(value) => with(out, Kind::Int, &value.to_be_bytes()),
            Self::Real(value) => with(out, Kind::Real, &value.to_be_bytes()),
            Self::Bool(value) => with(out, Kind::Bool, &[u8::from(*value)]),
            Self::Time(value) => with(out, Kind::Time, &value.to_be_bytes()),
            Self::Text(text) => {
                out.write_all(&[Kind::Text.code()])?;
                write_bytes(out, text.as_bytes())
            }
            Self::Bytes(bytes) => {
                out.write_all(&[Kind::Bytes.code()])?;
                write_bytes(out, bytes)
            }
        }
    }

    pub fn read(from: &mut impl Read) -> io::Result<Self> {
        let [code] = read_array(from)?;
        if code == b'0' {
            return Ok(Self::Null);
        }
        let kind = Kind::from_code(code).ok_or_else(|| malformed("a value of no known kind"))?;
        Ok(match kind {
            Kind::Int => Self::Int(i64::from_be_bytes(read_array(from)?)),
            Kind::Real => Self::Real(f64::from_be_bytes(read_array(from)?)),
            Kind::Bool => Self::Bool(read_array::<1>(from)?[0] != 0),
            Kind::Time => Self::Time(i64::from_be_bytes(read_array(from)?)),
            Kind::Bytes => Self::Bytes(read_bytes(from)?),
            Kind::Text => Self::Text(read_text(from)?),
        })
    }
}

pub fn write_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_long| malformed("a value over 4 GiB"))?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(bytes)
}

pub fn read_bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = u32::from_be_bytes(read_array(from)?);
    let mut bytes = Vec::new();
    from.take(length.into()).read_to_end(&mut bytes)?;
    if bytes.len() != length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

pub fn read_text(from: &mut impl Read) -> io::Result<String> {
    String::from_utf8(read_bytes(from)?).map_err(|_bytes| malformed("a text that is none"))
}

pub fn read_array<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

pub fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn with(out: &mut impl Write, kind: Kind, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&[kind.code()])?;
    out.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_back_as_it_was_written() {
        let cells = [
            Cell::Null,
            Cell::Int(i64::MIN),
            Cell::Real(-0.5),
            Cell::Bool(true),
            Cell::Text("返事 🙂".into()),
            Cell::Text(String::new()),
            Cell::Bytes(vec![0, 255, 7]),
            Cell::Time(1_795_301_400_123_456),
        ];
        let mut written = Vec::new();
        for cell in &cells {
            cell.write(&mut written).unwrap();
        }
        let mut from = written.as_slice();
        for cell in &cells {
            assert_eq!(&Cell::read(&mut from).unwrap(), cell);
        }
        assert!(Cell::read(&mut from).is_err(), "nothing is left");
        assert!(Cell::read(&mut &b"b\xff\xff\xff\xffshort"[..]).is_err());
        assert!(Cell::read(&mut &b"?"[..]).is_err());
    }
}
