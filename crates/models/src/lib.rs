//! Model files: found, verified, unpacked.
