//! Interactive forms (AcroForm): what fields there are, values into them, and fields into the page.
//!
//! What fills a form must write both the value and the picture of it: viewers show the picture, programs read the value, and
//! printing services know nothing else. So `fill` draws every field it changes and leaves nothing for the viewer to do.
//!
//! | file | job |
//! | --- | --- |
//! | `fields.rs`, `fill.rs`, `flatten.rs` | the operations |
//! | `field.rs` | the fields of a document with what they inherit, and where their widgets are |
//! | `value.rs` | a value of a request to what a field takes: states of boxes, options of choices |
//! | `appearance.rs` | how a field looks with a value |
//! | `burn.rs` | what widgets show, drawn on the page |

mod appearance;
mod burn;
mod field;
pub mod fields;
pub mod fill;
pub mod flatten;
mod value;
