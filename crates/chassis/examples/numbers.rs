//! How fast bulk numbers are read, in MB/s of this thread: `numbers [COUNT]`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for whoever measures")]

use std::time::Instant;

use chassis::{File, Numbers, NumbersOptions};

fn main() {
    let count: usize = std::env::args().nth(1).map_or(1_000_000, |count| count.parse().unwrap());
    // Full doubles of a linear congruential generator, and prices.
    let mut state = 1_u64;
    let doubles: Vec<f64> = (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        })
        .collect();
    let prices: Vec<String> = doubles.iter().map(|number| format!("{:.2}", number * 1000.0)).collect();
    let texts: Vec<String> = doubles.iter().map(f64::to_string).collect();
    let row = |(number, price): (&String, &String)| format!("2020-01-01,\"some, text\",{number},{price}");
    let rows: Vec<String> = texts.iter().zip(&prices).map(row).collect();
    let price = ["price".to_owned()];
    let chosen = NumbersOptions { columns: &price, ..NumbersOptions::default() };
    let all = NumbersOptions::default();
    measure("doubles", texts.join("\n").into_bytes(), &all);
    measure("prices", prices.join("\n").into_bytes(), &all);
    measure("one line", texts.join(",").into_bytes(), &all);
    measure("one of four columns", format!("date,text,number,price\n{}", rows.join("\n")).into_bytes(), &chosen);
    measure("JSON list", format!("[{}]", texts.join(",")).into_bytes(), &all);
    let objects: Vec<String> = prices.iter().map(|price| format!("{{\"id\":\"x\",\"price\":{price}}}")).collect();
    measure("NDJSON objects", objects.join("\n").into_bytes(), &chosen);
    measure("raw", doubles.iter().flat_map(|number| number.to_le_bytes()).collect(), &all);
}

fn measure(name: &str, bytes: Vec<u8>, options: &NumbersOptions<'_>) {
    let size = bytes.len() as f64 / 1e6;
    let numbers = Numbers::from(File::new("numbers", "application/octet-stream", bytes));
    let best = (0..5).map(|_| {
        let started = Instant::now();
        let read = numbers.column(options).unwrap();
        (started.elapsed().as_secs_f64(), read.len())
    });
    let (seconds, count) = best.min_by(|one, other| one.0.total_cmp(&other.0)).unwrap();
    println!("{name:20} {count:9} numbers {size:6.1} MB {:8.0} MB/s {:6.0} ms", size / seconds, seconds * 1e3);
}
