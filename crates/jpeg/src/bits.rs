//! The bits of an entropy-coded segment (T.81, F.2.2.5).

/// Reads bits from the top of a 64-bit buffer.
///
/// It stops ahead of the next marker and gives zeros from there on; [`Bits::overrun`] tells whether any was used. A
/// plain value, so that the hot loops can keep it in registers; what is seldom needed takes and gives it as a whole.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    data: &'a [u8],
    /// Next byte to take.
    at: usize,
    /// The next bit is the highest; below `count` bits there may be more of the same, never other ones.
    buffer: u64,
    count: u64,
    /// How many of the bits were made up. They are the last ones.
    padding: u64,
}

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at, buffer: 0, count: 0, padding: 0 }
    }

    /// Makes sure of 56 bits.
    ///
    /// Without a branch on how many there are: that one would often be guessed wrong. The next bytes can be loaded
    /// before it is known how many of them there is room for.
    #[inline(always)]
    pub fn fill(&mut self) {
        if let Some(bytes) = self.data.get(self.at..self.at.wrapping_add(8)) {
            let next = u64::from_be_bytes(bytes.try_into().expect("8 bytes were taken"));
            // The upper bit of each byte that is all ones; of those only the ones there is room for count.
            let ones =
                (next & 0x7F7F_7F7F_7F7F_7F7F).wrapping_add(0x0101_0101_0101_0101) & next & 0x8080_8080_8080_8080;
            if (ones >> 8) >> (self.count & 56) == 0 {
                self.buffer |= next >> (self.count & 63);
                self.at += ((63 - self.count) >> 3) as usize;
                self.count |= 56;
                return;
            }
        }
        *self = self.fill_slowly();
    }

    /// Byte by byte: around stuffed bytes, and up to a marker or the end.
    #[cold]
    #[inline(never)]
    fn fill_slowly(mut self) -> Self {
        while self.count < 56 {
            let rest = self.data.get(self.at..).unwrap_or_default();
            match *rest {
                [0xFF, 0x00, ..] => {
                    self.buffer |= 0xFF << (56 - self.count);
                    self.at += 2;
                }
                [0xFF, ..] | [] => self.padding = self.padding.saturating_add(8),
                [byte, ..] => {
                    self.buffer |= u64::from(byte) << (56 - self.count);
                    self.at += 1;
                }
            }
            self.count += 8;
        }
        self
    }

    /// The next `WIDTH` bits, without taking them.
    #[inline(always)]
    pub fn peek<const WIDTH: u32>(&self) -> usize {
        (self.buffer >> (64 - WIDTH)) as usize
    }

    /// Goes over bits that are there.
    #[inline(always)]
    pub fn skip(&mut self, width: u32) {
        self.buffer <<= width & 63;
        self.count = self.count.wrapping_sub(u64::from(width));
    }

    /// Takes `width` bits, at most 31, that are there.
    #[inline(always)]
    pub fn take(&mut self, width: u32) -> u32 {
        let value = (self.buffer >> 1 >> (63 - (width & 63))) as u32;
        self.skip(width);
        value
    }

    /// Takes a difference or coefficient of `size` bits (T.81, F.2.2.1, EXTEND).
    #[inline(always)]
    pub fn value(&mut self, size: u32) -> i32 {
        let value = self.take(size) as i32;
        if size == 0 || value >> (size - 1) != 0 { value } else { value - (1 << size) + 1 }
    }

    /// Whether more bits were used than there are.
    pub fn overrun(&self) -> bool {
        self.padding > self.count
    }

    /// Where to look for the next marker.
    pub fn position(&self) -> usize {
        self.at
    }
}

/// Where the next marker begins, restart markers among them or not.
///
/// Markers are a byte of all ones with neither zero nor another such byte behind it. The search looks at 64 pairs of
/// bytes at a time, in a form that compiles to vector instructions.
pub(crate) fn find_marker(data: &[u8], from: usize, restarts: bool) -> Option<usize> {
    let hit = |first: u8, second: u8| {
        (first == 0xFF) & (second != 0) & (second != 0xFF) & (restarts | (second & 0xF8 != 0xD0))
    };
    let mut at = from;
    while let Some(pairs) = data.get(at..at.checked_add(65)?) {
        let found =
            pairs[..64].iter().zip(&pairs[1..]).fold(false, |found, (&first, &second)| found | hit(first, second));
        if found {
            break;
        }
        at += 64;
    }
    data.get(at..)?.windows(2).position(|pair| hit(pair[0], pair[1])).map(|found| at + found)
}
