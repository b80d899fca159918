//! Groups, savepoints, full disks and damage, against SQLite itself.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;

fn setup(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch("create table if not exists entries (number integer primary key, text text)")
}

fn put(ledger: &Ledger, number: i64, text: &str) -> Receipt<usize, Error> {
    let text = text.to_owned();
    ledger.write(
        move |connection| {
            let mut insert = connection.prepare_cached("insert into entries values (?, ?)")?;
            Ok(insert.execute((number, text))?)
        },
        |_| {},
    )
}

fn count(ledger: &Ledger) -> i64 {
    ledger
        .read(|snapshot| -> Result<i64, Error> {
            Ok(snapshot.query_row("select count(*) from entries", [], |row| row.get(0))?)
        })
        .unwrap()
}

#[test]
fn what_is_answered_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let ledger = Ledger::open(&path, setup, || false).unwrap();
    let receipts: Vec<_> = (0..1_000).map(|number| put(&ledger, number, "a")).collect();
    let done = receipts.into_iter().filter(|_| true).map(Receipt::wait).filter(Result::is_ok).count();
    assert_eq!(count(&ledger), i64::try_from(done).unwrap());
    assert!(done >= 1_000 - 24, "{done}");
    ledger.close();
    assert_eq!(put(&ledger, 5_000, "late").wait(), Err(Error::Closed));
    assert_eq!(count(&Ledger::open(&path, setup, || false).unwrap()), i64::try_from(done).unwrap());
}

#[test]
fn a_job_that_fails_or_panics_takes_back_its_own_changes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("a.db"), setup, || false).unwrap();
    // Keeps the writer busy, so that the others come as one group.
    let hold = ledger.write(
        |_| -> Result<(), Error> {
            std::thread::sleep(std::time::Duration::from_millis(50));
            Ok(())
        },
        |()| {},
    );
    let first = put(&ledger, 1, "a");
    let twice = put(&ledger, 1, "b");
    let undone = ledger.write(
        |connection| -> Result<(), Error> {
            connection.execute("insert into entries values (7, 'x')", [])?;
            Err(Error::Failed("on purpose".to_owned()))
        },
        |()| {},
    );
    let panicked = ledger.write(
        |connection| -> Result<(), Error> {
            connection.execute("insert into entries values (8, 'x')", []).unwrap();
            panic!("on purpose");
        },
        |()| {},
    );
    let last = put(&ledger, 2, "c");
    assert!(hold.wait().is_ok() && first.wait().is_ok() && last.wait().is_ok());
    assert!(matches!(twice.wait(), Err(Error::Failed(_))));
    assert_eq!(undone.wait(), Err(Error::Failed("on purpose".to_owned())));
    assert!(panicked.wait().is_err());
    assert_eq!(count(&ledger), 2);
}

#[test]
fn memory_follows_the_disk_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("a.db"), setup, || false).unwrap();
    let landed: Arc<Mutex<Vec<i64>>> = Arc::default();
    let receipts: Vec<Receipt<i64, Error>> = (0..200)
        .map(|number| {
            let landed = landed.clone();
            ledger.write(
                move |connection| {
                    connection.execute("insert into entries values (?, '')", [number])?;
                    // Every tenth changes its mind.
                    if number % 10 == 3 { Err(Error::Failed(String::new())) } else { Ok(number) }
                },
                move |number| landed.lock().unwrap().push(*number),
            )
        })
        .collect();
    receipts.into_iter().for_each(|receipt| drop(receipt.wait()));
    let wanted: Vec<i64> = (0..200).filter(|number| number % 10 != 3).collect();
    assert_eq!(*landed.lock().unwrap(), wanted);
}

#[test]
fn a_full_database_is_an_error_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("a.db"), setup, || false).unwrap();
    let bounded = ledger.write(
        |connection| -> Result<i64, Error> {
            Ok(connection.query_row("pragma max_page_count = 40", [], |row| row.get(0))?)
        },
        |_| {},
    );
    assert_eq!(bounded.wait(), Ok(40));
    let text = "x".repeat(4_000);
    let written = (0..500).map(|number| put(&ledger, number, &text).wait()).take_while(Result::is_ok).count();
    assert!((10..200).contains(&written), "{written}");
    assert_eq!(put(&ledger, 900, &text).wait(), Err(Error::Full));
    assert_eq!(count(&ledger), i64::try_from(written).unwrap());
    // It can still delete, and then write.
    let deleted = ledger.write(
        |connection| -> Result<usize, Error> { Ok(connection.execute("delete from entries where number < 5", [])?) },
        |_| {},
    );
    assert_eq!(deleted.wait(), Ok(5));
    assert_eq!(put(&ledger, 901, &text).wait(), Ok(1));
}

#[test]
fn a_damaged_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let ledger = Ledger::open(&path, setup, || false).unwrap();
    for number in 0..200 {
        put(&ledger, number, &"x".repeat(1_000)).wait().unwrap();
    }
    drop(ledger);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 8_192..middle].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(Ledger::open(&path, setup, || false).err(), Some(Error::Damaged(_))));
    fs::write(&path, "this is no database, it is a text that is long enough to be looked at".repeat(99)).unwrap();
    assert!(matches!(Ledger::open(&path, setup, || false).err(), Some(Error::Damaged(_))));
}

#[test]
fn many_writers_share_commits() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("a.db"), setup, || false).unwrap();
    let number = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let next = number.fetch_add(1, Ordering::Relaxed);
                    put(&ledger, i64::try_from(next).unwrap(), "a").wait().unwrap();
                }
            });
        }
    });
    assert_eq!(count(&ledger), 400);
}

#[test]
fn a_statement_is_broken_off_and_nothing_else() {
    std::thread_local!(static GIVEN_UP: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("a.db"), setup, || GIVEN_UP.get()).unwrap();
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let ask = move |connection: &Connection| -> Result<i64, Error> {
        GIVEN_UP.set(true);
        let found = connection.query_row(endless, [], |row| row.get(0));
        GIVEN_UP.set(false);
        Ok(found?)
    };
    // Keeps the writer busy, so that the others come as one group.
    let hold = ledger.write(
        |_| -> Result<(), Error> {
            std::thread::sleep(std::time::Duration::from_millis(50));
            Ok(())
        },
        |()| {},
    );
    let (before, broken, after) = (put(&ledger, 1, "a"), ledger.write(ask, |_| {}), put(&ledger, 2, "b"));
    hold.wait().unwrap();
    assert!(before.wait().is_ok() && matches!(broken.wait(), Err(Error::Failed(_))) && after.wait().is_ok());
    assert!(matches!(ledger.read(|snapshot| ask(snapshot)), Err(Error::Failed(_))));
    assert_eq!(count(&ledger), 2);
}
