//! A place in a list, as it stands in an address.

use chrono::DateTime;
use uuid::Uuid;

use crate::store::messages::Position;

pub fn write(position: Position) -> String {
    format!("{}-{}", position.at.timestamp_micros(), position.id.simple())
}

/// `None` for anything [`write`] did not write.
pub fn read(text: &str) -> Option<Position> {
    let (micros, id) = text.rsplit_once('-')?;
    let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
    Some(Position { at, id: Uuid::try_parse(id).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back() {
        let position = Position {
            at: DateTime::from_timestamp_micros(1_795_301_400_123_456).unwrap(),
            id: Uuid::from_u128(7),
        };
        assert_eq!(read(&write(position)), Some(position));
        assert_eq!(read("1795301400"), None);
        assert_eq!(read("x-y"), None);
    }
}
