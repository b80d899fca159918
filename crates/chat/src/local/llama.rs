//! The forward pass of a Llama model (Touvron and others 2023): RMS norms, rotary positions, grouped attention, SwiGLU.

use candle_core::Result;
use pulp::Arch;

use super::matrix::{Matrix, dot};
use super::weights::Weights;

/// Tokens of a prompt that go through a layer together.
const TOGETHER: usize = 32;

/// The model.
pub(super) struct Llama {
    shape: Shape,
    embeddings: Matrix,
    layers: Vec<Layer>,
    norm: Vec<f32>,
    /// None when the embeddings serve.
    output: Option<Matrix>,
    /// The angle a position adds to each pair of a head.
    turns: Vec<f32>,
}

#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    heads: usize,
    groups: usize,
    head: usize,
    context: usize,
    epsilon: f32,
}

struct Layer {
    attention_norm: Vec<f32>,
    query: Matrix,
    key: Matrix,
    value: Matrix,
    output: Matrix,
    feed_norm: Vec<f32>,
    gate: Matrix,
    up: Matrix,
    down: Matrix,
}

/// What a sequence has seen: keys and values of each layer, those of a token one after the other.
pub(super) struct Seen {
    layers: Vec<(Vec<f32>, Vec<f32>)>,
    tokens: usize,
}

/// Nobody waits any more.
#[derive(Debug)]
pub(super) struct Stopped;

impl Llama {
    /// The model of a file.
    pub(super) fn read(weights: &mut Weights) -> Result<Self> {
        let width = weights.count("llama.embedding_length")?;
        let heads = weights.count("llama.attention.head_count")?;
        let groups = weights.count("llama.attention.head_count_kv").unwrap_or(heads);
        let hidden = weights.count("llama.feed_forward_length")?;
        let head = width / heads;
        if width % heads != 0 || heads % groups != 0 || head % 2 != 0 {
            candle_core::bail!("its {width} numbers do not go into {heads} heads in {groups} groups");
        }
        if let Ok(rotary) = weights.count("llama.rope.dimension_count")
            && rotary != head
        {
            candle_core::bail!("it turns {rotary} of the {head} numbers of a head: not supported");
        }
        let shape = Shape {
            width,
            heads,
            groups,
            head,
            context: weights.count("llama.context_length")?,
            epsilon: weights.number("llama.attention.layer_norm_rms_epsilon")?,
        };
        let vocabulary = weights.texts("tokenizer.ggml.tokens")?.len();
        let embeddings = Matrix::of(&weights.tensor("token_embd.weight", &[vocabulary, width])?)?;
        let output = match weights.has("output.weight") {
            true => Some(Matrix::of(&weights.tensor("output.weight", &[vocabulary, width])?)?),
            false => None,
        };
        let layers = (0..weights.count("llama.block_count")?)
            .map(|layer| Layer::read(weights, &format!("blk.{layer}."), shape, hidden))
            .collect::<Result<_>>()?;
        let norm = weights.vector("output_norm.weight", width)?;
        let base = weights.number("llama.rope.freq_base").unwrap_or(10_000.0);
        let mut turns: Vec<f32> = (0..head / 2).map(|pair| base.powf(-2.0 * pair as f32 / head as f32)).collect();
        if weights.has("rope_freqs.weight") {
            let factors = weights.vector("rope_freqs.weight", head / 2)?;
            turns.iter_mut().zip(factors).for_each(|(turn, factor)| *turn /= factor);
        }
        Ok(Self { shape, embeddings, layers, norm, output, turns })
    }

    /// Tokens it can see at most.
    pub(super) fn context(&self) -> usize {
        self.shape.context
    }

    /// A sequence that has seen nothing.
    pub(super) fn fresh(&self) -> Seen {
        Seen { layers: self.layers.iter().map(|_| Default::default()).collect(), tokens: 0 }
    }

    /// Sees more tokens; the answer is the logit of every token to come next. Asks now and then whether to stop.
    pub(super) fn see(
        &self,
        tokens: &[u32],
        seen: &mut Seen,
        stop: &dyn Fn() -> bool,
    ) -> std::result::Result<Vec<f32>, Stopped> {
        let mut last = Vec::new();
        for tokens in tokens.chunks(TOGETHER) {
            let mut state: Vec<f32> = tokens.iter().flat_map(|token| self.embeddings.row(*token as usize)).collect();
            let turned = self.angles(seen.tokens, tokens.len());
            for (layer, (keys, values)) in self.layers.iter().zip(&mut seen.layers) {
                if stop() {
                    return Err(Stopped);
                }
                layer.apply(self.shape, &mut state, &turned, keys, values);
            }
            seen.tokens += tokens.len();
            last = state.split_off(state.len() - self.shape.width);
        }
        let state = normed(&last, &self.norm, self.shape.epsilon);
        Ok(self.output.as_ref().unwrap_or(&self.embeddings).times(&state))
    }

    /// Sine and cosine of every pair of a head, for some positions.
    fn angles(&self, first: usize, count: usize) -> Vec<(f32, f32)> {
        let of = |position: usize| self.turns.iter().map(move |turn| (position as f32 * turn).sin_cos());
        (first..first + count).flat_map(of).collect()
    }
}

impl Layer {
    fn read(weights: &mut Weights, prefix: &str, shape: Shape, hidden: usize) -> Result<Self> {
        let Shape { width, groups, head, .. } = shape;
        let mut matrix = |name: &str, rows: usize, columns: usize| {
            Matrix::of(&weights.tensor(&format!("{prefix}{name}.weight"), &[rows, columns])?)
        };
        let query = matrix("attn_q", width, width)?;
        let key = matrix("attn_k", groups * head, width)?;
        let value = matrix("attn_v", groups * head, width)?;
        let output = matrix("attn_output", width, width)?;
        let gate = matrix("ffn_gate", hidden, width)?;
        let up = matrix("ffn_up", hidden, width)?;
        let down = matrix("ffn_down", width, hidden)?;
        let attention_norm = weights.vector(&format!("{prefix}attn_norm.weight"), width)?;
        let feed_norm = weights.vector(&format!("{prefix}ffn_norm.weight"), width)?;
        Ok(Self { attention_norm, query, key, value, output, feed_norm, gate, up, down })
    }

    fn apply(
        &self,
        shape: Shape,
        state: &mut [f32],
        turned: &[(f32, f32)],
        keys: &mut Vec<f32>,
        values: &mut Vec<f32>,
    ) {
        let normal = normed(state, &self.attention_norm, shape.epsilon);
        let mut queries = self.query.times(&normal);
        let mut fresh = self.key.times(&normal);
        turn(&mut queries, turned, shape.heads, shape.head);
        turn(&mut fresh, turned, shape.groups, shape.head);
        let before = keys.len() / (shape.groups * shape.head);
        keys.extend(fresh);
        values.extend(self.value.times(&normal));
        let attended = attend(shape, &queries, keys, values, before);
        add(state, &self.output.times(&attended));
        let normal = normed(state, &self.feed_norm, shape.epsilon);
        let mut gated = self.gate.times(&normal);
        for (gate, up) in gated.iter_mut().zip(self.up.times(&normal)) {
            *gate *= up / (1.0 + (-*gate).exp());
        }
        add(state, &self.down.times(&gated));
    }
}

/// Attention of each new token to itself and all before it.
fn attend(shape: Shape, queries: &[f32], keys: &[f32], values: &[f32], before: usize) -> Vec<f32> {
    let Shape { width, heads, groups, head, .. } = shape;
    let scale = 1.0 / (head as f32).sqrt();
    let of_token = groups * head;
    let mut attended = vec![0.0; queries.len()];
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut weights = Vec::with_capacity(before + queries.len() / width);
            let tokens = queries.chunks_exact(width).zip(attended.chunks_exact_mut(width));
            for (token, (queries, attended)) in tokens.enumerate() {
                let visible = (before + token + 1) * of_token;
                let of_heads = queries.chunks_exact(head).zip(attended.chunks_exact_mut(head));
                for (number, (query, attended)) in of_heads.enumerate() {
                    let group = number / (heads / groups) * head;
                    let mut most = f32::NEG_INFINITY;
                    weights.clear();
                    for key in keys[..visible].chunks_exact(of_token) {
                        let weight = dot(query, &key[group..group + head]) * scale;
                        most = most.max(weight);
                        weights.push(weight);
                    }
                    let mut sum = 0.0;
                    for weight in &mut weights {
                        *weight = (*weight - most).exp();
                        sum += *weight;
                    }
                    for (value, weight) in values[..visible].chunks_exact(of_token).zip(&weights) {
                        let weight = weight / sum;
                        for (attended, value) in attended.iter_mut().zip(&value[group..group + head]) {
                            *attended += weight * value;
                        }
                    }
                }
            }
        },
    );
    attended
}

/// Turns the pairs of each head by the angles of its token.
fn turn(vectors: &mut [f32], turned: &[(f32, f32)], heads: usize, head: usize) {
    for (vector, turned) in vectors.chunks_exact_mut(heads * head).zip(turned.chunks_exact(head / 2)) {
        for head in vector.chunks_exact_mut(head) {
            for (pair, (sine, cosine)) in head.as_chunks_mut::<2>().0.iter_mut().zip(turned) {
                *pair = [pair[0] * cosine - pair[1] * sine, pair[0] * sine + pair[1] * cosine];
            }
        }
    }
}

fn normed(state: &[f32], norm: &[f32], epsilon: f32) -> Vec<f32> {
    let mut normal = Vec::with_capacity(state.len());
    for vector in state.chunks_exact(norm.len()) {
        let scale = 1.0 / (dot(vector, vector) / norm.len() as f32 + epsilon).sqrt();
        normal.extend(vector.iter().zip(norm).map(|(value, norm)| value * scale * norm));
    }
    normal
}

fn add(state: &mut [f32], more: &[f32]) {
    state.iter_mut().zip(more).for_each(|(state, more)| *state += more);
}
