//! Describe, then start: a description opens nothing; what a service holds is opened once and closed at the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chassis::testing::Client;
use chassis::{
    Call, Check, Clock, Cost, Engines, Error, Ground, Hold, NoSettings, Opening, Runtime, Service, Settings,
};
use clap::{Args, Command};
use serde_json::json;

use crate::{Done, Task};

#[derive(Debug, Clone, Args)]
struct GreetingSettings {
    /// What to say first.
    #[arg(long, env = "TEST_GREETING", default_value = "hello")]
    greeting: String,
}

struct Greeter {
    greeting: String,
}

impl Hold for Greeter {}

async fn open(opening: Opening<GreetingSettings>) -> Result<Greeter, String> {
    match opening.settings.greeting.as_str() {
        "" => Err("--greeting: must not be empty".to_owned()),
        greeting => Ok(Greeter { greeting: greeting.to_owned() }),
    }
}

fn greet(task: Task, _: &Call, greeter: &Greeter) -> Result<Done, Error> {
    Ok(Done { done: format!("{} {}", greeter.greeting, task.name) })
}

async fn greet_later(task: Task, call: Arc<Call>, greeter: Arc<Greeter>) -> Result<Done, Error> {
    // Computed on the pool, though the operation waits.
    let done = call
        .compute(Cost::Light, move || {
            let thread = std::thread::current().name().unwrap_or_default().to_owned();
            if task.name == "panic" {
                panic!("the secret is 12345");
            }
            if task.name == "impossible" {
                return Err(Error::impossible("name", "cannot be done"));
            }
            Ok(format!("{} {} on {thread}", greeter.greeting, task.name))
        })
        .await?;
    Ok(Done { done })
}

fn service() -> Service {
    counting(&Arc::new(AtomicU32::new(0)))
}

/// The service, which counts how often it is opened.
fn counting(opened: &Arc<AtomicU32>) -> Service {
    let opened = opened.clone();
    let open = move |opening| {
        opened.fetch_add(1, Ordering::Relaxed);
        open(opening)
    };
    Service::new("greet", "Greets")
        .holds(open)
        .compute("POST /greet", greet, |op| op.inline(1024))
        .call("POST /later", greet_later, |op| op)
        .check_held("greeter", |greeter: Arc<Greeter>| async move {
            if greeter.greeting == "shout" {
                Check::because(chassis::Status::Degraded, "is hoarse")
            } else {
                Check::healthy()
            }
        })
}

#[test]
fn a_description_opens_nothing_and_a_start_opens_once() {
    let opened = Arc::new(AtomicU32::new(0));
    let service = counting(&opened);
    let _ = (service.description().operations(), service.document(), service.settings(Command::new("x")));
    assert_eq!(opened.load(Ordering::Relaxed), 0);
    let client = Client::of(service);
    for _ in 0..3 {
        assert_eq!(client.post("/api/v1/greet/greet", &json!({ "name": "Ann" })).json()["done"], "hello Ann");
    }
    let later = client.post("/api/v1/greet/later", &json!({ "name": "Ann" })).json();
    assert!(later["done"].as_str().unwrap().starts_with("hello Ann on compute-"), "{later}");
    for (name, status) in [("impossible", 422), ("panic", 500)] {
        assert_eq!(client.post("/api/v1/greet/later", &json!({ "name": name })).status, status);
    }
}

#[test]
fn a_service_has_settings_of_its_own() {
    let started = |arguments: &[&str]| Client::try_started(service(), Settings::default(), Clock::System, arguments);
    let client = started(&["--greeting", "shout"]).ok().unwrap();
    assert_eq!(client.post("/api/v1/greet/greet", &json!({ "name": "Ann" })).json()["done"], "shout Ann");
    let health = client.get("/health").json();
    assert_eq!(
        (&health["checks"]["greeter"], &health["reasons"]["greeter"]),
        (&json!("degraded"), &json!("is hoarse"))
    );
    assert_eq!(started(&["--greeting", ""]).err().unwrap(), "--greeting: must not be empty");
    assert!(started(&["--greetin", "a"]).err().unwrap().contains("--greeting"));
    let help = service().settings(Command::new("x")).render_long_help().to_string();
    assert!(help.contains("What to say first") && help.contains("TEST_GREETING"), "{help}");
}

#[test]
#[should_panic(expected = "Greeter, which the service does not hold")]
fn nobody_asks_for_what_nobody_opens() {
    let _ = Service::new("greet", "Greets").compute("POST /greet", greet, |op| op);
}

#[test]
#[should_panic(expected = "/later: only what computes goes to a worker")]
fn what_waits_is_not_isolated() {
    let _ = service().call("POST /later", greet_later, |op| op.named("other").isolated());
}

#[test]
#[should_panic(expected = "/greet: a worker holds nothing of its service")]
fn what_a_service_holds_does_not_go_to_a_worker() {
    let _ = service().compute("POST /greet", greet, |op| op.named("other").isolated());
}

/// What two services share.
struct Engine {
    number: u32,
}

struct Holder {
    engine: Arc<Engine>,
}

impl Hold for Holder {}

#[test]
fn a_shared_engine_is_built_once() {
    let built = Arc::new(AtomicU32::new(0));
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let which = |task: Task, _: &Call, holder: &Holder| -> Result<Done, Error> {
        Ok(Done { done: format!("{} {}", task.name, holder.engine.number) })
    };
    let service = |name: &'static str| {
        Service::new(name, "Holds an engine")
            .holds(
                |opening: Opening<NoSettings>| async move { Ok(Holder { engine: opening.engine::<Engine>().await? }) },
            )
            .compute("POST /which", which, |op| op.inline(1024))
    };
    let counted = built.clone();
    let engines = Engines::default().declare(move |_: NoSettings, _: Arc<Runtime>| {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        async move { Ok(Engine { number }) }
    });
    let command = engines.settings(Command::new("x"));
    let ground = Ground::new(command.get_matches_from(["x"]), engines);
    tokio.block_on(async {
        let runtime = Runtime::new(Settings::default(), Clock::System).unwrap();
        assert_eq!(built.load(Ordering::Relaxed), 0, "nobody asked");
        for name in ["first", "second"] {
            service(name).start(&runtime, &ground).await.unwrap();
        }
        assert_eq!(built.load(Ordering::Relaxed), 1);
    });
    // Where nobody declares it, the start says so.
    let nothing = Ground::of_arguments(&service("third"), Engines::default(), &[]).unwrap();
    let runtime = Runtime::new(Settings::default(), Clock::System).unwrap();
    let started = tokio.block_on(service("third").start(&runtime, &nothing));
    assert!(started.err().unwrap().contains("no engine"), "it is not declared");
}
