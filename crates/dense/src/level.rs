//! The instruction sets of this machine.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::{Panels, Rows, RowsMut, product};

/// An instruction set that this machine has: there is no way to name another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Level(pub(crate) Set);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Set {
    /// Whatever the compiler makes of plain code.
    Portable,
    /// AVX2 with FMA: 8 numbers at once.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512: 16 numbers at once.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// Plain code, which runs everywhere.
    pub const PORTABLE: Self = Self(Set::Portable);

    /// All there are here, the widest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut found = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("fma")
            {
                found.push(Self(Set::Avx512));
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                found.push(Self(Set::Avx2));
            }
        }
        found.push(Self::PORTABLE);
        found
    }

    /// The quickest, measured once: on some machines wide registers lower the clock by more than they bring.
    #[must_use]
    pub fn fastest() -> Self {
        static FASTEST: OnceLock<Level> = OnceLock::new();
        *FASTEST.get_or_init(|| {
            let all: Vec<Self> = Self::all().into_iter().filter(|level| *level != Self::PORTABLE).collect();
            match all.as_slice() {
                [] => Self::PORTABLE,
                [only] => *only,
                several => measured(several),
            }
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }
}

impl std::fmt::Debug for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The one that multiplies quickest, each at its best of several turns: a few milliseconds in all.
fn measured(levels: &[Level]) -> Level {
    const ROWS: usize = 96;
    const WIDTH: usize = 384;
    let panels = Panels::pack(&vec![0.5; WIDTH * WIDTH], WIDTH, WIDTH);
    let (input, mut output) = (vec![0.25; ROWS * WIDTH], vec![0.0; ROWS * WIDTH]);
    let mut best = vec![Duration::MAX; levels.len()];
    for _ in 0..4 {
        for (level, best) in levels.iter().zip(&mut best) {
            let start = Instant::now();
            product(*level, Rows::new(&input, WIDTH), &panels, &mut RowsMut::new(&mut output, WIDTH));
            *best = start.elapsed().min(*best);
        }
    }
    let quickest = levels.iter().zip(best).min_by_key(|(_, time)| *time);
    quickest.map_or(Level::PORTABLE, |(level, _)| *level)
}
