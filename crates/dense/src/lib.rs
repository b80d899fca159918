//! Dense layers of small transformer models: products with packed matrices, and what lies between them.
//!
//! | file | job |
//! | --- | --- |
//! | `level.rs` | the instruction sets of this machine, and which of them is the quickest |
//! | `rows.rs` | rows of numbers, borrowed, with a stride |
//! | `panels.rs` | a matrix packed once, in panels of 32 columns |
//! | `product.rs` | the product of rows and panels |
//! | `tile.rs` | its inner loop, by instruction set |
//! | `between.rs` | bias, GELU, softmax, layer normalization |
//!
//! **A result does not depend on its neighbors.** Every element of a product is the fused sum over its inner dimension in
//! order, whatever else is computed with it and on whatever instruction set with fused multiplication; the rest is written
//! so that the compiler may use any width without changing an operation. So a text has the same vector to the bit, alone or
//! in a batch. General products (the crate `gemm`) split the sum by the shape of the batch, and pack the weights anew each
//! time, which for one sentence costs as much as the product.
//!
//! Weights are packed once, so that the inner loop reads them in a row; what is multiplied with them is read where it lies,
//! one number for each row of a tile.

mod between;
mod level;
mod panels;
mod product;
mod rows;
mod tile;

pub use between::{add, add_bias, gelu, layer_norm, softmax};
pub use level::Level;
pub use panels::{PANEL, Panels};
pub use product::{product, product_of_rows};
pub use rows::{Rows, RowsMut};
