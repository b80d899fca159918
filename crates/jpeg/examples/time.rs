//! CPU time of decoding the files given, and the planes as PGM files where asked.
//!
//! `time <rounds> <1|2|4|8> file...`: milliseconds per decode.
//! `time dump <1|2|4|8> in.jpg out.pgm [cb.pgm cr.pgm]`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for the shell")]

use std::fs;

use jpeg::{Plane, Scale, decode};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let scale = match arguments[1].as_str() {
        "1" => Scale::Eighth,
        "8" => Scale::Full,
        "2" => Scale::Quarter,
        _ => Scale::Half,
    };
    if arguments[0] == "dump" {
        let planes = decode(&fs::read(&arguments[2]).unwrap(), scale, &|| false).unwrap();
        let all = std::iter::once(&planes.luma).chain(planes.chroma.iter().flatten());
        for (Plane { width, height, samples, .. }, path) in all.zip(&arguments[3..]) {
            let mut file = format!("P5 {width} {height} 255\n").into_bytes();
            file.extend_from_slice(samples);
            fs::write(path, file).unwrap();
        }
        return;
    }
    let rounds: usize = arguments[0].parse().unwrap();
    for path in &arguments[2..] {
        let bytes = fs::read(path).unwrap();
        let start = cpu();
        for _ in 0..rounds {
            std::hint::black_box(decode(&bytes, scale, &|| false).unwrap());
        }
        println!("{path} {:.2}", (cpu() - start) / rounds as f64);
    }
}

/// Milliseconds this thread has run (Linux).
fn cpu() -> f64 {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    statistics.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}
