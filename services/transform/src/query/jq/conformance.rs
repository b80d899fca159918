//! jq's own tests (jqlang/jq, tests/jq.test and others, MIT), and what is not passed, each with its reason.

use std::fs;
use std::path::Path;

use super::run;
use crate::tree::{Tree, read};

/// One test: a program, its input, its outputs; or a program that must not compile.
struct Case {
    line: usize,
    program: String,
    input: String,
    outputs: Vec<String>,
    fails: bool,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    let skipped = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    while at < lines.len() {
        if skipped(lines[at]) {
            at += 1;
            continue;
        }
        let line = at + 1;
        let fails = lines[at].starts_with("%%FAIL");
        if fails {
            at += 1;
        }
        let program = lines[at].to_owned();
        at += 1;
        let mut outputs = Vec::new();
        while at < lines.len() && !lines[at].trim().is_empty() {
            if fails || !lines[at].starts_with('#') {
                outputs.push(lines[at].to_owned());
            }
            at += 1;
        }
        let input = if fails { "null".to_owned() } else { outputs.remove(0) };
        cases.push(Case { line, program, input, outputs, fails });
    }
    cases
}

/// A value of the tests, which have numbers JSON has not.
fn value(text: &str) -> Option<Tree> {
    match text.trim() {
        "nan" | "NaN" => Some(f64::NAN.into()),
        text => read(text).ok(),
    }
}

fn passes(case: &Case) -> Result<(), String> {
    let input = value(&case.input).ok_or("input is not read")?;
    let mut found = Vec::new();
    let outcome = run(&case.program, &[], input, &mut |output| {
        found.push(output);
        Ok(())
    });
    if case.fails {
        return match outcome {
            Err(problem) if problem.position.is_some() => Ok(()),
            other => Err(format!("compiles: {other:?}")),
        };
    }
    let expected: Vec<Option<Tree>> = case.outputs.iter().map(|output| value(output)).collect();
    let same = found.len() == expected.len()
        && found.iter().zip(&expected).all(|(found, expected)| {
            // What JSON has not is written as null.
            expected.as_ref().is_some_and(|expected| found.to_json() == expected.to_json() || found == expected)
        });
    if same { Ok(()) } else { Err(format!("{} {:?}", Tree::from(found).to_json(), outcome.err())) }
}

/// Runs a file; the tests that are not passed.
fn missed(name: &str) -> Option<(usize, Vec<(Case, String)>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/transform/jq");
    let Ok(text) = fs::read_to_string(folder.join(name)) else {
        chassis::testing::skipped("the tests of jq are not there");
        return None;
    };
    let run = move || {
        let cases = cases(&text);
        let all = cases.len();
        let missed = cases.into_iter().filter_map(|case| passes(&case).err().map(|found| (case, found)));
        (all, missed.collect())
    };
    // Some nest 10,000 deep.
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(run).unwrap();
    Some(thread.join().unwrap())
}

/// What is not passed, by the line in jq.test, and why.
const MISSES: &[(&str, &[usize])] = &[
    ("jaq's grammar has no ?//", &[938, 961, 968, 975, 982, 989, 996, 1003, 1010, 1017, 1024, 1031, 1038]),
    ("jaq's grammar has no pattern beside a variable ({$b: [$c]}) and no operators before `as`", &[353, 915, 933]),
    ("there are no modules", &[1900, 1904, 1908, 1912, 1917, 1921, 1925, 1929, 1933, 1939, 1969, 1973, 1977, 1993]),
    ("keys of the wrong type are found when it runs, not before", &[126, 138, 565]),
    ("jaq says in other words that an expression is no path", &[1123, 1127, 1131, 1135, 1290, 1294, 1302, 2533]),
    ("jaq updates one path after the other, so that what is deleted moves the rest", &[1278]),
    ("JSON has no NaN and no Infinity", &[1306, 2319, 2324, 2407]),
    ("there is no $__loc__", &[1499, 2304]),
    ("functions of jq's own that are for jq alone: _strindices, builtins", &[1553, 1557, 2157, 2161, 2165, 2169]),
    ("integers past 2^53 are exact where jq gives a near number", &[2211, 2215, 2219, 2241]),
    ("there is one input", &[2337]),
    ("the text of the error says more", &[2498]),
    (
        "there is no bound at 10,000 levels for writing and comparing: the stack is large enough",
        &[2568, 2616, 2621, 2625, 2629, 2633],
    ),
];

#[test]
#[expect(clippy::print_stdout, reason = "the table is to be seen")]
fn tests_of_jq() {
    for name in ["jq.test", "base64.test", "uri.test", "optional.test"] {
        let Some((all, missed)) = missed(name) else { return };
        let passed = all - missed.len();
        println!("{name}: {passed} of {all}");
        let known: Vec<usize> = match name {
            "jq.test" => MISSES.iter().flat_map(|(_, lines)| *lines).copied().collect(),
            _ => Vec::new(),
        };
        for (case, found) in &missed {
            let Case { line, program, outputs, .. } = case;
            assert!(known.contains(line), "{name}:{line}: {program}\n  wanted {outputs:?}\n  found {found}");
        }
        // One that is passed by now is to be taken off the list.
        assert_eq!(missed.len(), known.len(), "{name}");
    }
    for (why, lines) in MISSES {
        println!("  {} not passed: {why}", lines.len());
    }
}
