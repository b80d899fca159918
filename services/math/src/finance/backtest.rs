//! How an investment did: return, volatility, Sharpe, Sortino, drawdown.

use chassis::{Call, Operation};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, conflict};

const DESCRIPTION: &str = "\
Return, volatility, Sharpe, Sortino and Calmar ratio, maximum drawdown and equity curve of a strategy, from a series \
of prices and the position held at each. The position of a price earns the change to the next one, so a signal never \
sees the price it earns. A position of 1 is fully invested, 0 out of the market, -1 short, 2 leveraged twice. \
Transaction costs are a fraction of the amount traded. Ratios are annualized from simple returns per period; the \
Sharpe ratio uses the sample standard deviation, the Sortino ratio the root mean square of the shortfall from the \
risk-free rate.";

/// Prices of an asset, the position held at each and the cost of trading.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FinanceBacktestRequest {
    /// Prices of the asset, in time order.
    #[garde(length(min = 2, max = 1_000_000))]
    pub prices: Vec<f64>,
    /// Position held at each price, as a multiple of the capital: 1 fully invested, 0 out of the market, -1 short;
    /// fully invested throughout when omitted.
    #[serde(default)]
    #[garde(length(max = 1_000_000), inner(range(min = -100.0, max = 100.0)))]
    pub positions: Vec<f64>,
    /// Prices per year: 252 for trading days, 365 for days, 52 for weeks, 12 for months.
    #[serde(default = "trading_days")]
    #[garde(range(min = 1.0, max = 1_000_000.0))]
    pub periods_per_year: f64,
    /// Risk-free rate per year, as a fraction.
    #[serde(default)]
    #[garde(range(min = -0.9, max = 10.0))]
    pub risk_free_rate: f64,
    /// Transaction cost as a fraction of the amount traded: 0.001 for 0.1 %.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 0.5))]
    pub cost: f64,
}

fn trading_days() -> f64 {
    252.0
}

/// Performance of a strategy.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FinanceBacktestResponse {
    /// Total return over the whole time, as a fraction.
    pub total_return: f64,
    /// Annualized return, compounded, as a fraction.
    pub annual_return: Option<f64>,
    /// Annualized volatility: the standard deviation of the returns, as a fraction; null with fewer than two returns.
    pub volatility: Option<f64>,
    /// Sharpe ratio, annualized: mean excess return over its standard deviation; null when the returns do not vary.
    pub sharpe: Option<f64>,
    /// Sortino ratio, annualized: mean excess return over the downside deviation; null when no return falls short.
    pub sortino: Option<f64>,
    /// Maximum drawdown: the deepest fall of the capital from a peak, as a positive fraction.
    pub max_drawdown: f64,
    /// Index of the price at the peak before the maximum drawdown.
    pub drawdown_start: usize,
    /// Index of the price at the trough of the maximum drawdown.
    pub drawdown_end: usize,
    /// Calmar ratio: annualized return over the maximum drawdown; null without a drawdown.
    pub calmar: Option<f64>,
    /// Number of changes of the position.
    pub trades: usize,
    /// Win rate: the fraction of the periods in the market with a gain; null when there was none.
    pub win_rate: Option<f64>,
    /// Return of buying and holding the asset, as a fraction.
    pub buy_and_hold: f64,
    /// Equity curve: the capital at each price, starting with 1.
    pub equity: Vec<f64>,
    /// Result in words.
    pub sentence: String,
}

fn example() -> FinanceBacktestRequest {
    FinanceBacktestRequest {
        prices: vec![100.0, 102.0, 101.0, 105.0, 103.0, 108.0],
        positions: vec![1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
        periods_per_year: 252.0,
        risk_free_rate: 0.02,
        cost: 0.0,
    }
}

/// What the documents say.
#[must_use]
pub fn about(op: Operation) -> Operation {
    op.summary("Backtest a trading strategy: return, Sharpe ratio, drawdown").description(DESCRIPTION).example(example)
}

/// Judges a strategy.
///
/// # Errors
/// When a price is not above 0, positions and prices differ in number, or the capital is lost.
pub fn backtest(request: FinanceBacktestRequest, call: &Call) -> Result<FinanceBacktestResponse, Error> {
    let prices = &request.prices;
    if let Some(index) = prices.iter().position(|price| *price <= 0.0) {
        return Err(conflict(format!("prices[{index}]"), "must be above 0"));
    }
    let positions = &request.positions;
    if !positions.is_empty() && positions.len() != prices.len() && positions.len() + 1 != prices.len() {
        let message = format!("there are {} for {} prices: send one for each", positions.len(), prices.len());
        return Err(conflict("positions", message));
    }
    let position = |index: usize| positions.get(index).copied().unwrap_or(1.0);
    let mut equity = vec![1.0_f64];
    let mut returns = Vec::with_capacity(prices.len() - 1);
    let (mut held, mut trades, mut wins, mut invested) = (0.0, 0, 0_u32, 0_u32);
    let (mut capital, mut peak, mut peak_at) = (1.0_f64, 1.0_f64, 0);
    let (mut max_drawdown, mut drawdown_start, mut drawdown_end) = (0.0, 0, 0);
    for index in 0..prices.len() - 1 {
        let wanted = position(index);
        let traded: f64 = (wanted - held).abs();
        trades += usize::from(traded > 0.0);
        let change = prices[index + 1] / prices[index] - 1.0;
        let earned = (1.0 - traded * request.cost) * (1.0 + wanted * change) - 1.0;
        if !earned.is_finite() || earned <= -1.0 {
            let message = format!("lose all the capital at price {}: use smaller positions", index + 1);
            return Err(conflict(format!("positions[{index}]"), message));
        }
        // What is held grows with the price, the rest does not.
        held = wanted * (1.0 + change) / (1.0 + wanted * change);
        if wanted != 0.0 {
            invested += 1;
            wins += u32::from(wanted * change > 0.0);
        }
        capital *= 1.0 + earned;
        if capital > peak {
            (peak, peak_at) = (capital, index + 1);
        }
        let fall = 1.0 - capital / peak;
        if fall > max_drawdown {
            (max_drawdown, drawdown_start, drawdown_end) = (fall, peak_at, index + 1);
        }
        returns.push(earned);
        equity.push(capital);
    }
    #[expect(clippy::cast_precision_loss, reason = "at most a million")]
    let count = returns.len() as f64;
    let per_year = request.periods_per_year;
    let risk_free = (request.risk_free_rate.ln_1p() / per_year).exp_m1();
    let mean = returns.iter().sum::<f64>() / count;
    let excess = mean - risk_free;
    let squares: f64 = returns.iter().map(|value| (value - mean).powi(2)).sum();
    let below: f64 = returns.iter().map(|value| (value - risk_free).min(0.0).powi(2)).sum();
    let deviation = (count > 1.0).then(|| (squares / (count - 1.0)).sqrt());
    let ratio = |deviation: f64| (deviation > 1e-14).then(|| excess / deviation * per_year.sqrt());
    let total_return = capital - 1.0;
    let annual_return = Some((capital.ln() * per_year / count).exp_m1()).filter(|rate| rate.is_finite());
    if count < per_year {
        call.warn("short-series", Some("prices"), "less than a year of prices: yearly figures are extrapolated");
    }
    let percent = |value: f64| format!("{:.2} %", value * 100.0);
    Ok(FinanceBacktestResponse {
        total_return,
        annual_return,
        volatility: deviation.map(|deviation| deviation * per_year.sqrt()),
        sharpe: deviation.and_then(ratio),
        sortino: ratio((below / count).sqrt()),
        max_drawdown,
        drawdown_start,
        drawdown_end,
        calmar: annual_return.filter(|_| max_drawdown > 0.0).map(|rate| rate / max_drawdown),
        trades,
        win_rate: (invested > 0).then(|| f64::from(wins) / f64::from(invested)),
        buy_and_hold: prices[prices.len() - 1] / prices[0] - 1.0,
        equity,
        sentence: format!(
            "It returned {} in {} periods, with a deepest fall of {}.",
            percent(total_return),
            returns.len(),
            percent(max_drawdown)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let request = FinanceBacktestRequest {
            prices: vec![100.0, 110.0, 99.0, 118.8],
            positions: Vec::new(),
            periods_per_year: 3.0,
            risk_free_rate: 0.0,
            cost: 0.0,
        };
        let answer = backtest(request, &Call::detached()).unwrap();
        // Returns 0.1, -0.1, 0.2: mean 1/15, sample variance 7/300, downside sqrt(0.01/3).
        let close = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-12, "{found:?}");
        close(Some(answer.total_return), 0.188);
        close(answer.annual_return, 0.188);
        close(answer.volatility, 0.07_f64.sqrt());
        close(answer.sharpe, (1.0 / 15.0) / (7.0_f64 / 300.0).sqrt() * 3.0_f64.sqrt());
        close(answer.sortino, (1.0 / 15.0) / (0.01_f64 / 3.0).sqrt() * 3.0_f64.sqrt());
        close(Some(answer.max_drawdown), 0.1);
        assert_eq!((answer.drawdown_start, answer.drawdown_end), (1, 2));
        close(answer.win_rate, 2.0 / 3.0);
    }

    #[test]
    fn a_position_does_not_see_its_own_price() {
        // Invested only where the price then falls.
        let request = FinanceBacktestRequest {
            prices: vec![100.0, 200.0, 100.0, 200.0],
            positions: vec![0.0, 1.0, 0.0, 0.0],
            cost: 0.01,
            ..example()
        };
        let answer = backtest(request, &Call::detached()).unwrap();
        assert!((answer.total_return - (0.99 * 0.5 * 0.99 - 1.0)).abs() < 1e-12, "{}", answer.total_return);
        assert_eq!(answer.trades, 2);
        let ruin = FinanceBacktestRequest { prices: vec![100.0, 200.0], positions: vec![-1.0, 0.0], ..example() };
        assert!(backtest(ruin, &Call::detached()).unwrap_err().to_string().contains("lose all"));
    }
}
