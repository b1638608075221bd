//! A disk that is really full.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Truth, order, readiness, recovers, tell};
use crate::support::binary::Binary;
use crate::support::test_db::TestDb;

/// Room for the database and the reserve.
const SIZE: &str = "size=120m";

/// A file system in memory, of root's making; gone with the test.
struct Disk(PathBuf);

impl Disk {
    fn mount() -> Option<Self> {
        let place = tempfile::tempdir().unwrap().keep();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SIZE, "henji-test"])
            .arg(&place)
            .output();
        match mounted {
            Ok(done) if done.status.success() => Some(Self(place)),
            _ => {
                std::fs::remove_dir(&place).unwrap();
                tell("skipped: only root may mount a file system");
                None
            }
        }
    }

    /// Until not one more byte goes in.
    fn fill(&self) {
        let filler = OpenOptions::new().create(true).append(true).open(self.0.join("filler"));
        let mut filler = filler.unwrap();
        for size in [1 << 20, 4_096, 1] {
            while filler.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        File::create(self.0.join("filler")).unwrap();
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let Some(disk) = Disk::mount() else { return };
    let mut house = Binary::set_up_on(TestDb::file_in(disk.path()), "warn");
    let mut truth = Truth::default();
    house.start();
    house.answers().await;
    for n in 0..20 {
        assert!(truth.offer(&house, format!("before {n}")).await);
    }
    assert_eq!(order(&house, "order 1").await.0, 201);

    disk.fill();
    // The reserve is freed for them; a text more or less may meet the change.
    let taken = offer_many(&house, &mut truth, "reserve", 200).await;
    assert!(taken >= 190, "{taken} of 200 taken with the reserve");
    let (status, ready) = readiness(&house).await;
    assert_eq!((status, ready["database"].as_str()), (503, Some("read-only")));
    assert_eq!(order(&house, "order 2").await, (503, "read_only".to_owned()));
    // People read on.
    assert_eq!(house.shown().await.len(), truth.acknowledged.len() + 1);

    disk.fill();
    let taken = offer_many(&house, &mut truth, "nothing left", 400).await;
    assert!(taken < 400, "a disk without a byte left took {taken} texts");
    let turned_away = truth.turned_away;

    disk.make_room();
    let recovery = recovers(&house).await;
    assert_eq!(order(&house, "order 2").await.0, 201);
    truth.check(&house).await;
    assert!(disk.path().read_dir().unwrap().count() > 0);
    house.kill();
    house.start();
    house.answers().await;
    truth.check(&house).await;
    tell(format_args!(
        "full disk: {} offered, {} acknowledged, {turned_away} turned away, 0 lost, 0 doubled; \
         well again after {} ms",
        truth.offered.len(),
        truth.acknowledged.len(),
        recovery.as_millis(),
    ));
    house.kill();
    drop(house);
}

async fn offer_many(house: &Binary, truth: &mut Truth, name: &str, count: usize) -> usize {
    let mut taken = 0;
    for n in 0..count {
        taken += usize::from(truth.offer(house, format!("{name} {n}")).await);
    }
    taken
}
