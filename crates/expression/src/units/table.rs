//! The units that are known, as data.
//!
//! One line a unit: symbols; names; factor to SI; dimension; prefixes. Factors are exact: those of the 1959 international
//! yard and pound, of NIST SP 811 (appendix B) and of the 2019 SI; a trailing `pi` is a factor of pi. The first symbol is
//! the one that is written. Symbols are told apart by case, names are not, and take a plural s. A year is the Julian one
//! of 365.25 days, a month a twelfth of it, as astronomers and mathjs have it.

/// `si`: decimal prefixes; `data`: decimal and binary ones.
pub(super) const UNITS: &str = "
m; meter, metre; 1; L; si
in, ″; inch, inches; 0.0254; L; -
ft, ′; foot, feet; 0.3048; L; -
yd, yds; yard; 0.9144; L; -
mi; mile; 1609.344; L; -
nmi, NM; nautical_mile, nauticalmile; 1852; L; -
mil; thou; 0.0000254; L; -
au, AU; astronomical_unit; 149597870700; L; -
ly; light_year, lightyear; 9460730472580800; L; -
pc; parsec; 96939420213600000/pi; L; si
Å; angstrom, ångström; 1e-10; L; -
fathom; fathom; 1.8288; L; -
ch; chain; 20.1168; L; -
rod; rod; 5.0292; L; -
fur; furlong; 201.168; L; -
league; league; 4828.032; L; -
hand; hand; 0.1016; L; -
ha; hectare; 10000; L2; -
are; are; 100; L2; -
acre, ac; acre; 4046.8564224; L2; -
sqm; square_meter, square_metre; 1; L2; -
sqkm; square_kilometer, square_kilometre; 1000000; L2; -
sqin; square_inch, square_inches; 0.00064516; L2; -
sqft; square_foot, square_feet; 0.09290304; L2; -
sqyd; square_yard; 0.83612736; L2; -
sqmi; square_mile; 2589988.110336; L2; -
L, l; liter, litre; 0.001; L3; si
cc, ccm; cubic_centimeter, cubic_centimetre; 0.000001; L3; -
cbm; cubic_meter, cubic_metre; 1; L3; -
cuin; cubic_inch, cubic_inches; 0.000016387064; L3; -
cuft; cubic_foot, cubic_feet; 0.028316846592; L3; -
cuyd; cubic_yard; 0.764554857984; L3; -
gal; gallon, us_gallon; 0.003785411784; L3; -
qt; quart; 0.000946352946; L3; -
pt; pint; 0.000473176473; L3; -
cup; cup; 0.0002365882365; L3; -
floz, fl_oz; fluid_ounce, fluidounce; 0.0000295735295625; L3; -
tbsp; tablespoon; 0.00001478676478125; L3; -
tsp; teaspoon; 0.00000492892159375; L3; -
bbl; barrel, oil_barrel; 0.158987294928; L3; -
impgal; imperial_gallon, uk_gallon; 0.00454609; L3; -
impqt; imperial_quart, uk_quart; 0.0011365225; L3; -
imppt; imperial_pint, uk_pint; 0.00056826125; L3; -
impfloz; imperial_fluid_ounce, uk_fluid_ounce; 0.0000284130625; L3; -
g; gram, gramme; 0.001; M; si
t; tonne, metric_ton; 1000; M; si
lb, lbs, lbm; pound; 0.45359237; M; -
oz; ounce; 0.028349523125; M; -
st; stone; 6.35029318; M; -
ton; short_ton, us_ton; 907.18474; M; -
longton; long_ton, imperial_ton; 1016.0469088; M; -
cwt; hundredweight; 45.359237; M; -
gr; grain; 0.00006479891; M; -
ct; carat; 0.0002; M; -
ozt; troy_ounce; 0.0311034768; M; -
slug; slug; 4.4482216152605/0.3048; M; -
u, Da; dalton; 1.66053906892e-27; M; -
s, sec, secs; second; 1; T; si
min, mins; minute; 60; T; -
h, hr, hrs; hour; 3600; T; -
d; day; 86400; T; -
wk; week; 604800; T; -
fortnight; fortnight; 1209600; T; -
mo; month; 2629800; T; -
yr, a; year; 31557600; T; -
decade; decade; 315576000; T; -
century; century, centuries; 3155760000; T; -
millennium; millennium, millennia; 31557600000; T; -
Hz; hertz; 1; T-1; si
rpm; rpm; 1/60; T-1; -
kn, kt, kts; knot; 1852/3600; L T-1; -
mph; mph; 0.44704; L T-1; -
kph, kmh; kph; 1000/3600; L T-1; -
fps; fps; 0.3048; L T-1; -
gn, gravity; standard_gravity; 9.80665; L T-2; -
N; newton; 1; M L T-2; si
lbf; pound_force, poundforce; 4.4482216152605; M L T-2; -
kgf, kp; kilogram_force, kilopond; 9.80665; M L T-2; -
dyn; dyne; 0.00001; M L T-2; si
Pa; pascal; 1; M L-1 T-2; si
bar; bar; 100000; M L-1 T-2; si
atm; atmosphere; 101325; M L-1 T-2; -
at; technical_atmosphere; 98066.5; M L-1 T-2; -
psi; psi; 4.4482216152605/0.00064516; M L-1 T-2; -
mmHg; mmhg; 133.322387415; M L-1 T-2; -
inHg; inhg; 3386.388640341; M L-1 T-2; -
Torr, torr; torr; 101325/760; M L-1 T-2; -
J; joule; 1; M L2 T-2; si
cal; calorie; 4.184; M L2 T-2; si
Wh; watt_hour, watthour; 3600; M L2 T-2; si
eV; electronvolt; 1.602176634e-19; M L2 T-2; si
BTU, Btu, btu; british_thermal_unit; 1055.05585262; M L2 T-2; -
therm; therm; 105505585.262; M L2 T-2; -
erg; erg; 0.0000001; M L2 T-2; -
ftlb; foot_pound, footpound; 1.3558179483314004; M L2 T-2; -
W; watt; 1; M L2 T-3; si
hp; horsepower; 745.69987158227022; M L2 T-3; -
PS; metric_horsepower; 735.49875; M L2 T-3; -
A; ampere, amp; 1; I; si
C; coulomb; 1; I T; si
Ah; ampere_hour, amperehour; 3600; I T; si
V; volt; 1; M L2 T-3 I-1; si
Ω, Ω, ohm; ohm; 1; M L2 T-3 I-2; si
F; farad; 1; M-1 L-2 T4 I2; si
S; siemens; 1; M-1 L-2 T3 I2; si
Wb; weber; 1; M L2 T-2 I-1; si
T; tesla; 1; M T-2 I-1; si
H; henry; 1; M L2 T-2 I-2; si
K; kelvin; 1; K; si
degC, °C, ℃; celsius, degree_celsius, degrees_celsius, centigrade; 1; K; -
degF, °F, ℉; fahrenheit, degree_fahrenheit, degrees_fahrenheit; 5/9; K; -
degR, °R; rankine; 5/9; K; -
deltaC, Δ°C, Δ°C, delta_degC; delta_celsius, delta_degree_celsius; 1; K; -
deltaF, Δ°F, Δ°F, delta_degF; delta_fahrenheit, delta_degree_fahrenheit; 5/9; K; -
mol; mole; 1; N; si
kat; katal; 1; N T-1; si
cd; candela; 1; J; si
lm; lumen; 1; J; si
lx; lux; 1; J L-2; si
Bq; becquerel; 1; T-1; si
Gy; gray; 1; L2 T-2; si
Sv; sievert; 1; L2 T-2; si
rad; radian; 1; A; si
deg, °; degree; 1/180 pi; A; -
grad, gon; gradian; 1/200 pi; A; -
arcmin; arcminute; 1/10800 pi; A; -
arcsec; arcsecond; 1/648000 pi; A; -
turn, rev; turn, revolution; 2 pi; A; -
bit, b; bit; 1; B; data
B, byte; byte, octet; 8; B; data
nibble; nibble; 4; B; -
bps; bps; 1; B T-1; data
Bps; bytes_per_second; 8; B T-1; data
mpg; miles_per_gallon; 1609.344/0.003785411784; L-2; -
impmpg; imperial_miles_per_gallon; 1609.344/0.00454609; L-2; -
ppm; ppm; 0.000001; ; -
ppb; ppb; 0.000000001; ; -
dozen; dozen; 12; ; -
";

/// Decimal prefixes: symbol, name, power of ten. `k` is also written `K` before what counts data.
pub(super) const DECIMAL_PREFIXES: &[(&str, &str, i8)] = &[
    ("Q", "quetta", 30),
    ("R", "ronna", 27),
    ("Y", "yotta", 24),
    ("Z", "zetta", 21),
    ("E", "exa", 18),
    ("P", "peta", 15),
    ("T", "tera", 12),
    ("G", "giga", 9),
    ("M", "mega", 6),
    ("k", "kilo", 3),
    ("h", "hecto", 2),
    ("da", "deca", 1),
    ("d", "deci", -1),
    ("c", "centi", -2),
    ("m", "milli", -3),
    ("µ", "micro", -6),
    ("μ", "micro", -6),
    ("u", "micro", -6),
    ("n", "nano", -9),
    ("p", "pico", -12),
    ("f", "femto", -15),
    ("a", "atto", -18),
    ("z", "zepto", -21),
    ("y", "yocto", -24),
    ("r", "ronto", -27),
    ("q", "quecto", -30),
];

/// Binary prefixes (IEC 80000-13): symbol, name, power of 1024.
pub(super) const BINARY_PREFIXES: &[(&str, &str, i8)] = &[
    ("Ki", "kibi", 1),
    ("Mi", "mebi", 2),
    ("Gi", "gibi", 3),
    ("Ti", "tebi", 4),
    ("Pi", "pebi", 5),
    ("Ei", "exbi", 6),
    ("Zi", "zebi", 7),
    ("Yi", "yobi", 8),
];

/// Names of dimensions, for messages; the letters are those of the table.
pub(super) const DIMENSIONS: &[(&str, &str)] = &[
    ("L", "length"),
    ("L2", "area"),
    ("L3", "volume"),
    ("M", "mass"),
    ("T", "time"),
    ("T-1", "frequency"),
    ("L T-1", "speed"),
    ("L T-2", "acceleration"),
    ("M L T-2", "force"),
    ("M L-1 T-2", "pressure"),
    ("M L2 T-2", "energy"),
    ("M L2 T-3", "power"),
    ("I", "electric current"),
    ("I T", "electric charge"),
    ("M L2 T-3 I-1", "voltage"),
    ("M L2 T-3 I-2", "resistance"),
    ("K", "temperature"),
    ("N", "amount of substance"),
    ("J", "luminous intensity"),
    ("A", "angle"),
    ("B", "amount of data"),
    ("B T-1", "data rate"),
    ("M T-1", "mass flow"),
    ("M L-3", "density"),
];

/// Units a product of SI units is written in.
pub(super) const DERIVED: &[&str] = &["N", "Pa", "J", "W", "C", "V", "Ω", "F", "Wb", "T", "H"];

/// Codes of ISO 4217, and the coins people compute with most.
pub(super) const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS \
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC \
SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG \
BTC ETH USDT USDC XRP SOL ADA DOGE LTC BNB";

/// Signs of currencies. One sign may mean several; it is the one most people mean.
pub(crate) const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("R$", "BRL"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("S$", "SGD"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₿", "BTC"),
    ("₫", "VND"),
    ("₴", "UAH"),
    ("₦", "NGN"),
    ("₪", "ILS"),
    ("₱", "PHP"),
    ("₡", "CRC"),
    ("₲", "PYG"),
    ("₸", "KZT"),
    ("zł", "PLN"),
];
