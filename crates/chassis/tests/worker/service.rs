//! A service whose operations run in worker processes: the test calls it, and the worker program is it.

use std::time::Duration;

use chassis::settings::Size;
use chassis::{Call, Code, Confinement, Data, Error, File, Secret, Service, WithFile, WithFiles};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the worker program's operations start with when they are this service's.
pub(crate) const NAME: &str = "isolated";

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
struct ActRequest {
    #[garde(length(chars, min = 1))]
    name: String,
    #[serde(default)]
    big_count: Option<u32>,
    #[serde(default)]
    password: Option<Secret<String>>,
}

/// What was seen, and in which process.
#[derive(Serialize, JsonSchema)]
struct Acted {
    done: String,
    count: Option<u32>,
    password: Option<String>,
    pid: u32,
}

/// Misbehaves as it is told.
fn act(request: ActRequest, call: &Call) -> Result<Acted, Error> {
    match request.name.as_str() {
        "impossible" => return Err(Error::field(Code::Unprocessable, "name", "cannot be done")),
        "panic" => panic!("the secret is 12345"),
        "abort" => std::process::abort(),
        "warn" => call.warn("careful", Some("name"), "this is a warning"),
        "loop" => loop {
            std::hint::black_box(&request.name);
        },
        "deep" => {
            std::hint::black_box(deep(60_000));
        }
        "too-deep" => {
            std::hint::black_box(deep(1_000_000));
        }
        "allocate" => {
            let mut blocks = Vec::new();
            loop {
                blocks.push(std::hint::black_box(vec![0_u8; 4 << 20]));
            }
        }
        _ => {}
    }
    let password = request.password.map(|password| password.reveal().clone());
    Ok(Acted { done: request.name, count: request.big_count, password, pid: std::process::id() })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct JoinRequest {
    #[serde(default)]
    first: Option<File>,
    #[serde(default)]
    others: Vec<File>,
}

#[derive(Serialize, JsonSchema)]
struct Joined {
    names: Vec<String>,
    pid: u32,
}

fn all(request: JoinRequest) -> Vec<File> {
    request.first.into_iter().chain(request.others).collect()
}

fn joined(files: &[File]) -> Joined {
    let name = |file: &File| format!("{} {}", file.name().unwrap_or("none"), file.content_type().unwrap_or("none"));
    Joined { names: files.iter().map(name).collect(), pid: std::process::id() }
}

/// Many files in, one out.
fn join(request: JoinRequest, _: &Call) -> Result<WithFile<Joined>, Error> {
    let files = all(request);
    let bytes: Vec<u8> = files.iter().flat_map(|file| file.bytes().to_vec()).collect();
    Ok(WithFile { file: File::new("joined.bin", "application/x-joined", bytes), facts: joined(&files) })
}

/// Many files in, many out.
fn each(request: JoinRequest, _: &Call) -> Result<WithFiles<Joined>, Error> {
    let files = all(request);
    let facts = joined(&files);
    Ok(WithFiles { files, facts })
}

#[derive(Serialize, Deserialize, Validate, JsonSchema)]
#[garde(allow_unvalidated)]
struct DataRequest {
    data: Data,
    #[serde(default)]
    file: Option<File>,
}

#[derive(Serialize, JsonSchema)]
struct DataResponse {
    data: String,
    file: Option<usize>,
}

fn data(request: DataRequest, _: &Call) -> Result<DataResponse, Error> {
    let data = match request.data {
        Data::Json(json) => format!("json {}", json.get()),
        Data::Text(text) => format!("text {text}"),
        Data::File(file) => format!("file {}", String::from_utf8_lossy(file.bytes())),
    };
    Ok(DataResponse { data, file: request.file.map(|file| file.bytes().len()) })
}

/// As the request says: here, there, or there with so much memory or stack.
fn confined(request: &ActRequest) -> Option<Confinement> {
    let memory = (request.name == "allocate").then_some(Size(96 << 20));
    let stack = request.name.ends_with("deep").then_some(Size(64 << 20));
    (request.name != "here").then_some(Confinement { memory, stack })
}

/// Goes so deep: half a kilobyte of stack a level.
#[inline(never)]
fn deep(level: u32) -> u32 {
    let frame = std::hint::black_box([level; 128]);
    if level == 0 { 0 } else { deep(level - 1) + u32::from(frame[7] > 0) }
}

/// The service.
pub(crate) fn service() -> Service {
    Service::new(NAME, "Runs in processes of its own")
        .compute("POST /act", act, |op| op.isolated().deadline(Duration::from_secs(5)))
        .compute("POST /sometimes", act, |op| op.isolated_when(confined))
        .compute("POST /things/join", join, |op| op.isolated().files(3, &[]))
        .compute("POST /each", each, |op| op.isolated().files(3, &[]))
        .compute("POST /data", data, |op| op.isolated().files(2, &[]))
        .compute("POST /here", act, |op| op)
}
