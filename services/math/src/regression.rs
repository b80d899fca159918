//! Regression: least squares, weighted, polynomial, logistic.

mod design;
mod linear;
mod logistic;
mod qr;

use chassis::{Call, Cost, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Columns, Record};
use crate::error::{Error, conflict};
use crate::statistics::describe::confidence;

const DESCRIPTION: &str = "\
Fits `y` to one or several columns: least squares (`ols`), weighted (`wls`), `polynomial` in one column, or `logistic` for a response of \
two values. Coefficients with standard errors, p-values and intervals, fit, diagnostics, fitted values and predictions. Computed by QR in 31 digits: \
13 digits right on NIST's reference problems, where solvers in double precision lose all of them. Columns that are combinations of others are \
named and refused, or left out with `collinear=drop`. What cannot be said (no degrees of freedom, a constant `y`) is null, with a reason.";

/// Data and a model.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RegressionRequest {
    /// The model.
    #[serde(default)]
    pub model: Model,
    /// The response.
    #[serde(default)]
    #[garde(length(max = 1_000_000))]
    pub y: Vec<Cell>,
    /// The one feature.
    #[serde(default)]
    #[garde(length(max = 1_000_000))]
    pub x: Vec<Cell>,
    /// Several features, by name.
    #[serde(default)]
    pub columns: Columns,
    /// Rows of a table, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 500_000))]
    pub rows: Vec<Record>,
    /// The column of the rows with the response.
    #[serde(default)]
    pub target: Option<String>,
    /// The columns of the rows with the features; all others with numbers when it is not given.
    #[serde(default)]
    #[garde(length(max = 200))]
    pub features: Vec<String>,
    /// The degree of `polynomial`.
    #[serde(default = "parabola")]
    #[garde(range(min = 1, max = 20))]
    pub degree: u32,
    /// The weights of `wls`.
    #[serde(default)]
    #[garde(length(max = 1_000_000))]
    pub weights: Vec<f64>,
    /// Whether there is a constant.
    #[serde(default = "yes")]
    pub intercept: bool,
    /// What to do with columns that are combinations of others.
    #[serde(default)]
    pub collinear: Collinear,
    /// Values of the one feature to predict for.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub predict: Vec<Cell>,
    /// Rows with values of the features to predict for.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub predict_rows: Vec<Record>,
    /// Confidence level of the intervals, as a fraction such as 0.95.
    #[serde(default = "confidence")]
    #[garde(range(min = 0.5, max = 0.999_999))]
    pub confidence: f64,
    /// Whether each row's fitted value, residual and influence is in the answer.
    #[serde(default = "yes")]
    pub include_fitted: bool,
}

fn parabola() -> u32 {
    2
}

fn yes() -> bool {
    true
}

/// A model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Least squares.
    #[default]
    #[serde(alias = "linear")]
    Ols,
    /// Weighted least squares: weights as one over the variance.
    #[serde(alias = "weighted")]
    Wls,
    /// Least squares of powers of one feature.
    Polynomial,
    /// The probability of one of two values.
    Logistic,
}

/// What to do with columns that are combinations of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Collinear {
    /// Refuse, naming them.
    #[default]
    Error,
    /// Leave out the later ones, with a warning.
    Drop,
}

/// A fitted model.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegressionResponse {
    /// The method.
    pub method: &'static str,
    /// The coefficients.
    pub coefficients: Vec<Coefficient>,
    /// Rows that were fitted.
    pub count: usize,
    /// Independent columns.
    pub rank: usize,
    /// Rows less rank.
    pub degrees_of_freedom: usize,
    /// Columns that were left out.
    pub dropped: Vec<String>,
    /// Why standard errors and p-values are null; null when they are not.
    pub reason: Option<String>,
    /// The part of the variance that is explained; of logistic McFadden's; null for a constant response.
    pub r_squared: Option<f64>,
    /// The same, corrected for the number of columns.
    pub adjusted_r_squared: Option<f64>,
    /// The residual standard deviation; null without degrees of freedom.
    pub residual_standard_error: Option<f64>,
    /// The sum of the squares of the residuals; of logistic the deviance.
    pub residual_sum_of_squares: f64,
    /// F of the whole model, of logistic chi-square.
    pub model_statistic: Option<f64>,
    /// Its p-value.
    pub model_p_value: Option<f64>,
    /// The logarithm of the likelihood.
    pub log_likelihood: Option<f64>,
    /// Akaike's criterion.
    pub aic: Option<f64>,
    /// The Bayesian criterion.
    pub bic: Option<f64>,
    /// About 2 when residuals in order do not hang together.
    pub durbin_watson: Option<f64>,
    /// The p-value of Jarque and Bera's test of normal residuals.
    pub jarque_bera_p_value: Option<f64>,
    /// The p-value of Breusch and Pagan's test of equal variances.
    pub breusch_pagan_p_value: Option<f64>,
    /// The condition of the columns at equal lengths: how many times an error of the data grows at most.
    pub condition_number: f64,
    /// For logistic: the value whose probability is modelled.
    pub modelled: Option<String>,
    /// For logistic: the part of the rows it takes for the right value at 50 %.
    pub accuracy: Option<f64>,
    /// The rows.
    pub rows: Vec<FittedRow>,
    /// The predictions.
    pub predictions: Vec<Prediction>,
    /// Confidence level of the intervals, as a fraction.
    pub confidence: f64,
    /// The model as a formula.
    pub formula: String,
    /// Result in words.
    pub sentence: String,
}

/// One coefficient.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Coefficient {
    /// The column.
    pub name: String,
    /// The coefficient.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// The coefficient over its error: t, or z for logistic.
    pub statistic: Option<f64>,
    /// The p-value.
    pub p_value: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// For logistic: how many times the odds grow with one more of it.
    pub odds_ratio: Option<f64>,
    /// The variance inflation factor: above 10, the other columns nearly say the same.
    pub vif: Option<f64>,
}

/// One row of the data.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FittedRow {
    /// The fitted value, of logistic the probability.
    pub fitted: f64,
    /// What was observed less what was fitted.
    pub residual: f64,
    /// The part of its own value in the fitted one.
    pub leverage: Option<f64>,
    /// Cook's distance: how much the row moves the fit.
    pub cook: Option<f64>,
}

/// One prediction.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Prediction {
    /// The value, of logistic the probability.
    pub value: f64,
    /// The lower end of the interval of its mean.
    pub mean_low: Option<f64>,
    /// The upper end.
    pub mean_high: Option<f64>,
    /// The lower end of the interval of a new observation.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

fn example() -> RegressionRequest {
    let cells = |values: [f64; 6]| values.map(Cell::from).to_vec();
    RegressionRequest {
        model: Model::Ols,
        y: cells([2.1, 3.9, 6.2, 7.8, 10.1, 11.9]),
        x: cells([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        columns: Columns::default(),
        rows: Vec::new(),
        target: None,
        features: Vec::new(),
        degree: 2,
        weights: Vec::new(),
        intercept: true,
        collinear: Collinear::Error,
        predict: vec![Cell::from(7.0)],
        predict_rows: Vec::new(),
        confidence: 0.95,
        include_fitted: true,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Fit a regression: least squares, weighted, polynomial, logistic")
        .description(DESCRIPTION)
        .example(example)
        .cost_of(|request: &RegressionRequest| {
            let values = request.y.len() + request.rows.len();
            if values > 200 || request.model == Model::Logistic { Cost::Heavy } else { Cost::Light }
        })
}

/// Fits a model.
///
/// # Errors
/// When data are missing or do not fit together, a column is a combination of others, or a response is separated.
pub fn regression(mut request: RegressionRequest, call: &Call) -> Result<RegressionResponse, Error> {
    // What is read once is moved out; what remains says how to fit.
    let data = RegressionRequest {
        y: std::mem::take(&mut request.y),
        x: std::mem::take(&mut request.x),
        columns: std::mem::take(&mut request.columns),
        rows: std::mem::take(&mut request.rows),
        target: request.target.clone(),
        features: request.features.clone(),
        weights: std::mem::take(&mut request.weights),
        predict: Vec::new(),
        predict_rows: Vec::new(),
        ..request
    };
    let design = design::Design::of(data, call)?;
    match request.model {
        Model::Logistic => logistic::fit(&design, &request, call),
        _ => linear::fit(&design, &request, call),
    }
}

/// Says which columns are combinations of which, and refuses them or warns.
fn settle(qr: &qr::Qr, names: &[String], request: &RegressionRequest, call: &Call) -> Result<Vec<String>, Error> {
    let mut dropped = Vec::new();
    for dependent in &qr.dependent {
        let name = &names[dependent.column];
        let sum = equation(name, dependent, names);
        let message = if dependent.factors.is_empty() {
            "holds only zeros".to_owned()
        } else {
            format!("is a combination of other columns: {sum}")
        };
        if request.collinear == Collinear::Error {
            let constant = dependent.factors.len() == 1 && names[dependent.factors[0].0] == "constant";
            let message = if constant { "is constant, as the constant of the model is".to_owned() } else { message };
            return Err(conflict(name.clone(), format!("{message}; leave a column out, or send collinear=drop")));
        }
        call.warn("collinear", Some(name), format!("{message}; it is left out"));
        dropped.push(name.clone());
    }
    Ok(dropped)
}

/// A combination without minus signs, as constant = d1 + d2.
fn equation(name: &str, dependent: &qr::Dependent, names: &[String]) -> String {
    let mut sides = [Vec::new(), vec![(name.to_owned(), 1.0)]];
    for (column, factor) in &dependent.factors {
        let side = usize::from(*factor < 0.0);
        sides[side].push((names[*column].clone(), factor.abs()));
    }
    let [left, right] = sides.map(|terms| {
        let term = |(name, factor): (String, f64)| {
            if (factor - 1.0).abs() < 1e-9 {
                name
            } else {
                format!("{} {name}", crate::statistics::describe::short(factor))
            }
        };
        let mut terms: Vec<String> = terms.into_iter().map(term).collect();
        terms.reverse();
        if terms.is_empty() { "0".to_owned() } else { terms.join(" + ") }
    });
    format!("{left} = {right}")
}

/// The model as a formula.
fn formula(left: &str, coefficients: &[Coefficient]) -> String {
    use crate::statistics::describe::short;
    let mut text = format!("{left} =");
    for (index, coefficient) in coefficients.iter().enumerate().take(20) {
        let sign = match (index, coefficient.estimate < 0.0) {
            (0, false) => " ",
            (0, true) => " -",
            (_, false) => " + ",
            (_, true) => " - ",
        };
        text.push_str(sign);
        text.push_str(&short(coefficient.estimate.abs()));
        if coefficient.name != "constant" {
            text.push(' ');
            text.push_str(&coefficient.name);
        }
    }
    if coefficients.len() > 20 {
        text.push_str(" + ...");
    }
    text
}
