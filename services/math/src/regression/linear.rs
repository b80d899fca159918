//! Least squares: coefficients, errors, fit and diagnostics.

use chassis::Call;

use super::design::Design;
use super::qr::{Qr, dot};
use super::{Coefficient, FittedRow, Model, Prediction, RegressionRequest, RegressionResponse, formula, settle};
use crate::dd::Dd;
use crate::distribution::{Family, quantile};
use crate::error::Error;
use crate::statistics::describe::{Moments, short};
use crate::statistics::quantiles::length;

/// What is smaller than this part of the response is what 31 digits leave over.
const NOTHING: f64 = 1e-27;
/// Above this condition, a change in the last digit of the data changes the first ones of the coefficients.
const ILL_CONDITIONED: f64 = 1e10;

pub(super) fn fit(design: &Design, request: &RegressionRequest, call: &Call) -> Result<RegressionResponse, Error> {
    let roots: Option<Vec<Dd>> =
        design.weights.as_ref().map(|weights| weights.iter().map(|weight| weight.sqrt()).collect());
    let weigh = |column: &[Dd], roots: &[Dd]| -> Vec<Dd> {
        column.iter().zip(roots).map(|(value, root)| *value * *root).collect()
    };
    // From the first value of the response: the constant takes it up again.
    let origin = if request.intercept { design.y[0] } else { Dd::ZERO };
    let shifted: Vec<Dd> = design.y.iter().map(|y| *y - origin).collect();
    let (y, qr) = match &roots {
        None => (shifted.clone(), Qr::of(&design.columns, call)?),
        Some(roots) => {
            let columns: Vec<Vec<Dd>> = design.columns.iter().map(|column| weigh(column, roots)).collect();
            (weigh(&shifted, roots), Qr::of(&columns, call)?)
        }
    };
    let dropped = settle(&qr, &design.names, request, call)?;
    let (mut estimates, residuals) = qr.solve(&y);
    let count = y.len();
    let rank = qr.rank();
    let df = count.saturating_sub(rank);
    let constant_y = shifted.iter().all(|value| *value == shifted[0]);
    let scale = dot(&y, &y);
    let rss = dot(&residuals, &residuals);
    let exact = rss.hi() <= scale.hi() * NOTHING * NOTHING || df == 0;
    let rss = if exact { Dd::ZERO } else { rss };
    let total = total(&y, roots.as_deref(), request.intercept);
    let reason =
        if df == 0 { Some("no degrees of freedom: there are as many columns as rows".to_owned()) } else { None };
    if constant_y {
        call.warn("constant", Some("y"), "the response is constant, so there is nothing to explain: R squared is null");
    } else if exact && df > 0 {
        call.warn("perfect-fit", None, "the columns explain the response completely: standard errors are 0");
    }
    let condition = qr.condition();
    if condition > ILL_CONDITIONED {
        let message = format!(
            "the columns are nearly combinations of each other (condition {condition:.1e}): small changes of the data change the coefficients much"
        );
        call.warn("near-collinear", None, message);
    }
    let variance = (df > 0).then(|| rss / length(df));
    let tail = (1.0 - request.confidence) / 2.0;
    let t = Family::StudentT { df: length(df.max(1)) };
    let reach = quantile(t, 1.0 - tail, tail);
    let diagonal = qr.inverse_diagonal();
    let at_constant = qr.kept.iter().position(|kept| design.names[*kept] == "constant" && request.intercept);
    if let Some(place) = at_constant {
        estimates[place] += origin;
    }
    let mut coefficients = Vec::with_capacity(rank);
    for ((kept, estimate), inverse) in qr.kept.iter().zip(&estimates).zip(&diagonal) {
        let error = variance.map(|variance| (variance * *inverse).sqrt().value());
        let value = estimate.value();
        let statistic = error.filter(|error| *error > 0.0).map(|error| value / error);
        let around = error.map(|error| error * reach);
        let is_constant = request.intercept && *kept == 0;
        // How much larger the error is than if the column stood alone.
        let vif = (request.intercept && !is_constant && design.columns.len() > 2)
            .then(|| spread(&design.columns[*kept]) * inverse.value());
        coefficients.push(Coefficient {
            name: design.names[*kept].clone(),
            estimate: value,
            standard_error: error,
            statistic,
            p_value: statistic.map(|statistic| (2.0 * t.cdf_sf(statistic.abs()).1).min(1.0)),
            low: around.map(|around| value - around),
            high: around.map(|around| value + around),
            odds_ratio: None,
            vif: vif.filter(|_| design.weights.is_none()),
        });
    }
    let r_squared = (!total.is_zero() && !constant_y).then(|| (Dd::ONE - rss / total).value());
    let explaining = rank - usize::from(request.intercept);
    let model_statistic = variance
        .filter(|variance| !variance.is_zero() && explaining > 0 && !constant_y)
        .map(|variance| ((total - rss) / length(explaining) / variance).value());
    let n = length(count);
    let weight_term: f64 = design.weights.iter().flatten().map(|weight| weight.value().ln()).sum::<f64>() / 2.0;
    let log_likelihood = (rss.hi() > 0.0)
        .then(|| -n / 2.0 * ((2.0 * std::f64::consts::PI).ln() + (rss / n).value().ln() + 1.0) + weight_term);
    let criterion = |penalty: f64| log_likelihood.map(|likelihood| penalty * length(rank) - 2.0 * likelihood);
    let predictions = predictions(design, request, &qr, &estimates, variance, reach)?;
    let formula = formula("y", &coefficients);
    let sentence = match r_squared {
        _ if constant_y => "The response is constant.".to_owned(),
        None => format!("{formula}."),
        Some(part) => format!("{formula}; it explains {} % of the variance of {count} rows.", short(part * 100.0)),
    };
    Ok(RegressionResponse {
        method: match request.model {
            Model::Wls => "weighted least squares, QR in double-double",
            Model::Polynomial => "polynomial least squares, QR in double-double",
            _ => "least squares, QR in double-double",
        },
        count,
        rank,
        degrees_of_freedom: df,
        dropped,
        reason,
        r_squared,
        adjusted_r_squared: r_squared
            .filter(|_| df > 0)
            .map(|part| 1.0 - (1.0 - part) * (n - f64::from(u8::from(request.intercept))) / length(df)),
        residual_standard_error: variance.map(|variance| variance.sqrt().value()),
        residual_sum_of_squares: rss.value(),
        model_statistic,
        model_p_value: model_statistic.map(|f| Family::F { df1: length(explaining), df2: length(df) }.cdf_sf(f).1),
        log_likelihood,
        aic: criterion(2.0),
        bic: criterion(n.ln()),
        condition_number: condition,
        rows: if request.shows_rows(count) {
            rows(design, &qr, &residuals, roots.as_deref(), variance)
        } else {
            Vec::new()
        },
        predictions,
        confidence: request.confidence,
        formula,
        sentence,
        coefficients,
        ..diagnostics(&qr, &residuals, exact, request.intercept)
    })
}

/// The sum of squares around the mean, to the digits of a double.
fn spread(column: &[Dd]) -> f64 {
    // From the first value, and then from the mean of what is left: what the values have in common costs no digits.
    let first = column[0];
    let far = |value: &Dd| (value.hi() - first.hi()) + (value.lo() - first.lo());
    let mean = column.chunks(512).map(|block| block.iter().map(far).sum::<f64>()).sum::<f64>() / length(column.len());
    let squares = column.chunks(512).map(|block| block.iter().map(|value| (far(value) - mean).powi(2)).sum::<f64>());
    squares.sum()
}

/// The sum of squares around the mean, or around zero without a constant.
fn total(y: &[Dd], roots: Option<&[Dd]>, intercept: bool) -> Dd {
    if !intercept {
        return dot(y, y);
    }
    match roots {
        None => Moments::of(y).squares,
        Some(roots) => {
            // The weighted mean is what the constant alone would fit.
            let mean = dot(y, roots) / dot(roots, roots);
            y.iter().zip(roots).map(|(y, root)| (*y - mean * *root).square()).sum()
        }
    }
}

/// What the residuals say of the model.
fn diagnostics(qr: &Qr, residuals: &[Dd], exact: bool, intercept: bool) -> RegressionResponse {
    let n = length(residuals.len());
    if exact || residuals.len() < 4 {
        return RegressionResponse::default();
    }
    let squares: f64 = dot(residuals, residuals).value();
    let steps: f64 = residuals.windows(2).map(|pair| (pair[1] - pair[0]).value().powi(2)).sum();
    // Around their mean, which is zero only with a constant.
    let center = residuals.iter().map(|value| value.value()).sum::<f64>() / n;
    let mean = |power: i32| residuals.iter().map(|value| (value.value() - center).powi(power)).sum::<f64>() / n;
    let second = mean(2);
    let (skewness, kurtosis) = (mean(3) / second.powf(1.5), mean(4) / second.powi(2));
    let jarque_bera = n / 6.0 * (skewness * skewness + (kurtosis - 3.0).powi(2) / 4.0);
    let chi_square = |df: f64, statistic: f64| Family::Gamma { shape: df / 2.0, scale: 2.0 }.cdf_sf(statistic).1;
    // Koenker's form: n times R squared of the squares on the columns.
    let squared: Vec<Dd> = residuals.iter().map(|value| value.square() / second).collect();
    let around = Moments::of(&squared);
    let explained = qr.explained(&squared.iter().map(|value| *value - around.mean).collect::<Vec<_>>());
    let columns = length(qr.rank()) - 1.0;
    let breusch_pagan = (explained / around.squares).value() * n;
    RegressionResponse {
        durbin_watson: Some(steps / squares),
        jarque_bera_p_value: Some(chi_square(2.0, jarque_bera)),
        // Its R squared is that of a model with a constant.
        breusch_pagan_p_value: (intercept && columns > 0.0 && breusch_pagan.is_finite())
            .then(|| chi_square(columns, breusch_pagan)),
        ..RegressionResponse::default()
    }
}

/// Each row's fitted value and influence.
fn rows(design: &Design, qr: &Qr, residuals: &[Dd], roots: Option<&[Dd]>, variance: Option<Dd>) -> Vec<FittedRow> {
    let rank = length(qr.rank());
    let row = |index: usize| {
        let root = roots.map_or(Dd::ONE, |roots| roots[index]);
        let residual = residuals[index] / root;
        let leverage = qr.leverage(index);
        let size = variance.filter(|variance| variance.hi() > 0.0 && leverage < 1.0 - 1e-12).map(Dd::value);
        FittedRow {
            fitted: (design.y[index] - residual).value(),
            residual: residual.value(),
            leverage: Some(leverage),
            cook: size.map(|variance| {
                residuals[index].value().powi(2) / (rank * variance) * leverage / (1.0 - leverage).powi(2)
            }),
        }
    };
    (0..residuals.len()).map(row).collect()
}

fn predictions(
    design: &Design,
    request: &RegressionRequest,
    qr: &Qr,
    estimates: &[Dd],
    variance: Option<Dd>,
    reach: f64,
) -> Result<Vec<Prediction>, Error> {
    let rows = design.predict(request)?;
    let predict = |values: Vec<Dd>| {
        let row = design.row(&values, request);
        let row: Vec<Dd> = qr.kept.iter().map(|kept| row[*kept]).collect();
        let value = dot(&row, estimates).value();
        let part = qr.forward(&row);
        let part = dot(&part, &part);
        let around = |more: f64| variance.map(|variance| ((part + more) * variance).sqrt().value() * reach);
        let (mean, new) = (around(0.0), around(1.0));
        Prediction {
            value,
            mean_low: mean.map(|around| value - around),
            mean_high: mean.map(|around| value + around),
            low: new.map(|around| value - around),
            high: new.map(|around| value + around),
        }
    };
    Ok(rows.into_iter().map(predict).collect())
}
