//! The functions of Tesseract's C interface that are used, looked up by name when the library is opened.
//!
//! Their types are those of `tesseract/capi.h` of version 5. What the library gives away is owned: strings by [`Text`]
//! here, engines and what they read in `tesseract.rs`.

use std::ffi::{CStr, OsStr, c_char, c_int, c_uchar};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use libloading::Library as Opened;

use crate::engine::Error;

/// An engine of the library.
#[repr(C)]
pub(crate) struct Api {
    _private: [u8; 0],
}

/// Walks over what was read.
#[repr(C)]
pub(crate) struct Results {
    _private: [u8; 0],
}

/// The same, where only places matter.
#[repr(C)]
pub(crate) struct Pages {
    _private: [u8; 0],
}

/// Watches over the time.
#[repr(C)]
pub(crate) struct Monitor {
    _private: [u8; 0],
}

macro_rules! functions {
    ($($name:ident = $symbol:literal: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// The library, opened, with the functions it was found to have.
        pub(crate) struct Library {
            $(pub(crate) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            /// What the functions are in. It is never closed: threads and exit handlers of what it links to may outlive us.
            _opened: ManuallyDrop<Opened>,
        }

        impl Library {
            /// Opens the library.
            pub(crate) fn open(path: &OsStr) -> Result<Self, Error> {
                // SAFETY: opening runs the initialisers of Tesseract and of what it links to, which any program that
                // links to them runs at its start.
                let opened = unsafe { Opened::new(path) }.map_err(|problem| unusable(&problem))?;
                Ok(Self {
                    $($name: {
                        // SAFETY: the function of this name has this type in version 5 of the interface, which is
                        // part of the name of the library.
                        let found = unsafe {
                            opened.get::<unsafe extern "C" fn($($argument),*) $(-> $result)?>($symbol)
                        };
                        *found.map_err(|problem| unusable(&problem))?
                    },)*
                    _opened: ManuallyDrop::new(opened),
                })
            }
        }
    };
}

functions! {
    version = b"TessVersion\0": fn() -> *const c_char;
    delete_text = b"TessDeleteText\0": fn(*const c_char);
    create = b"TessBaseAPICreate\0": fn() -> *mut Api;
    delete = b"TessBaseAPIDelete\0": fn(*mut Api);
    init = b"TessBaseAPIInit2\0": fn(*mut Api, *const c_char, *const c_char, c_int) -> c_int;
    set_variable = b"TessBaseAPISetVariable\0": fn(*mut Api, *const c_char, *const c_char) -> c_int;
    set_segmentation = b"TessBaseAPISetPageSegMode\0": fn(*mut Api, c_int);
    set_image = b"TessBaseAPISetImage\0": fn(*mut Api, *const c_uchar, c_int, c_int, c_int, c_int);
    set_resolution = b"TessBaseAPISetSourceResolution\0": fn(*mut Api, c_int);
    recognize = b"TessBaseAPIRecognize\0": fn(*mut Api, *mut Monitor) -> c_int;
    results = b"TessBaseAPIGetIterator\0": fn(*mut Api) -> *mut Results;
    clear = b"TessBaseAPIClear\0": fn(*mut Api);
    orientation = b"TessBaseAPIDetectOrientationScript\0":
        fn(*mut Api, *mut c_int, *mut f32, *mut *const c_char, *mut f32) -> c_int;
    delete_results = b"TessResultIteratorDelete\0": fn(*mut Results);
    pages = b"TessResultIteratorGetPageIteratorConst\0": fn(*const Results) -> *const Pages;
    next = b"TessResultIteratorNext\0": fn(*mut Results, c_int) -> c_int;
    text = b"TessResultIteratorGetUTF8Text\0": fn(*const Results, c_int) -> *const c_char;
    confidence = b"TessResultIteratorConfidence\0": fn(*const Results, c_int) -> f32;
    begins = b"TessPageIteratorIsAtBeginningOf\0": fn(*const Pages, c_int) -> c_int;
    bounds = b"TessPageIteratorBoundingBox\0":
        fn(*const Pages, c_int, *mut c_int, *mut c_int, *mut c_int, *mut c_int) -> c_int;
    block_type = b"TessPageIteratorBlockType\0": fn(*const Pages) -> c_int;
    monitor = b"TessMonitorCreate\0": fn() -> *mut Monitor;
    delete_monitor = b"TessMonitorDelete\0": fn(*mut Monitor);
    set_deadline = b"TessMonitorSetDeadlineMSecs\0": fn(*mut Monitor, c_int);
}

fn unusable(problem: &libloading::Error) -> Error {
    Error::Missing(format!("Tesseract cannot be opened: reinstall the package tesseract-ocr ({problem})"))
}

impl Library {
    /// Its version, such as `5.3.0`.
    pub(crate) fn version(&self) -> String {
        // SAFETY: takes nothing.
        let version = unsafe { (self.version)() };
        // SAFETY: a string that the library keeps for good.
        let version = NonNull::new(version.cast_mut()).map(|text| unsafe { CStr::from_ptr(text.as_ptr()) });
        version.map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// A string that the library gave away.
pub(crate) struct Text<'a> {
    library: &'a Library,
    text: NonNull<c_char>,
}

impl<'a> Text<'a> {
    /// Takes a string over.
    ///
    /// # Safety
    /// It is null, or was given away by a function of this library that says to delete it.
    pub(crate) unsafe fn own(library: &'a Library, text: *const c_char) -> Option<Self> {
        Some(Self { library, text: NonNull::new(text.cast_mut())? })
    }

    pub(crate) fn read(&self) -> String {
        // SAFETY: it ends with a zero and lives as long as this.
        unsafe { CStr::from_ptr(self.text.as_ptr()) }.to_string_lossy().into_owned()
    }
}

impl Drop for Text<'_> {
    fn drop(&mut self) {
        // SAFETY: it is ours, and this is the only time.
        unsafe { (self.library.delete_text)(self.text.as_ptr()) };
    }
}
