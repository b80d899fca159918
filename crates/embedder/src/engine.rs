//! The engine that services share.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use models::Store;

use crate::Error;
use crate::model::{Model, Use, Vector};
use crate::queue::{Queue, WAITING};
use crate::settings::Settings;
use crate::tokens::Tokens;

/// Time between two looks for a model that was not there.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Vectors of texts. Its threads end when it is dropped.
pub struct Embedder {
    settings: Settings,
    /// Where models are, or why there is no such place.
    store: Result<Store, String>,
    loaded: Mutex<Loaded>,
    /// The cross-encoder, if one is set.
    reranker: Option<(String, Mutex<Loaded>)>,
    queue: Arc<Queue>,
}

/// The model, or what is wrong with it and when that was seen.
enum Loaded {
    Model(Arc<Model>),
    Missing(String, Instant),
}

impl Embedder {
    /// Opens it: with the model when that is there, else without, until it is. `models` is the folder of models.
    ///
    /// # Errors
    /// When the system starts no threads.
    pub fn open(settings: Settings, models: Result<PathBuf, String>) -> Result<Self, String> {
        let store = models.map(Store::new);
        let loaded = Mutex::new(load(&store, &settings, &settings.embedder_model, Use::Embeddings));
        let reranker = settings.reranker_model.clone().filter(|name| !name.is_empty());
        let reranker = reranker.map(|name| {
            let loaded = load(&store, &settings, &name, Use::Pairs);
            (name, Mutex::new(loaded))
        });
        let queue = Arc::new(Queue::default());
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = settings.embedder_threads.unwrap_or(cores).max(1);
        for number in 0..threads {
            let queue = queue.clone();
            let work = thread::Builder::new().name(format!("embed-{number}"));
            work.spawn(move || queue.work(threads)).map_err(|problem| format!("threads of the embedder: {problem}"))?;
        }
        Ok(Self { settings, store, loaded, reranker, queue })
    }

    /// The name of the model it is set to.
    #[must_use]
    pub fn model_name(&self) -> &str {
        &self.settings.embedder_model
    }

    /// The model. One that was not there is looked for again now and then, so pulling it needs no new start.
    ///
    /// # Errors
    /// When it is not there; the text says what to run.
    pub fn model(&self) -> Result<Arc<Model>, Error> {
        self.loaded(&self.loaded, &self.settings.embedder_model, Use::Embeddings)
    }

    /// The cross-encoder, where one is set: a model that makes one number of a query and a text.
    ///
    /// # Errors
    /// When it is not there; the text says what to run.
    pub fn reranker(&self) -> Result<Option<Arc<Model>>, Error> {
        let Some((name, loaded)) = &self.reranker else { return Ok(None) };
        self.loaded(loaded, name, Use::Pairs).map(Some)
    }

    fn loaded(&self, loaded: &Mutex<Loaded>, name: &str, use_as: Use) -> Result<Arc<Model>, Error> {
        let mut loaded = loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Loaded::Missing(_, since) = &*loaded
            && since.elapsed() > LOOK_AGAIN
        {
            *loaded = load(&self.store, &self.settings, name, use_as);
        }
        match &*loaded {
            Loaded::Model(model) => Ok(model.clone()),
            Loaded::Missing(problem, _) => Err(Error::Missing(problem.clone())),
        }
    }

    /// Tokens one request may have.
    #[must_use]
    pub fn request_limit(&self) -> usize {
        WAITING
    }

    /// Vectors of texts in their order; `who` asks, and is served in turn with others. When it is dropped, what has not been
    /// computed yet never is.
    ///
    /// # Errors
    /// When too much waits already.
    pub async fn embed(&self, model: &Arc<Model>, texts: Vec<Tokens>, who: Option<&str>) -> Result<Vec<Vector>, Error> {
        let keys: Vec<[u8; 32]> = texts.iter().map(|text| key(&text.ids)).collect();
        let mut found: HashMap<[u8; 32], Option<Vector>> = HashMap::with_capacity(keys.len());
        let (mut wanted, mut waiting) = (Vec::new(), Vec::new());
        for (key, text) in keys.iter().zip(texts) {
            if let Entry::Vacant(place) = found.entry(*key)
                && place.insert(model.cached(key)).is_none()
            {
                wanted.push(*key);
                waiting.push(text.ids);
            }
        }
        let vectors = self.queue.run(model, waiting, who.unwrap_or_default()).await?;
        for (key, vector) in wanted.into_iter().zip(vectors) {
            model.keep(key, vector.clone());
            found.insert(key, Some(vector));
        }
        keys.iter().map(|key| found[key].clone().ok_or(Error::Failed)).collect()
    }
}

impl Drop for Embedder {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What a cached vector is known by.
fn key(ids: &[u32]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    for id in ids {
        hash.update(&id.to_le_bytes());
    }
    hash.finalize().into()
}

fn load(store: &Result<Store, String>, settings: &Settings, name: &str, use_as: Use) -> Loaded {
    let found = store.clone().and_then(|store| {
        let held = store.find(name).map_err(|problem| problem.to_string())?;
        Model::load(&held, settings, use_as).map_err(|problem| format!("the model {name} cannot be read: {problem}"))
    });
    match found {
        Ok(model) => Loaded::Model(Arc::new(model)),
        Err(problem) => Loaded::Missing(problem, Instant::now()),
    }
}
