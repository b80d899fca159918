//! What an operation costs, for `bench/pictures.py`: CPU time and peak memory of this process.
//!
//! `cost OPERATION FILE TIMES OPTIONS`, options as JSON; the last picture made is written to `OUT` when that is given.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for whoever measures")]

use std::fs;

use chassis::{Call, File};
use image_service::adjust::{self, AdjustRequest};
use image_service::convert::{self, ConvertRequest};
use image_service::crop::{self, CropRequest};
use image_service::output::OutputFormat;
use image_service::resize::{self, ResizeRequest};
use image_service::rotate::{self, RotateRequest};
use image_service::thumbnail::{self, ThumbnailRequest};
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
    let image = file.clone();
    let number = |name: &str| options[name].as_f64();
    let side = |name: &str| number(name).map(|side| side as u32);
    let format: Option<OutputFormat> = serde_json::from_value(options["format"].clone()).unwrap();
    let file = match operation {
        "resize" => {
            let (width, height) = (side("width"), side("height"));
            resize::resize(ResizeRequest { image, width, height, format, ..resize::example() }, &call).unwrap().file
        }
        "thumbnail" => {
            let sizes = serde_json::from_value(options["sizes"].clone()).unwrap();
            let request = ThumbnailRequest { image, sizes, format, ..thumbnail::example() };
            thumbnail::thumbnail(request, &call).unwrap().files.swap_remove(0)
        }
        "convert" => {
            let request = ConvertRequest { image, format: format.unwrap(), quality: None, ..convert::example() };
            convert::convert(request, &call).unwrap().file
        }
        "rotate" => {
            let angle = number("angle").unwrap();
            rotate::rotate(RotateRequest { image, angle, format, ..rotate::example() }, &call).unwrap().file
        }
        "crop" => {
            let [x, y, width, height] = ["x", "y", "width", "height"].map(number);
            let (aspect, position) = (None, None);
            let request = CropRequest { image, x, y, width, height, aspect, position, format, ..crop::example() };
            crop::crop(request, &call).unwrap().file
        }
        "adjust" => {
            let [blur, saturation] = ["blur", "saturation"].map(number);
            let saturation = saturation.unwrap_or_default();
            let plain = AdjustRequest { brightness: 0.0, sharpen: 0.0, radius: None, ..adjust::example() };
            adjust::adjust(AdjustRequest { image, blur, saturation, format, ..plain }, &call).unwrap().file
        }
        other => panic!("{other} is not measured"),
    };
    file.bytes().to_vec()
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
