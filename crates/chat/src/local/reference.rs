//! The model's file against llama.cpp, an independent runtime of it, and against exact arithmetic on its weights:
//! tests/data/README.md says how these were made.

use std::path::PathBuf;
use std::process::Command;

use models::Store;
use serde::Deserialize;

use super::{Llama, Tokens, Weights};

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    prompt: String,
    ids: Vec<u32>,
    tokens: Vec<u32>,
    /// The likeliest tokens at each place, with the logarithms of their probabilities.
    top: Vec<Vec<(u32, f32)>>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../tests/data/smollm2-greedy.json")).unwrap()
}

/// What exact arithmetic makes of each place: its two likeliest tokens, and the one that llama.cpp chose.
fn exact() -> Vec<Vec<[(u32, f64); 3]>> {
    serde_json::from_str(include_str!("../../tests/data/smollm2-exact.json")).unwrap()
}

/// How far a runtime is from exact arithmetic.
#[derive(Default)]
struct Distance {
    places: usize,
    same: usize,
    /// By how much another token than the likeliest was chosen, at most: the difference of the logarithms.
    widest: f64,
    sum: f64,
    most: f64,
}

impl Distance {
    fn add(&mut self, token: u32, logarithm: f64, exact: &[(u32, f64); 3]) {
        let [best, other, chosen] = exact;
        self.places += 1;
        self.same += usize::from(token == best.0);
        if token != best.0 {
            self.widest = self.widest.max(best.1 - other.1);
        }
        let off = (logarithm - chosen.1).abs();
        self.sum += off;
        self.most = self.most.max(off);
    }

    fn mean(&self) -> f64 {
        self.sum / self.places as f64
    }
}

impl std::fmt::Display for Distance {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { places, same, widest, most, .. } = self;
        let mean = self.mean();
        write!(
            to,
            "{same} of {places} tokens, others apart by {widest:.3} at most; logarithms off by {mean:.4}, {most:.3} at most"
        )
    }
}

/// The file, where `make models` has put it for tests.
#[expect(clippy::print_stdout, reason = "what is skipped is to be seen")]
pub(super) fn file() -> Option<PathBuf> {
    // A shell knows where things are; tests read no environment.
    let command = r#"echo "${FLOWFORGE_CACHE:-$HOME/.cache/flowforge}/data/models""#;
    let output = Command::new("sh").args(["-c", command]).output().unwrap();
    let store = Store::new(String::from_utf8_lossy(&output.stdout).trim());
    let found = store.find("SmolLM2-135M-Instruct").and_then(|held| held.weights_path());
    if found.is_err() {
        println!("skipped: the chat model is not there; make models gets it");
    }
    found.ok()
}

fn likeliest(logits: &[f32]) -> u32 {
    (0..).zip(logits).max_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap().0
}

/// The logarithm of the probability of each token.
fn logarithms(logits: &[f32]) -> Vec<f64> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|logit| f64::from(logit - most).exp()).sum();
    logits.iter().map(|logit| f64::from(logit - most) - sum.ln()).collect()
}

#[test]
fn prompts_have_the_same_tokens() {
    let Some(file) = file() else { return };
    let tokens = Tokens::read(&Weights::open(&file).unwrap()).unwrap();
    for case in reference().cases {
        assert_eq!(tokens.of(&case.prompt).unwrap(), case.ids, "{}", case.prompt);
        let said: Vec<u8> = case.ids.iter().flat_map(|token| tokens.bytes(*token)).copied().collect();
        let plain = case.prompt.replace("<|im_start|>", "").replace("<|im_end|>", "");
        assert_eq!(String::from_utf8(said).unwrap(), plain);
    }
}

/// Both round vectors to eight bits, so neither is exact: where two tokens are nearly as likely, each may take the other.
/// So this may be as far from exact arithmetic as llama.cpp is and no further, and must take llama.cpp's token wherever its two
/// best are further apart than such noise.
#[test]
#[expect(clippy::print_stdout, reason = "what was measured is to be seen")]
fn tokens_are_those_of_other_runtimes() {
    const NOISE: f32 = 0.5;
    let Some(file) = file() else { return };
    let mut weights = Weights::open(&file).unwrap();
    let llama = Llama::read(&mut weights).unwrap();
    let go_on = || false;
    let (mut ours, mut theirs) = (Distance::default(), Distance::default());
    let (mut apart, mut same, mut clear) = (0.0, 0, 0);
    for (case, exact) in reference().cases.into_iter().zip(exact()) {
        let mut seen = llama.fresh();
        let mut logits = llama.see(&case.ids, &mut seen, &go_on).unwrap();
        for (place, ((token, top), exact)) in case.tokens.iter().zip(&case.top).zip(&exact).enumerate() {
            let (likeliest, logarithm) = (likeliest(&logits), logarithms(&logits)[*token as usize]);
            ours.add(likeliest, logarithm, exact);
            theirs.add(*token, f64::from(top[0].1), exact);
            apart += (logarithm - f64::from(top[0].1)).abs();
            same += usize::from(likeliest == *token);
            if top[0].1 - top[1].1 > NOISE {
                clear += 1;
                assert_eq!(likeliest, *token, "{}: token {place}", case.prompt);
            }
            logits = llama.see(&[*token], &mut seen, &go_on).unwrap();
        }
    }
    let apart = apart / ours.places as f64;
    println!("from exact arithmetic, this: {ours}");
    println!("from exact arithmetic, llama.cpp: {theirs}");
    println!("from each other: {same} tokens the same, all {clear} that are clear; logarithms apart by {apart:.4}");
    assert!(ours.places > 700 && clear * 2 > ours.places, "{} {clear}", ours.places);
    assert!(ours.same * 100 > ours.places * 95 && same * 100 > ours.places * 95, "{ours}; {same}");
    assert!(ours.mean() < 0.05 && ours.most < 0.5 && ours.widest < 0.4 && apart < 0.06, "{ours}; {apart}");
}

/// A prompt seen at once, in parts and token by token gives the same.
#[test]
fn what_was_seen_is_kept() {
    let Some(file) = file() else { return };
    let llama = Llama::read(&mut Weights::open(&file).unwrap()).unwrap();
    let case = &reference().cases[0];
    let go_on = || false;
    let at_once = llama.see(&case.ids, &mut llama.fresh(), &go_on).unwrap();
    for size in [1, 7] {
        let mut seen = llama.fresh();
        let parts = case.ids.chunks(size).map(|part| llama.see(part, &mut seen, &go_on).unwrap());
        assert_eq!(parts.last().unwrap(), at_once, "in parts of {size}");
    }
    assert!(llama.see(&case.ids, &mut llama.fresh(), &|| true).is_err(), "it stops when it is told to");
}
