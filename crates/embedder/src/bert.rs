//! The forward pass over texts of any lengths side by side.

use dense::{Level, Panels, Rows, RowsMut};

use crate::config::{Config, Pooling, Shape};
use crate::weights::{Head, Layer, Weights};

/// Rows between whose two products nothing leaves the second cache.
const BLOCK: usize = 96;

/// A network.
pub struct Bert {
    shape: Shape,
    pooling: Pooling,
    weights: Weights,
    level: Level,
}

/// Room for what is computed on the way; kept from batch to batch.
#[derive(Default)]
pub struct Scratch {
    hidden: Vec<f32>,
    attention: Vec<f32>,
    context: Vec<f32>,
    output: Vec<f32>,
    between: Vec<f32>,
    scores: Vec<f32>,
    keys: Panels,
}

impl Bert {
    /// A network of these weights.
    pub fn new(config: &Config, weights: Weights, level: Level) -> Self {
        Self { shape: config.shape.clone(), pooling: config.pooling, weights, level }
    }

    /// Vectors of length one, of texts given by their tokens; each has one token at least and no more than there are
    /// positions. Of a cross-encoder, one number for each pair.
    pub fn forward(&self, texts: &[&[u32]], scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let hidden = self.shape.hidden_size;
        let tokens: usize = texts.iter().map(|text| text.len()).sum();
        for (buffer, width) in [
            (&mut scratch.hidden, hidden),
            (&mut scratch.attention, 3 * hidden),
            (&mut scratch.context, hidden),
            (&mut scratch.output, hidden),
        ] {
            buffer.resize(tokens * width, 0.0);
        }
        self.embed(texts, &mut scratch.hidden);
        for layer in &self.weights.layers {
            self.attend(layer, texts, scratch);
            self.feed(layer, scratch);
        }
        self.pool(texts, &scratch.hidden)
    }

    /// Word, position and type of each token, normalized.
    fn embed(&self, texts: &[&[u32]], rows: &mut [f32]) {
        let (hidden, weights) = (self.shape.hidden_size, &self.weights);
        let tokens = texts.iter().flat_map(|text| {
            // A pair is parted by the mark that ends it, too.
            let second = text.iter().position(|id| Some(id) == text.last()).map_or(text.len(), |end| end + 1);
            text.iter().enumerate().map(move |(position, word)| (position, usize::from(position >= second), word))
        });
        for ((position, kind, word), row) in tokens.zip(rows.chunks_exact_mut(hidden)) {
            let word = &weights.words[*word as usize * hidden..][..hidden];
            let position = &weights.positions[position * hidden..][..hidden];
            // Only a cross-encoder reads pairs.
            let kind = if weights.head.is_some() { kind } else { 0 };
            let kind = &weights.kinds[kind * hidden..][..hidden];
            for (((value, word), position), kind) in row.iter_mut().zip(word).zip(position).zip(kind) {
                *value = word + kind + position;
            }
        }
        dense::layer_norm(self.level, rows, &weights.norm.scale, &weights.norm.shift, self.shape.layer_norm_eps);
    }

    /// Self-attention, each text for itself; what comes in is added, and all normalized.
    fn attend(&self, layer: &Layer, texts: &[&[u32]], scratch: &mut Scratch) {
        let (hidden, head, level) = (self.shape.hidden_size, self.shape.head(), self.level);
        let three = 3 * hidden;
        let Scratch { hidden: rows, attention, context, output, scores, keys, .. } = scratch;
        let input = Rows::new(rows, hidden);
        dense::product(level, input, &layer.attention.weights, &mut RowsMut::new(attention, three));
        dense::add_bias(level, attention, &layer.attention.bias);
        let scale = 1.0 / (head as f32).sqrt();
        let mut start = 0;
        for length in texts.iter().map(|text| text.len()) {
            let of_text = &attention[start * three..(start + length) * three];
            let to = &mut context[start * hidden..(start + length) * hidden];
            let width = length.next_multiple_of(dense::PANEL);
            scores.resize(length * width, 0.0);
            for from in (0..hidden).step_by(head) {
                keys.pack_rows(&of_text[hidden + from..], length, head, three);
                let queries = Rows::part(&of_text[from..], length, head, three);
                dense::product(level, queries, keys, &mut RowsMut::new(scores, width));
                for row in scores.chunks_exact_mut(width) {
                    dense::softmax(level, &mut row[..length], scale);
                }
                let shares = Rows::part(scores, length, length, width);
                let values = Rows::part(&of_text[2 * hidden + from..], length, head, three);
                dense::product_of_rows(
                    level,
                    shares,
                    values,
                    &mut RowsMut::part(&mut to[from..], length, head, hidden),
                );
            }
            start += length;
        }
        let input = Rows::new(context, hidden);
        dense::product(level, input, &layer.attention_output.weights, &mut RowsMut::new(output, hidden));
        dense::add_bias(level, output, &layer.attention_output.bias);
        dense::add(level, output, rows);
        let norm = &layer.attention_norm;
        dense::layer_norm(level, output, &norm.scale, &norm.shift, self.shape.layer_norm_eps);
        std::mem::swap(rows, output);
    }

    /// Up, GELU and down again; what comes in is added, and all normalized.
    fn feed(&self, layer: &Layer, scratch: &mut Scratch) {
        let (hidden, wide, level) = (self.shape.hidden_size, self.shape.intermediate_size, self.level);
        let Scratch { hidden: rows, output, between, .. } = scratch;
        for (from, to) in rows.chunks(BLOCK * hidden).zip(output.chunks_mut(BLOCK * hidden)) {
            between.resize(from.len() / hidden * wide, 0.0);
            let input = Rows::new(from, hidden);
            dense::product(level, input, &layer.up.weights, &mut RowsMut::new(between, wide));
            dense::gelu(level, between, &layer.up.bias);
            let input = Rows::new(between, wide);
            dense::product(level, input, &layer.down.weights, &mut RowsMut::new(to, hidden));
            dense::add_bias(level, to, &layer.down.bias);
            dense::add(level, to, from);
            dense::layer_norm(level, to, &layer.norm.scale, &layer.norm.shift, self.shape.layer_norm_eps);
        }
        std::mem::swap(rows, output);
    }

    /// One vector of length one for each text.
    fn pool(&self, texts: &[&[u32]], rows: &[f32]) -> Vec<Vec<f32>> {
        let hidden = self.shape.hidden_size;
        let mut rest = rows;
        let vector = |text: &&[u32]| {
            let (own, others) = rest.split_at(text.len() * hidden);
            rest = others;
            if let Some(head) = &self.weights.head {
                return vec![head.score(&own[..hidden])];
            }
            let mut vector = own[..hidden].to_vec();
            if self.pooling == Pooling::Mean {
                // Its length does not matter: the sum serves as well as the mean.
                for row in own[hidden..].chunks_exact(hidden) {
                    dense::add(self.level, &mut vector, row);
                }
            }
            let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
            if length > 0.0 {
                vector.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
            }
            vector
        };
        texts.iter().map(vector).collect()
    }
}

impl Head {
    /// The logit of a pair, by its first token.
    fn score(&self, first: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let rows = self.pooler.chunks_exact(first.len()).zip(&self.pooler_bias);
        let pooled: Vec<f32> = rows.map(|(row, bias)| (dot(row, first) + f64::from(*bias)).tanh() as f32).collect();
        (dot(&self.classifier, &pooled) + f64::from(self.classifier_bias)) as f32
    }
}
