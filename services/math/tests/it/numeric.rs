//! Integrals, roots, minima and differential equations: published test problems with known answers, and SciPy's.

use serde_json::{Value, json};

use crate::{answer, client, close, refused};

/// Integrals with their values: QUADPACK's test families (Piessens et al., 1983, chapter 4), Kahaner's (1971), Genz's (1984) in one
/// dimension, and textbook integrals over infinite ranges; computed by mpmath with 50 digits.
const INTEGRALS: &[(&str, &str, &str, f64)] = &[
    // QUADPACK: algebraic and logarithmic singularities at an end.
    ("x^-0.9 * ln(1/x)", "0", "1", 100.0),
    ("x^-0.5 * ln(1/x)", "0", "1", 4.0),
    ("x^0.5 * ln(1/x)", "0", "1", 4.0 / 9.0),
    ("x^2.6 * ln(1/x)", "0", "1", 0.077_160_493_827_160_49),
    ("ln(x)", "0", "1", -1.0),
    ("1/sqrt(x)", "0", "1", 2.0),
    ("1/sqrt(1 - x^2)", "-1", "1", std::f64::consts::PI),
    // QUADPACK: a peak of width 4^-5 at pi/4, on a range of 1.
    ("4^-5 / ((x - pi/4)^2 + 16^-5)", "0", "1", 3.135_798_709_165_307),
    ("4^-2 / ((x - pi/4)^2 + 16^-2)", "0", "1", 2.778_784_419_627_957),
    // QUADPACK: oscillation, and singular in the middle.
    ("cos(2^5 * sin(x))", "0", "pi", 0.433_788_002_634_733_55),
    ("abs(x - 1/3)^-0.5", "0", "1", 2.787_693_700_234_703_5),
    ("abs(x - 1/3)^0.5", "0", "1", 0.491_187_429_121_128_4),
    ("sin(2^4 * x) / sqrt(x)", "0", "1", 0.373_566_922_324_057_3),
    // QUADPACK: infinite ranges.
    ("x^2 * exp(-x / 2)", "0", "inf", 16.0),
    ("exp(-x)", "0", "inf", 1.0),
    ("1 / ((x + 1) * sqrt(x))", "0", "inf", std::f64::consts::PI),
    ("exp(-x^2 / 2)", "-inf", "inf", 2.506_628_274_631_000_7),
    ("1 / (1 + x^2)", "-inf", "inf", std::f64::consts::PI),
    ("1 / (1 + x^2)", "-inf", "0", std::f64::consts::FRAC_PI_2),
    ("x^3 / (exp(x) - 1)", "0", "inf", 6.493_939_402_266_829),
    ("1 / cosh(x)", "-inf", "inf", std::f64::consts::PI),
    ("exp(-x) * ln(x)", "0", "inf", -0.577_215_664_901_532_9),
    ("exp(-x^2) * cos(x)", "-inf", "inf", 1.380_388_447_043_143),
    // Kahaner's.
    ("exp(x)", "0", "1", 1.718_281_828_459_045),
    ("if(x > 0.3, 1, 0)", "0", "1", 0.7),
    ("23/25 * cosh(x) - cos(x)", "-1", "1", 0.479_428_226_688_801_7),
    ("1 / (x^4 + x^2 + 0.9)", "-1", "1", 1.582_232_963_729_673),
    ("sqrt(x^3)", "0", "1", 0.4),
    ("1 / (1 + x^4)", "0", "1", 0.866_972_987_339_911),
    ("2 / (2 + sin(10*pi*x))", "0", "1", 1.154_700_538_379_251_5),
    ("1 / (1 + exp(x))", "0", "1", 0.379_885_493_041_722_5),
    ("x / (exp(x) - 1)", "0", "1", 0.777_504_634_112_248_3),
    ("sqrt(50) * exp(-50*pi*x^2)", "0", "10", 0.5),
    ("25 * exp(-25*x)", "0", "10", 1.0),
    ("50 / pi / (2500*x^2 + 1)", "0", "10", 0.499_363_381_076_456_7),
    ("cos(cos(x) + 3*sin(x) + 2*cos(2*x) + 3*cos(3*x))", "0", "pi", 0.291_018_782_860_052_7),
    // Genz: oscillatory, product peak, corner peak, Gaussian, continuous, discontinuous.
    ("cos(2*pi*0.3 + 9*x)", "0", "1", -0.216_104_944_965_561),
    ("1 / (7.25^-2 + (x - 0.7)^2)", "0", "1", 18.241_664_829_138_19),
    ("(1 + 1.85*x)^-2", "0", "1", 0.350_877_192_982_456_2),
    ("exp(-7.03^2 * (x - 0.2)^2)", "0", "1", 0.246_231_254_641_569_17),
    ("exp(-20.4 * abs(x - 0.6))", "0", "1", 0.098_024_965_901_793_19),
    ("if(x > 0.4, 0, exp(4.3*x))", "0", "1", 1.066_169_410_296_756_7),
    // A place without a value that does not matter, and a range backward.
    ("sin(x) / x", "-2", "3", 3.454_065_504_802_163),
    ("x^2", "3", "0", -9.0),
    ("sin(x)", "-1", "1", 0.0),
];

#[test]
fn integrals_that_are_known() {
    let client = client();
    for (expression, from, to, exact) in INTEGRALS {
        let request = json!({"expression": expression, "from": from, "to": to});
        let found = answer(&client, "/numeric/integrate", &request);
        let (value, error) = (found["value"].as_f64().unwrap(), found["errorEstimate"].as_f64().unwrap());
        let off = (value - exact).abs();
        // What is estimated is kept, and only a kink or singularity inside the range costs digits.
        assert!(
            off <= error.max(4e-16 * exact.abs()) * 2.0,
            "{expression}: {value} instead of {exact}, estimated {error}"
        );
        assert!(off <= 2e-7 * exact.abs().max(1e-6), "{expression}: {value} instead of {exact}");
        if found["converged"] == true {
            assert!(off <= 1e-9 * exact.abs().max(1e-6), "{expression}: {value} instead of {exact}");
        }
    }
}

#[test]
fn a_peak_that_was_missed_is_hinted_at() {
    let client = client();
    let far = json!({"expression": "exp(-(x - 1234)^2)", "from": "-inf", "to": "inf"});
    assert_eq!(answer(&client, "/numeric/integrate", &far)["warnings"][0]["code"], "all-zero");
    let mut named = far;
    named["points"] = json!([1234]);
    assert!(close(&answer(&client, "/numeric/integrate", &named)["value"], std::f64::consts::PI.sqrt(), 10));
}

#[test]
fn integrals_that_do_not_exist() {
    let client = client();
    for (expression, from, to, word) in [
        ("1/x", "-1", "1", "x = 0"),
        ("1/x", "0", "1", "x = 0"),
        ("1/(x - 1/3)", "0", "1", "x = 0.333333"),
        ("1/(x - 1/3)^2", "0", "1", "x = 0.333333"),
        ("tan(x)", "0", "3", "x = 1.5708"),
        ("x^-1.5", "0", "1", "x = 0"),
        ("1/x", "1", "inf", "infinity"),
        ("1", "0", "inf", "infinity"),
        ("exp(x)", "0", "inf", "no value at x"),
        ("sin(x)", "0", "inf", "infinity"),
        ("sqrt(x)", "-1", "1", "no value at x = -"),
        ("ln(x - 2)", "0", "1", "no value at x"),
        ("1/ln(x)", "0.5", "2", "x = 1"),
    ] {
        let message =
            refused(&client, "/numeric/integrate", &json!({"expression": expression, "from": from, "to": to}));
        assert!(message.contains(word), "{expression}: {message}");
    }
    let request = json!({"expression": "a*x", "from": 0, "to": 1, "variables": {"x": 1}});
    assert!(refused(&client, "/numeric/integrate", &request).contains("unknown"));
    // What is long or deep is bounded, and what is slow ends.
    for expression in ["9^9^9^9 * x", "sum(1:1000000) * x", &format!("{}x{}", "(".repeat(4_000), ")".repeat(4_000))] {
        refused(&client, "/numeric/integrate", &json!({"expression": expression, "from": 0, "to": 1}));
    }
    let slow = json!({"expression": "sum(sin((1:1000) * x * 1e9))", "from": 0, "to": 1000});
    refused(&client, "/numeric/integrate", &slow);
}

/// Root-finding problems: Alefeld, Potra and Shi (TOMS 748, 1995), Chandrupatla (1997), Wallis's cubic, and others people have.
#[test]
fn roots_that_are_known() {
    let client = client();
    for (equation, from, to, exact) in [
        ("x^3 = 2*x + 5", "0", "10", vec![2.094_551_481_542_326_5]),
        ("sin(x) - x/2", "pi/2", "pi", vec![1.895_494_267_033_981]),
        ("2*x*exp(-5) - 2*exp(-5*x) + 1", "0", "1", vec![0.138_257_155_056_824_1]),
        ("x^2 - (1-x)^5", "0", "1", vec![0.345_954_815_848_242]),
        ("(1 + (1-5)^2)*x - (1-5*x)^2", "0", "1", vec![0.038_402_551_840_621_9]),
        ("exp(-5*x)*(x-1) + x^5", "0", "1", vec![0.516_153_518_757_933_6]),
        ("x^2 + sin(x/10) - 1/4", "0", "1", vec![0.452_509_145_577_641_2]),
        ("1 - 1/x^2", "0.1", "10", vec![1.0]),
        ("(x - 3)^3", "0", "10", vec![3.0]),
        ("x^20 - 0.5", "0", "5", vec![0.965_936_328_924_845_5]),
        ("x^2 = 2", "-10", "10", vec![-std::f64::consts::SQRT_2, std::f64::consts::SQRT_2]),
        ("cos(x) = x", "-inf", "inf", vec![0.739_085_133_215_160_6]),
        ("x^2 - 4*x + 4", "0", "5", vec![2.0]),
        ("ln(x) = 0", "-5", "5", vec![1.0]),
        ("sqrt(x - 2)", "0", "10", vec![2.0]),
        ("tan(x)", "1", "5", vec![std::f64::consts::PI]),
        ("1/x", "-1", "1", vec![]),
        ("x^2 + 1", "-10", "10", vec![]),
        ("floor(x) = 0.5", "-3", "3", vec![]),
        (
            "sin(x)",
            "-7",
            "7",
            vec![-std::f64::consts::TAU, -std::f64::consts::PI, 0.0, std::f64::consts::PI, std::f64::consts::TAU],
        ),
        ("1e-8*x - 1", "-1e9", "1e9", vec![1e8]),
        ("x^2 - 1e-12", "-1", "1", vec![-1e-6, 1e-6]),
        ("1000*(1+x)^10 = 2000", "0", "1", vec![0.071_773_462_536_293_16]),
    ] {
        let found = answer(&client, "/numeric/root", &json!({"equation": equation, "from": from, "to": to}));
        let rows: Vec<f64> = found["rows"].as_array().unwrap().iter().map(|row| row["x"].as_f64().unwrap()).collect();
        assert_eq!(rows.len(), exact.len(), "{equation}: {found}");
        for (x, exact) in rows.iter().zip(&exact) {
            let digits = if equation.contains("4*x + 4") || equation.contains(")^3") { 1e-5 } else { 1e-14 };
            assert!((x - exact).abs() <= digits * exact.abs().max(1e-6), "{equation}: {x} instead of {exact}");
        }
    }
    // The one near a guess, of many; a name of one's own; what holds everywhere.
    let found = answer(
        &client,
        "/numeric/root",
        &json!({"equation": "sin(w) = s", "variable": "w", "guess": 100, "variables": {"s": 0}}),
    );
    assert!(close(&found["root"], 32.0 * std::f64::consts::PI, 14), "{}", found["root"]);
    assert_eq!((&found["count"], &found["warnings"][0]["code"]), (&json!(100), &json!("more-roots")));
    assert!(refused(&client, "/numeric/root", &json!({"equation": "x = x"})).contains("whole range"));
    let tangent = answer(&client, "/numeric/root", &json!({"equation": "tan(x)", "from": 1, "to": 2}));
    assert_eq!((&tangent["root"], tangent["poles"].as_array().unwrap().len()), (&Value::Null, 1));
}

/// Moré, Garbow and Hillstrom (TOMS 7, 1981): expression, start, minimum.
const UNCONSTRAINED: &[(&str, &str, &[f64], f64)] = &[
    ("Rosenbrock", "(10*(b - a^2))^2 + (1 - a)^2", &[-1.2, 1.0], 0.0),
    ("Powell badly scaled", "(1e4*a*b - 1)^2 + (exp(-a) + exp(-b) - 1.0001)^2", &[0.0, 1.0], 0.0),
    ("Brown badly scaled", "(a - 1e6)^2 + (b - 2e-6)^2 + (a*b - 2)^2", &[1.0, 1.0], 0.0),
    ("Beale", "(1.5 - a*(1-b))^2 + (2.25 - a*(1-b^2))^2 + (2.625 - a*(1-b^3))^2", &[1.0, 1.0], 0.0),
    ("Jennrich and Sampson", "sum((2 + 2*i - (exp(i*a) + exp(i*b)))^2)", &[0.3, 0.4], 124.362_182_355_615),
    (
        "helical valley",
        "(10*(c - 10*if(a > 0, atan(b/a)/(2*pi), atan(b/a)/(2*pi) + 0.5)))^2 + (10*(sqrt(a^2+b^2) - 1))^2 + c^2",
        &[-1.0, 0.01, 0.0],
        0.0,
    ),
    ("Bard", "sum((y - (a + u/(b*v + c*w)))^2)", &[1.0, 1.0, 1.0], 8.214_877_306_578_974e-3),
    ("Gaussian", "sum((a*exp(-b*(t - c)^2/2) - g)^2)", &[0.4, 1.0, 0.0], 1.127_932_769_618_97e-8),
    (
        "box three-dimensional",
        "sum((exp(-a*i/10) - exp(-b*i/10) - c*(exp(-i/10) - exp(-i)))^2)",
        &[0.0, 10.0, 20.0],
        0.0,
    ),
    ("Powell singular", "(a+10*b)^2 + 5*(c-d)^2 + (b-2*c)^4 + 10*(a-d)^4", &[3.0, -1.0, 0.0, 1.0], 0.0),
    (
        "Wood",
        "100*(b-a^2)^2 + (1-a)^2 + 90*(d-c^2)^2 + (1-c)^2 + 10*(b+d-2)^2 + (b-d)^2/10",
        &[-3.0, -1.0, -3.0, -1.0],
        0.0,
    ),
    (
        "Kowalik and Osborne",
        "sum((k - a*(q^2 + q*b)/(q^2 + q*c + d))^2)",
        &[0.25, 0.39, 0.415, 0.39],
        3.075_056_038_492_364e-4,
    ),
    (
        "Brown and Dennis",
        "sum(((a + s*b - exp(s))^2 + (c + d*sin(s) - cos(s))^2)^2)",
        &[25.0, 5.0, -5.0, -1.0],
        85_822.201_626_356,
    ),
];

#[test]
fn minima_that_are_known() {
    let client = client();
    let ten: Vec<f64> = (1..=10).map(f64::from).collect();
    let fifteen: Vec<f64> = (1..=15).map(f64::from).collect();
    let variables = json!({
        "i": ten,
        "y": [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39],
        "u": fifteen,
        "v": fifteen.iter().map(|u| 16.0 - u).collect::<Vec<_>>(),
        "w": fifteen.iter().map(|u| u.min(16.0 - u)).collect::<Vec<_>>(),
        "t": fifteen.iter().map(|u| (8.0 - u) / 2.0).collect::<Vec<_>>(),
        "g": [9e-4, 4.4e-3, 0.0175, 0.054, 0.1295, 0.242, 0.3521, 0.3989, 0.3521, 0.242, 0.1295, 0.054, 0.0175, 4.4e-3, 9e-4],
        "k": [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246],
        "q": [4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625],
        "s": (1..=20).map(|i| f64::from(i) / 5.0).collect::<Vec<_>>(),
    });
    for (name, expression, start, exact) in UNCONSTRAINED {
        let unknowns: Vec<Value> = ["a", "b", "c", "d"]
            .iter()
            .zip(*start)
            .map(|(name, start)| json!({"name": name, "start": start}))
            .collect();
        let request = json!({"expression": expression, "unknowns": unknowns, "variables": variables});
        let found = answer(&client, "/numeric/minimize", &request);
        let value = found["value"].as_f64().unwrap();
        assert!((value - exact).abs() <= 1e-7 * exact.abs() + 1e-9, "{name}: {value} instead of {exact}: {found}");
    }
    // One unknown: the lowest of many dips, the end of a range, a maximum.
    for (expression, from, to, maximize, x) in [
        ("sin(x) + sin(10*x/3)", 2.7, 7.5, false, 5.145_735),
        ("-(16*x^2 - 24*x + 5)*exp(-x)", 1.9, 3.9, false, 2.868_034),
        ("x*sin(x) + x*cos(2*x)", 0.0, 10.0, false, 4.795_408_7),
        ("x^2", 1.0, 5.0, false, 1.0),
        ("x*(100 - x)", 0.0, 200.0, true, 50.0),
    ] {
        let request = json!({"expression": expression, "maximize": maximize, "unknowns": [{"name": "x", "min": from, "max": to}]});
        let found = answer(&client, "/numeric/minimize", &request);
        assert!(close(&found["rows"][0]["value"], x, 6), "{expression}: {found}");
    }
    // Bounds that hold: the best is on one; kinks; a global minimum among many (Ackley).
    let bound =
        json!({"expression": "(10*(b - a^2))^2 + (1 - a)^2", "unknowns": [{"name": "a", "max": 0.5}, {"name": "b"}]});
    let found = answer(&client, "/numeric/minimize", &bound);
    assert!(close(&found["value"], 0.25, 9) && found["rows"][0]["atBound"] == true, "{found}");
    let kink = json!({"expression": "abs(a - 1) + 3*abs(b + 2) + abs(a*b + 2)"});
    assert!(answer(&client, "/numeric/minimize", &kink)["value"].as_f64().unwrap() < 1e-6);
    let ackley = "-20*exp(-0.2*sqrt((a^2+b^2)/2)) - exp((cos(2*pi*a) + cos(2*pi*b))/2) + 20 + e";
    let unknown = |name: &str| json!({"name": name, "min": -30, "max": 35});
    let found =
        answer(&client, "/numeric/minimize", &json!({"expression": ackley, "unknowns": [unknown("a"), unknown("b")]}));
    assert!(found["value"].as_f64().unwrap() < 1e-5, "{found}");
    for (request, word) in [
        (json!({"expression": "a + b"}), "without end"),
        (json!({"expression": "-x^2"}), "without end"),
        (json!({"expression": "sqrt(-1 - x^2)"}), "no value"),
        (json!({"expression": "x", "unknowns": [{"name": "x", "min": 2, "max": 1}]}), "below min"),
        (json!({"expression": "5"}), "no unknown"),
        (json!({"expression": "x > 2"}), "number"),
    ] {
        let message = refused(&client, "/numeric/minimize", &request);
        assert!(message.contains(word), "{request}: {message}");
    }
}

const SCIPY: &str = r#"
import json, sys, warnings
import numpy as np
from scipy import integrate, optimize
warnings.simplefilter("ignore")
names = {name: getattr(np, name) for name in "sin cos tan exp log sqrt abs cosh sinh pi e arctan".split()}
def function(source):
    code = compile(source.replace("^", "**"), "f", "eval")
    return lambda x: eval(code, {}, {**names, "x": np.float64(x)})
asked = json.load(sys.stdin)
answer = {"integrals": [], "roots": [], "ode": []}
for source, a, b in asked["integrals"]:
    answer["integrals"].append(integrate.quad(function(source), float(a), float(b), epsrel=1e-10, epsabs=0, limit=200)[:2])
for source, a, b in asked["roots"]:
    answer["roots"].append(optimize.brentq(function(source), a, b, xtol=1e-300, rtol=8.9e-16))
lorenz = lambda t, s: [10*(s[1]-s[0]), s[0]*(28-s[2])-s[1], s[0]*s[1]-8/3*s[2]]
answer["ode"] = integrate.solve_ivp(lorenz, (0, 5), [1, 1, 1], method="DOP853", rtol=1e-13, atol=1e-13, t_eval=[1, 2.5, 5]).y.tolist()
json.dump(answer, sys.stdout)
"#;

/// Integrands with parameters drawn at random, roots and a chaotic system, beside SciPy's.
#[test]
fn answers_as_scipy_has_them() {
    let mut state = 20_261_130_u64;
    let mut random = |low: f64, high: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((state >> 11) as f64 / (1_u64 << 53) as f64)
    };
    let mut integrals = Vec::new();
    let mut roots = Vec::new();
    for _ in 0..30 {
        let (a, b, c) = (random(0.2, 3.0), random(-2.0, 2.0), random(0.1, 4.0));
        integrals.push((format!("exp(-{a}*(x - ({b}))**2)*cos({c}*x)"), "-inf", "inf"));
        integrals.push((format!("x**{c} * exp(-{a}*x)"), "0", "inf"));
        integrals.push((format!("sin({a}*x) + {b}*x**3 - {c}"), "-1", "3"));
        integrals.push((format!("sqrt(x) / (1 + {a}*x**2)"), "0", "2"));
        roots.push((format!("exp({a}*x) - {c} - ({b})**2*10"), -50.0, 50.0 / a));
        roots.push((format!("x**3 + {a}*x - {b}*100"), -1000.0, 1000.0));
    }
    let request = json!({"integrals": integrals, "roots": roots});
    let Some(theirs) = chassis::testing::python("math", SCIPY, &request) else { return };
    let client = client();
    for ((source, from, to), theirs) in integrals.iter().zip(theirs["integrals"].as_array().unwrap()) {
        let request = json!({"expression": source.replace("**", "^"), "from": from, "to": to});
        let found = answer(&client, "/numeric/integrate", &request);
        let (value, error) = (theirs[0].as_f64().unwrap(), theirs[1].as_f64().unwrap());
        let off = (found["value"].as_f64().unwrap() - value).abs();
        assert!(off <= 1e-9 * value.abs() + error, "{source}: {} instead of {value}", found["value"]);
    }
    for ((source, from, to), theirs) in roots.iter().zip(theirs["roots"].as_array().unwrap()) {
        let request = json!({"equation": source.replace("**", "^"), "from": from, "to": to});
        let found = answer(&client, "/numeric/root", &request);
        assert!(close(&found["root"], theirs.as_f64().unwrap(), 12), "{source}: {} instead of {theirs}", found["root"]);
    }
    let lorenz = json!({
        "equations": [
            {"name": "x", "derivative": "10*(y - x)", "start": 1},
            {"name": "y", "derivative": "x*(28 - z) - y", "start": 1},
            {"name": "z", "derivative": "x*y - 8/3*z", "start": 1},
        ],
        "to": 5, "times": [1, 2.5, 5], "stepTolerance": 1e-11,
    });
    let found = answer(&client, "/numeric/ode", &lorenz);
    for (series, theirs) in found["series"].as_array().unwrap().iter().zip(theirs["ode"].as_array().unwrap()) {
        for (value, theirs) in series["solution"].as_array().unwrap().iter().zip(theirs.as_array().unwrap()) {
            assert!(close(value, theirs.as_f64().unwrap(), 5), "{value} instead of {theirs}");
        }
    }
}
