//! What a frame header says, and the sizes that follow from it (T.81, A.1.1 and A.2).

use crate::Error;

/// Longest side; what libjpeg takes too.
const MAX_SIDE: u32 = 65_500;
/// Most pixels.
const MAX_PIXELS: u64 = 100_000_000;

/// One color component.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub id: u8,
    /// Blocks in an MCU, across and down.
    pub across: usize,
    pub down: usize,
    /// Its quantization table.
    pub table: usize,
    /// Blocks that hold samples: what a scan of this component alone has.
    pub blocks_across: usize,
    pub blocks_down: usize,
    /// Blocks with those that fill up the last MCU: what a scan of several components has.
    pub padded_across: usize,
    pub padded_down: usize,
    /// The frame's width and height and greatest sampling factors: plane sizes are rounded up once.
    scale: (u64, u64, u64, u64),
}

impl Component {
    /// Samples in a row where each block gives `n`.
    pub fn scaled_width(&self, n: usize) -> u32 {
        let (width, _, most, _) = self.scale;
        (width * self.across as u64 * n as u64).div_ceil(most * 8) as u32
    }

    pub fn scaled_height(&self, n: usize) -> u32 {
        let (_, height, _, most) = self.scale;
        (height * self.down as u64 * n as u64).div_ceil(most * 8) as u32
    }

    /// The same, not rounded up.
    pub fn extent(&self, n: usize) -> [f64; 2] {
        let (width, height, most_across, most_down) = self.scale;
        let side = |side: u64, factor: usize, most: u64| (side * factor as u64 * n as u64) as f64 / (most * 8) as f64;
        [side(width, self.across, most_across), side(height, self.down, most_down)]
    }
}

/// A frame header.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub width: u32,
    pub height: u32,
    pub components: Vec<Component>,
    pub progressive: bool,
    pub mcus_across: usize,
    pub mcus_down: usize,
    /// Why it is not read here, if it is not.
    pub unsupported: Option<&'static str>,
}

impl Frame {
    /// Reads the segment of a start-of-frame marker.
    pub fn read(marker: u8, segment: &[u8]) -> Result<Self, Error> {
        const SHORT: Error = Error::Corrupt("the frame header does not fit its length");
        let (head, rest) = segment.split_first_chunk::<6>().ok_or(SHORT)?;
        let [precision, h1, h0, w1, w0, count] = *head;
        let height = u32::from(u16::from_be_bytes([h1, h0]));
        let width = u32::from(u16::from_be_bytes([w1, w0]));
        if width == 0 {
            return Err(Error::Corrupt("the picture has no width"));
        }
        if count == 0 || rest.len() != usize::from(count) * 3 {
            return Err(SHORT);
        }
        let factors = || rest.chunks_exact(3).map(|part| (u32::from(part[1] >> 4), u32::from(part[1] & 15)));
        if factors().any(|(across, down)| !(1..=4).contains(&across) || !(1..=4).contains(&down)) {
            return Err(Error::Corrupt("a sampling factor is not 1 to 4"));
        }
        if rest.chunks_exact(3).any(|part| part[2] > 3) {
            return Err(Error::Corrupt("a component names a table there cannot be"));
        }
        let most_across = factors().map(|(across, _)| across).max().unwrap_or(1);
        let most_down = factors().map(|(_, down)| down).max().unwrap_or(1);
        let mcus_across = width.div_ceil(8 * most_across) as usize;
        let mcus_down = height.div_ceil(8 * most_down) as usize;
        let component = |part: &[u8]| {
            let (across, down) = (u32::from(part[1] >> 4), u32::from(part[1] & 15));
            let component_width = (width * across).div_ceil(most_across);
            let component_height = (height * down).div_ceil(most_down);
            Component {
                id: part[0],
                across: across as usize,
                down: down as usize,
                table: usize::from(part[2]),
                blocks_across: component_width.div_ceil(8) as usize,
                blocks_down: component_height.div_ceil(8) as usize,
                padded_across: mcus_across * across as usize,
                padded_down: mcus_down * down as usize,
                scale: (width.into(), height.into(), most_across.into(), most_down.into()),
            }
        };
        let components: Vec<Component> = rest.chunks_exact(3).map(component).collect();
        let unsupported = match marker {
            0xC9..=0xCF => Some("arithmetic coding"),
            0xC3 | 0xC5..=0xC8 => Some("lossless or hierarchical JPEG"),
            _ if precision != 8 => Some("a precision other than 8 bits"),
            _ if height == 0 => Some("a height that follows the first scan"),
            _ if count == 4 => Some("CMYK"),
            _ if count != 1 && count != 3 => Some("this number of components"),
            _ if width > MAX_SIDE || height > MAX_SIDE => Some("a side of more than 65,500 pixels"),
            _ if u64::from(width) * u64::from(height) > MAX_PIXELS => Some("a picture of more than 100 megapixels"),
            _ if repeats(&components) => Some("two components of one name"),
            _ => None,
        };
        Ok(Self { width, height, components, progressive: marker == 0xC2, mcus_across, mcus_down, unsupported })
    }

    /// Blocks of all components.
    pub fn blocks(&self) -> usize {
        self.components.iter().map(|component| component.blocks_across * component.blocks_down).sum()
    }

    pub fn scaled(&self, side: u32, n: usize) -> u32 {
        (u64::from(side) * n as u64).div_ceil(8) as u32
    }
}

fn repeats(components: &[Component]) -> bool {
    components.iter().enumerate().any(|(at, one)| components[..at].iter().any(|other| other.id == one.id))
}
