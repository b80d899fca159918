//! Logistic regression by iteratively reweighted least squares.

use chassis::Call;

use super::design::Design;
use super::qr::{Qr, dot};
use super::{Coefficient, FittedRow, Prediction, RegressionRequest, RegressionResponse, formula, settle};
use crate::dd::Dd;
use crate::distribution::Family;
use crate::error::{Error, conflict, still_wanted};
use crate::special::normal::normal_quantile;
use crate::statistics::describe::short;
use crate::statistics::quantiles::length;

/// Steps of Newton's: a problem that has a solution takes less than ten.
const MAX_STEPS: u32 = 50;
/// Work of one step: rows times the square of columns.
const MAX_WORK: f64 = 2e7;

/// The probability for a logarithm of odds.
fn probability(ln_odds: f64) -> f64 {
    if ln_odds >= 0.0 { 1.0 / (1.0 + (-ln_odds).exp()) } else { ln_odds.exp() / (1.0 + ln_odds.exp()) }
}

/// Minus twice the logarithm of the likelihood.
fn deviance(y: &[Dd], ln_odds: &[f64]) -> f64 {
    // ln(1 + e^x) without overflow.
    let softplus = |x: f64| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
    2.0 * y.iter().zip(ln_odds).map(|(y, x)| if y.is_zero() { softplus(*x) } else { softplus(-x) }).sum::<f64>()
}

pub(super) fn fit(design: &Design, request: &RegressionRequest, call: &Call) -> Result<RegressionResponse, Error> {
    let count = design.y.len();
    let width = length(design.columns.len());
    if length(count) * width * width > MAX_WORK {
        return Err(conflict(
            "columns",
            "are too many for logistic regression: rows times columns squared must be at most 2e7",
        ));
    }
    let plain = Qr::of(&design.columns, call)?;
    let dropped = settle(&plain, &design.names, request, call)?;
    let columns: Vec<&Vec<Dd>> = plain.kept.iter().map(|kept| &design.columns[*kept]).collect();
    let ones = design.y.iter().filter(|y| !y.is_zero()).count();
    let share = length(ones) / length(count);
    if ones == 0 || ones == count {
        return Err(conflict("y", "has only one of its two values in the rows that are complete"));
    }
    let mut ln_odds = vec![0.0_f64; count];
    let mut last = deviance(&design.y, &ln_odds);
    let mut solution: Option<(Vec<Dd>, Qr)> = None;
    let mut converged = false;
    for _ in 0..MAX_STEPS {
        still_wanted(call)?;
        let mut weighted: Vec<Vec<Dd>> = columns.iter().map(|column| Vec::with_capacity(column.len())).collect();
        let mut target = Vec::with_capacity(count);
        for (row, x) in ln_odds.iter().enumerate() {
            let p = probability(*x);
            let weight = (p * (1.0 - p)).max(1e-300);
            let root = Dd::of(weight).sqrt();
            for (weighted, column) in weighted.iter_mut().zip(&columns) {
                weighted.push(column[row] * root);
            }
            target.push((Dd::of(*x) + (design.y[row] - p) / weight) * root);
        }
        let qr = Qr::of(&weighted, call)?;
        if qr.rank() < columns.len() {
            break;
        }
        let (estimates, _) = qr.solve(&target);
        ln_odds = (0..count)
            .map(|row| {
                columns.iter().zip(&estimates).map(|(column, estimate)| column[row] * *estimate).sum::<Dd>().value()
            })
            .collect();
        let now = deviance(&design.y, &ln_odds);
        solution = Some((estimates, qr));
        let change = (last - now).abs();
        last = now;
        // Once more, so that the errors are those of the last coefficients.
        if converged {
            break;
        }
        converged = change <= 1e-12 * (now + 0.1);
    }
    let separated = last < 1e-8 * length(count) || ln_odds.iter().any(|x| x.abs() > 35.0);
    let Some((estimates, qr)) = solution.filter(|_| converged && !separated) else {
        let message = "is separated by the columns: some value of them parts its two values without error, so coefficients \
                       grow without end; leave a column out, or use a simpler rule";
        return Err(conflict("y", message));
    };
    let z = -normal_quantile((1.0 - request.confidence) / 2.0);
    let standard = Family::Normal { mean: 0.0, sd: 1.0 };
    let coefficient = |((kept, estimate), inverse): ((&usize, &Dd), Dd)| {
        let (value, error) = (estimate.value(), inverse.sqrt().value());
        let statistic = value / error;
        Coefficient {
            name: design.names[*kept].clone(),
            estimate: value,
            standard_error: Some(error),
            statistic: Some(statistic),
            p_value: Some((2.0 * standard.cdf_sf(statistic.abs()).1).min(1.0)),
            low: Some(value - z * error),
            high: Some(value + z * error),
            odds_ratio: Some(value.exp()).filter(|odds| odds.is_finite()),
            vif: None,
        }
    };
    let coefficients: Vec<Coefficient> =
        plain.kept.iter().zip(&estimates).zip(qr.inverse_diagonal()).map(coefficient).collect();
    let null = if request.intercept {
        deviance(&design.y, &vec![(share / (1.0 - share)).ln(); count])
    } else {
        deviance(&design.y, &vec![0.0; count])
    };
    let explaining = coefficients.len() - usize::from(request.intercept);
    let statistic = (null - last).max(0.0);
    let rank = coefficients.len();
    let rows: Vec<FittedRow> = ln_odds
        .iter()
        .zip(&design.y)
        .map(|(x, y)| FittedRow {
            fitted: probability(*x),
            residual: y.value() - probability(*x),
            leverage: None,
            cook: None,
        })
        .collect();
    let right = rows.iter().zip(&design.y).filter(|(row, y)| (row.fitted >= 0.5) != y.is_zero()).count();
    let mut predictions = Vec::new();
    for values in design.predict(request)? {
        let row = design.row(&values, request);
        let row: Vec<Dd> = plain.kept.iter().map(|kept| row[*kept]).collect();
        let x = dot(&row, &estimates).value();
        let part = qr.forward(&row);
        let around = dot(&part, &part).sqrt().value() * z;
        predictions.push(Prediction {
            value: probability(x),
            mean_low: Some(probability(x - around)),
            mean_high: Some(probability(x + around)),
            low: None,
            high: None,
        });
    }
    let modelled = design.labels.as_ref().map(|labels| labels[1].clone());
    let formula = formula("ln odds", &coefficients);
    let accuracy = length(right) / length(count);
    let sentence = format!("{formula}; it tells {} % of {count} rows right.", short(accuracy * 100.0));
    Ok(RegressionResponse {
        method: "logistic regression, iteratively reweighted least squares",
        coefficients,
        count,
        rank,
        degrees_of_freedom: count.saturating_sub(rank),
        dropped,
        r_squared: (null > 0.0).then(|| 1.0 - last / null),
        residual_sum_of_squares: last,
        model_statistic: (explaining > 0).then_some(statistic),
        model_p_value: (explaining > 0)
            .then(|| Family::Gamma { shape: length(explaining) / 2.0, scale: 2.0 }.cdf_sf(statistic).1),
        log_likelihood: Some(-last / 2.0),
        aic: Some(last + 2.0 * length(rank)),
        bic: Some(last + length(rank) * length(count).ln()),
        condition_number: plain.condition(),
        modelled,
        accuracy: Some(accuracy),
        rows: if request.shows_rows(count) { rows } else { Vec::new() },
        predictions,
        confidence: request.confidence,
        formula,
        sentence,
        ..RegressionResponse::default()
    })
}
