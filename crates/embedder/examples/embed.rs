//! Embeds the lines of standard input, for the benchmark: `embed MODELS THREADS LINES_AT_ONCE ROUNDS`, where a round is all lines. Says what each
//! round took, in JSON.

#![expect(clippy::print_stdout, reason = "it is a program")]

use std::io::BufRead;
use std::path::PathBuf;
use std::time::Instant;

use embedder::{Cut, Embedder, Purpose, Settings};

/// Seconds of CPU that this process has used.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("Linux says");
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| arguments.get(place).and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
    let models = PathBuf::from(arguments.first().expect("the folder of models"));
    let settings = Settings {
        embedder_model: "all-MiniLM-L6-v2".into(),
        embedder_threads: Some(number(1)),
        embedder_cache: 0,
        embedder_query_prompt: None,
        embedder_passage_prompt: None,
        reranker_model: None,
    };
    let engine = Embedder::open(settings, Ok(models)).expect("threads start");
    let model = engine.model().unwrap_or_else(|problem| panic!("{problem}"));
    let lines: Vec<String> = std::io::stdin().lock().lines().map_while(Result::ok).collect();
    let tokio = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    for _ in 0..number(3) {
        let (start, used) = (Instant::now(), cpu());
        let mut sum = 0.0;
        for lines in lines.chunks(number(2)) {
            let tokens = lines.iter().filter_map(|line| model.tokenize(line, Purpose::Passage, Cut::At).ok()).collect();
            let vectors = tokio.block_on(engine.embed(&model, tokens, None)).expect("they are computed");
            sum += vectors.iter().map(|vector| vector[0]).sum::<f32>();
        }
        let (wall, used) = (start.elapsed().as_secs_f64(), cpu() - used);
        println!(r#"{{"texts":{},"cpu":{used:.3},"wall":{wall:.3},"sum":{sum}}}"#, lines.len());
    }
}
