//! Rows of numbers, borrowed, with a stride.

/// Rows of numbers that others own.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) count: usize,
    pub(crate) width: usize,
    pub(crate) stride: usize,
}

/// Rows of numbers to write.
pub struct RowsMut<'a> {
    pub(crate) data: &'a mut [f32],
    pub(crate) count: usize,
    pub(crate) width: usize,
    pub(crate) stride: usize,
}

/// How many numbers a slice must have for these rows.
fn reach(count: usize, width: usize, stride: usize) -> usize {
    if count == 0 { 0 } else { (count - 1) * stride + width }
}

impl<'a> Rows<'a> {
    /// Rows that follow each other.
    ///
    /// # Panics
    /// When the numbers are no multiple of the width.
    #[must_use]
    pub fn new(data: &'a [f32], width: usize) -> Self {
        assert!(width > 0 && data.len().is_multiple_of(width), "{} numbers are no rows of {width}", data.len());
        Self { data, count: data.len() / width, width, stride: width }
    }

    /// Rows that are parts of longer ones.
    ///
    /// # Panics
    /// When the numbers end before the last row does.
    #[must_use]
    pub fn part(data: &'a [f32], count: usize, width: usize, stride: usize) -> Self {
        assert!(width <= stride && data.len() >= reach(count, width, stride), "the rows are longer than the numbers");
        Self { data, count, width, stride }
    }
}

impl<'a> RowsMut<'a> {
    /// Rows that follow each other.
    ///
    /// # Panics
    /// When the numbers are no multiple of the width.
    #[must_use]
    pub fn new(data: &'a mut [f32], width: usize) -> Self {
        assert!(width > 0 && data.len().is_multiple_of(width), "{} numbers are no rows of {width}", data.len());
        let count = data.len() / width;
        Self { data, count, width, stride: width }
    }

    /// Rows that are parts of longer ones.
    ///
    /// # Panics
    /// When the numbers end before the last row does.
    #[must_use]
    pub fn part(data: &'a mut [f32], count: usize, width: usize, stride: usize) -> Self {
        assert!(width <= stride && data.len() >= reach(count, width, stride), "the rows are longer than the numbers");
        Self { data, count, width, stride }
    }
}
