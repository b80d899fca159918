"""Writes truth.tsv, rounding.tsv and units.tsv: what expressions are, by mpmath, fractions, decimal and pint.

Run in an environment with mpmath and pint: python3 generate.py
Columns: digits, expression, value. Values have as many significant digits as asked for, rounded to the nearest.
"""

import decimal
import random
from fractions import Fraction

import mpmath
import pint

random.seed(20261130)
mpmath.mp.dps = 220


def rounded(value, digits):
    """A fraction with so many significant digits, halves away from zero."""
    if value == 0:
        return "0"
    context = decimal.Context(prec=digits, rounding=decimal.ROUND_HALF_UP, Emax=999999, Emin=-999999)
    return str(context.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator)))


def rounded_real(value, digits):
    return mpmath.nstr(value, digits, strip_zeros=False, min_fixed=-1, max_fixed=0)


def literal():
    whole = random.choice([1, 2, 5, 9, 15, 20])
    places = random.choice([0, 0, 1, 2, 3, 8, 15])
    number = random.randrange(1, 10**whole)
    text = f"{number}.{random.randrange(10**places):0{places}d}" if places else str(number)
    return ("-" if random.random() < 0.3 else "") + text


def arithmetic(lines):
    for digits in (34, 50):
        for _ in range(90):
            a, b, c = literal(), literal(), literal()
            x, y, z = Fraction(a), Fraction(b), Fraction(c)
            if 0 in (x, y, z):
                continue
            for text, value in (
                (f"({a}) + ({b})", x + y),
                (f"({a}) * ({b})", x * y),
                (f"({a}) / ({b})", x / y),
                (f"({a}) / ({b}) - ({c})", x / y - z),
                (f"({a}) mod ({b})", x - y * (x / y).__floor__()),
            ):
                if random.random() < 0.5:
                    continue
                exact = str(value.numerator) if value.denominator == 1 else rounded(value, digits)
                lines.append((digits, text, exact))


M = mpmath.mpf
FUNCTIONS = {
    "exp": (mpmath.exp, ["1", "-1", "0.5", "1e-20", "-300", "123.456", "10000", "-1e-45", "2.302585092994045684"]),
    "expm1": (mpmath.expm1, ["1e-20", "-0.001", "3"]),
    "ln": (mpmath.ln, ["2", "10", "0.1", "1.0000000001", "0.99999999999999999999", "1e-300", "123456789.123", "9.99999"]),
    "log1p": (mpmath.log1p, ["1e-25", "-0.5", "1e-3"]),
    "log10": (mpmath.log10, ["2", "0.3", "1.5e300", "999.999"]),
    "log2": (lambda x: mpmath.log(x, 2), ["3", "0.1", "1e50"]),
    "sqrt": (mpmath.sqrt, ["2", "3", "0.1", "12345.678", "1e-31", "99999999999999999999"]),
    "cbrt": (mpmath.cbrt, ["2", "10", "0.001001"]),
    "sin": (mpmath.sin, ["1", "0.5", "3.14159265358979", "1e-15", "100", "1e22", "355", "-2.5", "1e100"]),
    "cos": (mpmath.cos, ["1", "0.5", "1.5707963267948966", "1e-15", "100", "1e22", "-11"]),
    "tan": (mpmath.tan, ["1", "1.5707963267948966", "0.001", "10"]),
    "asin": (mpmath.asin, ["0.5", "0.99999999999999999999", "-0.001", "1"]),
    "acos": (mpmath.acos, ["0.5", "0.99999999999999999999", "-0.75", "-1"]),
    "atan": (mpmath.atan, ["1", "0.5", "1e10", "-1e-10", "3", "0.9999999999"]),
    "sinh": (mpmath.sinh, ["1", "1e-12", "-20", "0.3"]),
    "cosh": (mpmath.cosh, ["1", "1e-12", "-20"]),
    "tanh": (mpmath.tanh, ["1", "1e-12", "20", "-0.4"]),
    "asinh": (mpmath.asinh, ["1", "1e-12", "-20", "1e30"]),
    "acosh": (mpmath.acosh, ["2", "1.0000000001", "1e30"]),
    "atanh": (mpmath.atanh, ["0.5", "1e-12", "-0.9999999999"]),
    "gamma": (mpmath.gamma, ["0.5", "0.1", "-2.5", "4.7", "100.5", "-0.000001", "1.4616321449683623"]),
    "gammaln": (mpmath.loggamma, ["0.5", "1.0000001", "2.000001", "1e6", "123.4"]),
    "erf": (mpmath.erf, ["0.5", "1", "1e-10", "-2", "5"]),
    "erfc": (mpmath.erfc, ["0.5", "2", "10", "30", "-1"]),
    "factorial": (lambda x: mpmath.gamma(x + 1), ["0.5", "2.5", "10.25"]),
    "degrees": (mpmath.degrees, ["1", "0.1"]),
    "radians": (mpmath.radians, ["1", "270", "0.1"]),
}
POWERS = [
    ("2", "0.5"), ("2", "0.1"), ("10", "-0.3"), ("1.0001", "10000"), ("1.5", "200"), ("0.5", "-7.25"), ("3", "-5"), ("7.5", "1.5"),
    ("1.000000000001", "1000000000000"), ("123.456", "12.5"), ("0.001", "0.001"), ("1.07", "-30"), ("9", "2.5"), ("2", "1000.5"),
]


def functions(lines):
    for digits in (34, 50):
        for name, (function, arguments) in FUNCTIONS.items():
            for argument in arguments:
                lines.append((digits, f"{name}({argument})", rounded_real(function(M(argument)), digits)))
        for base, exponent in POWERS:
            lines.append((digits, f"{base}^({exponent})", rounded_real(M(base) ** M(exponent), digits)))
        for x, y in (("1", "2"), ("-1", "2"), ("-1", "-2"), ("3", "-0.1")):
            lines.append((digits, f"atan2({x}, {y})", rounded_real(mpmath.atan2(M(y), M(x)), digits)))
        for constant, value in (("pi", mpmath.pi), ("e", mpmath.e), ("phi", mpmath.phi), ("tau", 2 * mpmath.pi)):
            lines.append((digits, constant, rounded_real(+value, digits)))
        compound = [
            ("ln(2) / ln(10)", mpmath.ln(2) / mpmath.ln(10)),
            ("(1 + sqrt(5)) / 2", (1 + mpmath.sqrt(5)) / 2),
            ("exp(pi) - pi", mpmath.exp(mpmath.pi) - mpmath.pi),
            ("sin(1)^2 + cos(1)^2", M(1)),
            ("(1/3 + 1/7) * 21", M(10)),
            ("exp(ln(7) * 3)", M(343)),
            ("sqrt(1e20 + 1) - 1e10", mpmath.sqrt(M("1e20") + 1) - M("1e10")),
        ]
        for text, value in compound[: 7 if digits == 50 else 6]:
            if "1e20" in text:
                continue
            lines.append((digits, text, rounded_real(value, digits)))


ROUNDINGS = {
    "half-up": decimal.ROUND_HALF_UP,
    "half-even": decimal.ROUND_HALF_EVEN,
    "half-down": decimal.ROUND_HALF_DOWN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
    "ceiling": decimal.ROUND_CEILING,
    "floor": decimal.ROUND_FLOOR,
}


def rounding(lines):
    values = ["1.005", "2.135", "-2.5", "2.5", "3.5", "-0.5", "0.05", "1.25", "-1.35", "1234.5678", "0.0049999999999999999999", "99.995", "-7", "1e-30"]
    for mode, constant in ROUNDINGS.items():
        for value in values:
            for places in (0, 1, 2, -2):
                exact = decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-places), rounding=constant)
                lines.append((mode, f"round({value}, {places})", format(exact + 0, "f")))


# No acre: pint has that of the survey foot, which was retired in 2023.
CONVERSIONS = """
1 mile|mi|km; 12.5 inch|in|cm; 6 foot|ft|m; 100 yard|yd|m; 3 nautical_mile|nmi|km; 1 light_year|ly|km; 2 hectare|ha|m^2
1 gallon|gal|L; 3 pint|pt|mL; 2 cup|cup|mL; 4 fluid_ounce|floz|mL; 1 tablespoon|tbsp|mL; 1 teaspoon|tsp|mL; 1 imperial_gallon|impgal|L; 1 oil_bbl|bbl|L
150 pound|lb|kg; 8 ounce|oz|g; 11 stone|st|kg; 1 short_ton|ton|kg; 1 long_ton|longton|kg; 1 troy_ounce|ozt|g; 5 carat|ct|g; 1 grain|gr|mg; 7 metric_ton|t|lb
90 minute|min|h; 3 week|wk|h; 2 day|d|s; 1 julian_year|yr|d; 60 mph|mph|km/h; 10 knot|kn|m/s; 100 km/hour|km/h|mph; 1 revolution_per_minute|rpm|Hz
10 force_pound|lbf|N; 5 kilogram_force|kgf|N; 32 psi|psi|bar; 1 atm|atm|Pa; 760 torr|torr|kPa; 2 bar|bar|psi; 1 technical_atmosphere|at|kPa
500 kilocalorie|kcal|kJ; 3 kilowatt_hour|kWh|MJ; 1 electron_volt|eV|J; 100 metric_horsepower|PS|kW; 1 erg|erg|J; 10 newton*meter|N m|J
1 gigabyte|GB|MiB; 100 megabit/second|Mbit/s|MB/s; 4 kibibyte|KiB|bit; 2 terabyte|TB|TiB; 1 mebibyte|MiB|kB; 1 gibibit|Gibit|MB
3 ampere_hour|Ah|C; 5 kilogram/meter**3|kg/m^3|g/L; 1 pound/foot**3|lb/ft^3|kg/m^3; 9.81 meter/second**2|m/s^2|ft/s^2; 30 mile/gallon|mpg|km/L
100 degC|degC|degF; -40 degF|degF|degC; 98.6 degF|degF|K; 0 kelvin|K|degF; 25 degC|degC|K; 500 degR|degR|K
"""


def units(lines):
    registry = pint.UnitRegistry(non_int_type=decimal.Decimal)
    decimal.getcontext().prec = 60
    names = {
        "m^2": "m**2", "L": "liter", "mL": "milliliter", "ha": "hectare", "h": "hour", "d": "day", "min": "minute", "lb": "pound",
        "N m": "newton*meter", "Mbit/s": "megabit/second", "MB/s": "megabyte/second", "kB": "kilobyte", "MB": "megabyte", "bit": "bit",
        "MiB": "mebibyte", "TiB": "tebibyte", "g/L": "gram/liter", "kg/m^3": "kilogram/meter**3", "ft/s^2": "foot/second**2",
        "km/L": "kilometer/liter", "degF": "degF", "degC": "degC", "K": "kelvin", "mph": "mile/hour", "km/h": "kilometer/hour",
        "Hz": "1/second", "psi": "psi", "C": "coulomb", "J": "joule", "g": "gram", "kW": "kilowatt", "kJ": "kilojoule", "MJ": "megajoule",
    }
    for entry in CONVERSIONS.replace("\n", ";").split(";"):
        if not entry.strip():
            continue
        source, ours, target = entry.strip().split("|")
        number, unit = source.split(" ", 1)
        theirs = names.get(target, target)
        if ours == "rpm":
            value = decimal.Decimal(1) / 60
        else:
            value = registry.Quantity(decimal.Decimal(number), unit).to(theirs).magnitude
        context = decimal.Context(prec=20, rounding=decimal.ROUND_HALF_UP)
        lines.append((20, f"{number} {ours} to {target}", format(context.plus(decimal.Decimal(value)).normalize(), "f")))


def write(name, lines):
    with open(name, "w", encoding="utf-8") as file:
        for line in lines:
            file.write("\t".join(map(str, line)) + "\n")
    print(name, len(lines))


truth, roundings, conversions = [], [], []
arithmetic(truth)
functions(truth)
rounding(roundings)
units(conversions)
write("truth.tsv", truth)
write("rounding.tsv", roundings)
write("units.tsv", conversions)
