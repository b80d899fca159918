//! Numerics of functions, points and polynomials.
//!
//! | file | job |
//! | --- | --- |
//! | `function.rs` | an expression of a request as a function of real numbers, its evaluations bounded |
//! | `integrate/` | definite integrals |
//! | `root.rs` | roots of a function, solutions of an equation |
//! | `minimize/` | minima and maxima of one or several variables |
//! | `ode.rs` | initial value problems |
//! | `interpolate.rs`, `polynomial.rs` | curves through points; all roots of a polynomial |

mod function;
pub mod integrate;
pub mod interpolate;
pub mod minimize;
pub mod ode;
pub mod polynomial;
pub mod root;
