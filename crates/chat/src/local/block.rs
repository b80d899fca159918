//! Products of a block of 32 rows and 32 columns with 32 numbers of a vector, in whole numbers.
//!
//! Thirty-two rows lie beside each other, so that a lane of a register belongs to a row: sums run down the lanes and none
//! runs across them. Two columns of a row lie in adjacent bytes, because that is what the processor's own products of
//! bytes take (`pmaddubsw`, `pmaddwd`): five times as quick as what a compiler makes of the plain loop. [`pulp`] offers them
//! without anything unsafe to whoever has shown that they are there. All three ways give the same to the bit; the plain one
//! says what that is.

use pulp::Arch;

/// Elements that share a scale.
pub(super) const BLOCK: usize = 32;
/// Rows that lie beside each other.
pub(super) const ROWS: usize = 32;

/// A number of each row.
pub(super) type Lanes<T> = [T; ROWS];
/// Weights of four bits. In entry `p`, bytes `2r` and `2r + 1` belong to row `r`: columns `2p` and `2p + 1` in their low halves,
/// `2p + 16` and `2p + 17` in their high ones.
pub(super) type Nibbles = [[u8; 2 * ROWS]; BLOCK / 4];
/// Weights of eight bits. In entry `p`, bytes `2r` and `2r + 1` are columns `2p` and `2p + 1` of row `r`.
pub(super) type Bytes = [[i8; 2 * ROWS]; BLOCK / 2];
/// Numbers of a vector: from -127 to 127.
pub(super) type Values = [i8; BLOCK];

/// What can be done with what this processor has.
pub(super) trait Products: Copy {
    /// The sums of products of each row.
    fn nibbles(self, nibbles: &Nibbles, values: &Values) -> Lanes<i32>;

    /// The sums of products of each row.
    fn bytes(self, bytes: &Bytes, values: &Values) -> Lanes<i32>;
}

/// Something that is done with the products this processor has.
pub(super) trait Work {
    /// Does it. Inlined always, so that it is compiled for the processor.
    fn run(self, products: impl Products);
}

/// Does it in the quickest way there is.
pub(super) fn with_products(work: impl Work) {
    match Arch::new() {
        #[cfg(target_arch = "x86_64")]
        Arch::V4(simd) => simd.vectorize(
            #[inline(always)]
            || work.run(x86::Avx512(simd)),
        ),
        #[cfg(target_arch = "x86_64")]
        Arch::V3(simd) => simd.vectorize(
            #[inline(always)]
            || work.run(x86::Avx2(simd)),
        ),
        other => other.dispatch(
            #[inline(always)]
            || work.run(Plain),
        ),
    }
}

/// As a compiler makes it.
#[derive(Clone, Copy)]
struct Plain;

impl Products for Plain {
    #[inline(always)]
    fn nibbles(self, nibbles: &Nibbles, values: &Values) -> Lanes<i32> {
        let mut sums = [0; ROWS];
        for (pair, lanes) in nibbles.iter().enumerate() {
            let of = |at: usize| [i32::from(values[at]), i32::from(values[at + 1])];
            let (below, above) = (of(2 * pair), of(2 * pair + BLOCK / 2));
            for (sum, [one, other]) in sums.iter_mut().zip(lanes.as_chunks::<2>().0) {
                let low = i32::from(one & 15) * below[0] + i32::from(other & 15) * below[1];
                *sum += low + i32::from(one >> 4) * above[0] + i32::from(other >> 4) * above[1];
            }
        }
        sums
    }

    #[inline(always)]
    fn bytes(self, bytes: &Bytes, values: &Values) -> Lanes<i32> {
        let mut sums = [0; ROWS];
        for (lanes, [first, second]) in bytes.iter().zip(values.as_chunks::<2>().0) {
            for (sum, [one, other]) in sums.iter_mut().zip(lanes.as_chunks::<2>().0) {
                *sum += i32::from(*one) * i32::from(*first) + i32::from(*other) * i32::from(*second);
            }
        }
        sums
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use pulp::cast;
    use pulp::x86::{V3, V4};

    use super::{BLOCK, Bytes, Lanes, Nibbles, Products, ROWS, Values};

    /// Two numbers of a vector, for every lane.
    #[inline(always)]
    fn pair(values: &Values, at: usize) -> i16 {
        i16::from_le_bytes([values[at].cast_unsigned(), values[at + 1].cast_unsigned()])
    }

    /// The same, widened.
    #[inline(always)]
    fn wide_pair(values: &Values, at: usize) -> i32 {
        let (one, other) = (i16::from(values[at]).to_le_bytes(), i16::from(values[at + 1]).to_le_bytes());
        i32::from_le_bytes([one[0], one[1], other[0], other[1]])
    }

    /// Sums of 16 bits never overflow: each is of 16 products of at most 15 x 127.
    #[inline(always)]
    fn added(low: Lanes<i16>, high: Lanes<i16>) -> Lanes<i32> {
        let mut sums = [0; ROWS];
        for (sum, (low, high)) in sums.iter_mut().zip(low.iter().zip(&high)) {
            *sum = i32::from(*low) + i32::from(*high);
        }
        sums
    }

    #[derive(Clone, Copy)]
    pub(super) struct Avx512(pub(super) V4);

    impl Products for Avx512 {
        #[inline(always)]
        fn nibbles(self, nibbles: &Nibbles, values: &Values) -> Lanes<i32> {
            let (f, bw) = (self.0.avx512f, self.0.avx512bw);
            let mask = f._mm512_set1_epi8(15);
            let (mut low, mut high) = (f._mm512_setzero_si512(), f._mm512_setzero_si512());
            for (number, bytes) in nibbles.iter().enumerate() {
                let both = cast(*bytes);
                let below = f._mm512_and_si512(both, mask);
                let above = f._mm512_and_si512(bw._mm512_srli_epi16::<4>(both), mask);
                let of = |at: usize| f._mm512_set1_epi16(pair(values, at));
                low = bw._mm512_add_epi16(low, bw._mm512_maddubs_epi16(below, of(2 * number)));
                high = bw._mm512_add_epi16(high, bw._mm512_maddubs_epi16(above, of(2 * number + BLOCK / 2)));
            }
            added(cast(low), cast(high))
        }

        #[inline(always)]
        fn bytes(self, bytes: &Bytes, values: &Values) -> Lanes<i32> {
            let (f, bw) = (self.0.avx512f, self.0.avx512bw);
            let mut sums = [f._mm512_setzero_si512(); 2];
            for (number, bytes) in bytes.iter().enumerate() {
                let both = f._mm512_set1_epi32(wide_pair(values, 2 * number));
                for (sum, half) in sums.iter_mut().zip(bytes.as_chunks::<32>().0) {
                    let wide = bw._mm512_cvtepi8_epi16(cast(*half));
                    *sum = f._mm512_add_epi32(*sum, bw._mm512_madd_epi16(wide, both));
                }
            }
            cast(sums)
        }
    }

    #[derive(Clone, Copy)]
    pub(super) struct Avx2(pub(super) V3);

    impl Products for Avx2 {
        #[inline(always)]
        fn nibbles(self, nibbles: &Nibbles, values: &Values) -> Lanes<i32> {
            let (avx, avx2) = (self.0.avx, self.0.avx2);
            let mask = avx._mm256_set1_epi8(15);
            let (mut low, mut high) = ([avx._mm256_setzero_si256(); 2], [avx._mm256_setzero_si256(); 2]);
            for (number, bytes) in nibbles.iter().enumerate() {
                let of = |at: usize| avx._mm256_set1_epi16(pair(values, at));
                let (for_low, for_high) = (of(2 * number), of(2 * number + BLOCK / 2));
                for (half, bytes) in bytes.as_chunks::<32>().0.iter().enumerate() {
                    let both = cast(*bytes);
                    let below = avx2._mm256_and_si256(both, mask);
                    let above = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(both), mask);
                    low[half] = avx2._mm256_add_epi16(low[half], avx2._mm256_maddubs_epi16(below, for_low));
                    high[half] = avx2._mm256_add_epi16(high[half], avx2._mm256_maddubs_epi16(above, for_high));
                }
            }
            added(cast(low), cast(high))
        }

        #[inline(always)]
        fn bytes(self, bytes: &Bytes, values: &Values) -> Lanes<i32> {
            let (avx, avx2) = (self.0.avx, self.0.avx2);
            let mut sums = [avx._mm256_setzero_si256(); 4];
            for (number, bytes) in bytes.iter().enumerate() {
                let both = avx._mm256_set1_epi32(wide_pair(values, 2 * number));
                for (sum, quarter) in sums.iter_mut().zip(bytes.as_chunks::<16>().0) {
                    let wide = avx2._mm256_cvtepi8_epi16(cast(*quarter));
                    *sum = avx2._mm256_add_epi32(*sum, avx2._mm256_madd_epi16(wide, both));
                }
            }
            cast(sums)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(products: impl Products, name: &str) {
        let mut state = 9_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        for round in 0..200 {
            // The first are the largest there are.
            let mut value =
                |largest: i8| if round < 2 { largest } else { (next() % 255).cast_signed().wrapping_add(-127) };
            let values: Values = std::array::from_fn(|_| value(if round == 0 { 127 } else { -127 }).max(-127));
            let mut byte = |largest: u8| if round < 2 { largest } else { next() };
            let nibbles: Nibbles = std::array::from_fn(|_| std::array::from_fn(|_| byte(255)));
            let bytes: Bytes = std::array::from_fn(|_| std::array::from_fn(|_| byte(128).cast_signed()));
            assert_eq!(products.nibbles(&nibbles, &values), Plain.nibbles(&nibbles, &values), "{name} {round}");
            assert_eq!(products.bytes(&bytes, &values), Plain.bytes(&bytes, &values), "{name} {round}");
        }
    }

    #[test]
    fn every_way_gives_the_same() {
        same(Plain, "plain");
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(simd) = pulp::x86::V3::try_new() {
                same(x86::Avx2(simd), "AVX2");
            }
            if let Some(simd) = pulp::x86::V4::try_new() {
                same(x86::Avx512(simd), "AVX-512");
            }
        }
    }

    #[test]
    fn lanes_are_rows_and_pairs_are_columns() {
        let (mut nibbles, mut bytes): (Nibbles, Bytes) = ([[0; 64]; 8], [[0; 64]; 16]);
        let mut values: Values = [0; BLOCK];
        // Row 3: column 5 is 7, column 21 is 2.
        nibbles[2][7] = 0x27;
        bytes[2][7] = 7;
        (values[5], values[21]) = (10, 100);
        assert_eq!((Plain.nibbles(&nibbles, &values)[3], Plain.bytes(&bytes, &values)[3]), (270, 70));
    }
}
