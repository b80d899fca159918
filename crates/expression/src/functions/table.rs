//! What the functions are called, what they take and what they are: the one list that everything is derived from.
//!
//! A line a function: names; number of arguments (`1+`: one or more); how it is called; what it is. What they do stands in
//! the modules beside this one, under the first name; a test sees that the two agree.

pub(super) const FUNCTIONS: &str = r#"
if | 2-3 | if(condition, then, else) | One of two values, by a condition; only the one is computed.
ifs | 2+ | ifs(condition, value, ...) | The value behind the first condition that holds.
iferror, ifna | 2 | iferror(value, otherwise) | The value, or another where it cannot be computed; an unknown name stays an error.
iserror, iserr | 1 | iserror(value) | Whether a value cannot be computed.
switch | 3+ | switch(value, case, result, ..., otherwise) | The result behind the case that equals the value.
choose | 2+ | choose(n, value1, value2, ...) | The n-th of the values, from 1.
coalesce, ifnull, ifblank | 1+ | coalesce(a, b, ...) | The first value that is not empty.
and | 1+ | and(a, b, ...) | Whether all conditions hold, those in lists too.
or | 1+ | or(a, b, ...) | Whether any condition holds, those in lists too.
xor | 1+ | xor(a, b, ...) | Whether an odd number of conditions holds.
not | 1 | not(a) | Whether a condition does not hold.
true | 0 | true() | The condition that holds.
false | 0 | false() | The condition that does not hold.
isblank, isnull, isempty | 1 | isblank(value) | Whether a value is empty.
isnumber, isnumeric | 1 | isnumber(value) | Whether a value is a number.
istext | 1 | istext(value) | Whether a value is a text.
isnontext | 1 | isnontext(value) | Whether a value is no text.
islogical | 1 | islogical(value) | Whether a value is true or false.
iseven | 1 | iseven(n) | Whether a number, cut to a whole one, is even.
isodd | 1 | isodd(n) | Whether a number, cut to a whole one, is odd.
isinteger | 1 | isinteger(x) | Whether a number is whole.
n | 1 | n(value) | A value as a number: conditions are 1 and 0, texts that are no numbers 0.
number, value | 1 | number(value) | A text or condition as a number.
round | 1-2 | round(x, places) | To so many places (0; before the point when negative), by the rounding mode of the call: halves away from zero.
roundup | 1-2 | roundup(x, places) | Away from zero, to so many places.
rounddown, trunc, fix | 1-2 | rounddown(x, places) | Toward zero, to so many places.
roundhalfeven, bankersround | 1-2 | roundhalfeven(x, places) | To so many places, halves to the even neighbor (banker's rounding).
int | 1 | int(x) | Down to a whole number: int(-2.5) is -3.
ceil | 1-2 | ceil(x, places) | Up, to so many places: ceil(-2.5) is -2.
ceiling | 1-2 | ceiling(x, multiple) | Away from zero to a multiple: ceiling(-2.5, -2) is -4, ceiling(-2.5, 2) is -2; a positive x takes no negative multiple.
floor | 1-2 | floor(x, multiple) | Toward zero to a multiple: floor(-2.5, -2) is -2, floor(-2.5, 2) is -4; a positive x takes no negative multiple.
ceiling.math | 1-3 | ceiling.math(x, multiple, mode) | Up to a multiple, whatever its sign; with a mode other than 0, negative numbers go away from zero.
floor.math | 1-3 | floor.math(x, multiple, mode) | Down to a multiple, whatever its sign; with a mode other than 0, negative numbers go toward zero.
ceiling.precise, iso.ceiling | 1-2 | ceiling.precise(x, multiple) | Up to a multiple, whatever its sign.
floor.precise | 1-2 | floor.precise(x, multiple) | Down to a multiple, whatever its sign.
mround | 2 | mround(x, multiple) | To the nearest multiple, halves away from zero; both have the same sign.
even | 1 | even(x) | Away from zero to an even number.
odd | 1 | odd(x) | Away from zero to an odd number.
factorial | 1 | factorial(n) | The factorial, also n!; of a number that is not whole by the gamma function.
fact | 1 | fact(n) | The factorial of a number, cut to a whole one as spreadsheets do.
factdouble | 1 | factdouble(n) | The product of every second number down from n.
abs | 1 | abs(x) | The size of a number.
sign | 1 | sign(x) | 1, 0 or -1.
power, pow | 2 | power(x, y) | x to the power of y.
square | 1 | square(x) | x times x.
cube | 1 | cube(x) | x to the power of 3.
sqrt | 1 | sqrt(x) | The square root.
cbrt | 1 | cbrt(x) | The cube root, of negative numbers too.
nthroot | 1-2 | nthroot(x, n) | The n-th root (2).
sqrtpi | 1 | sqrtpi(x) | The square root of pi times x.
exp | 1 | exp(x) | e to the power of x.
expm1 | 1 | expm1(x) | exp(x) - 1, good for small x too.
ln | 1 | ln(x) | The natural logarithm.
log | 1-2 | log(x, base) | The logarithm to a base (10, as in spreadsheets).
log10 | 1 | log10(x) | The logarithm to base 10.
log2 | 1 | log2(x) | The logarithm to base 2.
log1p | 1 | log1p(x) | ln(1 + x), good for small x too.
mod | 2 | mod(x, y) | The remainder of x / y, with the sign of y: mod(-7, 3) is 2.
rem | 2 | rem(x, y) | The remainder with the sign of x, as % has it in JavaScript: rem(-7, 3) is -1.
quotient | 2 | quotient(x, y) | The whole part of x / y, cut toward zero.
gcd | 1+ | gcd(a, b, ...) | The greatest common divisor of whole numbers.
lcm | 1+ | lcm(a, b, ...) | The least common multiple of whole numbers.
combin, combinations, choosek | 2 | combin(n, k) | The ways to choose k of n.
combina | 2 | combina(n, k) | The ways to choose k of n with repetition.
permut, permutations | 1-2 | permut(n, k) | The ways to arrange k (n) of n.
permutationa | 2 | permutationa(n, k) | The ways to arrange k of n with repetition.
multinomial | 1+ | multinomial(a, b, ...) | The factorial of a sum by the product of the factorials.
gamma | 1 | gamma(x) | The gamma function: gamma(n) is (n - 1)!.
gammaln, lgamma, gammaln.precise | 1 | gammaln(x) | The natural logarithm of gamma(x).
erf, erf.precise | 1-2 | erf(a, b) | The error function of a, or between a and b.
erfc, erfc.precise | 1 | erfc(x) | 1 - erf(x), good where that is small.
pi | 0 | pi() | 3.14159...
delta | 1-2 | delta(a, b) | 1 when two numbers are equal (b: 0), else 0.
gestep | 1-2 | gestep(x, step) | 1 when x is at least the step (0), else 0.
clamp | 3 | clamp(x, least, most) | x, kept between two bounds.
hypot | 1+ | hypot(a, b, ...) | The square root of the sum of squares.
bitand | 2 | bitand(a, b) | The bits that both whole numbers have.
bitor | 2 | bitor(a, b) | The bits that either whole number has.
bitxor | 2 | bitxor(a, b) | The bits that one of two whole numbers has.
bitlshift | 2 | bitlshift(a, n) | The bits of a whole number, n places to the left.
bitrshift | 2 | bitrshift(a, n) | The bits of a whole number, n places to the right.
sin | 1 | sin(angle) | The sine.
cos | 1 | cos(angle) | The cosine.
tan | 1 | tan(angle) | The tangent.
cot | 1 | cot(angle) | The cotangent.
sec | 1 | sec(angle) | 1 / cos.
csc | 1 | csc(angle) | 1 / sin.
asin, arcsin | 1 | asin(x) | The angle of a sine.
acos, arccos | 1 | acos(x) | The angle of a cosine.
atan, arctan | 1 | atan(x) | The angle of a tangent.
acot | 1 | acot(x) | The angle of a cotangent, from 0 to pi.
atan2 | 2 | atan2(x, y) | The angle of the point x, y: x first, as in spreadsheets; JavaScript has y first.
sinh | 1 | sinh(x) | The hyperbolic sine.
cosh | 1 | cosh(x) | The hyperbolic cosine.
tanh | 1 | tanh(x) | The hyperbolic tangent.
coth | 1 | coth(x) | 1 / tanh.
asinh, arcsinh | 1 | asinh(x) | The inverse of sinh.
acosh, arccosh | 1 | acosh(x) | The inverse of cosh.
atanh, arctanh | 1 | atanh(x) | The inverse of tanh.
degrees | 1 | degrees(x) | Radians in degrees.
radians | 1 | radians(x) | Degrees in radians.
sum | 1+ | sum(list) | The sum.
product, prod | 1+ | product(list) | The product.
average, avg, mean | 1+ | average(list) | The arithmetic mean.
averagea | 1+ | averagea(list) | The mean in which conditions count as 1 and 0, and texts as 0.
count | 1+ | count(list) | How many values are numbers.
counta | 1+ | counta(list) | How many values are not empty.
countblank | 1+ | countblank(list) | How many values are empty.
max | 1+ | max(list) | The largest number; 0 of none.
min | 1+ | min(list) | The smallest number; 0 of none.
sumsq | 1+ | sumsq(list) | The sum of squares.
sumproduct, dot | 1+ | sumproduct(list1, list2, ...) | The sum of the products of values in the same place; conditions go in by a product, as in sumproduct((a > 1) * b).
sumx2my2 | 2 | sumx2my2(x, y) | The sum of x² - y².
sumx2py2 | 2 | sumx2py2(x, y) | The sum of x² + y².
sumxmy2 | 2 | sumxmy2(x, y) | The sum of (x - y)².
seriessum | 4 | seriessum(x, n, m, coefficients) | The power series a1 x^n + a2 x^(n+m) + ...
sumif | 2-3 | sumif(list, criterion, values) | The sum of the values (or of the list itself) whose place in the list meets a criterion such as ">5".
averageif | 2-3 | averageif(list, criterion, values) | The mean of the values whose place in the list meets a criterion.
countif | 2 | countif(list, criterion) | How many values of a list meet a criterion.
sumifs | 3+ | sumifs(values, list1, criterion1, ...) | The sum of the values that meet all criteria.
averageifs | 3+ | averageifs(values, list1, criterion1, ...) | The mean of the values that meet all criteria.
maxifs | 3+ | maxifs(values, list1, criterion1, ...) | The largest of the values that meet all criteria.
minifs | 3+ | minifs(values, list1, criterion1, ...) | The smallest of the values that meet all criteria.
countifs | 2+ | countifs(list1, criterion1, ...) | How many places meet all criteria.
median | 1+ | median(list) | The middle value, or the mean of the two in the middle.
mode, mode.sngl | 1+ | mode(list) | The most frequent number; of several, the first.
mode.mult | 1+ | mode.mult(list) | All most frequent numbers.
stdev, stdev.s, std, stddev | 1+ | stdev(list) | The standard deviation of a sample (n - 1).
stdev.p, stdevp | 1+ | stdev.p(list) | The standard deviation of a population (n).
var, var.s, variance | 1+ | var(list) | The variance of a sample (n - 1).
var.p, varp | 1+ | var.p(list) | The variance of a population (n).
devsq | 1+ | devsq(list) | The sum of squared deviations from the mean.
avedev, meandev | 1+ | avedev(list) | The mean of the absolute deviations from the mean.
geomean | 1+ | geomean(list) | The geometric mean of numbers above 0.
harmean | 1+ | harmean(list) | The harmonic mean of numbers above 0.
trimmean | 2 | trimmean(list, share) | The mean without a share of the values, half of it at each end.
skew | 1+ | skew(list) | The skewness of a sample.
skew.p | 1+ | skew.p(list) | The skewness of a population.
kurt | 1+ | kurt(list) | The excess kurtosis of a sample.
standardize | 3 | standardize(x, mean, deviation) | How many deviations x lies from the mean.
large | 2 | large(list, k) | The k-th largest number.
small | 2 | small(list, k) | The k-th smallest number.
percentile, percentile.inc, quantile | 2 | percentile(list, p) | The value below which a share p (0 to 1) lies, ends included (type 7).
percentile.exc | 2 | percentile.exc(list, p) | The value below which a share p lies, ends excluded (type 6).
quartile, quartile.inc | 2 | quartile(list, q) | The quartile q (0 to 4), ends included (type 7).
quartile.exc | 2 | quartile.exc(list, q) | The quartile q (1 to 3), ends excluded (type 6).
rank, rank.eq | 2-3 | rank(x, list, ascending) | The place of x in a list, from the largest (from the smallest with ascending other than 0).
rank.avg | 2-3 | rank.avg(x, list, ascending) | The place of x in a list; equal values share the mean of theirs.
percentrank, percentrank.inc | 2-3 | percentrank(list, x, digits) | The share of a list that lies below x, cut to so many digits (3).
correl, pearson | 2 | correl(x, y) | The correlation of two lists (Pearson).
covariance.p, covar | 2 | covariance.p(x, y) | The covariance of a population (n).
covariance.s | 2 | covariance.s(x, y) | The covariance of a sample (n - 1).
slope | 2 | slope(y, x) | The slope of the line through points; y first, as in spreadsheets.
intercept | 2 | intercept(y, x) | Where the line through points meets x = 0.
rsq | 2 | rsq(y, x) | The square of the correlation.
forecast, forecast.linear | 3 | forecast(x, y, x) | The value at x of the line through points.
steyx | 2 | steyx(y, x) | The standard error of what the line through points predicts.
norm.dist, normdist | 3-4 | norm.dist(x, mean, deviation, cumulative) | The normal distribution: the probability of at most x, or with false the density.
norm.s.dist, normsdist | 1-2 | norm.s.dist(z, cumulative) | The standard normal distribution: the probability of at most z, or with false the density.
norm.inv, norminv | 3 | norm.inv(p, mean, deviation) | The value of a normal distribution with the probability p below it.
norm.s.inv, normsinv | 1 | norm.s.inv(p) | The value of the standard normal distribution with the probability p below it.
lognorm.dist, lognormdist | 3-4 | lognorm.dist(x, mean, deviation, cumulative) | The lognormal distribution; mean and deviation are those of ln(x).
lognorm.inv, loginv | 3 | lognorm.inv(p, mean, deviation) | The value of a lognormal distribution with the probability p below it.
phi | 1 | phi(z) | The density of the standard normal distribution.
gauss | 1 | gauss(z) | The probability between 0 and z of the standard normal distribution.
fisher | 1 | fisher(x) | The Fisher transformation of a correlation: atanh(x).
fisherinv | 1 | fisherinv(y) | The inverse of the Fisher transformation: tanh(y).
confidence.norm, confidence | 3 | confidence.norm(alpha, deviation, size) | Half the width of the confidence interval of a mean, with alpha outside of it.
expon.dist, expondist | 2-3 | expon.dist(x, rate, cumulative) | The exponential distribution: the probability of at most x, or with false the density.
weibull.dist, weibull | 3-4 | weibull.dist(x, shape, scale, cumulative) | The Weibull distribution: the probability of at most x, or with false the density.
poisson.dist, poisson | 2-3 | poisson.dist(n, mean, cumulative) | The Poisson distribution: the probability of at most n events, or with false of n.
binom.dist, binomdist | 3-4 | binom.dist(n, trials, p, cumulative) | The binomial distribution: the probability of at most n successes, or with false of n.
length, rows, size, len | 1 | length(list) | How many elements a list has, and how many characters a text.
index | 2-3 | index(list, n) | The n-th element, from 1; of a list of lists, row and column.
match, xmatch | 2-3 | match(x, list, 0) | The place of x in a list, from 1. With 1 the last value at most x in a rising list, with -1 the last at least x in a falling one.
xlookup | 3-4 | xlookup(x, list, values, otherwise) | The value in the place that x has in a list.
lookup | 2-3 | lookup(x, list, values) | The value in the place of the last number at most x, in a rising list: rates by brackets.
sequence | 1-3 | sequence(count, first, step) | So many numbers from the first (1) by a step (1).
range | 2-3 | range(first, last, step) | The numbers from the first to the last, both included, by a step (1).
sort | 1-3 | sort(list, 1, order) | Sorted, from small to large; with order -1 from large to small.
unique | 1 | unique(list) | Each value once, in the order of the first.
filter | 2-3 | filter(list, conditions, otherwise) | The elements in whose place the condition holds.
reverse | 1 | reverse(list) | From the last to the first.
concat, vstack, flatten | 1+ | concat(list1, list2, ...) | One list of all values.
take | 2 | take(list, n) | The first n elements; with a negative n the last.
drop | 2 | drop(list, n) | Without the first n elements; with a negative n without the last.
cumsum | 1 | cumsum(list) | The running sums.
diff | 1 | diff(list) | Each element less the one before.
frequency | 2 | frequency(list, bounds) | How many numbers lie in each bin: up to the first bound, up to the next, ..., above the last.
contains | 2 | contains(text, part) | Whether a text holds another, letter for letter; lower(...) for both where case does not matter.
startswith | 2 | startswith(text, part) | Whether a text begins with another.
endswith | 2 | endswith(text, part) | Whether a text ends with another.
lower | 1 | lower(text) | A text in small letters.
upper | 1 | upper(text) | A text in capitals.
trim | 1 | trim(text) | A text without spaces at its ends, and with one between words.
concatenate | 1+ | concatenate(a, b, ...) | Texts put together, numbers among them.
left | 1-2 | left(text, n) | The first n characters (1).
right | 1-2 | right(text, n) | The last n characters (1).
mid | 3 | mid(text, start, n) | n characters from a place on, from 1.
substitute, replace | 3 | substitute(text, old, new) | A text with another in place of each old one.
pmt | 3-5 | pmt(rate, periods, present, future, type) | The payment of a loan a period; type 1 when paid at the beginning.
fv | 3-5 | fv(rate, periods, payment, present, type) | What payments and a present value become.
pv | 3-5 | pv(rate, periods, payment, future, type) | What payments and a future value are worth now.
nper | 3-5 | nper(rate, payment, present, future, type) | How many periods a loan takes.
ipmt | 4-6 | ipmt(rate, period, periods, present, future, type) | The interest in the payment of a period.
ppmt | 4-6 | ppmt(rate, period, periods, present, future, type) | The principal in the payment of a period.
npv | 2+ | npv(rate, flows) | The present value of flows at the end of each period.
effect | 2 | effect(nominal, periods) | The yearly rate of a nominal one with so many periods a year.
nominal | 2 | nominal(effective, periods) | The nominal rate of a yearly one with so many periods a year.
rri | 3 | rri(periods, present, future) | The rate at which a value grows to another.
pduration | 3 | pduration(rate, present, future) | How many periods a value takes to grow to another.
sln | 3 | sln(cost, salvage, life) | Depreciation in equal parts.
rate | 3-6 | rate(periods, payment, present, future, type, guess) | The rate of a loan a period; of several the one nearest to the guess (10 %).
irr | 1-2 | irr(flows, guess) | The rate at which flows a period apart are worth 0; of several the one nearest to the guess (10 %).
mirr | 3 | mirr(flows, finance, reinvest) | The rate of return when money is borrowed at one rate and invested again at another.
cumipmt | 5-6 | cumipmt(rate, periods, present, first, last, type) | The interest in the payments from one period to another.
cumprinc | 5-6 | cumprinc(rate, periods, present, first, last, type) | The principal in the payments from one period to another.
ispmt | 4 | ispmt(rate, period, periods, present) | The interest of a period, counted from 0, when the principal is paid in equal parts.
fvschedule | 2 | fvschedule(present, rates) | What a value becomes at one rate after the other.
dollarde | 2 | dollarde(price, denominator) | A price in fractions as a decimal: dollarde(1.02, 16) is 1 2/16.
dollarfr | 2 | dollarfr(price, denominator) | A decimal price in fractions: dollarfr(1.125, 16) is 1.02.
db | 4-5 | db(cost, salvage, life, period, months) | Depreciation of a year by a fixed part of the book value, of three decimals; months (12) are those of the first year.
ddb | 4-5 | ddb(cost, salvage, life, period, factor) | Depreciation of a period by the double declining balance, or by a factor (2).
vdb | 5-7 | vdb(cost, salvage, life, start, end, factor, noswitch) | Depreciation from one time to another by a declining balance, straight from when that is more.
syd | 4 | syd(cost, salvage, life, period) | Depreciation by the sum of the years' digits.
"#;
