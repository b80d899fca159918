//! image: pictures resized, converted, drawn upon and read; codes and charts.

pub mod chart;
pub mod color;
mod error;
pub mod geometry;
pub mod input;
pub mod output;
pub mod resize;

use std::time::Duration;

use chassis::{Cost, Service, Settings};
pub use error::Error;

/// The port the service has when it runs alone.
pub const PORT: u16 = 3005;

/// The same numbers give the same chart.
const CHART_CACHE: Duration = Duration::from_secs(3600);

/// The service: every operation in one list.
///
/// # Errors
/// Never so far.
pub fn service(_: &Settings) -> Result<Service, String> {
    let service = Service::new("image", "Resize, convert, draw, codes, charts")
        .compute("POST /resize", resize::resize, |op| {
            op.summary("Resize a picture")
                .description(resize::DESCRIPTION)
                .example(resize::example())
                .answers(output::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .isolated_when(|request: &resize::ResizeRequest| input::is_risky(&request.image))
        })
        .compute("POST /chart", chart::chart, |op| {
            op.summary("Draw a chart")
                .description(chart::DESCRIPTION)
                .example(chart::example())
                .answers(chart::MEDIA_TYPES)
                .cost(Cost::Heavy)
                .cache(CHART_CACHE, 1)
        });
    Ok(service)
}
