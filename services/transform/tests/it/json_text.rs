//! JSON as it is read and written, by JSONTestSuite (github.com/nst/JSONTestSuite).

use std::fs;
use std::path::Path;

use transform::tree::read;

#[test]
fn json_test_suite() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/transform/json-test-suite/test_parsing");
    let Ok(files) = fs::read_dir(folder) else {
        return chassis::testing::skipped("JSONTestSuite is not there");
    };
    let (mut accepted, mut refused) = (0, 0);
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let tree = String::from_utf8(fs::read(&path).unwrap()).ok().and_then(|text| read(&text).ok());
        match &name[..2] {
            "y_" => {
                let tree = tree.unwrap_or_else(|| panic!("{name} is JSON"));
                assert_eq!(read(&tree.to_json()).unwrap(), tree, "{name}");
                accepted += 1;
            }
            "n_" => {
                assert!(tree.is_none(), "{name} is not JSON");
                refused += 1;
            }
            _ => {}
        }
    }
    println!("JSONTestSuite: {accepted} accepted, {refused} refused");
    assert_eq!((accepted, refused), (95, 188));
}
