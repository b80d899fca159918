//! What the files of a model say of it, as sentence-transformers writes them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// `config.json`: the shape of the network.
#[derive(Debug, Clone, Deserialize)]
pub struct Shape {
    model_type: String,
    /// Numbers of a token, and of a vector.
    pub hidden_size: usize,
    /// Numbers between the two products of a layer.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Pieces it knows.
    pub vocab_size: usize,
    /// Tokens of a text, at most.
    pub max_position_embeddings: usize,
    #[serde(default = "epsilon")]
    pub layer_norm_eps: f32,
    #[serde(default)]
    hidden_act: Option<String>,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    architectures: Vec<String>,
}

fn epsilon() -> f32 {
    1e-12
}

impl Shape {
    /// Numbers of one attention head.
    pub fn head(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// What there is about it that is not computed here.
    fn unknown(&self) -> Option<String> {
        let act = self.hidden_act.as_deref().unwrap_or("gelu");
        let position = self.position_embedding_type.as_deref().unwrap_or("absolute");
        let sizes = [self.hidden_size, self.intermediate_size, self.num_attention_heads, self.vocab_size];
        if self.model_type != "bert" {
            Some(format!("model_type is {}, only bert is known", self.model_type))
        } else if act != "gelu" {
            Some(format!("hidden_act is {act}, only gelu is known"))
        } else if position != "absolute" {
            Some(format!("position_embedding_type is {position}, only absolute is known"))
        } else if sizes.contains(&0) || self.max_position_embeddings < 3 || self.hidden_size > 1 << 16 {
            Some("a size is out of range".to_owned())
        } else if !self.hidden_size.is_multiple_of(self.num_attention_heads) || !self.head().is_multiple_of(32) {
            Some(format!("{} heads for {} numbers", self.num_attention_heads, self.hidden_size))
        } else {
            None
        }
    }
}

/// What the tokens of a text become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// The mean of all.
    Mean,
    /// The first, which stands for the text.
    Cls,
    /// One number, by a head on the first: how relevant a text is to a query that was read with it (a cross-encoder).
    Score,
}

/// `1_Pooling/config.json`.
#[derive(Deserialize)]
struct PoolingFile {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
}

/// `sentence_bert_config.json`.
#[derive(Deserialize)]
struct LengthFile {
    max_seq_length: Option<usize>,
}

/// `config_sentence_transformers.json`.
#[derive(Default, Deserialize)]
struct PromptsFile {
    #[serde(default)]
    prompts: HashMap<String, String>,
}

/// What the files say.
#[derive(Debug, Clone)]
pub struct Config {
    pub shape: Shape,
    pub pooling: Pooling,
    /// Tokens of a text, at most, those that mark its start and end included.
    pub limit: usize,
    /// What is put before a query.
    pub query_prompt: String,
    /// What is put before a passage.
    pub passage_prompt: String,
}

impl Config {
    /// Reads the files in a folder.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let shape: Shape = json(folder, "config.json")?.ok_or("config.json is not there")?;
        if let Some(problem) = shape.unknown() {
            return Err(format!("config.json: {problem}"));
        }
        let is_head = |name: &String| name == "BertForSequenceClassification";
        let pooling = match json::<PoolingFile>(folder, "1_Pooling/config.json")? {
            _ if shape.architectures.iter().any(is_head) => Pooling::Score,
            None => Pooling::Mean,
            Some(file) if file.pooling_mode_mean_tokens && !file.pooling_mode_cls_token => Pooling::Mean,
            Some(file) if file.pooling_mode_cls_token && !file.pooling_mode_mean_tokens => Pooling::Cls,
            Some(_) => return Err("1_Pooling/config.json: only mean and cls are known".to_owned()),
        };
        let length = json::<LengthFile>(folder, "sentence_bert_config.json")?.and_then(|file| file.max_seq_length);
        let limit = length.unwrap_or(shape.max_position_embeddings).clamp(3, shape.max_position_embeddings);
        let mut prompts = json::<PromptsFile>(folder, "config_sentence_transformers.json")?.unwrap_or_default().prompts;
        let query_prompt = prompts.remove("query").unwrap_or_default();
        let passage = prompts.remove("passage").or_else(|| prompts.remove("document"));
        Ok(Self { shape, pooling, limit, query_prompt, passage_prompt: passage.unwrap_or_default() })
    }
}

/// A file as what it holds; nothing when it is not there.
fn json<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>, String> {
    let path = folder.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read(&path).map_err(|problem| format!("{name}: {problem}"))?;
    serde_json::from_slice(&text).map(Some).map_err(|problem| format!("{name}: {problem}"))
}
