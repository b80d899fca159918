//! Charts: numbers to a picture.
//!
//! A request is filled in once (`config.rs`, `spec.rs`), then drawn as SVG by one file for each kind of chart; PNG, WebP and
//! JPEG are that SVG as pixels. So the formats cannot differ, and what is drawn can be tested as text. Labels are measured
//! with the typeface they are drawn with, and placed so that none overlap.
//!
//! | file | job |
//! | --- | --- |
//! | `data.rs`, `data/` | the data, as Chart.js has it |
//! | `config.rs`, `config/` | a whole Chart.js configuration, to fields of the request |
//! | `spec.rs` | a request, checked and filled in |
//! | `theme.rs` | colors and sizes |
//! | `number.rs`, `dates.rs` | how numbers and dates are written |
//! | `text.rs` | text measured, wrapped and clipped |
//! | `scale.rs` | round ticks, and from numbers to places |
//! | `axis.rs` | labels along an axis |
//! | `legend.rs` | the legend |
//! | `cartesian.rs` | charts with axes; `bars.rs` and `lines.rs` draw their data |
//! | `downsample.rs` | lines of more points than pixels |
//! | `pie.rs`, `gauge.rs`, `sparkline.rs` | charts without axes |
//! | `svg.rs` | SVG, written |

mod axis;
mod bars;
mod cartesian;
mod config;
mod data;
mod dates;
mod downsample;
mod gauge;
mod legend;
mod lines;
mod number;
mod pie;
mod scale;
mod sparkline;
mod spec;
mod svg;
mod text;
mod theme;

use std::io::Cursor;

use chassis::{Call, Cost, File, Operation, WithFile};
use garde::Validate;
use pictures::image::codecs::png::{CompressionType, FilterType, PngEncoder};
use pictures::image::{DynamicImage, ImageEncoder};
use pictures::{Drawing, Format, Limits, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use config::ChartConfig;
pub use data::{ChartData, Colors, Dataset, Datum, Label, SeriesType};
pub use number::Separators;
pub use theme::Theme;

use crate::color::Color;
use crate::error::{Error, conflict, of_field};
use crate::output::{DRAWN, Output, OutputFormat};
use spec::Spec;
use svg::{Anchor, Rect, Style, Svg};

/// What the document says.
const DESCRIPTION: &str = "\
Draws a chart, ready for a report: labels that never overlap, round ticks, colors that color-blind people can tell apart. `data` is \
as in Chart.js; a whole Chart.js configuration, as QuickChart takes it, goes into `chart`. Bars start at zero unless `min` is given. \
A pie of more than ten slices shows the nine largest and groups the rest. Without any numbers the chart says so, with a warning, so \
that a report does not fail in a quiet week. Nothing is evaluated: JavaScript functions are ignored in options and refused in data.";

/// The media types of charts.
const MEDIA_TYPES: &[&str] = &["image/png", "image/svg+xml", "image/webp", "image/jpeg"];

/// A chart of this many pixels is a poster.
const LIMITS: Limits = Limits { output_pixels: 16_000_000, ..Limits::DEFAULT };

/// Data and how to chart it.
#[derive(Debug, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct ChartRequest {
    /// Chart type; `bar` by default.
    #[serde(default, rename = "type")]
    pub kind: Option<ChartType>,
    /// Data: at most 50 series and 10,000 numbers in all. A warning lists the Chart.js properties that were ignored.
    #[serde(default)]
    #[garde(dive)]
    pub data: Option<ChartData>,
    /// Chart.js configuration (`type`, `data`, `options`), as QuickChart takes it, instead of `type` and `data`. Its title,
    /// legend, axes and stacking are used unless this request sets them; a warning lists the options that were ignored.
    #[serde(default)]
    pub chart: Option<ChartConfig>,
    /// Chart.js `options`, for the `type` and `data` of this request; read as in `chart`.
    #[serde(default)]
    pub options: Option<ChartConfig>,
    /// Title above the chart.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub title: Option<String>,
    /// Subtitle below the title.
    #[serde(default)]
    #[garde(length(chars, max = 500))]
    pub subtitle: Option<String>,
    /// Title of the horizontal axis.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub x_label: Option<String>,
    /// Title of the vertical axis.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub y_label: Option<String>,
    /// Width in pixels before `devicePixelRatio`, 40 to 4096; 800 by default, 240 for a sparkline, 400 for a gauge.
    #[serde(default)]
    #[garde(range(min = 40, max = 4096))]
    pub width: Option<u32>,
    /// Height in pixels before `devicePixelRatio`, 20 to 4096; 450 by default, 60 for a sparkline, 260 for a gauge.
    #[serde(default)]
    #[garde(range(min = 20, max = 4096))]
    pub height: Option<u32>,
    /// Device pixel ratio, 1 to 3; 2 by default, so that a chart of 800 x 450 is a sharp picture of 1600 x 900 pixels. No
    /// effect on SVG.
    #[serde(default)]
    #[garde(range(min = 1.0, max = 3.0))]
    pub device_pixel_ratio: Option<f64>,
    /// Theme, light or dark; by default the one that suits `background`.
    #[serde(default)]
    pub theme: Option<Theme>,
    /// Background color, or `transparent`; by default that of the theme.
    #[serde(default, alias = "backgroundColor")]
    pub background: Option<Color>,
    /// Colors of the series, in order, instead of the default palette.
    #[serde(default)]
    #[garde(length(max = 50))]
    pub palette: Vec<Color>,
    /// Position of the legend; `auto` puts it where it takes the least room. It lists the series that have a `label`; a single
    /// series only when there is no title.
    #[serde(default)]
    pub legend: Option<Legend>,
    /// Stacks the series of a bar or area chart.
    #[serde(default)]
    pub stacked: Option<bool>,
    /// Minimum of the value axis or the gauge.
    #[serde(default)]
    #[garde(range(min = -1e100, max = 1e100))]
    pub min: Option<f64>,
    /// Maximum of the value axis or the gauge (100 by default).
    #[serde(default)]
    #[garde(range(min = -1e100, max = 1e100))]
    pub max: Option<f64>,
    /// Whether the value axis includes zero. By default bars and areas do, lines and points only when it is not far away.
    #[serde(default)]
    pub begin_at_zero: Option<bool>,
    /// Data labels: writes the values into the chart, the highest and the last of each series first, then those for which
    /// there is room; abbreviated, such as 31.5k, where there is little.
    #[serde(default)]
    pub value_labels: bool,
    /// Text before each number, such as `$`.
    #[serde(default)]
    #[garde(length(chars, max = 20))]
    pub prefix: Option<String>,
    /// Text after each number, such as ` €` or `%`.
    #[serde(default)]
    #[garde(length(chars, max = 20))]
    pub suffix: Option<String>,
    /// Decimal places of each number, 0 to 10; by default as many as needed.
    #[serde(default)]
    #[garde(range(max = 10))]
    pub decimals: Option<u8>,
    /// Thousands and decimal separators.
    #[serde(default)]
    pub separators: Separators,
    /// Value of a gauge, instead of `data`.
    #[serde(default)]
    #[garde(range(min = -1e100, max = 1e100))]
    pub value: Option<f64>,
    /// Colored bands of a gauge, from low to high.
    #[serde(default)]
    #[garde(length(max = 20), dive)]
    pub bands: Vec<Band>,
    /// Text in the center of a doughnut, instead of the total; empty for none.
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub center_text: Option<String>,
    /// Text shown when there are no numbers; `No data` by default.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub no_data: Option<String>,
    /// Output format.
    #[serde(default)]
    pub format: ChartFormat,
    /// Chart.js version, as QuickChart takes it; no effect.
    #[serde(default)]
    pub version: Option<Label>,
}

/// A colored band of a gauge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Band {
    /// Upper end of the band; it starts where the one before ends.
    #[garde(range(min = -1e100, max = 1e100))]
    pub to: f64,
    /// Color of the band; from the palette by default.
    #[serde(default)]
    pub color: Option<Color>,
}

/// A chart type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChartType {
    /// Vertical bars, grouped side by side.
    #[default]
    #[serde(alias = "column", alias = "columns", alias = "bars")]
    Bar,
    /// Horizontal bars: for long labels.
    HorizontalBar,
    /// Stacked vertical bars.
    Stacked,
    /// Lines.
    #[serde(alias = "lines")]
    Line,
    /// Area: lines, filled below.
    Area,
    /// Pie: parts of a whole.
    Pie,
    /// Doughnut: parts of a whole, with the total in the center.
    #[serde(alias = "donut")]
    Doughnut,
    /// Scatter: points with x and y.
    Scatter,
    /// Sparkline: a line without axes and text, filled below, its last value marked: for a line of text or a table.
    Sparkline,
    /// Gauge: one value between a minimum and a maximum.
    Gauge,
}

/// Position of the legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Legend {
    /// Where it takes the least room.
    #[default]
    Auto,
    /// Above the chart.
    Top,
    /// Below the chart.
    Bottom,
    /// To the right of the chart.
    Right,
    /// No legend.
    None,
}

/// Output format of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChartFormat {
    /// PNG.
    #[default]
    Png,
    /// SVG: sharp at any size.
    Svg,
    /// Lossless WebP.
    Webp,
    /// JPEG.
    #[serde(alias = "jpg")]
    Jpeg,
}

/// The drawn chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartFacts {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Output format.
    pub format: ChartFormat,
    /// Size in bytes.
    pub bytes: usize,
    /// Chart type.
    #[serde(rename = "type")]
    pub kind: ChartType,
    /// Number of values in the chart, without gaps.
    pub points: usize,
}

/// A request that works.
#[must_use]
pub fn example() -> ChartRequest {
    let labels = ["Q1", "Q2", "Q3", "Q4"].map(|label| Label::Text(label.to_owned())).to_vec();
    let dataset = |label: &str, data: [f64; 4]| Dataset {
        label: Some(label.to_owned()),
        data: data.map(Datum::Value).to_vec(),
        ..Dataset::default()
    };
    ChartRequest {
        kind: Some(ChartType::Bar),
        data: Some(ChartData {
            labels,
            datasets: vec![
                dataset("2023", [120.0, 150.0, 141.0, 172.0]),
                dataset("2024", [134.0, 166.0, 187.0, 210.0]),
            ],
            ..ChartData::default()
        }),
        title: Some("Revenue".to_owned()),
        y_label: Some("Thousand €".to_owned()),
        width: Some(480),
        height: Some(270),
        ..ChartRequest::default()
    }
}

/// What the document says of the operation, and how it runs.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Draw a chart")
        .description(DESCRIPTION)
        .example(example())
        .answers(MEDIA_TYPES)
        .cost(Cost::Heavy)
        .cache(DRAWN, 1)
}

/// Draws a chart.
///
/// # Errors
/// When there is nothing to draw, the numbers do not suit the chart type, or the picture would be too large.
pub fn chart(request: ChartRequest, call: &Call) -> Result<WithFile<ChartFacts>, Error> {
    let format = request.format;
    let ratio = request.device_pixel_ratio.unwrap_or(2.0);
    let request = config::resolved(request, call)?;
    let spec = Spec::of(request, call)?;
    let pixels = |length: f64| (length * if format == ChartFormat::Svg { 1.0 } else { ratio }).round() as u32;
    let (width, height) = (pixels(spec.width), pixels(spec.height));
    LIMITS.admit_output(width, height).map_err(of_field("width"))?;
    let svg = draw(&spec, call);
    let (kind, points) = (spec.kind, spec.points());
    let answer = |extension: &str, media_type: &str, file: Vec<u8>| {
        let facts = ChartFacts { width, height, format, bytes: file.len(), kind, points };
        WithFile { file: File::new(format!("chart.{extension}"), media_type, file), facts }
    };
    if format == ChartFormat::Svg {
        return Ok(answer("svg", "image/svg+xml", svg.into_bytes()));
    }
    let pixels = Drawing::read(svg.as_bytes()).and_then(|drawing| drawing.draw((width, height), &LIMITS));
    let mut pixels = pixels.map_err(of_field("data"))?;
    if spec.look.background.alpha == 255 {
        pixels = pixels.into_rgb8().into();
    }
    let (written, quality) = match format {
        ChartFormat::Webp => (OutputFormat::Webp, None),
        // Text has edges, which the usual quality shows.
        ChartFormat::Jpeg => (OutputFormat::Jpeg, Some(92)),
        ChartFormat::Png | ChartFormat::Svg => {
            return Ok(answer("png", "image/png", png(&pixels)?));
        }
    };
    let output = Output { format: Some(written), quality, lossless: true, ..Output::default() };
    let (bytes, _) = output.write(&Picture::still(Format::Svg, pixels), call)?;
    let written = written.format();
    Ok(answer(written.extension(), written.media_type(), bytes))
}

/// PNG for flat colors: most rows are as the one above, so that is the filter, and little is left to search. As small as
/// with the search that photographs need, in half of the time.
fn png(pixels: &DynamicImage) -> Result<Vec<u8>, Error> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Level(2), FilterType::Up);
    let written = encoder.write_image(pixels.as_bytes(), pixels.width(), pixels.height(), pixels.color().into());
    written.map_err(|error| conflict("format", format!("cannot be written as PNG: {error}")))?;
    Ok(bytes.into_inner())
}

/// The chart as SVG.
fn draw(spec: &Spec, call: &Call) -> String {
    let mut svg = Svg::new(spec.width, spec.height, &spec.title, &spec.description());
    let all = Rect { left: 0.0, top: 0.0, right: spec.width, bottom: spec.height };
    if spec.look.background.alpha > 0 {
        svg.rect(&all, Some(spec.look.background));
    }
    if spec.kind == ChartType::Sparkline && spec.points() > 0 {
        sparkline::draw(spec, &mut svg);
        return svg.finish();
    }
    let inner = head(spec, &mut svg);
    match spec.kind {
        _ if spec.points() == 0 => {
            let (x, y) = inner.center();
            let size = spec.sizes.subtitle.min(inner.height() * 0.6);
            let text = text::clip(&spec.no_data, size, false, inner.width());
            svg.text(x, y + text::drop(size), Style::new(size, spec.look.muted).anchor(Anchor::Middle), &text);
        }
        ChartType::Pie | ChartType::Doughnut => pie::draw(spec, &mut svg, inner),
        ChartType::Gauge => gauge::draw(spec, &mut svg, inner),
        _ => cartesian::draw(spec, &mut svg, inner, call),
    }
    svg.finish()
}

/// Title and subtitle; gives what is left below them.
fn head(spec: &Spec, svg: &mut Svg) -> Rect {
    let sizes = &spec.sizes;
    let pad = sizes.pad;
    let mut inner = Rect { left: pad, top: pad, right: spec.width - pad, bottom: spec.height - pad };
    // On a small picture the numbers come first.
    if spec.height < sizes.title * 6.5 {
        return inner;
    }
    let most = if spec.height > sizes.title * 12.0 { 2 } else { 1 };
    let subtitle_fits = spec.height > sizes.title * 9.0;
    let mut y = inner.top;
    let title = Style::new(sizes.title, spec.look.text).bold();
    let subtitle = Style::new(sizes.subtitle, spec.look.muted);
    svg.group("head", |svg| {
        for (style, text, fits) in [(title, &spec.title, true), (subtitle, &spec.subtitle, subtitle_fits)] {
            if !fits {
                continue;
            }
            let lines = text::wrap(text, style.size, style.bold, inner.width(), most);
            if !lines.is_empty() {
                let first = y + style.size * 0.8;
                y = svg.lines(inner.left, first, style, &lines) - style.size * 0.8;
            }
        }
    });
    if y > inner.top {
        inner.top = y + sizes.label * 0.6;
    }
    inner
}
