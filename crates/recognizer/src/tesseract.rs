//! Tesseract as an engine.
//!
//! The deadline is Tesseract's own monitor, which acts before every word: a page is segmented whole, then words are read
//! until the time is over. The words that were not read come as blanks with a confidence of 95 percent; they are dropped.
//! Reading block by block by our own hand was the other way: it stops no sooner, and a page whose blocks are cut out and read one by one
//! loses what Tesseract knows of the whole (columns, sizes of letters).

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{self, NonNull};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::engine::{
    Block, BlockKind, Bounds, Channels, Engine, Error, Line, Orientation, Pixels, ReadOptions, Reading, Segmentation,
    Word,
};
use crate::installation::Installation;
use crate::library::{Api, Library, Monitor, Results, Text};

/// The newest recogniser a language has: neural networks, else the one before.
const DEFAULT_ENGINE: c_int = 3;
/// Pixels along a side: Tesseract keeps coordinates in 16 bits.
const LONGEST_SIDE: u32 = 32_000;
/// Deadlines are told in milliseconds: an engine may stop so much before its time.
const TICK: Duration = Duration::from_millis(5);
/// Levels of what was read.
const LEVEL_BLOCK: c_int = 0;
const LEVEL_PARAGRAPH: c_int = 1;
const LEVEL_LINE: c_int = 2;
const LEVEL_WORD: c_int = 3;
/// The model that tells orientation and script.
const ORIENTATION_MODEL: &CStr = c"osd";
/// Only orientation and script.
const SEGMENT_ORIENTATION: c_int = 0;
/// Resolution where none is known or the one that is said makes no sense; Tesseract guesses and grumbles otherwise.
const RESOLUTIONS: std::ops::RangeInclusive<u32> = 70..=2400;

/// Tesseract with some languages loaded.
pub struct Tesseract {
    library: Rc<Library>,
    installation: Installation,
    reader: Handle,
    /// Made when first asked for.
    orienter: Option<Handle>,
}

impl Tesseract {
    /// Opens the library and loads languages, the most likely first.
    ///
    /// # Errors
    /// When the library cannot be opened, or a language is not there.
    pub fn open(installation: &Installation, languages: &[String]) -> Result<Self, Error> {
        let library = Rc::new(Library::open(installation.library.as_os_str())?);
        let names = c_string(&languages.join("+"))?;
        let reader = Handle::new(&library, installation, &names)?;
        Ok(Self { library, installation: installation.clone(), reader, orienter: None })
    }
}

impl Engine for Tesseract {
    fn name(&self) -> String {
        format!("tesseract {}", self.library.version())
    }

    fn read(&mut self, picture: &Pixels<'_>, options: &ReadOptions<'_>) -> Result<Reading, Error> {
        // Without the blank in the list words run together, and none is sure.
        let blank = if options.characters.is_empty() { "" } else { " " };
        let characters = c_string(&format!("{}{blank}", options.characters))?;
        self.reader.set(c"tessedit_char_whitelist", &characters)?;
        self.reader.set(c"tessedit_char_blacklist", &c_string(options.except)?)?;
        self.reader.segment(match options.segmentation {
            Segmentation::Auto => 3,
            Segmentation::Column => 4,
            Segmentation::Block => 6,
            Segmentation::Line => 7,
            Segmentation::Word => 8,
            Segmentation::Sparse => 11,
        });
        let image = self.reader.image(picture)?;
        let left = options.until.saturating_duration_since(Instant::now());
        let deadline = Deadline::new(&self.library, left)?;
        // When its time is over it fails, too, and what it read until then is there.
        let finished = image.recognize(&deadline);
        if Instant::now() + TICK < options.until {
            finished.clone()?;
        }
        Ok(image.reading(finished.is_ok()))
    }

    fn orientation(&mut self, picture: &Pixels<'_>) -> Result<Option<Orientation>, Error> {
        let orienter = match &mut self.orienter {
            Some(orienter) => orienter,
            none => {
                let orienter = Handle::new(&self.library, &self.installation, ORIENTATION_MODEL).map_err(|_| {
                    Error::Missing("orientation needs the package tesseract-ocr-osd: install it".into())
                })?;
                none.insert(orienter)
            }
        };
        orienter.segment(SEGMENT_ORIENTATION);
        Ok(orienter.image(picture)?.orientation())
    }
}

/// An engine of the library.
struct Handle {
    library: Rc<Library>,
    api: NonNull<Api>,
}

impl Handle {
    fn new(library: &Rc<Library>, installation: &Installation, languages: &CStr) -> Result<Self, Error> {
        // SAFETY: takes nothing.
        let api = NonNull::new(unsafe { (library.create)() });
        let api = api.ok_or_else(|| Error::Failed("Tesseract does not start".into()))?;
        let handle = Self { library: library.clone(), api };
        let data = installation.data.to_str().ok_or_else(|| Error::Missing("its folder has no plain name".into()))?;
        let data = c_string(data)?;
        // SAFETY: the engine is ours; both strings end with a zero and outlive the call.
        let failed = unsafe { (library.init)(api.as_ptr(), data.as_ptr(), languages.as_ptr(), DEFAULT_ENGINE) };
        if failed != 0 {
            return Err(Error::Language(format!("{} cannot be loaded by Tesseract", languages.to_string_lossy())));
        }
        handle.set(c"debug_file", c"/dev/null")?;
        Ok(handle)
    }

    fn set(&self, name: &CStr, value: &CStr) -> Result<(), Error> {
        // SAFETY: the engine is ours; both strings end with a zero and outlive the call.
        let known = unsafe { (self.library.set_variable)(self.api.as_ptr(), name.as_ptr(), value.as_ptr()) };
        if known == 0 { Err(Error::Failed(format!("Tesseract has no {}", name.to_string_lossy()))) } else { Ok(()) }
    }

    fn segment(&self, mode: c_int) {
        // SAFETY: the engine is ours; unknown modes are not asked for.
        unsafe { (self.library.set_segmentation)(self.api.as_ptr(), mode) };
    }

    /// Gives it a picture, which it copies.
    fn image(&mut self, picture: &Pixels<'_>) -> Result<Image<'_>, Error> {
        let Pixels { width, height, channels, samples, resolution } = *picture;
        if width == 0 || height == 0 || width.max(height) > LONGEST_SIDE {
            let message = format!("a picture of {width} x {height} pixels cannot be read: 1 to {LONGEST_SIDE} a side");
            return Err(Error::Picture(message));
        }
        let row = width as usize * channels.count();
        let (Ok(columns), Ok(rows), Ok(line)) = (c_int::try_from(width), c_int::try_from(height), c_int::try_from(row))
        else {
            return Err(Error::Picture("the picture is too large".into()));
        };
        if samples.len() != row * height as usize {
            return Err(Error::Picture("the picture has not as many samples as its size says".into()));
        }
        let bytes = match channels {
            Channels::Gray => 1,
            Channels::Rgb => 3,
        };
        // SAFETY: the engine is ours; it reads `rows` lines of `line` bytes, which is all of the samples, and keeps none.
        unsafe { (self.library.set_image)(self.api.as_ptr(), samples.as_ptr(), columns, rows, bytes, line) };
        if let Some(resolution) = resolution.filter(|dpi| RESOLUTIONS.contains(dpi)) {
            let resolution = c_int::try_from(resolution).unwrap_or(300);
            // SAFETY: the engine is ours and has its picture.
            unsafe { (self.library.set_resolution)(self.api.as_ptr(), resolution) };
        }
        Ok(Image { engine: self })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the engine is ours, and this is the only time; nothing of it is held by anyone.
        unsafe { (self.library.delete)(self.api.as_ptr()) };
    }
}

/// An engine that has a picture, until this goes.
struct Image<'a> {
    engine: &'a mut Handle,
}

impl Image<'_> {
    fn recognize(&self, deadline: &Deadline<'_>) -> Result<(), Error> {
        // SAFETY: engine and monitor are ours, and the engine has a picture.
        let failed = unsafe { (self.engine.library.recognize)(self.engine.api.as_ptr(), deadline.monitor.as_ptr()) };
        if failed != 0 { Err(Error::Failed("Tesseract gave up on this picture".into())) } else { Ok(()) }
    }

    /// What was recognised. What there was no time to read comes as blanks, as do pictures and rules.
    fn reading(&self, complete: bool) -> Reading {
        let library = &*self.engine.library;
        let mut reading = Reading { blocks: Vec::new(), complete };
        // SAFETY: the engine is ours and has recognised; null when there was nothing.
        let results = unsafe { (library.results)(self.engine.api.as_ptr()) };
        let Some(results) = NonNull::new(results) else { return reading };
        let walk = Walk { library, results };
        loop {
            let begins = |level| walk.begins(level);
            if begins(LEVEL_BLOCK) || reading.blocks.is_empty() {
                let bounds = walk.bounds(LEVEL_BLOCK).unwrap_or_default();
                reading.blocks.push(Block { kind: walk.kind(), bounds, lines: Vec::new() });
            }
            let block = reading.blocks.last_mut().expect("one was just made sure of");
            if begins(LEVEL_LINE) || block.lines.is_empty() {
                let bounds = walk.bounds(LEVEL_LINE).unwrap_or_default();
                block.lines.push(Line { bounds, begins_paragraph: begins(LEVEL_PARAGRAPH), words: Vec::new() });
            }
            let line = block.lines.last_mut().expect("one was just made sure of");
            if let (Some(text), Some(bounds)) = (walk.text(), walk.bounds(LEVEL_WORD))
                && !text.trim().is_empty()
            {
                let confidence = (f64::from(walk.confidence()) / 100.0).clamp(0.0, 1.0);
                line.words.push(Word { text: text.trim().to_owned(), bounds, confidence });
            }
            if !walk.next() {
                break;
            }
        }
        for block in &mut reading.blocks {
            block.lines.retain(|line| !line.words.is_empty());
        }
        reading.blocks.retain(|block| !block.lines.is_empty());
        reading
    }

    fn orientation(&self) -> Option<Orientation> {
        let (mut degrees, mut margin, mut script, mut script_margin) = (0, 0.0, ptr::null::<c_char>(), 0.0);
        let library = &*self.engine.library;
        // SAFETY: the engine is ours and has a picture; the four places live here.
        let told = unsafe {
            (library.orientation)(
                self.engine.api.as_ptr(),
                &raw mut degrees,
                &raw mut margin,
                &raw mut script,
                &raw mut script_margin,
            )
        };
        if told == 0 || script.is_null() {
            return None;
        }
        // SAFETY: a string of the engine's tables, which live as long as the engine.
        let script = unsafe { CStr::from_ptr(script) }.to_string_lossy().into_owned();
        // It tells how the text is turned, counterclockwise.
        let quarters = u8::try_from((360 - degrees.rem_euclid(360)) / 90 % 4).unwrap_or(0);
        let margins = [margin, script_margin].map(|margin| f64::from(margin).max(0.0));
        Some(Orientation { quarters, margin: margins[0], script, script_margin: margins[1] })
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        // SAFETY: the engine is ours; it forgets the picture and what it read.
        unsafe { (self.engine.library.clear)(self.engine.api.as_ptr()) };
    }
}

/// Walks over the words that were recognised.
struct Walk<'a> {
    library: &'a Library,
    results: NonNull<Results>,
}

impl Walk<'_> {
    fn pages(&self) -> *const crate::library::Pages {
        // SAFETY: the walk is ours; the same object under its other type.
        unsafe { (self.library.pages)(self.results.as_ptr()) }
    }

    fn next(&self) -> bool {
        // SAFETY: the walk is ours.
        unsafe { (self.library.next)(self.results.as_ptr(), LEVEL_WORD) != 0 }
    }

    fn begins(&self, level: c_int) -> bool {
        // SAFETY: the walk is ours, and stands on a word.
        unsafe { (self.library.begins)(self.pages(), level) != 0 }
    }

    fn bounds(&self, level: c_int) -> Option<Bounds> {
        let mut edges: [c_int; 4] = [0; 4];
        let [left, top, right, bottom] = &mut edges;
        // SAFETY: the walk is ours, and stands on a word; the four places live here.
        let found = unsafe { (self.library.bounds)(self.pages(), level, left, top, right, bottom) };
        let [left, top, right, bottom] = edges.map(|edge| u32::try_from(edge).unwrap_or(0));
        (found != 0 && right > left && bottom > top).then_some(Bounds { left, top, right, bottom })
    }

    fn kind(&self) -> BlockKind {
        // SAFETY: the walk is ours.
        match unsafe { (self.library.block_type)(self.pages()) } {
            2 => BlockKind::Heading,
            6 => BlockKind::Table,
            7 => BlockKind::Vertical,
            8 => BlockKind::Caption,
            _ => BlockKind::Text,
        }
    }

    fn text(&self) -> Option<String> {
        // SAFETY: the walk is ours, and stands on a word.
        let text = unsafe { (self.library.text)(self.results.as_ptr(), LEVEL_WORD) };
        // SAFETY: the function says to delete what it gives.
        unsafe { Text::own(self.library, text) }.map(|text| text.read())
    }

    fn confidence(&self) -> f32 {
        // SAFETY: the walk is ours, and stands on a word.
        unsafe { (self.library.confidence)(self.results.as_ptr(), LEVEL_WORD) }
    }
}

impl Drop for Walk<'_> {
    fn drop(&mut self) {
        // SAFETY: the walk is ours, and this is the only time.
        unsafe { (self.library.delete_results)(self.results.as_ptr()) };
    }
}

/// When reading ends.
struct Deadline<'a> {
    library: &'a Library,
    monitor: NonNull<Monitor>,
}

impl<'a> Deadline<'a> {
    fn new(library: &'a Library, left: Duration) -> Result<Self, Error> {
        // SAFETY: takes nothing.
        let monitor = NonNull::new(unsafe { (library.monitor)() });
        let monitor = monitor.ok_or_else(|| Error::Failed("Tesseract has no memory".into()))?;
        let deadline = Self { library, monitor };
        // 0 would be no deadline.
        let left = c_int::try_from(left.as_millis()).unwrap_or(c_int::MAX).max(1);
        // SAFETY: the monitor is ours.
        unsafe { (library.set_deadline)(monitor.as_ptr(), left) };
        Ok(deadline)
    }
}

impl Drop for Deadline<'_> {
    fn drop(&mut self) {
        // SAFETY: the monitor is ours, and this is the only time; the engine uses it only while it recognises.
        unsafe { (self.library.delete_monitor)(self.monitor.as_ptr()) };
    }
}

fn c_string(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::Failed("a zero character cannot be given to Tesseract".into()))
}
