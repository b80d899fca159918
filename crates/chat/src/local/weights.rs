//! A GGUF file: its facts, its tensors, and what is refused about it before anything is computed.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use candle_core::quantized::QTensor;
use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{Device, Result};

/// An open file.
pub(super) struct Weights {
    content: Content,
    file: BufReader<File>,
}

impl Weights {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut file = BufReader::new(File::open(path)?);
        let content = Content::read(&mut file)?;
        let mut weights = Self { content, file };
        let architecture = weights.text("general.architecture")?;
        if architecture != "llama" {
            candle_core::bail!("its architecture is {architecture}: only llama is supported");
        }
        weights.no_scaling()?;
        Ok(weights)
    }

    /// Scaled positions other than by factors of the file would be computed wrongly, and nobody would see it.
    fn no_scaling(&mut self) -> Result<()> {
        match self.content.metadata.get("llama.rope.scaling.type").map(Value::to_string) {
            Some(Ok(kind)) if kind != "none" => candle_core::bail!("its positions are scaled ({kind}): not supported"),
            _ => Ok(()),
        }
    }

    pub(super) fn fact(&self, key: &str) -> Option<&Value> {
        self.content.metadata.get(key)
    }

    fn required(&self, key: &str) -> Result<&Value> {
        self.fact(key).ok_or_else(|| candle_core::Error::Msg(format!("it does not say its {key}")))
    }

    pub(super) fn text(&self, key: &str) -> Result<String> {
        Ok(self.required(key)?.to_string()?.clone())
    }

    /// A number that counts something: never zero, never absurd.
    pub(super) fn count(&self, key: &str) -> Result<usize> {
        let value = self.required(key)?;
        let count = match value {
            Value::U32(count) => u64::from(*count),
            Value::I32(count) => u64::try_from(*count).unwrap_or(0),
            Value::U64(count) => *count,
            other => other.to_u64()?,
        };
        match usize::try_from(count) {
            Ok(count) if (1..=1 << 20).contains(&count) => Ok(count),
            _ => candle_core::bail!("its {key} is {count}"),
        }
    }

    pub(super) fn number(&self, key: &str) -> Result<f32> {
        self.required(key)?.to_f32()
    }

    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>> {
        self.required(key)?.to_vec()?.iter().map(|value| value.to_string().cloned()).collect()
    }

    pub(super) fn token(&self, key: &str) -> Option<u32> {
        self.fact(key)?.to_u32().ok()
    }

    pub(super) fn has(&self, tensor: &str) -> bool {
        self.content.tensor_infos.contains_key(tensor)
    }

    /// A tensor of a shape that is known beforehand.
    pub(super) fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<QTensor> {
        let found = self.content.tensor_infos.get(name).map(|info| info.shape.dims().to_vec());
        match found {
            Some(found) if found == shape => self.content.tensor(&mut self.file, name, &Device::Cpu),
            Some(found) => candle_core::bail!("its {name} is {found:?} instead of {shape:?}"),
            None => candle_core::bail!("it has no {name}"),
        }
    }

    pub(super) fn vector(&mut self, name: &str, length: usize) -> Result<Vec<f32>> {
        self.tensor(name, &[length])?.dequantize(&Device::Cpu)?.to_vec1()
    }
}
