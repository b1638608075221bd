//! What cannot be restored is refused in words that name the cure, and leaves
//! the place as empty as it was.

use std::fs;

use henji::store::backup::{Asked, BackupError, restore};
use henji::store::seal::random;
use sha2::{Digest, Sha256};

use super::{Spot, key_in};
use crate::support::test_app::clock;

const FLIPS: usize = 500;

#[test]
fn every_refusal_names_its_cure_and_leaves_nothing() {
    let house = Spot::set_up();
    house.run("backup whole.backup").unwrap();
    let whole = fs::read(house.path("whole.backup")).unwrap();
    let spot = Spot::with_key_of(house.db.folder());
    let file = spot.path("a.backup");
    let refused = |bytes: &[u8], complaint: &str| {
        fs::write(&file, bytes).unwrap();
        let said = spot.run("restore a.backup").unwrap_err();
        assert!(said.contains(complaint), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert_eq!(spot.files(), ["a.backup", "henji.key", "henji.lock"], "{complaint}");
        let mut raw = spot.db.raw();
        if raw.is_postgres() {
            let tables = "select count(*) as n from pg_tables where schemaname = 'public'";
            assert_eq!(raw.number(tables), 0, "{complaint}");
        }
        drop(raw);
        // Looking for tables makes the file that SQLite did not find.
        drop(fs::remove_file(spot.path("henji.db")));
    };
    refused(&whole[..whole.len() - 1], "cut off");
    refused(&whole[..whole.len() / 2], "copy it again");
    refused(b"", "no backup of henji");
    refused(b"SQLite format 3\0 and so on", "no backup of henji");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    refused(&flipped, "damaged after it was made");
    let mut newer = whole.clone();
    newer[14..16].copy_from_slice(b"2\n");
    refused(&newer, "newer henji");
    let key = fs::read(spot.path("henji.key")).unwrap();
    fs::write(spot.path("henji.key"), "ab".repeat(32)).unwrap();
    refused(&whole, "set HENJI_KEY_FILE to the key");
    fs::write(spot.path("henji.key"), key).unwrap();

    // The control: the same place takes the whole one.
    fs::write(&file, &whole).unwrap();
    spot.run("restore a.backup").unwrap();
    let again = spot.run("restore a.backup").unwrap_err();
    assert!(again.contains("empty"), "{again}");
}

#[test]
fn a_restore_wants_its_key_and_its_place_for_itself() {
    let house = Spot::set_up();
    house.run("backup whole.backup").unwrap();
    let file = house.path("whole.backup").display().to_string();
    let spot = Spot::with_key_of(house.db.folder());
    fs::rename(spot.path("henji.key"), spot.path("key.away")).unwrap();
    let said = spot.run(&format!("restore {file}")).unwrap_err();
    assert!(said.contains("put the key of the installation"), "{said}");
    assert!(!spot.path("henji.key").exists(), "a new key would open nothing");
    fs::rename(spot.path("key.away"), spot.path("henji.key")).unwrap();

    let server = henji::data_lock::DataLock::share(spot.db.folder()).unwrap();
    let said = spot.run(&format!("restore {file}")).unwrap_err();
    assert!(said.contains("stop it first"), "{said}");
    drop(server);

    fs::write(spot.path("simulator.journal"), "somebody's").unwrap();
    let said = spot.run(&format!("restore {file}")).unwrap_err();
    assert!(said.contains("it holds simulator.journal"), "{said}");
    fs::remove_file(spot.path("simulator.journal")).unwrap();
    spot.run(&format!("restore {file}")).unwrap();
}

#[test]
fn a_backup_refuses_what_would_be_of_no_use() {
    let house = Spot::set_up();
    house.run("backup a.backup").unwrap();
    let before = fs::read(house.path("a.backup")).unwrap();
    let said = house.run("backup a.backup").unwrap_err();
    assert!(said.contains("never overwrites"), "{said}");
    assert_eq!(fs::read(house.path("a.backup")).unwrap(), before);
    let said = house.run("backup nowhere/b.backup").unwrap_err();
    assert!(said.contains("folder nowhere is not there"), "{said}");
    fs::write(house.path("henji.key"), "ab".repeat(32)).unwrap();
    let said = house.run("backup b.backup").unwrap_err();
    assert!(said.contains("is not the key of"), "{said}");
    assert!(!house.files().iter().any(|name| name.starts_with("b.backup")), "{:?}", house.files());
}

/// Bits that turned on a disk, and bits that somebody turned who can mend the
/// checksum: none is restored.
#[test]
fn no_flipped_bit_is_restored() {
    let house = Spot::set_up();
    house.run("backup whole.backup").unwrap();
    let whole = fs::read(house.path("whole.backup")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let (path, url) = (place.path().join("a.backup"), place.path().join("henji.db"));
    let url = format!("sqlite:{}", url.display());
    let attempt = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let (file, key) = (fs::File::open(&path).unwrap(), key_in(house.db.folder()));
        restore(Asked { file, url: &url, key, now: clock().now(), broken_audit: false })
    };
    for n in 0..FLIPS {
        let mut flipped = whole.clone();
        let at = usize::try_from(u64::from_be_bytes(random()) % whole.len() as u64).unwrap();
        flipped[at] ^= 1 << (n % 8);
        let is_mended = n % 2 == 1 && at < whole.len() - 48;
        if is_mended {
            let covered = flipped.len() - 32;
            let hash = Sha256::digest(&flipped[..covered]);
            flipped[covered..].copy_from_slice(&hash);
        }
        let refused = attempt(&flipped).err().unwrap_or_else(|| panic!("byte {at} was restored"));
        if is_mended && at > 100 {
            assert!(matches!(refused, BackupError::Forged), "byte {at}: {refused}");
        }
        assert!(!place.path().join("henji.db").exists(), "byte {at}");
    }
    attempt(&whole).unwrap();
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "the backup and the database");
}
