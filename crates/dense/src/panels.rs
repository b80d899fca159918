//! A matrix packed once, in panels of 32 columns.

/// Columns of a panel.
pub const PANEL: usize = 32;

/// One row of a panel, where vector registers like it.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Lane(pub(crate) [f32; PANEL]);

/// A matrix in panels of 32 columns, each with its rows one behind the other; columns beyond the last are zero.
pub struct Panels {
    lanes: Vec<Lane>,
    rows: usize,
    columns: usize,
}

impl Default for Panels {
    fn default() -> Self {
        Self::empty()
    }
}

impl Panels {
    /// One without a number, to be packed into.
    #[must_use]
    pub fn empty() -> Self {
        Self { lanes: Vec::new(), rows: 0, columns: 0 }
    }

    /// Packs the weights of a layer as they are written down: `outputs` rows of `inputs` numbers, of which each becomes a
    /// column.
    ///
    /// # Panics
    /// When there are more or fewer numbers.
    #[must_use]
    pub fn pack(weights: &[f32], outputs: usize, inputs: usize) -> Self {
        assert_eq!(weights.len(), outputs * inputs, "weights of a layer");
        let mut packed = Self::empty();
        packed.pack_rows(weights, outputs, inputs, inputs);
        packed
    }

    /// Packs rows of `width` numbers, each `stride` behind the last, as columns.
    ///
    /// # Panics
    /// When the numbers end before the last row does.
    pub fn pack_rows(&mut self, data: &[f32], count: usize, width: usize, stride: usize) {
        (self.rows, self.columns) = (width, count);
        self.lanes.clear();
        self.lanes.resize(count.div_ceil(PANEL) * width, Lane([0.0; PANEL]));
        for column in 0..count {
            let row = &data[column * stride..column * stride + width];
            let (panel, within) = (column / PANEL, column % PANEL);
            for (lane, value) in self.lanes[panel * width..(panel + 1) * width].iter_mut().zip(row) {
                lane.0[within] = *value;
            }
        }
    }

    /// Its rows: what it is multiplied with has as many columns.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Its columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The panels in order, each with its rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Lane]> {
        self.lanes.chunks_exact(self.rows.max(1))
    }
}
