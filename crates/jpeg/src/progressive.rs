//! Progressive pictures (T.81, G.1 and G.2): each scan brings some bits of some coefficients of all blocks.
//!
//! Only coefficients that matter at the scale are kept, and only scans that have some of them are read. A scan that
//! refines can only be read where it is known which coefficients are not zero, all of its band: so earlier scans of
//! that band are read too, and one bit per coefficient is kept of them.

use crate::Error;
use crate::bits::Bits;
use crate::frame::{Component, Frame};
use crate::huffman::{Code, Differences};
use crate::idct::{block_start, limit, places, row_length};
use crate::markers::{Scan, Walk};
use crate::plane::{Growing, Plane};
use crate::sequential::{layout, restart};

const EARLY: Error = Error::Corrupt("the picture's data ends too early");

/// What is known of a component.
struct Store {
    /// All rows of blocks, padded ones among them.
    coefficients: Vec<i16>,
    /// How long a row is.
    row: usize,
    /// Which coefficients are not zero, in zigzag order; none where no scan refines AC values.
    known: Vec<u64>,
    /// Bits still left away, by coefficient; `NEVER` ahead of the first scan.
    low: [u8; 64],
    table: Option<[u16; 64]>,
}

const NEVER: u8 = 255;

/// Decodes a picture, from its first scan on.
pub(crate) fn decode<const N: usize>(
    mut walk: Walk<'_>,
    first: Scan,
    frame: &Frame,
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Plane>, Error> {
    let plan = if N == 1 { Vec::new() } else { plan::<N>(walk.clone(), first.clone())? };
    let refined = plan.iter().any(|scan| scan.read && scan.band & 1 == 0 && scan.refines);
    let store = |component: &Component| {
        let blocks = component.padded_across * component.padded_down;
        let row = row_length::<N>(component.padded_across);
        Store {
            coefficients: vec![0; row * component.padded_down],
            row,
            known: vec![0; if refined { blocks } else { 0 }],
            low: [NEVER; 64],
            table: None,
        }
    };
    let mut stores: Vec<Store> = frame.components.iter().map(store).collect();
    let mut scan = Some(first);
    let mut index = 0;
    while let Some(now) = scan {
        for part in &now.parts {
            let store = &mut stores[part.component];
            store.low[usize::from(now.first)..=usize::from(now.last)].fill(now.low);
            // The table a component has at its first scan is the one it keeps.
            if store.table.is_none() {
                store.table = Some(walk.table(frame.components[part.component].table)?);
            }
        }
        let read = if N == 1 { now.first == 0 } else { plan.get(index).is_some_and(|scan| scan.read) };
        if read {
            let end = if now.first == 0 {
                dc_scan::<N>(&walk, &now, frame, &mut stores, cancelled)?
            } else {
                let part = now.parts[0];
                ac_scan::<N>(&walk, &now, &frame.components[part.component], &mut stores[part.component], cancelled)?
            };
            walk.go_on(end);
        } else {
            walk.pass_over(&now)?;
        }
        scan = walk.next_scan()?;
        index += 1;
    }
    // A file that says it ends may leave bits away; in one that just ends they are missing.
    let complete = |store: &Store| if walk.ended { store.low[0] != NEVER } else { store.low == [0; 64] };
    if !stores.iter().all(complete) {
        return Err(Error::Corrupt("the file ends before the picture is complete"));
    }
    frame.components.iter().zip(&stores).map(|(component, store)| plane::<N>(component, store, cancelled)).collect()
}

/// What is known of a scan before any is read.
struct Planned {
    component: usize,
    /// Its coefficients, a bit for each.
    band: u64,
    refines: bool,
    read: bool,
}

/// Which scans to read: those with coefficients that matter, and those that say what a later one of these refines.
fn plan<const N: usize>(mut walk: Walk<'_>, first: Scan) -> Result<Vec<Planned>, Error> {
    let mut plan = Vec::new();
    let mut scan = Some(first);
    while let Some(now) = scan {
        plan.push(Planned {
            component: now.parts[0].component,
            band: band(now.first, now.last),
            refines: now.high > 0,
            read: u32::from(now.first) < limit::<N>(),
        });
        // The last one may end with the file.
        scan = if walk.pass_over(&now).is_ok() { walk.next_scan()? } else { None };
    }
    let mut refined = [0; 4];
    for scan in plan.iter_mut().rev().filter(|scan| scan.band & 1 == 0) {
        scan.read |= scan.band & refined[scan.component & 3] != 0;
        if scan.read && scan.refines {
            refined[scan.component & 3] |= scan.band;
        }
    }
    Ok(plan)
}

/// A bit for each coefficient from `first` to `last`; both below 64.
fn band(first: u8, last: u8) -> u64 {
    (u64::MAX << (first & 63)) & (u64::MAX >> (63 - (last & 63)))
}

/// First or further bits of DC values.
fn dc_scan<const N: usize>(
    walk: &Walk<'_>,
    scan: &Scan,
    frame: &Frame,
    stores: &mut [Store],
    cancelled: &dyn Fn() -> bool,
) -> Result<usize, Error> {
    let refines = scan.high > 0;
    let mut tables = Vec::new();
    for part in &scan.parts {
        // Refining takes plain bits.
        tables.push(if refines { None } else { Some(Differences::new(&walk.dc_code(part.dc)?)?) });
    }
    let (mcus, units) = layout(scan, frame)?;
    let mut bits = Bits::new(walk.bytes, scan.data);
    let mut predictors = [0_i32; 4];
    let mut left = scan.interval;
    for row in 0..mcus.1 {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        for column in 0..mcus.0 {
            if scan.interval > 0 {
                if left == 0 {
                    bits = restart(walk.bytes, bits)?;
                    predictors = [0; 4];
                    left = scan.interval;
                }
                left -= 1;
            }
            for unit in &units {
                let component = scan.parts[unit.part].component;
                let (x, y) = (column * unit.across + unit.column, row * unit.down + unit.row);
                let store = &mut stores[component];
                let Some(value) = store.coefficients.get_mut(y * store.row + block_start::<N>(x)) else { continue };
                if let Some(table) = &tables[unit.part] {
                    let predictor = &mut predictors[unit.part & 3];
                    *predictor = predictor.wrapping_add(table.take(&mut bits)?);
                    *value = (*predictor << scan.low) as i16;
                } else {
                    bits.fill();
                    *value |= (bits.take(1) << scan.low) as i16;
                }
            }
        }
        if bits.overrun() {
            return Err(EARLY);
        }
    }
    Ok(bits.position())
}

/// First or further bits of some AC values of a component.
fn ac_scan<const N: usize>(
    walk: &Walk<'_>,
    scan: &Scan,
    component: &Component,
    store: &mut Store,
    cancelled: &dyn Fn() -> bool,
) -> Result<usize, Error> {
    let code = walk.ac_code(scan.parts[0].ac)?;
    let mut band = Band { code, first: scan.first.into(), last: scan.last.into(), low: scan.low, ended: 0 };
    let mut bits = Bits::new(walk.bytes, scan.data);
    let mut left = scan.interval;
    for row in 0..component.blocks_down {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        for column in 0..component.blocks_across {
            if scan.interval > 0 {
                if left == 0 {
                    bits = restart(walk.bytes, bits)?;
                    band.ended = 0;
                    left = scan.interval;
                }
                left -= 1;
            }
            let Some(block) = store.coefficients.get_mut(row * store.row + block_start::<N>(column)..) else {
                continue;
            };
            let known = store.known.get_mut(row * component.padded_across + column);
            if scan.high > 0 {
                band.refine::<N>(&mut bits, block, known.ok_or(EARLY)?)?;
            } else {
                band.begin::<N>(&mut bits, block, known)?;
            }
        }
        if bits.overrun() {
            return Err(EARLY);
        }
    }
    Ok(bits.position())
}

/// Coefficients of one scan in zigzag order.
struct Band {
    code: Code,
    first: u32,
    last: u32,
    low: u8,
    /// How many more blocks have nothing new (T.81, G.1.2.2: EOBRUN).
    ended: u32,
}

const BEYOND: Error = Error::Corrupt("the picture's data holds a coefficient outside its scan");

impl Band {
    /// T.81, G.1.2.2.
    #[inline(always)]
    fn begin<const N: usize>(
        &mut self,
        bits: &mut Bits<'_>,
        block: &mut [i16],
        known: Option<&mut u64>,
    ) -> Result<(), Error> {
        if self.ended > 0 {
            self.ended -= 1;
            return Ok(());
        }
        let places = const { &places::<N>() };
        let mut found = 0_u64;
        let mut k = self.first;
        while k <= self.last {
            bits.fill();
            let symbol = self.code.symbol(bits)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                self.ended = (1 << run) - 1 + bits.take(run);
                break;
            }
            k += run;
            if k > self.last {
                return Err(BEYOND);
            }
            if size > 0 {
                let value = bits.value(size);
                if let Some(coefficient) = block.get_mut(usize::from(places[k as usize & 127])) {
                    *coefficient = (value << self.low) as i16;
                }
                found |= 1 << k;
            }
            k += 1;
        }
        if let Some(known) = known {
            *known |= found;
        }
        Ok(())
    }

    /// T.81, G.1.2.3: a bit more for each coefficient that is known, and new ones between these.
    #[inline(always)]
    fn refine<const N: usize>(&mut self, bits: &mut Bits<'_>, block: &mut [i16], known: &mut u64) -> Result<(), Error> {
        let places = const { &places::<N>() };
        let mut rest = band(self.first as u8, self.last as u8);
        let mut new = 0;
        while self.ended == 0 && rest != 0 {
            bits.fill();
            let symbol = self.code.symbol(bits)?;
            let (run, size) = (symbol >> 4, symbol & 15);
            if size == 0 && run < 15 {
                self.ended = (1 << run) + bits.take(run.into());
                break;
            }
            // A new coefficient is one bit: its sign. A run of 15 without one is 16 zeros.
            let positive = size != 0 && bits.take(1) == 1;
            // The run counts coefficients that are zero so far; the one behind it is where this ends.
            let mut zeros = !*known & rest;
            for _ in 0..run {
                zeros &= zeros.wrapping_sub(1);
            }
            if zeros == 0 {
                return Err(BEYOND);
            }
            let place = zeros.trailing_zeros();
            let before = rest & ((1 << place) - 1);
            self.correct::<N>(bits, block, *known & before);
            rest &= !before & !(1 << place);
            if size != 0 {
                if let Some(coefficient) = block.get_mut(usize::from(places[place as usize & 127])) {
                    *coefficient = if positive { 1 << self.low } else { -1 << self.low };
                }
                new |= 1 << place;
            }
        }
        if self.ended > 0 {
            self.ended -= 1;
            self.correct::<N>(bits, block, *known & rest);
        }
        *known |= new;
        Ok(())
    }

    /// Takes a bit for each of some coefficients.
    #[inline(always)]
    fn correct<const N: usize>(&self, bits: &mut Bits<'_>, block: &mut [i16], which: u64) {
        let places = const { &places::<N>() };
        let matter = const { if limit::<N>() < 64 { (1 << limit::<N>()) - 1 } else { u64::MAX } };
        let mut near = which & matter;
        while near != 0 {
            // As many as there are after filling up, at least.
            let mut left = near.count_ones().min(32);
            bits.fill();
            let taken = bits.take(left);
            while left > 0 {
                left -= 1;
                if let Some(value) = block.get_mut(usize::from(places[near.trailing_zeros() as usize & 127])) {
                    let bit = ((taken >> left & 1) << self.low) as i16;
                    // A bit that is there already, as in a file that refines twice, stays.
                    let bit = bit & !*value;
                    *value = value.wrapping_add(if *value < 0 { bit.wrapping_neg() } else { bit });
                }
                near &= near - 1;
            }
        }
        let mut far = (which & !matter).count_ones();
        while far > 0 {
            bits.fill();
            let now = far.min(56);
            bits.skip(now);
            far -= now;
        }
    }
}

/// The samples of a component.
fn plane<const N: usize>(component: &Component, store: &Store, cancelled: &dyn Fn() -> bool) -> Result<Plane, Error> {
    let mut growing = Growing::<N>::new(component, &store.table.ok_or(EARLY)?);
    for row in store.coefficients.chunks_exact(store.row).take(component.blocks_down) {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        growing.push(row);
    }
    Ok(growing.finish())
}
