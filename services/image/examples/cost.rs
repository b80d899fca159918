//! What an operation costs, for `bench/pictures.py`: CPU time and peak memory of this process.
//!
//! `cost OPERATION FILE TIMES OPTIONS`, options as JSON; the last picture made is written to `OUT` when that is given.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for whoever measures")]

use std::fs;

use chassis::{Call, File};
use image_service::{convert, resize, thumbnail};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [operation, path, times, options, out @ ..] = arguments.as_slice() else {
        panic!("OPERATION FILE TIMES OPTIONS")
    };
    let file = File::new("picture", "application/octet-stream", fs::read(path).unwrap());
    let options: Value = serde_json::from_str(options).unwrap();
    let mut made = Vec::new();
    let mut run = || made = run(operation, &file, &options);
    run();
    let before = cpu_ms();
    let times: u32 = times.parse().unwrap();
    (0..times).for_each(|_| run());
    let each = (cpu_ms() - before) / f64::from(times);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: f64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("{}", json!({ "ms": each, "mb": peak / 1024.0, "bytes": made.len() }));
    if let [out, ..] = out {
        fs::write(out, made).unwrap();
    }
}

fn run(operation: &str, file: &File, options: &Value) -> Vec<u8> {
    let call = Call::detached();
    let number = |name: &str| options[name].as_u64().map(|number| number as u32);
    let format = serde_json::from_value(options["format"].clone()).unwrap();
    match operation {
        "resize" => {
            let request = resize::ResizeRequest {
                image: file.clone(),
                width: number("width"),
                height: number("height"),
                format: Some(format),
                ..resize::example()
            };
            resize::resize(request, &call).unwrap().file.bytes().to_vec()
        }
        "thumbnail" => {
            let request = thumbnail::ThumbnailRequest {
                image: file.clone(),
                sizes: serde_json::from_value(options["sizes"].clone()).unwrap(),
                format: Some(format),
                ..thumbnail::example()
            };
            thumbnail::thumbnail(request, &call).unwrap().files[0].bytes().to_vec()
        }
        "convert" => {
            let request = convert::ConvertRequest { image: file.clone(), format, quality: None, ..convert::example() };
            convert::convert(request, &call).unwrap().file.bytes().to_vec()
        }
        other => panic!("{other} is not measured"),
    }
}

/// User and system time of all threads, from `/proc/self/stat`, whose ticks are hundredths of a second.
fn cpu_ms() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse().unwrap())
        .collect();
    (fields[0] + fields[1]) * 10.0
}
