//! A model of a few numbers, made here: what does not need weights that were trained. Its vectors are compared with those of
//! the definition, in double precision; the queue with what consumers may expect of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use embedder::{Cut, Embedder, Error, Model, Purpose, Settings, Tokens};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};
use serde_json::{Value, json};

const HIDDEN: usize = 64;
const BETWEEN: usize = 128;
const HEADS: usize = 2;
const LAYERS: usize = 2;
const POSITIONS: usize = 40;
const WORDS: [&str; 12] =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "tea", "cup", "##s", "hot", "query", "passage", ":", "river"];

/// Numbers by name, as a file of weights has them.
type Weights = HashMap<String, (Vec<usize>, Vec<f32>)>;

fn weights() -> Weights {
    let mut state = 7_u32;
    let mut numbers = |shape: Vec<usize>, middle: f32| {
        let count = shape.iter().product();
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            middle + ((state >> 8) as f32 / 16_777_216.0 - 0.5) * 0.4
        };
        (shape, std::iter::repeat_with(&mut next).take(count).collect::<Vec<f32>>())
    };
    let mut all = Weights::new();
    let (h, b) = (HIDDEN, BETWEEN);
    all.insert("embeddings.word_embeddings.weight".into(), numbers(vec![WORDS.len(), h], 0.0));
    all.insert("embeddings.position_embeddings.weight".into(), numbers(vec![POSITIONS, h], 0.0));
    all.insert("embeddings.token_type_embeddings.weight".into(), numbers(vec![2, h], 0.0));
    all.insert("embeddings.LayerNorm.weight".into(), numbers(vec![h], 1.0));
    all.insert("embeddings.LayerNorm.bias".into(), numbers(vec![h], 0.0));
    for layer in 0..LAYERS {
        for (name, out, inner) in [
            ("attention.self.query", h, h),
            ("attention.self.key", h, h),
            ("attention.self.value", h, h),
            ("attention.output.dense", h, h),
            ("intermediate.dense", b, h),
            ("output.dense", h, b),
        ] {
            all.insert(format!("encoder.layer.{layer}.{name}.weight"), numbers(vec![out, inner], 0.0));
            all.insert(format!("encoder.layer.{layer}.{name}.bias"), numbers(vec![out], 0.0));
        }
        for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
            all.insert(format!("encoder.layer.{layer}.{name}.weight"), numbers(vec![h], 1.0));
            all.insert(format!("encoder.layer.{layer}.{name}.bias"), numbers(vec![h], 0.0));
        }
    }
    all
}

/// A folder of models with one in it.
fn folder(root: &Path, weights: &Weights, pooling: Value, prompts: Value) {
    let published = root.join("published");
    fs::create_dir_all(published.join("1_Pooling")).unwrap();
    let views = weights.iter().map(|(name, (shape, numbers))| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        (name.clone(), shape.clone(), bytes)
    });
    let views: Vec<_> = views.collect();
    let views = views
        .iter()
        .map(|(name, shape, bytes)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    fs::write(published.join("model.safetensors"), serialize(views, None).unwrap()).unwrap();
    let config = json!({
        "model_type": "bert", "hidden_size": HIDDEN, "intermediate_size": BETWEEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "vocab_size": WORDS.len(), "max_position_embeddings": POSITIONS,
        "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    });
    let vocabulary: serde_json::Map<String, Value> =
        WORDS.iter().enumerate().map(|(id, word)| ((*word).to_owned(), json!(id))).collect();
    let special = |id: usize| json!({ "id": id, "content": WORDS[id], "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false });
    let tokenizer = json!({
        "version": "1.0",
        "truncation": { "max_length": 5, "strategy": "LongestFirst", "stride": 0, "direction": "Right" },
        "padding": {
            "strategy": { "Fixed": 5 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
            "pad_token": "[PAD]",
        },
        "added_tokens": (0..4).map(special).collect::<Vec<_>>(),
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{ "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "[SEP]", "type_id": 0 } }],
            "pair": [{ "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 1 } }],
            "special_tokens": {
                "[CLS]": { "id": "[CLS]", "ids": [2], "tokens": ["[CLS]"] },
                "[SEP]": { "id": "[SEP]", "ids": [3], "tokens": ["[SEP]"] },
            },
        },
        "decoder": null,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        },
    });
    for (name, value) in [
        ("config.json", config),
        ("tokenizer.json", tokenizer),
        ("1_Pooling/config.json", pooling),
        ("config_sentence_transformers.json", json!({ "prompts": prompts })),
    ] {
        fs::write(published.join(name), value.to_string()).unwrap();
    }
    models::Store::new(root).pull("tiny", &published, &|_| Ok(())).unwrap();
}

fn settings(threads: usize) -> Settings {
    Settings {
        embedder_model: "tiny".into(),
        embedder_threads: Some(threads),
        embedder_cache: 0,
        embedder_query_prompt: None,
        embedder_passage_prompt: None,
        reranker_model: None,
    }
}

fn mean() -> Value {
    json!({ "pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false })
}

/// The definition of BERT, number by number.
fn slow(weights: &Weights, ids: &[u32], first_alone: bool) -> Vec<f64> {
    let get = |name: &str| -> Vec<f64> { weights[name].1.iter().map(|number| f64::from(*number)).collect() };
    let linear = |rows: &[Vec<f64>], name: &str| -> Vec<Vec<f64>> {
        let (matrix, bias) = (get(&format!("{name}.weight")), get(&format!("{name}.bias")));
        let row = |row: &Vec<f64>| -> Vec<f64> {
            let out = matrix.chunks_exact(row.len()).zip(&bias);
            out.map(|(weights, bias)| weights.iter().zip(row).map(|(a, b)| a * b).sum::<f64>() + bias).collect()
        };
        rows.iter().map(row).collect()
    };
    let norm = |rows: &mut Vec<Vec<f64>>, name: &str| {
        let (scale, shift) = (get(&format!("{name}.weight")), get(&format!("{name}.bias")));
        for row in rows {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let variance = row.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / row.len() as f64;
            for ((value, scale), shift) in row.iter_mut().zip(&scale).zip(&shift) {
                *value = (*value - mean) / (variance + 1e-12).sqrt() * scale + shift;
            }
        }
    };
    let plus = |rows: &mut Vec<Vec<f64>>, others: &[Vec<f64>]| {
        rows.iter_mut().zip(others).for_each(|(row, other)| row.iter_mut().zip(other).for_each(|(a, b)| *a += b));
    };
    let (words, positions) = (get("embeddings.word_embeddings.weight"), get("embeddings.position_embeddings.weight"));
    let kind = get("embeddings.token_type_embeddings.weight");
    let embedded = |(place, id): (usize, &u32)| -> Vec<f64> {
        (0..HIDDEN).map(|n| words[*id as usize * HIDDEN + n] + positions[place * HIDDEN + n] + kind[n]).collect()
    };
    let mut rows: Vec<Vec<f64>> = ids.iter().enumerate().map(embedded).collect();
    norm(&mut rows, "embeddings.LayerNorm");
    for layer in 0..LAYERS {
        let name = |rest: &str| format!("encoder.layer.{layer}.{rest}");
        let [queries, keys, values] =
            ["query", "key", "value"].map(|part| linear(&rows, &name(&format!("attention.self.{part}"))));
        let head = HIDDEN / HEADS;
        let mut context = vec![vec![0.0; HIDDEN]; rows.len()];
        for from in (0..HIDDEN).step_by(head) {
            for (query, to) in queries.iter().zip(&mut context) {
                let score = |key: &Vec<f64>| {
                    (0..head).map(|n| query[from + n] * key[from + n]).sum::<f64>() / (head as f64).sqrt()
                };
                let shares: Vec<f64> = keys.iter().map(|key| score(key).exp()).collect();
                let sum: f64 = shares.iter().sum();
                for (share, value) in shares.iter().zip(&values) {
                    (0..head).for_each(|n| to[from + n] += share / sum * value[from + n]);
                }
            }
        }
        let mut output = linear(&context, &name("attention.output.dense"));
        plus(&mut output, &rows);
        norm(&mut output, &name("attention.output.LayerNorm"));
        let mut wide = linear(&output, &name("intermediate.dense"));
        // GELU by the error function, whose series is summed.
        let erf = |x: f64| {
            let (mut sum, mut term) = (x, x);
            for n in 1..200 {
                term *= -x * x / f64::from(n);
                sum += term / f64::from(2 * n + 1);
            }
            sum * 2.0 / std::f64::consts::PI.sqrt()
        };
        wide.iter_mut().flatten().for_each(|x| *x *= 0.5 * (1.0 + erf((*x / 2.0_f64.sqrt()).clamp(-4.0, 4.0))));
        rows = linear(&wide, &name("output.dense"));
        plus(&mut rows, &output);
        norm(&mut rows, &name("output.LayerNorm"));
    }
    let used = if first_alone { &rows[..1] } else { &rows[..] };
    let pooled: Vec<f64> = (0..HIDDEN).map(|n| used.iter().map(|row| row[n]).sum()).collect();
    let length = pooled.iter().map(|value| value * value).sum::<f64>().sqrt();
    pooled.into_iter().map(|value| value / length).collect()
}

fn tokens(model: &Model, text: &str) -> Tokens {
    model.tokenize(text, Purpose::Passage, Cut::At).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn vectors_are_those_of_the_definition_with_either_pooling() {
    let weights = weights();
    for (pooling, first_alone) in
        [(mean(), false), (json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false }), true)]
    {
        let root = tempfile::tempdir().unwrap();
        folder(root.path(), &weights, pooling, json!({}));
        let engine = Embedder::open(settings(2), Ok(root.path().to_owned())).unwrap();
        let model = engine.model().unwrap();
        let texts = ["tea", "hot tea cups", "a river of tea : hot cups river", &"tea river ".repeat(18)];
        let read: Vec<Tokens> = texts.iter().map(|text| tokens(&model, text)).collect();
        assert_eq!(read[1].ids, [2, 7, 4, 5, 6, 3]);
        let vectors = run(engine.embed(&model, read.clone(), None)).unwrap();
        for (vector, read) in vectors.iter().zip(&read) {
            let right = slow(&weights, &read.ids, first_alone);
            let furthest = vector.iter().zip(&right).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
            assert!(furthest < 1e-5, "{furthest}");
        }
    }
}

#[test]
fn prompts_go_before_queries_and_passages() {
    let root = tempfile::tempdir().unwrap();
    folder(root.path(), &weights(), mean(), json!({ "query": "query: ", "document": "passage: " }));
    let engine = Embedder::open(settings(1), Ok(root.path().to_owned())).unwrap();
    let model = engine.model().unwrap();
    let ids = |purpose| model.tokenize("tea", purpose, Cut::At).map(|tokens| tokens.ids);
    assert_eq!(ids(Purpose::Query).unwrap(), [2, 8, 10, 4, 3]);
    assert_eq!(ids(Purpose::Passage).unwrap(), [2, 9, 10, 4, 3]);
    // A prompt alone is no text.
    assert_eq!(model.tokenize(" ", Purpose::Query, Cut::At), Err(Error::Empty));
    let own = Settings { embedder_query_prompt: Some("hot ".into()), ..settings(1) };
    let engine = Embedder::open(own, Ok(root.path().to_owned())).unwrap();
    assert_eq!(engine.model().unwrap().tokenize("tea", Purpose::Query, Cut::At).unwrap().ids, [2, 7, 4, 3]);
}

#[test]
fn texts_are_cut_or_refused_at_the_limit_and_parts_are_read_as_the_whole() {
    let root = tempfile::tempdir().unwrap();
    folder(root.path(), &weights(), mean(), json!({}));
    let engine = Embedder::open(settings(1), Ok(root.path().to_owned())).unwrap();
    let model = engine.model().unwrap();
    let long = "hot tea  cups,\u{a0}river\n".repeat(5000);
    let cut = tokens(&model, &long);
    assert_eq!((cut.ids.len(), cut.truncated), (POSITIONS, true));
    let refused = model.tokenize(&long, Purpose::Passage, Cut::Refuse);
    // Six pieces a line: "," is one the model does not know.
    assert_eq!(refused, Err(Error::TooLong { tokens: 30_002, limit: POSITIONS }));
    let never = || Ok::<(), ()>(());
    let pieces = model.pieces(&long, &never).unwrap();
    assert_eq!((pieces.len(), model.count(&long, &never)), (30_000, Ok(30_000)));
    let texts: Vec<&str> = pieces.iter().map(|piece| &long[piece.start..piece.end]).collect();
    for line in texts.chunks_exact(6) {
        assert_eq!(line, ["hot", "tea", "cup", "s", ",", "river"]);
    }
    assert_eq!(model.pieces(&long, &|| Err("stop")), Err("stop"));
}

/// Texts of 40 tokens each, no two the same.
fn many(model: &Model, numbers: Range<usize>) -> Vec<Tokens> {
    let text = |number: usize| -> String { (0..38).map(|bit| ["tea ", "cup "][(number >> (bit % 20)) & 1]).collect() };
    numbers.map(|number| tokens(model, &text(number))).collect()
}

fn engine(root: &Path) -> (Embedder, Arc<Model>) {
    folder(root, &weights(), mean(), json!({}));
    let engine = Embedder::open(settings(1), Ok(root.to_owned())).unwrap();
    let model = engine.model().unwrap();
    (engine, model)
}

#[test]
fn who_asks_for_little_is_served_beside_who_asks_for_much() {
    let root = tempfile::tempdir().unwrap();
    let (engine, model) = engine(root.path());
    run(async {
        // Read beforehand, and all that may wait: the flood shrinks while it is worked on.
        let more = many(&model, 7000..14_500);
        let flood = engine.embed(&model, many(&model, 0..7000), Some("greedy"));
        let little = async {
            tokio::task::yield_now().await;
            engine.embed(&model, vec![tokens(&model, "river")], Some("modest")).await
        };
        tokio::pin!(flood);
        // The flood is first in the queue.
        tokio::select! {
            biased;
            _ = &mut flood => panic!("the flood was done first"),
            vectors = little => assert_eq!(vectors.unwrap().len(), 1),
        }
        // More of the same is refused, for others there is room.
        let more = engine.embed(&model, more, Some("greedy")).await;
        assert_eq!(more.err(), Some(Error::Overloaded));
        assert!(engine.embed(&model, many(&model, 20_000..20_050), Some("modest")).await.is_ok());
    });
}

#[test]
fn what_nobody_waits_for_is_not_computed() {
    let root = tempfile::tempdir().unwrap();
    let (engine, model) = engine(root.path());
    run(async {
        for _ in 0..20 {
            let left = engine.embed(&model, many(&model, 0..7000), Some("gone"));
            tokio::pin!(left);
            let gone = tokio::time::timeout(std::time::Duration::ZERO, &mut left).await;
            assert!(gone.is_err());
        }
        // Twenty times as much as may wait, had it been kept.
    });
    run(async {
        assert!(engine.embed(&model, vec![tokens(&model, "river")], Some("gone")).await.is_ok());
        assert!(engine.embed(&model, many(&model, 0..7000), Some("gone")).await.is_ok());
    });
}

#[test]
fn models_that_cannot_be_read_say_why() {
    let root = tempfile::tempdir().unwrap();
    let missing = Embedder::open(settings(1), Ok(root.path().to_owned())).unwrap();
    let Err(Error::Missing(problem)) = missing.model() else { panic!("there is none") };
    assert!(problem.contains("flowforge models pull tiny"), "{problem}");
    let nowhere = Embedder::open(settings(1), Err("no folder for data".into())).unwrap();
    assert_eq!(nowhere.model().err(), Some(Error::Missing("no folder for data".into())));
    let mut less = weights();
    less.remove("encoder.layer.1.output.dense.bias");
    let mut other = weights();
    other.insert("embeddings.LayerNorm.bias".into(), (vec![3], vec![0.0; 3]));
    for (weights, pooling, words) in [
        (less, mean(), "encoder.layer.1.output.dense.bias"),
        (other, mean(), "its shape is [3]"),
        (weights(), json!({ "pooling_mode_max_tokens": true }), "only mean and cls"),
    ] {
        let root = tempfile::tempdir().unwrap();
        folder(root.path(), &weights, pooling, json!({}));
        let engine = Embedder::open(settings(1), Ok(root.path().to_owned())).unwrap();
        let Err(Error::Missing(problem)) = engine.model() else { panic!("it cannot be read") };
        assert!(problem.contains(words), "{problem}");
    }
}

/// A cross-encoder as transformers writes one: `tests/data/cross-encoder.py` says how, and what sentence-transformers makes
/// of its pairs.
#[test]
fn pairs_are_judged_as_by_sentence_transformers() {
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cross-encoder");
    let cases: Value = serde_json::from_slice(&fs::read(published.join("cases.json")).unwrap()).unwrap();
    let root = tempfile::tempdir().unwrap();
    folder(root.path(), &weights(), mean(), json!({}));
    models::Store::new(root.path()).pull("cross", &published, &|_| Ok(())).unwrap();
    let engine = |embedder: &str, reranker: &str| {
        let own = Settings { embedder_model: embedder.into(), reranker_model: Some(reranker.into()), ..settings(2) };
        Embedder::open(own, Ok(root.path().to_owned())).unwrap()
    };
    let both = engine("tiny", "cross");
    let model = both.reranker().unwrap().unwrap();
    let cases = cases.as_array().unwrap();
    let text = |case: &Value, name: &str| case[name].as_str().unwrap().to_owned();
    let pair = |query: &str, text: &str| model.pair(&model.query(query)?, text);
    let pairs: Vec<Tokens> =
        cases.iter().map(|case| pair(&text(case, "query"), &text(case, "text")).unwrap()).collect();
    // [CLS] tea [SEP] hot tea [SEP]
    assert_eq!((pairs[0].ids.as_slice(), pairs[0].truncated), (&[2, 4, 3, 7, 4, 3][..], false));
    let longest = pairs.last().unwrap();
    assert_eq!((longest.ids.len(), longest.truncated), (model.limit(), true));
    let vectors = run(both.embed(&model, pairs, None)).unwrap();
    for (case, vector) in cases.iter().zip(&vectors) {
        let score = 1.0 / (1.0 + f64::from(-vector[0]).exp());
        let right = case["score"].as_f64().unwrap();
        assert!((score - right).abs() < 1e-6 && vector.len() == 1, "{case}: {score}");
    }
    // A query of any length leaves room for the text.
    let long = pair(&"tea ".repeat(500), "cup").unwrap();
    assert_eq!((long.ids.len(), long.ids.last(), long.truncated), (model.limit() / 2 + 2, Some(&3), false));
    assert_eq!((pair("tea", " "), pair("", "tea")), (Err(Error::Empty), Err(Error::Empty)));
    // One is not the other, and one that is not there says what to run.
    let wrong = engine("cross", "tiny");
    let problems = [wrong.model().err().unwrap(), wrong.reranker().err().unwrap()].map(|problem| problem.to_string());
    assert!(problems[0].contains("set it as FLOWFORGE_RERANKER_MODEL"), "{problems:?}");
    assert!(problems[1].contains("it is no cross-encoder"), "{problems:?}");
    let missing = engine("tiny", "gone").reranker().err().unwrap().to_string();
    assert!(missing.contains("flowforge models pull gone"), "{missing}");
    assert!(Embedder::open(settings(1), Ok(root.path().to_owned())).unwrap().reranker().unwrap().is_none());
}
