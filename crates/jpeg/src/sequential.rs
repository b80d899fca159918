//! Baseline and extended sequential pictures (T.81, F.2): each block is complete in one place, nothing is kept of it.

use crate::Error;
use crate::bits::{Bits, find_marker};
use crate::frame::Frame;
use crate::huffman::{Coefficients, Differences};
use crate::idct::{block_start, limit, places, row_length};
use crate::markers::{Scan, Walk};
use crate::plane::{Growing, Plane};

/// Decodes a picture, from its first scan on.
pub(crate) fn decode<const N: usize>(
    mut walk: Walk<'_>,
    first: Scan,
    frame: &Frame,
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Plane>, Error> {
    let mut planes: Vec<Option<Plane>> = vec![None; frame.components.len()];
    let mut scan = first;
    loop {
        if scan.parts.iter().any(|part| planes[part.component].is_some()) {
            return Err(Error::Corrupt("a component comes twice"));
        }
        let (end, read) = decode_scan::<N>(&walk, &scan, frame, cancelled)?;
        for (part, plane) in scan.parts.iter().zip(read) {
            planes[part.component] = Some(plane);
        }
        if planes.iter().all(Option::is_some) {
            return Ok(planes.into_iter().flatten().collect());
        }
        walk.go_on(end);
        scan = walk.next_scan()?.ok_or(Error::Corrupt("the file ends before the picture is complete"))?;
    }
}

/// A block of an MCU.
pub(crate) struct Unit {
    /// Which part of the scan it belongs to.
    pub part: usize,
    /// Blocks its component has in an MCU.
    pub across: usize,
    pub down: usize,
    /// Its place among them.
    pub column: usize,
    pub row: usize,
}

/// MCUs of a scan, across and down, and the blocks of each. A component alone has one block in each (T.81, A.2.2).
pub(crate) fn layout(scan: &Scan, frame: &Frame) -> Result<((usize, usize), Vec<Unit>), Error> {
    let components = || scan.parts.iter().map(|part| &frame.components[part.component]);
    if let [part] = scan.parts[..] {
        let component = &frame.components[part.component];
        let unit = Unit { part: 0, across: 1, down: 1, column: 0, row: 0 };
        return Ok(((component.blocks_across, component.blocks_down), vec![unit]));
    }
    let mut units = Vec::new();
    for (part, component) in components().enumerate() {
        let (across, down) = (component.across, component.down);
        let places = (0..down).flat_map(|row| (0..across).map(move |column| (row, column)));
        units.extend(places.map(|(row, column)| Unit { part, across, down, column, row }));
    }
    if units.len() > 10 {
        return Err(Error::Corrupt("an MCU has more than 10 blocks"));
    }
    Ok(((frame.mcus_across, frame.mcus_down), units))
}

/// A block of an MCU with what it takes to decode it.
struct Target<'t> {
    differences: &'t Differences,
    coefficients: &'t Coefficients,
    /// Which part of the scan it belongs to.
    part: usize,
    /// Where its row of blocks begins.
    offset: usize,
    /// Its place there in the first MCU, and how much further in each next one.
    column: usize,
    step: usize,
}

/// More than what lies between a block's first and last coefficient, as a power of two: an index into it needs no
/// check.
const BLOCK: usize = 2048;

/// Decodes a scan; where its data ends, and its planes.
fn decode_scan<const N: usize>(
    walk: &Walk<'_>,
    scan: &Scan,
    frame: &Frame,
    cancelled: &dyn Fn() -> bool,
) -> Result<(usize, Vec<Plane>), Error> {
    // Components that name the same table share it: two of three do, and less memory is touched.
    let (mut differences, mut coefficients) = ([const { None }; 4], [const { None }; 4]);
    for part in &scan.parts {
        if differences[part.dc & 3].is_none() {
            differences[part.dc & 3] = Some(Differences::new(&walk.dc_code(part.dc)?)?);
        }
        if coefficients[part.ac & 3].is_none() {
            coefficients[part.ac & 3] = Some(Coefficients::new(&walk.ac_code(part.ac)?, N > 1));
        }
    }
    let ((across, down), units) = layout(scan, frame)?;
    let mut planes: Vec<Growing<N>> = Vec::new();
    // Coefficients of a row of MCUs: of each component one or more rows of blocks.
    let mut rows: Vec<Vec<i16>> = Vec::new();
    for (at, part) in scan.parts.iter().enumerate() {
        let component = &frame.components[part.component];
        planes.push(Growing::new(component, &walk.table(component.table)?));
        let high = units.iter().filter(|unit| unit.part == at).map(|unit| unit.down).max().unwrap_or(1);
        rows.push(vec![0; row_length::<N>(component.padded_across) * high + BLOCK]);
    }
    let mut targets = Vec::new();
    for unit in &units {
        let part = &scan.parts[unit.part];
        if let (Some(differences), Some(coefficients)) = (&differences[part.dc & 3], &coefficients[part.ac & 3]) {
            targets.push(Target {
                differences,
                coefficients,
                part: unit.part,
                offset: planes[unit.part].row_length() * unit.row,
                column: unit.column,
                step: unit.across,
            });
        }
    }
    let mut bits = Bits::new(walk.bytes, scan.data);
    let mut predictors = [0; 4];
    let mut left = scan.interval;
    for _ in 0..down {
        if cancelled() {
            return Err(Error::Cancelled);
        }
        let mut mcu = 0;
        while mcu < across {
            if scan.interval > 0 && left == 0 {
                bits = restart(walk.bytes, bits)?;
                predictors = [0; 4];
                left = scan.interval;
            }
            let run = if scan.interval > 0 { left.min(across - mcu) } else { across - mcu };
            bits = decode_run::<N>(bits, &targets, &mut rows, mcu..mcu + run, &mut predictors)?;
            mcu += run;
            left = left.saturating_sub(run);
        }
        if bits.overrun() {
            return Err(Error::Corrupt("the picture's data ends too early"));
        }
        for (plane, rows) in planes.iter_mut().zip(&mut rows) {
            let used = rows.len() - BLOCK;
            rows[..used].chunks_exact(plane.row_length()).for_each(|row| plane.push(row));
            rows.fill(0);
        }
    }
    Ok((bits.position(), planes.into_iter().map(Growing::finish).collect()))
}

/// The blocks of some MCUs of a row.
fn decode_run<'a, const N: usize>(
    mut bits: Bits<'a>,
    targets: &[Target<'_>],
    rows: &mut [Vec<i16>],
    mcus: std::ops::Range<usize>,
    predictors: &mut [i32; 4],
) -> Result<Bits<'a>, Error> {
    let places = const { &places::<N>() };
    for mcu in mcus {
        for target in targets {
            let Some(row) = rows.get_mut(target.part) else { continue };
            let start = target.offset + block_start::<N>(target.column + mcu * target.step);
            let Some(block) = row.get_mut(start..).and_then(<[i16]>::first_chunk_mut::<BLOCK>) else { continue };
            let predictor = &mut predictors[target.part & 3];
            *predictor = predictor.wrapping_add(target.differences.take(&mut bits)?);
            let mut k = 1;
            if N > 1 {
                k = target.coefficients.values(&mut bits, const { limit::<N>() }, |k, value| {
                    block[usize::from(places[k as usize & 127]) & (BLOCK - 1)] = value as i16;
                })?;
            }
            target.coefficients.skip(&mut bits, k)?;
            block[0] = *predictor as i16;
        }
    }
    Ok(bits)
}

/// Goes over a restart marker (T.81, F.2.1.3.1, E.2.4).
pub(crate) fn restart<'a>(bytes: &'a [u8], bits: Bits<'a>) -> Result<Bits<'a>, Error> {
    if bits.overrun() {
        return Err(Error::Corrupt("the picture's data ends too early"));
    }
    match find_marker(bytes, bits.position(), true) {
        Some(at) if bytes[at + 1] & 0xF8 == 0xD0 => Ok(Bits::new(bytes, at + 2)),
        _ => Err(Error::Corrupt("a restart marker is missing")),
    }
}
