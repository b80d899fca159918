//! Cost parameters, in requests and responses.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Kdf, Sha};
use crate::Error;
use crate::error::conflict;

/// Cost parameters of a key derivation function or password hash. Each applies to one function; defaults are those
/// recommended by OWASP's Password Storage Cheat Sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Parameters {
    /// scrypt: CPU and memory cost N, a power of two; 131072 if absent. 128 · n · r may be at most 256 MiB, and n · r ·
    /// p at most 4194304.
    #[serde(default)]
    #[garde(range(min = 2, max = 16_777_216))]
    pub n: Option<u32>,
    /// scrypt: block size; 8 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = 64))]
    pub r: Option<u32>,
    /// scrypt: parallelism; 1 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = 64))]
    pub p: Option<u32>,
    /// Argon2id: memory in KiB; 19456 if absent. `memoryKib` times `passes` may be at most 1048576.
    #[serde(default)]
    #[garde(range(min = 8, max = 262_144))]
    pub memory_kib: Option<u32>,
    /// Argon2id: number of passes over the memory; 2 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = 10))]
    pub passes: Option<u32>,
    /// Argon2id: number of lanes; 1 if absent.
    #[serde(default)]
    #[garde(range(min = 1, max = 4))]
    pub parallelism: Option<u32>,
    /// PBKDF2: iteration count; 600000 if absent (210000 with SHA-384 or SHA-512).
    #[serde(default)]
    #[garde(range(min = 1, max = 2_000_000))]
    pub iterations: Option<u32>,
    /// bcrypt: base-2 logarithm of the iteration count; 12 if absent.
    #[serde(default)]
    #[garde(range(min = 4, max = 14))]
    pub cost: Option<u32>,
}

impl Parameters {
    /// scrypt with these costs.
    pub(crate) fn scrypt(&self) -> Result<Kdf, Error> {
        self.refuse_others("scrypt", &["n", "r", "p"])?;
        Ok(Kdf::Scrypt { n: self.n.unwrap_or(1 << 17), r: self.r.unwrap_or(8), p: self.p.unwrap_or(1) })
    }

    /// Argon2id with these costs.
    pub(crate) fn argon2id(&self) -> Result<Kdf, Error> {
        self.refuse_others("argon2id", &["memoryKib", "passes", "parallelism"])?;
        let memory_kib = self.memory_kib.unwrap_or(19 * 1024);
        Ok(Kdf::argon2id(memory_kib, self.passes.unwrap_or(2), self.parallelism.unwrap_or(1)))
    }

    /// PBKDF2 with these costs.
    pub(crate) fn pbkdf2(&self, hash: Sha) -> Result<Kdf, Error> {
        self.refuse_others("pbkdf2", &["iterations"])?;
        let default = match hash {
            Sha::Sha256 | Sha::Sha1 => 600_000,
            Sha::Sha384 | Sha::Sha512 => 210_000,
        };
        Ok(Kdf::Pbkdf2 { hash, iterations: self.iterations.unwrap_or(default) })
    }

    /// The cost of bcrypt.
    pub(crate) fn bcrypt(&self) -> Result<u32, Error> {
        self.refuse_others("bcrypt", &["cost"])?;
        Ok(self.cost.unwrap_or(12))
    }

    /// Refuses what would be silently without effect.
    pub(crate) fn refuse_others(&self, name: &str, used: &[&str]) -> Result<(), Error> {
        for (field, path, given) in [
            ("n", "parameters.n", self.n),
            ("r", "parameters.r", self.r),
            ("p", "parameters.p", self.p),
            ("memoryKib", "parameters.memoryKib", self.memory_kib),
            ("passes", "parameters.passes", self.passes),
            ("parallelism", "parameters.parallelism", self.parallelism),
            ("iterations", "parameters.iterations", self.iterations),
            ("cost", "parameters.cost", self.cost),
        ] {
            if given.is_some() && !used.contains(&field) {
                return Err(conflict(path, format!("does not apply to {name}: leave it out")));
            }
        }
        Ok(())
    }
}

/// Cost parameters that were used; the other ones are omitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Costs {
    /// scrypt: CPU and memory cost N.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// scrypt: block size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r: Option<u32>,
    /// scrypt: parallelism.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p: Option<u32>,
    /// Argon2id: memory in KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_kib: Option<u32>,
    /// Argon2id: number of passes over the memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passes: Option<u32>,
    /// Argon2id: number of lanes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<u32>,
    /// PBKDF2: iteration count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
    /// bcrypt: base-2 logarithm of the iteration count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<u32>,
}

impl From<Kdf> for Costs {
    fn from(kdf: Kdf) -> Self {
        match kdf {
            Kdf::Scrypt { n, r, p } => Self { n: Some(n), r: Some(r), p: Some(p), ..Self::default() },
            Kdf::Argon2 { memory_kib, passes, parallelism, .. } => Self {
                memory_kib: Some(memory_kib),
                passes: Some(passes),
                parallelism: Some(parallelism),
                ..Self::default()
            },
            Kdf::Pbkdf2 { iterations, .. } => Self { iterations: Some(iterations), ..Self::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_says_makes_the_same_again() {
        let again = |kdf: Kdf| -> Parameters {
            serde_json::from_value(serde_json::to_value(Costs::from(kdf)).unwrap()).unwrap()
        };
        let none = Parameters::default();
        for kdf in [none.scrypt().unwrap(), Kdf::Scrypt { n: 2, r: 3, p: 4 }] {
            assert_eq!(again(kdf).scrypt().unwrap(), kdf);
        }
        for kdf in [none.argon2id().unwrap(), Kdf::argon2id(64, 3, 2)] {
            assert_eq!(again(kdf).argon2id().unwrap(), kdf);
        }
        let pbkdf2 = none.pbkdf2(Sha::Sha512).unwrap();
        assert_eq!(again(pbkdf2).pbkdf2(Sha::Sha512).unwrap(), pbkdf2);
    }

    #[test]
    fn a_cost_of_another_function_is_refused() {
        let rounds = Parameters { iterations: Some(1000), ..Parameters::default() };
        let error = rounds.scrypt().unwrap_err();
        assert_eq!(error, conflict("parameters.iterations", "does not apply to scrypt: leave it out"));
    }
}
