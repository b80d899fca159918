//! Recall and repair of indexes, over a database of the test's.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::rusqlite::Connection;

use super::indexer::Indexer;
use super::patience::{self, Patience, Waiting};
use super::schema::Refused;
use super::tenant::Database;
use super::write::{Applied, Writer};
use super::{collections, payloads, search};
use crate::filter::{Condition, Filter, Scalar};
use crate::json_object::JsonObject;
use crate::plan::Quota;
use crate::store::{Change, Distance, IndexKind, Parts, PayloadChange, Point, Search, Selection, Spec};
use crate::vector::normalize;

const DIMENSIONS: usize = 64;

/// Numbers that look random; the same for the same start.
struct Chance(u64);

impl Chance {
    fn uniform(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    fn unit(&mut self) -> Vec<f32> {
        let mut vector: Vec<f32> = (0..DIMENSIONS).map(|_| self.normal()).collect();
        normalize(&mut vector);
        vector
    }

    /// Near one of some centers, as texts are near to their subjects.
    fn near(&mut self, centers: &[Vec<f32>], spread: f32) -> Vec<f32> {
        let center = &centers[(self.uniform() * centers.len() as f32) as usize % centers.len()];
        let mut vector: Vec<f32> = center.iter().map(|value| value + spread * self.normal()).collect();
        normalize(&mut vector);
        vector
    }
}

struct Bench {
    database: Arc<Database>,
    indexer: Arc<Indexer>,
}

impl Bench {
    fn open(folder: &Path) -> Self {
        let indexer = Arc::new(Indexer::start().unwrap());
        Self { database: Arc::new(Database::open(folder, indexer.clone()).unwrap()), indexer }
    }

    fn close(self) {
        self.indexer.stop();
        self.database.ledger.close();
    }

    fn create(&self, dimensions: usize) {
        self.create_as("t", dimensions);
    }

    fn create_as(&self, name: &str, dimensions: usize) {
        let spec =
            Spec { name: name.into(), dimensions, distance: Distance::Cosine, model: None, average_length: None };
        let make =
            move |connection: &Connection| collections::create(connection, &spec, &Quota::of(None), 0).map_err(Refused);
        self.database.ledger.write(make, |_| {}).wait().map_err(|Refused(error)| error).unwrap();
    }

    fn put(&self, vectors: &[Vec<f32>], from: usize) {
        self.put_in("t", vectors, from);
    }

    fn put_in(&self, name: &str, vectors: &[Vec<f32>], from: usize) {
        for (part, vectors) in vectors.chunks(1_000).enumerate() {
            let point = |(index, vector): (usize, &Vec<f32>)| {
                let number = from + part * 1_000 + index;
                let payload = format!("{{\"tenth\":{},\"hundredth\":{}}}", number % 10, number % 100);
                let payload = JsonObject::of_text(payload).unwrap();
                Point { id: number.to_string(), vector: vector.clone(), text: None, payload, expires: None }
            };
            let change = Change { remove: None, upsert: vectors.iter().enumerate().map(point).collect() };
            let (database, name) = (self.database.clone(), name.to_owned());
            let write = move |connection: &Connection| -> Result<_, Refused> {
                let mut writer = Writer::new(connection, &name, 0)?;
                writer.change(&change)?;
                Ok(writer.finish(None)?)
            };
            self.database
                .ledger
                .write(write, move |applied| database.apply(applied))
                .wait()
                .map_err(|Refused(error)| error)
                .unwrap();
        }
    }

    fn delete(&self, ids: Vec<String>) {
        let database = self.database.clone();
        let write =
            move |connection: &Connection| payloads::delete(connection, "t", &Selection::Ids(ids), 0).map_err(Refused);
        let written = self.database.ledger.write(write, move |(_, applied)| database.apply(applied));
        written.wait().map_err(|Refused(error)| error).unwrap();
    }

    /// Writes what is waited for so long.
    fn write<T: Send + 'static>(
        &self,
        patience: Patience,
        work: impl FnOnce(&Connection) -> Result<(T, Applied), chassis::Error> + Send + 'static,
    ) -> Result<T, chassis::Error> {
        let database = self.database.clone();
        let written = self.database.ledger.write(
            move |connection| patience.within(|| work(connection).map_err(Refused)),
            move |(_, applied)| database.apply(applied),
        );
        written.wait().map(|(value, _)| value).map_err(|Refused(error)| error)
    }

    /// A number that the database has.
    fn number(&self, sql: &str) -> i64 {
        let read = self
            .database
            .ledger
            .read(|snapshot| -> Result<i64, Refused> { Ok(snapshot.query_row(sql, [], |row| row.get(0))?) });
        read.map_err(|Refused(error)| error).unwrap()
    }

    /// Waits until the index is no longer being built, and all is in it.
    fn settled(&self) -> IndexKind {
        let start = Instant::now();
        loop {
            let collection = self.database.collection(1).unwrap();
            let covered = collection.graph().as_ref().map(|indexed| indexed.graph.covered);
            let kind = collection.index();
            let whole = covered.is_some_and(|covered| covered == collection.memory().len());
            if kind != IndexKind::Building && whole {
                return kind;
            }
            assert!(start.elapsed() < Duration::from_secs(900), "{kind:?} {covered:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn ask(&self, query: &[f32], filter: Filter, exact: bool) -> Vec<String> {
        let search = Search {
            vector: Some(query.to_vec()),
            terms: None,
            filter,
            limit: 10,
            offset: 0,
            threshold: None,
            fusion: 60,
            exact,
            parts: Parts { payload: false, vector: false },
        };
        let found = search::search(&self.database, "t", &search, 0, || self.database.collection(1).map(drop)).unwrap();
        found.hits.into_iter().map(|hit| hit.point.id).collect()
    }

    /// The share of the ten nearest that is found.
    fn recall(&self, queries: &[Vec<f32>], filter: &Filter) -> f64 {
        let (mut hits, mut wanted) = (0, 0);
        for query in queries {
            let truth = self.ask(query, filter.clone(), true);
            let found = self.ask(query, filter.clone(), false);
            hits += truth.iter().filter(|id| found.contains(id)).count();
            wanted += truth.len();
        }
        hits as f64 / f64::from(wanted as u32)
    }
}

fn having(key: &str, value: i64) -> Filter {
    Filter::default().and(Condition::Any { key: key.into(), values: vec![Scalar::Whole(value)] })
}

#[test]
fn what_was_taken_out_of_memory_does_not_come_back_old() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(1);
    bench.put(&[vec![1.0]], 0);
    drop(bench.database.collection(1).unwrap());
    // In one commit: it is taken out, changed, and asked for by somebody who did not find it before.
    let ledger = &bench.database.ledger;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = std::sync::mpsc::channel::<()>();
    let first = ledger.write(
        move |_| -> Result<(), Refused> {
            begun.send(()).unwrap();
            held.recv().unwrap();
            Ok(())
        },
        |()| {},
    );
    begins.recv().unwrap();
    let database = bench.database.clone();
    let out = ledger.write(|_| -> Result<(), Refused> { Ok(()) }, move |()| database.unload(1));
    let database = bench.database.clone();
    let changed = ledger.write(
        |connection| -> Result<_, Refused> {
            Ok(payloads::delete(connection, "t", &Selection::Ids(vec!["0".into()]), 0)?)
        },
        move |(_, applied)| database.apply(applied),
    );
    let database = bench.database.clone();
    let asking = std::thread::spawn(move || database.load(1).is_ok());
    std::thread::sleep(Duration::from_millis(200));
    release.send(()).unwrap();
    first.wait().map_err(|Refused(error)| error).unwrap();
    out.wait().map_err(|Refused(error)| error).unwrap();
    changed.wait().map_err(|Refused(error)| error).unwrap();
    assert!(asking.join().unwrap());
    let seq = |database: &Arc<Database>| database.known(1).map(|collection| collection.memory().seq);
    assert!(seq(&bench.database).is_none_or(|seq| seq == 2), "{:?}", seq(&bench.database));
    // What comes later is found, and what is gone is not.
    bench.put(&[vec![2.0]], 1);
    drop(bench.database.collection(1).unwrap());
    assert_eq!(bench.ask(&[2.0], Filter::default(), false), ["1"]);
    bench.close();
}

#[test]
fn a_graph_finds_what_a_scan_finds() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(DIMENSIONS);
    let mut chance = Chance(42);
    let centers: Vec<Vec<f32>> = (0..400).map(|_| chance.unit()).collect();
    let vectors: Vec<Vec<f32>> = (0..26_000).map(|_| chance.near(&centers, 0.09)).collect();
    bench.put(&vectors, 0);
    assert_eq!(bench.settled(), IndexKind::Graph);
    let queries: Vec<Vec<f32>> = (0..100).map(|_| chance.near(&centers, 0.11)).collect();
    for filter in [Filter::default(), having("tenth", 3), having("hundredth", 7)] {
        let recall = bench.recall(&queries, &filter);
        assert!(recall >= 0.98, "{recall} {filter:?}");
    }
    // A walk through what a filter leaves out: any fifth of the points; a fifth that lies together, asked from elsewhere.
    let along = chance.unit();
    let mut ordered: Vec<usize> = (0..vectors.len()).collect();
    ordered.sort_by(|a, b| kernels::dot(&vectors[*a], &along).total_cmp(&kernels::dot(&vectors[*b], &along)));
    let together = ordered[..5_200].iter().map(ToString::to_string).collect();
    let fifth =
        Filter::default().and(Condition::Any { key: "tenth".into(), values: vec![Scalar::Whole(2), Scalar::Whole(7)] });
    for filter in [fifth, Filter::default().and(Condition::Ids(together))] {
        let recall = bench.recall(&queries, &filter);
        assert!(recall >= 0.98, "{recall}");
    }
    // Every point finds itself.
    for number in (0..vectors.len()).step_by(211) {
        assert_eq!(bench.ask(&vectors[number], Filter::default(), false)[0], number.to_string());
    }
    // What comes later is found at once, and so is what lies behind many that are gone.
    let later: Vec<Vec<f32>> = (0..500).map(|_| chance.near(&centers, 0.09)).collect();
    bench.put(&later, 26_000);
    assert_eq!(bench.ask(&later[7], Filter::default(), false)[0], "26007");
    let mut nearest: Vec<(f32, usize)> = vectors
        .iter()
        .chain(&later)
        .enumerate()
        .map(|(number, vector)| (kernels::dot(&queries[0], vector), number))
        .collect();
    nearest.sort_by(|a, b| b.0.total_cmp(&a.0));
    bench.delete(nearest[..1_000].iter().map(|(_, number)| number.to_string()).collect());
    let found = bench.ask(&queries[0], Filter::default(), false);
    let truth: Vec<String> = nearest[1_000..1_010].iter().map(|(_, number)| number.to_string()).collect();
    assert_eq!(found, truth);
    assert!(bench.recall(&queries, &Filter::default()) >= 0.98);
    bench.settled();

    // The file of links is taken at the next start; a damaged one is built anew.
    bench.close();
    let links = folder.path().join("1.links");
    assert!(links.exists());
    let bench = Bench::open(folder.path());
    bench.settled();
    assert!(bench.recall(&queries, &Filter::default()) >= 0.98);
    bench.close();
    let mut bytes = std::fs::read(&links).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&links, &bytes).unwrap();
    let bench = Bench::open(folder.path());
    assert_eq!(bench.settled(), IndexKind::Graph);
    assert!(bench.recall(&queries, &Filter::default()) >= 0.98);
    bench.close();
}

#[test]
fn what_no_graph_suits_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(DIMENSIONS);
    let mut chance = Chance(7);
    let vectors: Vec<Vec<f32>> = (0..21_000).map(|_| chance.unit()).collect();
    bench.put(&vectors, 0);
    bench.settled();
    let queries: Vec<Vec<f32>> = (0..60).map(|_| chance.unit()).collect();
    let recall = bench.recall(&queries, &Filter::default());
    assert!(recall >= 0.98, "{recall}");
    // Half of them gone: walked or scanned, the others are found.
    bench.delete((0..21_000).filter(|number| number % 2 == 0).map(|number| number.to_string()).collect());
    let recall = bench.recall(&queries, &Filter::default());
    assert!(recall >= 0.98, "{recall}");
    bench.close();
}

/// CPU time of this thread in seconds, as Linux counts it.
fn used() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn floats(path: &Path, dimensions: usize) -> Vec<Vec<f32>> {
    let bytes = std::fs::read(path).unwrap();
    let all: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    all.chunks(dimensions).map(<[f32]>::to_vec).collect()
}

/// Queries per CPU second and recall on vectors of 384 dimensions in the folder that `FLOWFORGE_RATES` names.
#[test]
#[ignore = "measures, and judges nothing: bench/vector.py runs it"]
#[expect(clippy::print_stdout, reason = "what was measured")]
fn rates() {
    let output = std::process::Command::new("sh").args(["-c", "printf %s \"$FLOWFORGE_RATES\""]).output().unwrap();
    let given = std::path::PathBuf::from(String::from_utf8(output.stdout).unwrap());
    if !given.is_dir() {
        return println!("  FLOWFORGE_RATES names no folder with vectors.f32 and queries.f32");
    }
    let (vectors, queries) = (floats(&given.join("vectors.f32"), 384), floats(&given.join("queries.f32"), 384));
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(384);
    bench.put(&vectors, 0);
    println!("  ours, in process, {}: {} points, {:?}", kernels::name(), vectors.len(), bench.settled());
    let told = |name: &str, filter: &Filter| {
        let recall = bench.recall(&queries, filter);
        let mut rates: Vec<f64> = (0..5)
            .map(|_| {
                let start = used();
                queries.iter().for_each(|query| drop(bench.ask(query, filter.clone(), false)));
                queries.len() as f64 / (used() - start)
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        let collection = bench.database.collection(1).unwrap();
        let memory = collection.memory();
        let start = used();
        for query in &queries {
            drop(search::nearest(&collection, &memory, query, 10, None, false));
        }
        let alone = queries.len() as f64 / (used() - start);
        let breadth = collection.graph().as_ref().and_then(|indexed| indexed.breadth);
        let (least, middle, most) = (rates[0], rates[2], rates[4]);
        println!(
            "  ours, in process, {name}: {middle:.0} queries/CPU s ({least:.0} to {most:.0}), recall {recall:.4}, breadth {breadth:?}; without the database and a filter {alone:.0}"
        );
    };
    told("no filter", &Filter::default());
    told("filter of 10 %", &having("tenth", 3));
    told("filter of 1 %", &having("hundredth", 7));
    // Those of the points that lie on one side, whichever side the question is on.
    let mut ordered: Vec<usize> = (0..vectors.len()).collect();
    ordered.sort_by(|a, b| vectors[*a][0].total_cmp(&vectors[*b][0]));
    let together = ordered[..vectors.len() / 10].iter().map(ToString::to_string).collect();
    told("10 % that lie together", &Filter::default().and(Condition::Ids(together)));
    let gone: Vec<String> = (0..vectors.len())
        .filter(|number| number * 2_654_435_761 / 7 % 2 == 0)
        .map(|number| number.to_string())
        .collect();
    for some in gone.chunks(1_000) {
        bench.delete(some.to_vec());
    }
    // Until the graph is of those that are left.
    loop {
        let collection = bench.database.collection(1).unwrap();
        let alive = collection.memory().alive();
        let nodes = collection.graph().as_ref().map(|indexed| indexed.graph.nodes);
        if nodes.is_some_and(|nodes| nodes <= alive * 5 / 4) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bench.settled();
    told("half deleted", &Filter::default());
    bench.close();
}

/// Rows a filter keeps.
fn kept(bench: &Bench, filter: &Filter) -> Result<Vec<u32>, chassis::Error> {
    let rows = bench
        .database
        .ledger
        .read(|snapshot| -> Result<_, Refused> { Ok(super::select::rows_of(snapshot, 1, filter)?) });
    rows.map(|rows| rows.into_iter().collect()).map_err(|Refused(error)| error)
}

#[test]
fn so_many_of_conditions_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(1);
    bench.put(&vec![vec![1.0]; 100], 0);
    // Point n has n % 10; of these conditions, 10 - n % 10 hold, and twice as many hold of doubled ones.
    let conditions: Vec<Condition> = (0..10)
        .map(|most| Condition::Any { key: "tenth".into(), values: (0..=most).map(Scalar::Whole).collect() })
        .collect();
    let doubled: Vec<Condition> = conditions.iter().chain(&conditions).cloned().collect();
    for (all, factor) in [(conditions, 1), (doubled, 2)] {
        for least in 0..=all.len() + 1 {
            let filter = Filter { min_should: Some((least, all.clone())), ..Filter::default() };
            let wanted: Vec<u32> =
                (0..100u32).filter(|n| (10 - n % 10) as usize * factor >= least).map(|n| n + 1).collect();
            assert_eq!(kept(&bench, &filter).unwrap(), wanted, "{least}");
        }
    }
    bench.close();
}

#[test]
fn a_filter_ends_with_whoever_waits() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(1);
    bench.put(&vec![vec![1.0]; 1_000], 0);
    let (patience, waits) = Patience::until(Instant::now() + Duration::from_secs(600), Waiting::Answer);
    patience.clone().within(|| assert_eq!(kept(&bench, &having("tenth", 3)).unwrap().len(), 100));
    drop(waits);
    patience.within(|| assert!(kept(&bench, &having("tenth", 3)).is_err()));
    bench.close();
}

fn long() -> Instant {
    Instant::now() + Duration::from_secs(600)
}

fn point(id: &str, expires: Option<i64>) -> Point {
    let payload = JsonObject::of_text("{\"a\":1}".into()).unwrap();
    Point { id: id.into(), vector: vec![1.0], text: Some("word".into()), payload, expires }
}

/// Nobody keeps the writer longer than a request may take, and what is half done is taken back.
#[test]
fn a_change_ends_with_its_time_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(1);
    bench.put(&vec![vec![1.0]; 100], 0);
    let all = Selection::Filter(Filter::default());
    let (late, _waits) = Patience::until(Instant::now() - Duration::from_millis(1), Waiting::Change);
    let change = |remove, upsert| Change { remove, upsert };
    let changes: Vec<(&str, Change)> = vec![
        ("remove", change(Some(having("tenth", 3)), Vec::new())),
        ("insert", change(None, vec![point("new", None)])),
    ];
    for (name, change) in changes {
        let done = bench.write(late.clone(), move |connection| {
            let mut writer = Writer::new(connection, "t", 0)?;
            Ok((writer.change(&change)?, writer.finish(None)?))
        });
        assert_eq!(done.unwrap_err().code(), chassis::Code::DeadlineExceeded, "{name}");
    }
    for which in [Selection::Ids(vec!["7".into()]), all.clone()] {
        let done = bench.write(late.clone(), move |connection| payloads::delete(connection, "t", &which, 0));
        assert_eq!(done.unwrap_err().code(), chassis::Code::DeadlineExceeded);
    }
    let done = bench.write(late, move |connection| {
        payloads::payload(connection, "t", &all, &PayloadChange::Clear, &Quota::of(None), 0)
    });
    assert_eq!(done.unwrap_err().code(), chassis::Code::DeadlineExceeded);
    // Whoever waits leaves in the middle of it.
    let (patience, waits) = Patience::until(long(), Waiting::Change);
    let done = bench.write(patience, move |connection| {
        let mut writer = Writer::new(connection, "t", 0)?;
        assert!(writer.remove("1")? && writer.remove("2")?);
        drop(waits);
        writer.remove("3")?;
        Ok(((), writer.finish(None)?))
    });
    assert!(done.is_err());
    assert_eq!(kept(&bench, &Filter::default()).unwrap().len(), 100);
    assert_eq!(bench.number("select count(*) from leaves"), 200);
    assert_eq!(bench.ask(&[1.0], Filter::default(), false).len(), 10);
    bench.close();
}

#[test]
fn a_statement_that_reads_ends_with_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let ask = |connection: &Connection| {
        patience::over(|| connection.query_row(endless, [], |row| row.get(0)).map_err(super::schema::failed))
    };
    for waiting in [Waiting::Answer, Waiting::Change] {
        let (patience, _waits) = Patience::until(Instant::now() + Duration::from_millis(50), waiting);
        let found: Result<i64, chassis::Error> = match waiting {
            Waiting::Answer => {
                let read = || bench.database.ledger.read(|snapshot| ask(snapshot).map_err(Refused));
                patience.within(read).map_err(|Refused(error)| error)
            }
            Waiting::Change => bench.write(patience, move |connection| Ok((ask(connection)?, Applied::default()))),
        };
        assert_eq!(found.unwrap_err().code(), chassis::Code::DeadlineExceeded, "{waiting:?}");
    }
    bench.close();
}

#[test]
fn what_is_dropped_goes_by_and_by() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path());
    let left = "select (select count(*) from points) + (select count(*) from vectors) + (select count(*) from words)
                + (select count(*) from fields) + (select count(*) from leaves)";
    let drop_now = |bench: &Bench| {
        let (patience, _waits) = Patience::until(long(), Waiting::Change);
        let dropped = bench
            .write(patience, |connection| Ok((collections::remove(connection, "t", 0)?.points, Applied::default())));
        dropped.unwrap()
    };
    for round in 0..2 {
        bench.create(1);
        bench.put(&vec![vec![1.0]; 4_500], 0);
        assert_eq!(drop_now(&bench), 4_500);
        // Its name is free at once, and nothing of it is to be seen.
        bench.create(1);
        assert_eq!(bench.number("select points from collections where name = 't'"), 0);
        bench.put(&[vec![1.0]], 0);
        // A point, its vector, two fields and two values; before it is swept, all the others besides.
        assert!(round > 0 || bench.number(left) > 4 * 4_500);
        assert_eq!(drop_now(&bench), 1);
        match round {
            0 => bench.database.sweep(),
            // The next start takes up what was left.
            _ => {
                bench.close();
                bench = Bench::open(folder.path());
                bench.database.sweep();
            }
        }
        while bench.number("select count(*) from collections") > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(bench.number(left), 0);
    }
    bench.close();
}

#[test]
fn what_has_expired_goes_in_steps() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    bench.create(1);
    let put = |from: usize| {
        let (patience, _waits) = Patience::until(long(), Waiting::Change);
        let upsert = (from..from + 5_000).map(|n| point(&n.to_string(), Some(10))).collect();
        let written = bench.write(patience, move |connection| {
            let mut writer = Writer::new(connection, "t", 0)?;
            Ok((writer.change(&Change { remove: None, upsert })?, writer.finish(None)?))
        });
        assert_eq!(written.unwrap().inserted, 5_000);
    };
    put(0);
    // For a change the steps end where the rest is little; a search deletes all.
    bench.database.expire_most("t", 10).unwrap();
    assert_eq!(bench.number("select seq * 10000 + points from collections"), 31_000);
    let collection = bench.database.collection(1).unwrap();
    bench.database.expire(&collection, 10).unwrap();
    assert_eq!(bench.number("select seq * 10000 + points from collections"), 40_000);
    // Whoever has no more time has done some of it.
    put(0);
    let (late, _waits) = Patience::until(Instant::now() - Duration::from_millis(1), Waiting::Answer);
    assert!(late.within(|| bench.database.expire(&collection, 10)).is_err());
    bench.close();
}

/// A large collection is built while a small one is, and the small one need not wait for it.
#[test]
fn the_large_do_not_keep_the_small_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(folder.path());
    let mut chance = Chance(5);
    let centers: Vec<Vec<f32>> = (0..100).map(|_| chance.unit()).collect();
    for (name, points) in [("large", 120_000), ("small", 20_500)] {
        bench.create_as(name, DIMENSIONS);
        let vectors: Vec<Vec<f32>> = (0..points).map(|_| chance.near(&centers, 0.09)).collect();
        bench.put_in(name, &vectors, 0);
    }
    // The large one comes first.
    let [large, small] = [1, 2].map(|id| bench.database.collection(id).unwrap());
    while small.index() == IndexKind::Building {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!((large.index(), small.index()), (IndexKind::Building, IndexKind::Graph));
    bench.close();
}
