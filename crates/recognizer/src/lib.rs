//! Text recognition by Tesseract, opened at run time.
