//! A request, checked and filled in: everything that is drawn, and nothing that is not.

use chassis::Call;

use super::data::{ChartData, Colors, Dataset, Datum, Label, MAX_POINTS, MAX_SERIES, SeriesType};
use super::number::Numbers;
use super::theme::{Look, Sizes};
use super::{Band, ChartFormat, ChartRequest, ChartType, Legend, text};
use crate::color::Color;
use crate::error::{Error, conflict};

/// A chart to draw.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) kind: ChartType,
    pub(super) stacked: bool,
    pub(super) labels: Vec<String>,
    pub(super) series: Vec<Series>,
    /// Whether the points have numbers along the horizontal axis too.
    pub(super) is_linear: bool,
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) x_label: String,
    pub(super) y_label: String,
    pub(super) center: Option<String>,
    pub(super) no_data: String,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) look: Look,
    pub(super) sizes: Sizes,
    palette: Vec<Color>,
    pub(super) legend: Legend,
    pub(super) ends: (Option<f64>, Option<f64>),
    pub(super) zero: Option<bool>,
    pub(super) value_labels: bool,
    pub(super) numbers: Numbers,
    pub(super) bands: Vec<Band>,
}

/// Numbers that belong together.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) label: String,
    /// A line, not bars.
    pub(super) is_line: bool,
    /// Where they are along the axis of labels (the label's number, or a number of their own), and how much.
    pub(super) points: Vec<Option<(f64, f64)>>,
    /// Its own color.
    pub(super) color: Color,
    /// Colors of its points, when they were given; they start again when there are too few.
    pub(super) colors: Vec<Color>,
    /// Colors of the edges of bars, when fill and edge were given both.
    pub(super) edges: Vec<Color>,
    /// What is under a line.
    pub(super) under: Option<Color>,
    /// Whether an earlier series has nearly the same color.
    pub(super) is_dashed: bool,
}

impl Series {
    pub(super) fn color_of(&self, index: usize) -> Color {
        if self.colors.is_empty() { self.color } else { self.colors[index % self.colors.len()] }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        self.points.iter().flatten().map(|point| point.1)
    }
}

impl Spec {
    /// Checks a request and fills in what it does not say.
    pub(super) fn of(request: ChartRequest, call: &Call) -> Result<Self, Error> {
        let kind = request.kind.unwrap_or_default();
        let mut data = request.data.unwrap_or_default();
        if let (ChartType::Gauge, Some(value)) = (kind, request.value) {
            let label = data.datasets.into_iter().next().and_then(|dataset| dataset.label);
            data.datasets = vec![Dataset { label, data: vec![Datum::Value(value)], ..Dataset::default() }];
        }
        check(kind, &data, (request.min, request.max))?;
        let is_raster = request.format != ChartFormat::Svg;
        let mut is_lacking = false;
        let mut readable = |words: &str| {
            let words = text::clean(text::start(words));
            if !is_raster {
                return words;
            }
            let (words, is_whole) = text::drawable(&words);
            is_lacking |= !is_whole;
            words
        };
        let default = match kind {
            ChartType::Sparkline => (240, 60),
            ChartType::Gauge => (400, 260),
            _ => (800, 450),
        };
        let (width, height) =
            (f64::from(request.width.unwrap_or(default.0)), f64::from(request.height.unwrap_or(default.1)));
        let look = Look::of(request.theme, request.background);
        let mut words = |words: Option<String>| words.map(|words| readable(&words)).unwrap_or_default();
        let mut spec = Self {
            kind,
            stacked: kind == ChartType::Stacked || request.stacked.unwrap_or(false),
            labels: Vec::new(),
            series: Vec::new(),
            is_linear: false,
            title: words(request.title),
            subtitle: words(request.subtitle),
            x_label: words(request.x_label),
            y_label: words(request.y_label),
            center: request.center_text.map(|text| words(Some(text))),
            no_data: words(Some(request.no_data.unwrap_or_else(|| "No data".to_owned()))),
            width,
            height,
            look,
            sizes: Sizes::of(width, height),
            palette: request.palette,
            legend: request.legend.unwrap_or_default(),
            ends: (request.min, request.max),
            zero: request.begin_at_zero,
            value_labels: request.value_labels,
            numbers: Numbers {
                // The space in ` €` is part of it.
                prefix: request.prefix.map(|text| one_line(&text)).unwrap_or_default(),
                suffix: request.suffix.map(|text| one_line(&text)).unwrap_or_default(),
                decimals: request.decimals,
                separators: request.separators,
            },
            bands: request.bands,
        };
        spec.take(data, &mut readable);
        if is_lacking {
            let message = "some characters, such as emoji or Asian scripts, are not in the typeface of the picture and \
                           are left out or drawn as boxes: ask for svg, which is drawn with the fonts of whoever opens it";
            call.warn("missing-glyphs", None, message);
        }
        if spec.points() == 0 {
            call.warn("no-data", Some("data"), "there are no numbers: the chart says so");
        }
        Ok(spec)
    }

    /// Numbers there are to draw.
    pub(super) fn points(&self) -> usize {
        self.series.iter().map(|series| series.values().count()).sum()
    }

    /// Places along the axis of labels.
    pub(super) fn count(&self) -> usize {
        self.labels.len()
    }

    pub(super) fn has_bars(&self) -> bool {
        self.series.iter().any(|series| !series.is_line) && self.kind != ChartType::Scatter
    }

    /// The color with this number. When they have all been used they come again, paler.
    pub(super) fn palette(&self, index: usize) -> Color {
        let colors = if self.palette.is_empty() { &self.look.palette[..] } else { &self.palette[..] };
        let color = colors[index % colors.len()];
        let round = (index / colors.len()).min(2) as f64;
        let other = if self.look.background.alpha == 255 { self.look.background } else { Color::WHITE };
        let mix = |own: u8, other: u8| (f64::from(own) + (f64::from(other) - f64::from(own)) * 0.35 * round) as u8;
        Color {
            red: mix(color.red, other.red),
            green: mix(color.green, other.green),
            blue: mix(color.blue, other.blue),
            alpha: color.alpha,
        }
    }

    fn take(&mut self, data: ChartData, readable: &mut dyn FnMut(&str) -> String) {
        let is_round = matches!(self.kind, ChartType::Pie | ChartType::Doughnut | ChartType::Gauge);
        let is_own = |datum: &Datum| matches!(datum, Datum::Point(Label::Number(_), _));
        let lines = matches!(self.kind, ChartType::Line | ChartType::Area | ChartType::Scatter | ChartType::Sparkline);
        self.is_linear = self.kind == ChartType::Scatter
            || lines && data.datasets.iter().flat_map(|dataset| &dataset.data).any(is_own);
        let mut labels: Vec<String> = data.labels.iter().map(|label| readable(&label.text())).collect();
        let numbers: Vec<Option<f64>> = data
            .labels
            .iter()
            .map(|label| match label {
                Label::Number(number) => Some(*number),
                Label::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            })
            .collect();
        let mut known: std::collections::HashMap<String, usize> =
            labels.iter().enumerate().rev().map(|(index, label)| (label.clone(), index)).collect();
        let series_count = if is_round { 1 } else { data.datasets.len() };
        for (index, dataset) in data.datasets.into_iter().take(series_count).enumerate() {
            let mut points = Vec::with_capacity(dataset.data.len());
            for (place, datum) in dataset.data.iter().enumerate() {
                points.push(match datum {
                    Datum::Missing => None,
                    Datum::Value(value) if self.is_linear => {
                        let own = numbers.get(place).copied().flatten();
                        Some((own.unwrap_or(place as f64), *value))
                    }
                    Datum::Value(value) => Some((place as f64, *value)),
                    Datum::Point(Label::Number(x), y) if self.is_linear => y.map(|y| (*x, y)),
                    Datum::Point(label, y) => {
                        let name = readable(&label.text());
                        let place = *known.entry(name.clone()).or_insert_with(|| {
                            labels.push(name);
                            labels.len() - 1
                        });
                        y.map(|y| (place as f64, y))
                    }
                });
            }
            if !self.is_linear {
                // Points that came with a place of their own stand in the order of the places.
                if dataset.data.iter().any(|datum| matches!(datum, Datum::Point(..))) {
                    points.sort_by(|a, b| a.map_or(f64::MAX, |a| a.0).total_cmp(&b.map_or(f64::MAX, |b| b.0)));
                }
                // A value without a label has a place too.
                let own = dataset.data.iter().rposition(|datum| !matches!(datum, Datum::Point(..)));
                let count = own.map_or(0, |last| last + 1);
                if count > labels.len() {
                    labels.resize(count, String::new());
                }
            }
            self.add(index, dataset, points, readable);
        }
        self.labels = labels;
    }

    fn add(
        &mut self,
        index: usize,
        dataset: Dataset,
        points: Vec<Option<(f64, f64)>>,
        readable: &mut dyn FnMut(&str) -> String,
    ) {
        let lines = matches!(self.kind, ChartType::Line | ChartType::Area | ChartType::Sparkline);
        let is_line = lines || dataset.kind == Some(SeriesType::Line) && self.kind != ChartType::HorizontalBar;
        let given = |colors: Option<Colors>| colors.map(|colors| colors.0).filter(|colors| !colors.is_empty());
        let (color, background, border) =
            (given(dataset.color), given(dataset.background_color), given(dataset.border_color));
        let under = background.as_ref().or(color.as_ref()).map(|colors| colors[0]);
        let edges = match (&background, &border) {
            (Some(_), Some(edges)) if !is_line && color.is_none() => edges.clone(),
            _ => Vec::new(),
        };
        let colors = match (is_line, color, background, border) {
            (_, Some(color), ..) => color,
            (true, None, background, border) => border.or(background).unwrap_or_default(),
            (false, None, background, border) => background.or(border).unwrap_or_default(),
        };
        let own = colors.first().copied();
        let is_visible = |color: Color| if color.alpha == 0 { None } else { Some(color) };
        // A line in the faint color that was meant for what is under it would not be seen.
        let own =
            if is_line { own.and_then(is_visible).map(|own| Color { alpha: own.alpha.max(200), ..own }) } else { own };
        let color = own.unwrap_or_else(|| self.palette(index));
        let fills = dataset.fill.unwrap_or(matches!(self.kind, ChartType::Area | ChartType::Sparkline)) && is_line;
        let faint = |color: Color, alpha: u8| Color { alpha: color.alpha.min(alpha), ..color };
        let alpha = if self.stacked { 205 } else { 56 };
        let under = under.filter(|under| under.alpha < 255).unwrap_or(faint(color, alpha));
        self.series.push(Series {
            label: readable(&dataset.label.unwrap_or_default()),
            is_line,
            points,
            color,
            colors: if colors.len() > 1 && !is_line { colors } else { Vec::new() },
            edges,
            under: fills.then_some(under),
            is_dashed: own.is_none() && self.palette.is_empty() && index >= self.look.palette.len(),
        });
    }

    /// What the chart shows, in a sentence.
    pub(super) fn description(&self) -> String {
        let kind = match self.kind {
            ChartType::Bar => "Bar chart",
            ChartType::HorizontalBar => "Horizontal bar chart",
            ChartType::Stacked => "Stacked bar chart",
            ChartType::Line => "Line chart",
            ChartType::Area => "Area chart",
            ChartType::Pie => "Pie chart",
            ChartType::Doughnut => "Doughnut chart",
            ChartType::Scatter => "Scatter chart",
            ChartType::Sparkline => "Sparkline",
            ChartType::Gauge => "Gauge",
        };
        let all = || self.series.iter().flat_map(Series::values);
        let least = all().fold(f64::INFINITY, f64::min);
        let most = all().fold(f64::NEG_INFINITY, f64::max);
        match self.points() {
            0 => format!("{kind} without numbers."),
            1 => format!("{kind} of the number {}.", self.numbers.value(most)),
            points => {
                let (least, most) = (self.numbers.value(least), self.numbers.value(most));
                format!("{kind} of {points} numbers in {} series, from {least} to {most}.", self.series.len())
            }
        }
    }
}

/// Without controls, and with the spaces at its ends.
fn one_line(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

/// What a kind of chart cannot show.
fn check(kind: ChartType, data: &ChartData, ends: (Option<f64>, Option<f64>)) -> Result<(), Error> {
    let points: usize = data.datasets.iter().map(|dataset| dataset.data.len()).sum();
    if points > MAX_POINTS {
        return Err(conflict("data", format!("has {points} numbers: the limit is {MAX_POINTS} over all datasets")));
    }
    if data.datasets.len() > MAX_SERIES {
        let count = data.datasets.len();
        return Err(conflict("data.datasets", format!("has {count} datasets: the limit is {MAX_SERIES}")));
    }
    if let (Some(min), Some(max)) = ends
        && min >= max
    {
        return Err(conflict("max", "must be greater than min"));
    }
    if matches!(kind, ChartType::Pie | ChartType::Doughnut) {
        let values = data.datasets.first().map(|dataset| dataset.data.as_slice()).unwrap_or_default();
        for (index, datum) in values.iter().enumerate() {
            if let Datum::Value(value) | Datum::Point(_, Some(value)) = datum
                && *value < 0.0
            {
                let field = format!("data.datasets[0].data[{index}]");
                return Err(conflict(field, "is negative, and a pie shows parts of a whole: choose bar"));
            }
        }
    }
    Ok(())
}
