//! The model's file against llama.cpp, an independent runtime of it: tests/data/README.md says how its answers were made.

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

/// Both round vectors to eight bits, so both are off: llama.cpp's tokens differ from those of exact arithmetic on the same
/// file in 6 of 144 places (logarithms of probabilities 0.09 apart on average, 1.4 at most). So tokens must be the same where its two best are further
/// apart than such noise.
#[test]
#[expect(clippy::print_stdout, reason = "what was measured is to be seen")]
fn the_likeliest_tokens_are_the_same() {
    const NOISE: f32 = 0.5;
    let Some(file) = file() else { return };
    let mut weights = Weights::open(&file).unwrap();
    let llama = Llama::read(&mut weights).unwrap();
    let go_on = || false;
    let (mut apart, mut compared, mut same, mut clear) = (0.0, 0, 0, 0);
    for case in reference().cases {
        let mut seen = llama.fresh();
        let mut logits = llama.see(&case.ids, &mut seen, &go_on).unwrap();
        for (place, (token, top)) in case.tokens.iter().zip(&case.top).enumerate() {
            let ours = logarithms(&logits);
            apart += (ours[*token as usize] - f64::from(top[0].1)).abs();
            compared += 1;
            let is_same = likeliest(&logits) == *token;
            same += usize::from(is_same);
            if top[0].1 - top[1].1 > NOISE {
                clear += 1;
                assert!(is_same, "{}: token {place}", case.prompt);
            }
            logits = llama.see(&[*token], &mut seen, &go_on).unwrap();
        }
    }
    let mean = apart / compared as f64;
    println!(
        "{same} of {compared} tokens are the same, all {clear} that are clear; logarithms {mean:.3} apart on average"
    );
    assert!(compared > 700 && clear * 2 > compared && same * 20 > compared * 19 && mean < 0.2, "{same} {clear} {mean}");
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
