//! CPU time of decoding the files given, and the planes as PGM files where asked.
//!
//! `time <rounds> <1|2|3|4> file...`: milliseconds per decode, the least and the median of the rounds.
//! `time dump <1|2|3|4> in.jpg out.pgm [cb.pgm cr.pgm]`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for the shell")]

use std::fs;
use std::time::Instant;

use jpeg::{Plane, Scale, decode};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let scale = match arguments[1].as_str() {
        "1" => Scale::Eighth,
        "2" => Scale::Quarter,
        "3" => Scale::ThreeEighths,
        _ => Scale::Half,
    };
    if arguments[0] == "dump" {
        let planes = decode(&fs::read(&arguments[2]).unwrap(), scale, &|| false).unwrap();
        let all = std::iter::once(&planes.luma).chain(planes.chroma.iter().flatten());
        for (Plane { width, height, samples }, path) in all.zip(&arguments[3..]) {
            let mut file = format!("P5 {width} {height} 255\n").into_bytes();
            file.extend_from_slice(samples);
            fs::write(path, file).unwrap();
        }
        return;
    }
    let rounds: usize = arguments[0].parse().unwrap();
    for path in &arguments[2..] {
        let bytes = fs::read(path).unwrap();
        let mut times: Vec<f64> = (0..rounds)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(decode(&bytes, scale, &|| false).unwrap());
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{path} {:.2} {:.2}", times[0], times[rounds / 2]);
    }
}
