//! Weights of a network out of a safetensors file, packed for products.

use dense::Panels;
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};

use crate::config::{Pooling, Shape};

/// A product with a bias.
pub struct Linear {
    pub weights: Panels,
    pub bias: Vec<f32>,
}

/// A layer normalization.
pub struct Norm {
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
}

/// One layer of the encoder.
pub struct Layer {
    /// Queries, keys and values, in one product.
    pub attention: Linear,
    pub attention_output: Linear,
    pub attention_norm: Norm,
    pub up: Linear,
    pub down: Linear,
    pub norm: Norm,
}

/// All weights of a network.
pub struct Weights {
    pub words: Vec<f32>,
    pub positions: Vec<f32>,
    /// Token types: of a text that stands alone, or the first of a pair; of the second.
    pub kinds: Vec<f32>,
    pub norm: Norm,
    pub layers: Vec<Layer>,
    /// What a cross-encoder ends with.
    pub head: Option<Head>,
}

/// Makes one number of the first token: a layer with a hyperbolic tangent, and a sum.
pub struct Head {
    /// Rows one after the other.
    pub pooler: Vec<f32>,
    pub pooler_bias: Vec<f32>,
    pub classifier: Vec<f32>,
    pub classifier_bias: f32,
}

/// Tensors by their names, with what all names start with.
struct Tensors<'a> {
    file: SafeTensors<'a>,
    prefix: &'static str,
}

impl Tensors<'_> {
    /// The numbers of a tensor that has this shape.
    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        self.named(&format!("{}{name}", self.prefix), shape)
    }

    /// The same by its whole name.
    fn named(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let tensor = self.file.tensor(name).map_err(|problem| format!("{name}: {problem}"))?;
        if tensor.shape() != shape {
            return Err(format!("{name}: its shape is {:?}, expected {shape:?}", tensor.shape()));
        }
        let bytes = tensor.data();
        let (fours, twos) = (bytes.as_chunks::<4>().0, bytes.as_chunks::<2>().0);
        Ok(match tensor.dtype() {
            Dtype::F32 => fours.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F16 => twos.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
            Dtype::BF16 => twos.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect(),
            other => return Err(format!("{name}: {other:?} is not read, only F32, F16 and BF16")),
        })
    }

    fn linear(&self, names: &[String], outputs: usize, inputs: usize) -> Result<Linear, String> {
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for name in names {
            weights.extend(self.numbers(&format!("{name}.weight"), &[outputs, inputs])?);
            bias.extend(self.numbers(&format!("{name}.bias"), &[outputs])?);
        }
        Ok(Linear { weights: Panels::pack(&weights, outputs * names.len(), inputs), bias })
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm, String> {
        // Old checkpoints call them as TensorFlow does.
        let either = |new: &str, old: &str| {
            let found = self.numbers(&format!("{name}.{new}"), &[width]);
            found.or_else(|problem| self.numbers(&format!("{name}.{old}"), &[width]).map_err(|_| problem))
        };
        Ok(Norm { scale: either("weight", "gamma")?, shift: either("bias", "beta")? })
    }
}

impl Weights {
    /// Reads the bytes of a safetensors file; of a cross-encoder with its head.
    pub fn read(bytes: &[u8], shape: &Shape, pooling: Pooling) -> Result<Self, String> {
        let file = SafeTensors::deserialize(bytes).map_err(|problem| format!("model.safetensors: {problem}"))?;
        let has = |prefix: &&&str| file.tensor(&format!("{prefix}embeddings.word_embeddings.weight")).is_ok();
        let prefix = ["", "bert.", "model."].iter().find(has).copied().unwrap_or_default();
        let tensors = Tensors { file, prefix };
        let (hidden, between) = (shape.hidden_size, shape.intermediate_size);
        let words = tensors.numbers("embeddings.word_embeddings.weight", &[shape.vocab_size, hidden])?;
        let positions =
            tensors.numbers("embeddings.position_embeddings.weight", &[shape.max_position_embeddings, hidden])?;
        let kinds = |count| tensors.numbers("embeddings.token_type_embeddings.weight", &[count, hidden]);
        let head = match pooling {
            Pooling::Score => Some(Head {
                pooler: tensors.numbers("pooler.dense.weight", &[hidden, hidden])?,
                pooler_bias: tensors.numbers("pooler.dense.bias", &[hidden])?,
                classifier: tensors.named("classifier.weight", &[1, hidden])?,
                classifier_bias: tensors.named("classifier.bias", &[1])?[0],
            }),
            Pooling::Mean | Pooling::Cls => None,
        };
        // The second type is for pairs of texts.
        let kinds = if head.is_some() { kinds(2)? } else { kinds(2).or_else(|_| kinds(1))? };
        let layers = (0..shape.num_hidden_layers).map(|index| {
            let name = |rest: &str| format!("encoder.layer.{index}.{rest}");
            let three = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
            Ok(Layer {
                attention: tensors.linear(&three, hidden, hidden)?,
                attention_output: tensors.linear(&[name("attention.output.dense")], hidden, hidden)?,
                attention_norm: tensors.norm(&name("attention.output.LayerNorm"), hidden)?,
                up: tensors.linear(&[name("intermediate.dense")], between, hidden)?,
                down: tensors.linear(&[name("output.dense")], hidden, between)?,
                norm: tensors.norm(&name("output.LayerNorm"), hidden)?,
            })
        });
        let layers = layers.collect::<Result<_, String>>()?;
        let norm = tensors.norm("embeddings.LayerNorm", hidden)?;
        Ok(Self { words, positions, kinds, norm, layers, head })
    }
}
