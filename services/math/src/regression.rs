//! Regression: least squares, weighted, polynomial, logistic.

mod design;
mod linear;
mod logistic;
mod qr;

use chassis::{Call, Cost, Numbers, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cell::{ByComma as _, Cell, Columns, Record};
use crate::error::{Error, conflict};
use crate::statistics::describe::confidence;

const DESCRIPTION: &str = "\
Fits `y` to one or several columns: ordinary least squares (`ols`), weighted (`wls`), `polynomial` in one column, or \
`logistic` for a response of two values. The answer has coefficients with standard errors, p-values and confidence \
intervals, goodness of fit, diagnostics, fitted values and predictions. Computed by QR decomposition in 31 digits: 13 \
digits are correct on NIST's reference problems, where double precision loses all of them. Collinear columns are \
named and refused, or dropped with `collinear=drop`. Of large \
problems (rows times columns squared above 5 million, from a file) the decomposition is in doubles and the solution refined in 31 digits, unless \
the columns are nearly collinear. Undefined figures (no degrees of freedom, a constant `y`) are \
null, with a reason.";

/// Rows that are answered one by one unless the request says so.
const SHOWN_ROWS: usize = 10_000;

/// Data and a regression model.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct RegressionRequest {
    /// Regression model.
    #[serde(default)]
    pub model: Model,
    /// Values of the response (dependent variable).
    #[serde(default)]
    #[garde(length(max = 1_000_000))]
    pub y: Vec<Cell>,
    /// Values of a single feature (independent variable).
    #[serde(default)]
    #[garde(length(max = 1_000_000))]
    pub x: Vec<Cell>,
    /// Columns by name, each a list of values of the same length; an alternative to `rows`.
    #[serde(default)]
    pub columns: Columns,
    /// Rows of a table, each an object; an alternative to giving the values as lists.
    #[serde(default, alias = "records")]
    #[garde(length(max = 500_000))]
    pub rows: Vec<Record>,
    /// File with the numbers: CSV, NDJSON, a JSON list, or doubles of 64 bits; an alternative to lists in the request.
    #[serde(default)]
    pub file: Option<Numbers>,
    /// Whether the decimal mark is a comma, in the file or in cells sent as text: 1.234,56.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Name of the column of `rows` or `file` with the response.
    #[serde(default)]
    pub target: Option<String>,
    /// Names of the columns of `rows` or `file` with the features; all other numeric columns when omitted.
    #[serde(default)]
    #[garde(length(max = 200))]
    pub features: Vec<String>,
    /// Degree of the `polynomial` model.
    #[serde(default = "parabola")]
    #[garde(range(min = 1, max = 20))]
    pub degree: u32,
    /// Weights of the observations for `wls`, such as one over their variances.
    #[serde(default)]
    #[garde(length(max = 1_000_000))]
    pub weights: Vec<f64>,
    /// Whether the model has an intercept.
    #[serde(default = "yes")]
    pub intercept: bool,
    /// Treatment of collinear columns, which are linear combinations of others.
    #[serde(default)]
    pub collinear: Collinear,
    /// Values of the single feature to predict the response for.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub predict: Vec<Cell>,
    /// Rows with values of the features to predict the response for, each an object.
    #[serde(default)]
    #[garde(length(max = 10_000))]
    pub predict_rows: Vec<Record>,
    /// Confidence level of the intervals, as a fraction such as 0.95.
    #[serde(default = "confidence")]
    #[garde(range(min = 0.5, max = 0.999_999))]
    pub confidence: f64,
    /// Whether to include the fitted value, residual and influence of each row; when omitted, up to 10,000 rows.
    #[serde(default)]
    pub include_fitted: Option<bool>,
}

fn parabola() -> u32 {
    2
}

fn yes() -> bool {
    true
}

/// Regression model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Ordinary least squares.
    #[default]
    #[serde(alias = "linear")]
    Ols,
    /// Weighted least squares, with weights as one over the variances.
    #[serde(alias = "weighted")]
    Wls,
    /// Ordinary least squares in powers of a single feature.
    Polynomial,
    /// Logistic regression: the probability of one of two values.
    Logistic,
}

/// Treatment of collinear columns, which are linear combinations of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Collinear {
    /// Refuse the data, naming the collinear columns.
    #[default]
    Error,
    /// Drop the later columns, with a warning.
    Drop,
}

/// Fitted regression model.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegressionResponse {
    /// Regression method used.
    pub method: &'static str,
    /// Coefficients of the model.
    pub coefficients: Vec<Coefficient>,
    /// Number of rows fitted.
    pub count: usize,
    /// Rank of the design matrix.
    pub rank: usize,
    /// Residual degrees of freedom: rows less rank.
    pub degrees_of_freedom: usize,
    /// Names of the collinear columns that were dropped.
    pub dropped: Vec<String>,
    /// Why standard errors and p-values are null; null when they are given.
    pub reason: Option<String>,
    /// Coefficient of determination (R squared); McFadden's for logistic; null for a constant response.
    pub r_squared: Option<f64>,
    /// Adjusted R squared, corrected for the number of columns; null when undefined.
    pub adjusted_r_squared: Option<f64>,
    /// Residual standard error; null without residual degrees of freedom.
    pub residual_standard_error: Option<f64>,
    /// Residual sum of squares; the deviance for logistic.
    pub residual_sum_of_squares: f64,
    /// F statistic of the model; likelihood-ratio chi-square for logistic; null when undefined.
    pub model_statistic: Option<f64>,
    /// P-value of the model statistic; null when undefined.
    pub model_p_value: Option<f64>,
    /// Log-likelihood; null when undefined.
    pub log_likelihood: Option<f64>,
    /// Akaike information criterion (AIC); null when undefined.
    pub aic: Option<f64>,
    /// Bayesian information criterion (BIC); null when undefined.
    pub bic: Option<f64>,
    /// Durbin-Watson statistic of the residuals in order: about 2 without autocorrelation; null when undefined.
    pub durbin_watson: Option<f64>,
    /// P-value of the Jarque-Bera test of normal residuals; null when undefined.
    pub jarque_bera_p_value: Option<f64>,
    /// P-value of the Breusch-Pagan test of homoscedasticity; null when undefined.
    pub breusch_pagan_p_value: Option<f64>,
    /// Condition number of the columns scaled to equal lengths: the largest amplification of an error in the data.
    pub condition_number: f64,
    /// Value of the response whose probability is modeled, for logistic; null for other models.
    pub modelled: Option<String>,
    /// Classification accuracy at a probability of 0.5, as a fraction, for logistic; null for other models.
    pub accuracy: Option<f64>,
    /// Fitted rows, in the order of the data.
    pub rows: Vec<FittedRow>,
    /// Predictions, in the order of the request.
    pub predictions: Vec<Prediction>,
    /// Confidence level of the intervals, as a fraction.
    pub confidence: f64,
    /// Formula of the fitted model.
    pub formula: String,
    /// Result in words.
    pub sentence: String,
}

/// One coefficient of a model.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Coefficient {
    /// Name of the column.
    pub name: String,
    /// Estimate of the coefficient.
    pub estimate: f64,
    /// Standard error of the coefficient; null when undefined.
    pub standard_error: Option<f64>,
    /// Test statistic: the coefficient over its standard error, t or z for logistic; null when undefined.
    pub statistic: Option<f64>,
    /// P-value of the coefficient; null when undefined.
    pub p_value: Option<f64>,
    /// Lower bound of the confidence interval of the coefficient; null when undefined.
    pub low: Option<f64>,
    /// Upper bound of the confidence interval of the coefficient; null when undefined.
    pub high: Option<f64>,
    /// Odds ratio of a one-unit increase, for logistic; null for other models.
    pub odds_ratio: Option<f64>,
    /// Variance inflation factor (VIF): above 10 indicates strong collinearity; null when undefined.
    pub vif: Option<f64>,
}

/// One fitted row.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FittedRow {
    /// Fitted value; the probability for logistic.
    pub fitted: f64,
    /// Residual: observed less fitted value.
    pub residual: f64,
    /// Leverage: the weight of the observation in its own fitted value; null when undefined.
    pub leverage: Option<f64>,
    /// Cook's distance: the influence of the row on the fit; null when undefined.
    pub cook: Option<f64>,
}

/// One prediction.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Prediction {
    /// Predicted value; the probability for logistic.
    pub value: f64,
    /// Lower bound of the confidence interval of the mean response; null when undefined.
    pub mean_low: Option<f64>,
    /// Upper bound of the confidence interval of the mean response; null when undefined.
    pub mean_high: Option<f64>,
    /// Lower bound of the prediction interval of a new observation; null when undefined.
    pub low: Option<f64>,
    /// Upper bound of the prediction interval of a new observation; null when undefined.
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
        file: None,
        decimal_comma: false,
        target: None,
        features: Vec::new(),
        degree: 2,
        weights: Vec::new(),
        intercept: true,
        collinear: Collinear::Error,
        predict: vec![Cell::from(7.0)],
        predict_rows: Vec::new(),
        confidence: 0.95,
        include_fitted: None,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Fit a regression: least squares, weighted, polynomial, logistic")
        .description(DESCRIPTION)
        .example(example)
        .inline(1024)
        .cost_of(|request: &RegressionRequest| {
            let values = request.y.len() + request.rows.len();
            if values > 200 || request.file.is_some() || request.model == Model::Logistic {
                Cost::Heavy
            } else {
                Cost::Light
            }
        })
}

impl RegressionRequest {
    /// Whether the answer has each row of so many.
    fn shows_rows(&self, count: usize) -> bool {
        self.include_fitted.unwrap_or(count <= SHOWN_ROWS)
    }
}

/// Fits a model.
///
/// # Errors
/// When data are missing or do not fit together, a column is a combination of others, or a response is separated.
pub fn regression(mut request: RegressionRequest, call: &Call) -> Result<RegressionResponse, Error> {
    if request.decimal_comma {
        request.y.by_comma();
        request.x.by_comma();
        request.columns.by_comma();
        request.rows.by_comma();
        request.predict.by_comma();
        request.predict_rows.by_comma();
    }
    // What is read once is moved out; what remains says how to fit.
    let data = RegressionRequest {
        y: std::mem::take(&mut request.y),
        x: std::mem::take(&mut request.x),
        columns: std::mem::take(&mut request.columns),
        rows: std::mem::take(&mut request.rows),
        file: request.file.take(),
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
