//! Huffman tables, and the larger tables made from them that do several steps in one.

use crate::Error;
use crate::bits::Bits;

const UNKNOWN: Error = Error::Corrupt("the picture's data does not fit its Huffman tables");

/// A table as a file defines it (T.81, B.2.4.2), checked, with what is needed to read one code.
#[derive(Clone)]
pub(crate) struct Code {
    /// For codes of at most 9 bits: length in the upper byte, symbol in the lower. 0: longer or unknown.
    short: Box<[u16; 512]>,
    /// One past the last code of a length, as the first of 16 bits.
    end: [u32; 17],
    /// What to add to a code of a length to get at its symbol.
    offset: [i32; 17],
    symbols: Vec<u8>,
}

impl Code {
    /// From the number of codes of each length and the symbols in order.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Error> {
        let (mut short, mut end, mut offset) = (Box::new([0_u16; 512]), [0_u32; 17], [0_i32; 17]);
        let (mut code, mut used) = (0_u32, 0_usize);
        for length in 1..=16_usize {
            let count = usize::from(counts[length - 1]);
            offset[length] = used as i32 - code as i32;
            for &symbol in symbols.get(used..used + count).unwrap_or_default() {
                if code >= 1 << length {
                    return Err(Error::Corrupt("a Huffman table holds more codes than there can be"));
                }
                if length <= 9 {
                    let first = (code as usize) << (9 - length);
                    short[first..first + (1 << (9 - length))].fill((length as u16) << 8 | u16::from(symbol));
                }
                code += 1;
            }
            used += count;
            end[length] = code << (16 - length);
            code <<= 1;
        }
        Ok(Self { short, end, offset, symbols: symbols.to_vec() })
    }

    /// Length and symbol of the code that 16 bits begin with.
    fn find(&self, bits: usize) -> Option<(u32, u8)> {
        let entry = self.short[(bits >> 7) & 511];
        if entry != 0 {
            return Some((u32::from(entry >> 8), entry as u8));
        }
        let length = (10..=16).find(|&length| (bits as u32) < self.end[length])?;
        let index = self.offset[length] + (bits >> (16 - length)) as i32;
        Some((length as u32, *self.symbols.get(usize::try_from(index).ok()?)?))
    }

    /// Takes one symbol. 16 bits must be there.
    #[inline(always)]
    pub fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, Error> {
        let entry = self.short[bits.peek::<9>()];
        let (length, symbol) = if entry != 0 {
            (u32::from(entry >> 8), entry as u8)
        } else {
            self.find(bits.peek::<16>()).ok_or(UNKNOWN)?
        };
        bits.skip(length);
        Ok(symbol)
    }
}

/// Bits a DC table is entered with.
const DC_WIDTH: u32 = 11;

/// Differences of DC values in one look-up: the code and the bits that follow it.
pub(crate) struct Differences {
    /// The difference in the upper 12 bits, how many bits it took in the lower 4. 0: more than there were.
    table: Box<[i16; 1 << DC_WIDTH]>,
    code: Code,
}

impl Differences {
    pub fn new(code: &Code) -> Result<Self, Error> {
        // T.81 F.1.2.1.1: at most 11 bits; some write 16 there for 12-bit pictures.
        if code.symbols.iter().any(|&symbol| symbol > 15) {
            return Err(Error::Corrupt("a Huffman table for DC values holds a symbol above 15"));
        }
        let mut table = Box::new([0_i16; 1 << DC_WIDTH]);
        for (index, entry) in table.iter_mut().enumerate() {
            let window = index << (16 - DC_WIDTH);
            if let Some((length, symbol)) = code.find(window) {
                let size = u32::from(symbol);
                if length + size <= DC_WIDTH {
                    let value = extend(index >> (DC_WIDTH - length - size), size);
                    *entry = (value << 4) as i16 | (length + size) as i16;
                }
            }
        }
        Ok(Self { table, code: code.clone() })
    }

    /// Takes one difference; leaves 45 bits.
    #[inline(always)]
    pub fn take(&self, bits: &mut Bits<'_>) -> Result<i32, Error> {
        bits.fill();
        let entry = self.table[bits.peek::<DC_WIDTH>()];
        if entry != 0 {
            bits.skip(entry as u32 & 15);
            return Ok(i32::from(entry >> 4));
        }
        let value;
        (*bits, value) = self.take_slowly(*bits);
        value.ok_or(UNKNOWN)
    }

    #[cold]
    #[inline(never)]
    fn take_slowly<'a>(&self, mut bits: Bits<'a>) -> (Bits<'a>, Option<i32>) {
        let value = self.code.symbol(&mut bits).ok().map(|size| bits.value(size.into()));
        bits.fill();
        (bits, value)
    }
}

/// The value of the lowest `size` bits (T.81, F.2.2.1).
fn extend(bits: usize, size: u32) -> i32 {
    let value = (bits & ((1 << size) - 1)) as i32;
    if size == 0 || value >> (size - 1) != 0 { value } else { value - (1 << size) + 1 }
}

/// Bits the table that skips is entered with. With 12 all tables of a picture stay in the first cache; with 13 nothing
/// is won, with 15 a tenth is lost.
const SKIP_WIDTH: u32 = 12;
/// Bits the table that reads values is entered with.
const PAIR_WIDTH: u32 = 12;
type Pairs = [u32; 1 << PAIR_WIDTH];
/// Added to the coefficients an entry goes over where the block ends with it.
const END: u32 = 128;
/// The coefficients of an entry that says nothing: more than a block has left, whatever it has left.
const HARD: u32 = 64;
/// What is left of `k` where a block ends as it should.
const LAST: u32 = 64;
/// The next coefficient after a code nobody knows, or one that leads out of the block.
const FAILED: u32 = u32::MAX;

/// AC coefficients of sequential pictures, several in one look-up.
pub(crate) struct Coefficients {
    /// Codes that fit one window, and the bits behind the last of them: bits in the lowest 5, coefficients (with END)
    /// above.
    skip: Box<[u16; 1 << SKIP_WIDTH]>,
    /// At most two coefficients with their values; see `pairs`.
    pair: Option<Box<Pairs>>,
    code: Code,
}

impl Coefficients {
    /// `values`: whether any will be asked for.
    pub fn new(code: &Code, values: bool) -> Self {
        let pair = values.then(|| pairs(code));
        Self { skip: skips(code), pair, code: code.clone() }
    }

    /// Goes over the rest of a block, from coefficient `k` on. 27 bits must be there.
    #[inline(always)]
    pub fn skip(&self, bits: &mut Bits<'_>, mut k: u32) -> Result<(), Error> {
        while k < 64 {
            k = self.skip_some(bits, k);
            if k >= 64 {
                break;
            }
            // Enough for two look-ups.
            bits.fill();
            k = self.skip_some(bits, k);
        }
        if k == FAILED { Err(UNKNOWN) } else { Ok(()) }
    }

    /// One look-up, which takes at most 27 bits.
    #[inline(always)]
    fn skip_some(&self, bits: &mut Bits<'_>, k: u32) -> u32 {
        let entry = u32::from(self.skip[bits.peek::<SKIP_WIDTH>()]);
        let next = k + (entry >> 5);
        if next >= 64 && next & 127 > LAST {
            let next;
            (*bits, next, _) = self.step(*bits, k);
            return next;
        }
        bits.skip(entry & 31);
        next
    }

    /// Reads values up to coefficient `limit`, at least; `put` gets each with its place. What comes back is the next
    /// coefficient, 64 or more at the end of the block. 39 bits must be there, and 27 are left.
    #[inline(always)]
    pub fn values(&self, bits: &mut Bits<'_>, limit: u32, mut put: impl FnMut(u32, i32)) -> Result<u32, Error> {
        let Some(table) = self.pair.as_deref() else { return Ok(1) };
        let mut k = 1;
        while k < limit {
            k = self.some_values(table, bits, k, &mut put);
            if k >= limit {
                break;
            }
            bits.fill();
            k = self.some_values(table, bits, k, &mut put);
        }
        if k == FAILED { Err(UNKNOWN) } else { Ok(k) }
    }

    /// One look-up, which takes at most 12 bits.
    #[inline(always)]
    fn some_values(&self, table: &Pairs, bits: &mut Bits<'_>, k: u32, put: &mut impl FnMut(u32, i32)) -> u32 {
        let entry = table[bits.peek::<PAIR_WIDTH>()];
        let next = k + (entry >> 10 & 255);
        if next >= 64 && next & 127 > LAST {
            let (next, value);
            (*bits, next, value) = self.step(*bits, k);
            put((next & 127).wrapping_sub(1), value);
            return next;
        }
        bits.skip(entry & 31);
        // The second first: where there is none it is a zero in the place of the first.
        put((next & 127).wrapping_sub(1), entry as i32 >> 25);
        put(k + (entry >> 5 & 31) - 1, (entry << 7) as i32 >> 25);
        next
    }

    /// One coefficient, or the end: the next one and the value. Plain values come back, so that the loops above keep
    /// theirs in registers.
    #[cold]
    #[inline(never)]
    fn step<'a>(&self, mut bits: Bits<'a>, k: u32) -> (Bits<'a>, u32, i32) {
        bits.fill();
        let Ok(symbol) = self.code.symbol(&mut bits) else { return (bits, FAILED, 0) };
        let next = k + covers(symbol);
        if next & 127 > LAST {
            return (bits, FAILED, 0);
        }
        let value = bits.value(u32::from(symbol & 15));
        bits.fill();
        (bits, next, value)
    }
}

/// Coefficients a symbol goes over (T.81, F.1.2.2.1): a run of zeros and the one behind it; 16 zeros; or the end,
/// counted as one.
fn covers(symbol: u8) -> u32 {
    match symbol {
        0xF0 => 16,
        _ if symbol & 15 == 0 => 1 + END,
        _ => u32::from(symbol >> 4) + 1,
    }
}

/// For each window the symbols in it.
///
/// The tables for windows of 1, 2, ... bits are made one after another, each from the ones before: first symbol, then
/// whatever the rest of the window holds. The one for `v` bits begins at `1 << v`.
fn skips(code: &Code) -> Box<[u16; 1 << SKIP_WIDTH]> {
    let mut tables = vec![(HARD << 5) as u16; 2 << SKIP_WIDTH];
    for width in 1..=SKIP_WIDTH {
        for window in 0..1_usize << width {
            let Some((length, symbol)) = code.find(window << (16 - width)) else { continue };
            if length > width {
                continue;
            }
            let (mut taken, mut covered) = (length + u32::from(symbol & 15), covers(symbol));
            if taken < width && covered < END {
                let left = width - taken;
                let rest = u32::from(tables[(1 << left) | (window & ((1 << left) - 1))]);
                // A block has 63 AC coefficients: whatever goes beyond is for the slow way.
                if rest >> 5 != HARD && covered + (rest >> 5 & 127) < HARD {
                    covered += rest >> 5;
                    taken += rest & 31;
                }
            }
            tables[(1 << width) | window] = (covered << 5 | taken) as u16;
        }
    }
    let table: &[u16; 1 << SKIP_WIDTH] = tables.last_chunk().expect("the last table is the second half");
    Box::new(*table)
}

/// For each window one or two coefficients that lie in it with their values, in 32 bits from below: bits taken (5),
/// what the first goes over (5), what both go over with END (8), first value (7), second value (7).
fn pairs(code: &Code) -> Box<[u32; 1 << PAIR_WIDTH]> {
    let first = |window: usize, width: u32| {
        let (length, symbol) = code.find(window << (16 - width) & 0xFFFF)?;
        let size = u32::from(symbol & 15);
        let taken = length + size;
        if taken > width || size > 6 {
            return None;
        }
        Some((taken, covers(symbol), extend(window >> (width - taken), size)))
    };
    let mut table = Box::new([HARD << 10; 1 << PAIR_WIDTH]);
    for (window, entry) in table.iter_mut().enumerate() {
        let Some((mut taken, one, value)) = first(window, PAIR_WIDTH) else { continue };
        let (mut both, mut second) = (one, 0);
        if one < END && taken < PAIR_WIDTH {
            let left = PAIR_WIDTH - taken;
            if let Some((more, two, value)) = first(window & ((1 << left) - 1), left) {
                taken += more;
                both += two;
                second = value;
            }
        }
        *entry = taken | (one & 31) << 5 | both << 10 | (value as u32 & 127) << 18 | (second as u32 & 127) << 25;
    }
    table
}
