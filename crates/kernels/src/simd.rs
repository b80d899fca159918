//! The kernels, and the choice among them. The only unsafe code of the crate.
//!
//! An int8 product is one of unsigned codes (a query's, 128 too high) and signed ones, because that is what VNNI
//! multiplies; 64 products of at most 255 x 127 are far from the end of 32 bits for 4,096 dimensions.

#![expect(unsafe_code, reason = "SIMD behind a safe face")]

use std::sync::OnceLock;

/// Codes of a cache line.
pub(crate) const LINE: usize = 64;

/// A cache line of codes, and aligned like one.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Line(pub(crate) [u8; LINE]);

impl Line {
    pub(crate) const ZERO: Self = Self([0; LINE]);
}

/// A set of kernels. Made only where the processor has been asked for its features, so that a value proves them.
#[derive(Clone, Copy)]
pub(crate) struct Kernels(Kind);

#[derive(Clone, Copy)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Vnni,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// The best kernels of this machine.
pub(crate) fn kernels() -> Kernels {
    static BEST: OnceLock<Kernels> = OnceLock::new();
    *BEST.get_or_init(|| Kernels::all()[0])
}

impl Kernels {
    /// Those this machine can run, the best first.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            if avx512 && is_x86_feature_detected!("avx512vnni") {
                all.push(Self(Kind::Vnni));
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Self(Kind::Avx2));
            }
        }
        all.push(Self(Kind::Portable));
        all
    }

    pub(crate) fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni => "avx512-vnni",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            Kind::Portable => "portable",
        }
    }

    /// Dot product of unsigned codes and signed ones.
    pub(crate) fn codes(self, query: &[Line], row: &[Line]) -> i32 {
        match self.0 {
            // SAFETY: a value of this kind is only made where the features were found.
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni => unsafe { x86::vnni(query, row) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { x86::avx2(query, row) },
            Kind::Portable => portable(query, row),
        }
    }

    /// Four of them.
    pub(crate) fn codes4(self, query: &[Line], rows: [&[Line]; 4]) -> [i32; 4] {
        match self.0 {
            // SAFETY: a value of this kind is only made where the features were found.
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni => unsafe { x86::vnni4(query, rows) },
            _ => rows.map(|row| self.codes(query, row)),
        }
    }

    /// Dot product of floats.
    pub(crate) fn float(self, a: &[f32], b: &[f32]) -> f32 {
        match self.0 {
            // SAFETY: a value of this kind is only made where the features were found.
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni => unsafe { x86::float512(a, b) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { x86::float256(a, b) },
            Kind::Portable => float(a, b),
        }
    }

    /// Asks for lines to be fetched.
    pub(crate) fn prefetch(self, row: &[Line]) {
        row.iter().for_each(|line| self.prefetch_one(line));
    }

    /// Asks for the line a value begins in to be fetched.
    pub(crate) fn prefetch_one<T>(self, value: &T) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: prefetching reads nothing, whatever the address; SSE is part of x86-64.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(std::ptr::from_ref(value).cast());
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = value;
    }
}

fn portable(query: &[Line], row: &[Line]) -> i32 {
    let lines = query.iter().zip(row);
    lines
        .map(|(query, row)| {
            let codes = query.0.iter().zip(&row.0);
            codes.map(|(query, row)| i32::from(*query) * i32::from(row.cast_signed())).sum::<i32>()
        })
        .sum()
}

/// Eight sums side by side, for the compiler to keep in whatever registers there are.
fn float(a: &[f32], b: &[f32]) -> f32 {
    let length = a.len().min(b.len());
    let ((wide_a, rest_a), (wide_b, rest_b)) = (a[..length].as_chunks::<8>(), b[..length].as_chunks::<8>());
    let mut sums = [0.0f32; 8];
    for (a, b) in wide_a.iter().zip(wide_b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_add_epi32, _mm256_add_ps, _mm256_castsi256_si128, _mm256_cvtepi8_epi16,
        _mm256_cvtepu8_epi16, _mm256_extracti128_si256, _mm256_fmadd_ps, _mm256_load_si256, _mm256_loadu_ps,
        _mm256_madd_epi16, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_storeu_ps, _mm256_storeu_si256,
        _mm512_add_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_load_si512, _mm512_loadu_ps,
        _mm512_reduce_add_epi32, _mm512_reduce_add_ps, _mm512_setzero_ps, _mm512_setzero_si512,
    };

    use super::Line;

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn load512(line: &Line) -> __m512i {
        // SAFETY: a line has 64 bytes and is aligned to 64.
        unsafe { _mm512_load_si512(std::ptr::from_ref(line).cast()) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(super) fn vnni(query: &[Line], row: &[Line]) -> i32 {
        let ((pairs, last), (row_pairs, row_last)) = (query.as_chunks::<2>(), row.as_chunks::<2>());
        let mut sums = [_mm512_setzero_si512(); 2];
        for ([one, two], [row_one, row_two]) in pairs.iter().zip(row_pairs) {
            sums[0] = _mm512_dpbusd_epi32(sums[0], load512(one), load512(row_one));
            sums[1] = _mm512_dpbusd_epi32(sums[1], load512(two), load512(row_two));
        }
        for (query, row) in last.iter().zip(row_last) {
            sums[0] = _mm512_dpbusd_epi32(sums[0], load512(query), load512(row));
        }
        _mm512_reduce_add_epi32(sums[0]) + _mm512_reduce_add_epi32(sums[1])
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(super) fn vnni4(query: &[Line], rows: [&[Line]; 4]) -> [i32; 4] {
        let mut sums = [_mm512_setzero_si512(); 4];
        let [a, b, c, d] = rows;
        for ((((query, a), b), c), d) in query.iter().zip(a).zip(b).zip(c).zip(d) {
            let query = load512(query);
            sums[0] = _mm512_dpbusd_epi32(sums[0], query, load512(a));
            sums[1] = _mm512_dpbusd_epi32(sums[1], query, load512(b));
            sums[2] = _mm512_dpbusd_epi32(sums[2], query, load512(c));
            sums[3] = _mm512_dpbusd_epi32(sums[3], query, load512(d));
        }
        [
            _mm512_reduce_add_epi32(sums[0]),
            _mm512_reduce_add_epi32(sums[1]),
            _mm512_reduce_add_epi32(sums[2]),
            _mm512_reduce_add_epi32(sums[3]),
        ]
    }

    #[target_feature(enable = "avx2")]
    fn load256(line: &Line) -> [__m256i; 2] {
        let start: *const __m256i = std::ptr::from_ref(line).cast();
        // SAFETY: a line has 64 bytes and is aligned to 64: two halves of 32.
        unsafe { [_mm256_load_si256(start), _mm256_load_si256(start.add(1))] }
    }

    /// Widens to 16 bits, where a product of codes and the sum of two fit into 32.
    #[target_feature(enable = "avx2")]
    pub(super) fn avx2(query: &[Line], row: &[Line]) -> i32 {
        let mut sum = _mm256_setzero_si256();
        for (query, row) in query.iter().zip(row) {
            for (query, row) in load256(query).into_iter().zip(load256(row)) {
                let low = _mm256_madd_epi16(
                    _mm256_cvtepu8_epi16(_mm256_castsi256_si128(query)),
                    _mm256_cvtepi8_epi16(_mm256_castsi256_si128(row)),
                );
                let high = _mm256_madd_epi16(
                    _mm256_cvtepu8_epi16(_mm256_extracti128_si256::<1>(query)),
                    _mm256_cvtepi8_epi16(_mm256_extracti128_si256::<1>(row)),
                );
                sum = _mm256_add_epi32(sum, _mm256_add_epi32(low, high));
            }
        }
        let mut lanes = [0i32; 8];
        // SAFETY: eight numbers of 32 bits are 32 bytes; storing unaligned.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sum) };
        lanes.iter().sum()
    }

    /// Four sums side by side: one alone would wait for itself.
    #[target_feature(enable = "avx512f")]
    pub(super) fn float512(a: &[f32], b: &[f32]) -> f32 {
        let length = a.len().min(b.len());
        let ((wide_a, rest_a), (wide_b, rest_b)) = (a[..length].as_chunks::<64>(), b[..length].as_chunks::<64>());
        let load = |values: &[f32; 64], lane: usize| {
            // SAFETY: lanes 0 to 3 are 16 floats each, together the 64 there are; loading unaligned.
            unsafe { _mm512_loadu_ps(values.as_ptr().add(16 * lane)) }
        };
        let mut sums = [_mm512_setzero_ps(); 4];
        for (a, b) in wide_a.iter().zip(wide_b) {
            sums[0] = _mm512_fmadd_ps(load(a, 0), load(b, 0), sums[0]);
            sums[1] = _mm512_fmadd_ps(load(a, 1), load(b, 1), sums[1]);
            sums[2] = _mm512_fmadd_ps(load(a, 2), load(b, 2), sums[2]);
            sums[3] = _mm512_fmadd_ps(load(a, 3), load(b, 3), sums[3]);
        }
        let [a, b, c, d] = sums;
        let sum = _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)));
        sum + super::float(rest_a, rest_b)
    }

    /// As above.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn float256(a: &[f32], b: &[f32]) -> f32 {
        let length = a.len().min(b.len());
        let ((wide_a, rest_a), (wide_b, rest_b)) = (a[..length].as_chunks::<32>(), b[..length].as_chunks::<32>());
        let load = |values: &[f32; 32], lane: usize| {
            // SAFETY: lanes 0 to 3 are 8 floats each, together the 32 there are; loading unaligned.
            unsafe { _mm256_loadu_ps(values.as_ptr().add(8 * lane)) }
        };
        let mut sums = [_mm256_setzero_ps(); 4];
        for (a, b) in wide_a.iter().zip(wide_b) {
            sums[0] = _mm256_fmadd_ps(load(a, 0), load(b, 0), sums[0]);
            sums[1] = _mm256_fmadd_ps(load(a, 1), load(b, 1), sums[1]);
            sums[2] = _mm256_fmadd_ps(load(a, 2), load(b, 2), sums[2]);
            sums[3] = _mm256_fmadd_ps(load(a, 3), load(b, 3), sums[3]);
        }
        let [a, b, c, d] = sums;
        let sum = _mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d));
        let mut lanes = [0.0f32; 8];
        // SAFETY: eight floats are 32 bytes; storing unaligned.
        unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), sum) };
        lanes.iter().sum::<f32>() + super::float(rest_a, rest_b)
    }
}
