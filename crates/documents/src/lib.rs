//! PDF pages as pictures and as words with boxes.
