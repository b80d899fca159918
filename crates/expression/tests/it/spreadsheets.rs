//! The examples in Microsoft's documentation of the functions (support.microsoft.com, "Excel functions (alphabetical)").

use expression::Options;

use crate::{assert_table, text, warnings};

#[test]
fn rounding() {
    let table = "
        CEILING(2.5, 1) => 3
        CEILING(-2.5, -2) => -4
        CEILING(-2.5, 2) => -2
        CEILING(1.5, 0.1) => 1.5
        CEILING(0.234, 0.01) => 0.24
        FLOOR(3.7, 2) => 2
        FLOOR(-2.5, -2) => -2
        FLOOR(1.58, 0.1) => 1.5
        FLOOR(0.234, 0.01) => 0.23
        CEILING.MATH(24.3, 5) => 25
        CEILING.MATH(6.7) => 7
        CEILING.MATH(-8.1, 2) => -8
        CEILING.MATH(-5.5, 2, -1) => -6
        FLOOR.MATH(24.3, 5) => 20
        FLOOR.MATH(6.7) => 6
        FLOOR.MATH(-8.1, 2) => -10
        FLOOR.MATH(-5.5, 2, -1) => -4
        CEILING.PRECISE(4.3) => 5
        CEILING.PRECISE(-4.3) => -4
        CEILING.PRECISE(4.3, -2) => 6
        CEILING.PRECISE(-4.3, -2) => -4
        FLOOR.PRECISE(-3.2, -1) => -4
        FLOOR.PRECISE(3.2, -1) => 3
        MROUND(10, 3) => 9
        MROUND(-10, -3) => -9
        MROUND(1.3, 0.2) => 1.4
        ROUND(2.15, 1) => 2.2
        ROUND(2.149, 1) => 2.1
        ROUND(-1.475, 2) => -1.48
        ROUND(21.5, -1) => 20
        ROUND(626.3, -3) => 1000
        ROUND(1.98, -1) => 0
        ROUND(-50.55, -2) => -100
        ROUNDUP(3.2, 0) => 4
        ROUNDUP(3.14159, 3) => 3.142
        ROUNDUP(-3.14159, 1) => -3.2
        ROUNDUP(31415.92654, -2) => 31500
        ROUNDDOWN(76.9, 0) => 76
        ROUNDDOWN(-3.14159, 1) => -3.1
        ROUNDDOWN(31415.92654, -2) => 31400
        INT(8.9) => 8
        INT(-8.9) => -9
        TRUNC(-8.9) => -8
        TRUNC(0.45) => 0
        EVEN(1.5) => 2
        EVEN(3) => 4
        EVEN(-1) => -2
        ODD(1.5) => 3
        ODD(2) => 3
        ODD(-1) => -1
        ODD(-2) => -3
        ODD(0) => 1
        QUOTIENT(5, 2) => 2
        QUOTIENT(4.5, 3.1) => 1
        QUOTIENT(-10, 3) => -3
        MOD(3, 2) => 1
        MOD(-3, 2) => 1
        MOD(3, -2) => -1
        MOD(-3, -2) => -1
    ";
    assert_table(table, &Options::default());
    assert!(text("FLOOR(2.5, -2)").starts_with("error: floor: a positive number"));
    assert!(text("MROUND(5, -2)").starts_with("error"));
}

#[test]
fn mathematics() {
    let table = "
        GCD(24, 36) => 12
        GCD(5, 0) => 5
        LCM(24, 36) => 72
        COMBIN(8, 2) => 28
        COMBINA(4, 3) => 20
        COMBINA(10, 3) => 220
        PERMUT(100, 3) => 970200
        PERMUTATIONA(3, 2) => 9
        MULTINOMIAL(2, 3, 4) => 1260
        FACT(5) => 120
        FACT(1.9) => 1
        FACT(0) => 1
        FACTDOUBLE(6) => 48
        FACTDOUBLE(7) => 105
        SUMSQ(3, 4) => 25
        SUMX2MY2({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}) => -55
        SUMX2PY2({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}) => 521
        SUMXMY2({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}) => 79
        SUMPRODUCT({3,4;8,6;1,9}, {2,7;6,7;5,3}) => 156
        DELTA(5, 4) => 0
        DELTA(5, 5) => 1
        GESTEP(5, 5) => 1
        GESTEP(-1) => 0
        BITAND(13, 25) => 9
        BITOR(23, 10) => 31
        BITXOR(5, 3) => 6
        BITLSHIFT(4, 2) => 16
        BITRSHIFT(13, 2) => 3
        LOG(10) => 1
        LOG(8, 2) => 3
        ROUND(LOG(86, 2.7182818), 7) => 4.4543473
        ROUND(ATAN2(1, 1), 9) => 0.785398163
        ROUND(ATAN2(-1, -1), 8) => -2.35619449
        DEGREES(PI()) => 180
        ROUND(SQRTPI(2), 6) => 2.506628
        ROUND(ERF(0.745), 8) => 0.70792892
        ROUND(ERFC(1), 8) => 0.15729921
        ROUND(GAMMA(-3.75), 8) => 0.26786613
        ROUND(GAMMALN(4), 9) => 1.791759469
        XOR(3>0, 2<9) => false
        SWITCH(2, 1, \"a\", 2, \"b\", \"c\") => b
        IFS(1>2, \"a\", true, \"b\") => b
        IFERROR(210/0, \"none\") => none
        CHOOSE(2, 10, 20, 30) => 20
        INDEX({10,20,30}, 2) => 20
        MATCH(39, {25,38,40,41}, 1) => 2
        MATCH(41, {25,38,40,41}, 0) => 4
    ";
    assert_table(table, &Options::default());
}

#[test]
fn statistics() {
    let table = "
        ROUND(GEOMEAN({4,5,8,7,11,4,3}), 9) => 5.47698697
        ROUND(HARMEAN({4,5,8,7,11,4,3}), 9) => 5.028375962
        ROUND(TRIMMEAN({4,5,6,7,2,3,4,5,1,2,3}, 0.2), 3) => 3.778
        ROUND(AVEDEV({4,5,6,7,5,4,3}), 6) => 1.020408
        DEVSQ({4,5,8,7,11,4,3}) => 48
        ROUND(SKEW({3,4,5,2,3,4,5,6,4,7}), 6) => 0.359543
        ROUND(KURT({3,4,5,2,3,4,5,6,4,7}), 9) => -0.151799637
        ROUND(STANDARDIZE(42, 40, 1.5), 9) => 1.333333333
        ROUND(VAR({1345,1301,1368,1322,1310,1370,1318,1350,1303,1299}), 7) => 754.2666667
        ROUND(STDEV({1345,1301,1368,1322,1310,1370,1318,1350,1303,1299}), 8) => 27.46391572
        ROUND(STDEVP({1345,1301,1368,1322,1310,1370,1318,1350,1303,1299}), 7) => 26.0545581
        VARP({1345,1301,1368,1322,1310,1370,1318,1350,1303,1299}) => 678.84
        LARGE({3,5,3,5,4,4,2,4,6,7}, 3) => 5
        LARGE({3,5,3,5,4,4,2,4,6,7}, 7) => 4
        SMALL({1,4,8,3,7,12,54,8,23}, 2) => 3
        MEDIAN(1,2,3,4,5,6) => 3.5
        MODE({5.6,4,4,3,2,4}) => 4
        PERCENTILE({1,2,3,4}, 0.3) => 1.9
        QUARTILE({1,2,4,7,8,9,10,12}, 1) => 3.5
        QUARTILE.EXC({6,7,15,36,39,40,41,42,43,47,49}, 1) => 15
        QUARTILE.EXC({6,7,15,36,39,40,41,42,43,47,49}, 3) => 43
        RANK(3.5, {7,3.5,3.5,1,2}, 1) => 3
        RANK(7, {7,3.5,3.5,1,2}, 1) => 5
        RANK.AVG(3.5, {7,3.5,3.5,1,2}) => 2.5
        PERCENTRANK({13,12,11,8,4,3,2,1,1,1}, 2) => 0.333
        PERCENTRANK({13,12,11,8,4,3,2,1,1,1}, 4) => 0.555
        PERCENTRANK({13,12,11,8,4,3,2,1,1,1}, 8) => 0.666
        PERCENTRANK({13,12,11,8,4,3,2,1,1,1}, 5) => 0.583
        ROUND(CORREL({3,2,4,5,6}, {9,7,12,15,17}), 9) => 0.997054486
        COVAR({3,2,4,5,6}, {9,7,12,15,17}) => 5.2
        ROUND(COVARIANCE.S({2,4,8}, {5,11,12}), 9) => 9.666666667
        ROUND(SLOPE({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}), 6) => 0.305556
        ROUND(INTERCEPT({2,3,9,1,8}, {6,5,11,7,5}), 9) => 0.048387097
        ROUND(RSQ({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}), 9) => 0.057950192
        ROUND(FORECAST(30, {6,7,9,15,21}, {20,28,31,38,40}), 8) => 10.60725309
        FREQUENCY({79,85,78,85,50,81,95,88,97}, {70,79,89}) => [1, 2, 4, 2]
    ";
    assert_table(table, &Options::default());
}

#[test]
fn distributions() {
    let table = "
        ROUND(NORM.DIST(42, 40, 1.5, TRUE), 7) => 0.9087888
        ROUND(NORM.DIST(42, 40, 1.5, FALSE), 5) => 0.10934
        ROUND(NORM.INV(0.908789, 40, 1.5), 6) => 42.000002
        ROUND(NORM.S.DIST(1.333333, TRUE), 9) => 0.908788726
        ROUND(NORM.S.DIST(1.333333, FALSE), 9) => 0.164010148
        ROUND(NORM.S.INV(0.9088), 4) => 1.3334
        ROUND(LOGNORM.DIST(4, 3.5, 1.2, TRUE), 7) => 0.0390836
        ROUND(LOGNORM.DIST(4, 3.5, 1.2, FALSE), 7) => 0.0176176
        ROUND(LOGNORM.INV(0.039084, 3.5, 1.2), 7) => 4.0000252
        ROUND(PHI(0.75), 9) => 0.301137432
        ROUND(GAUSS(2), 5) => 0.47725
        ROUND(FISHER(0.75), 7) => 0.9729551
        ROUND(FISHERINV(0.972955), 6) => 0.75
        ROUND(CONFIDENCE.NORM(0.05, 2.5, 50), 6) => 0.692952
        ROUND(EXPON.DIST(0.2, 10, TRUE), 8) => 0.86466472
        ROUND(EXPON.DIST(0.2, 10, FALSE), 8) => 1.35335283
        ROUND(WEIBULL.DIST(105, 20, 100, TRUE), 6) => 0.929581
        ROUND(WEIBULL.DIST(105, 20, 100, FALSE), 6) => 0.035589
        ROUND(POISSON.DIST(2, 5, TRUE), 6) => 0.124652
        ROUND(POISSON.DIST(2, 5, FALSE), 6) => 0.084224
        ROUND(BINOM.DIST(6, 10, 0.5, FALSE), 7) => 0.2050781
        ROUND(SKEW.P({3,4,5,2,3,4,5,6,4,7}), 6) => 0.303193
        ROUND(STEYX({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}), 6) => 3.305719
        ROUND(NORM.S.DIST(NORM.S.INV(0.0012345)) - 0.0012345, 32) => 0
        ROUND(NORM.S.INV(1e-290) + NORM.S.INV(1 - 1e-30), 6) => -24.956707
        NORM.S.INV(0.5) => 0
        BINOM.DIST(3, 3, 1) => 1
        BINOM.DIST(0, 3, 0) => 1
        POISSON.DIST(0, 0) => 1
        ROUND(BINOM.DIST(50000, 100000, 0.5), 9) => 0.501261563
        ROUND(SUM(BINOM.DIST({0,1,2,3}, 3, 1/3, false)), 30) => 1
    ";
    assert_table(table, &Options::default());
    for wrong in [
        "NORM.DIST(1, 0, 0)",
        "NORM.S.INV(0)",
        "NORM.S.INV(1)",
        "NORM.S.INV(1e-310)",
        "BINOM.DIST(4, 3, 0.5)",
        "BINOM.DIST(1, 3, 1.5)",
        "BINOM.DIST(1, 1e9, 0.5)",
        "POISSON.DIST(-1, 2)",
        "EXPON.DIST(1, 0)",
        "FISHER(1)",
    ] {
        assert!(text(wrong).starts_with("error"), "{wrong}: {}", text(wrong));
    }
}

#[test]
fn criteria() {
    let table = "
        SUMIF({100000,200000,300000,400000}, \">160000\", {7000,14000,21000,28000}) => 63000
        SUMIF({100000,200000,300000,400000}, \">160000\") => 900000
        SUMIF({100000,200000,300000,400000}, 300000, {7000,14000,21000,28000}) => 21000
        AVERAGEIF({7000,14000,21000,28000}, \"<23000\") => 14000
        COUNTIF({\"apples\",\"oranges\",\"peaches\",\"apples\"}, \"apples\") => 2
        COUNTIF({\"apples\",\"oranges\",\"peaches\",\"apples\"}, \"APPLES\") => 2
        COUNTIF({\"apples\",\"oranges\",\"peaches\",\"apples\"}, \"?????es\") => 2
        COUNTIF({\"apples\",\"oranges\",\"peaches\",\"apples\"}, \"*\") => 4
        COUNTIF({32,54,75,86}, \"<>75\") => 3
        COUNTIF({1,\"\",null,\"x\"}, \"<>x\") => 3
        SUMIFS({5,4,15,3,22,12,10,33}, {\"Apples\",\"Apples\",\"Artichokes\",\"Artichokes\",\"Bananas\",\"Bananas\",\"Carrots\",\"Carrots\"}, \"=A*\", {1,2,1,2,1,2,1,2}, 1) => 20
        MAXIFS({89,93,96,85,91,88}, {1,2,2,3,1,1}, 1) => 91
        MINIFS({89,93,96,85,91,88}, {1,2,2,3,1,1}, 1) => 88
        COUNTIFS({1,2,3,4,5,6}, \"<6\", {1,2,3,4,5,6}, \">2\") => 3
    ";
    assert_table(table, &Options::default());
}

#[test]
fn money() {
    let table = "
        ROUND(PMT(8%/12, 10, 10000), 2) => -1037.03
        ROUND(PMT(8%/12, 10, 10000, 0, 1), 2) => -1030.16
        ROUND(FV(6%/12, 10, -200, -500, 1), 2) => 2581.4
        ROUND(FV(12%/12, 12, -1000), 2) => 12682.5
        ROUND(FV(11%/12, 35, -2000, 0, 1), 2) => 82846.25
        ROUND(PV(8%/12, 12*20, 500), 2) => -59777.15
        ROUND(NPER(12%/12, -100, -1000, 10000, 1), 7) => 59.6738657
        ROUND(NPER(1%, -100, -1000, 10000), 7) => 60.0821229
        ROUND(NPV(10%, -10000, 3000, 4200, 6800), 2) => 1188.44
        ROUND(EFFECT(0.0525, 4), 7) => 0.0535427
        ROUND(NOMINAL(0.053543, 4), 8) => 0.05250032
        ROUND(RRI(96, 10000, 11000), 7) => 0.0009933
        ROUND(PDURATION(2.5%, 2000, 2200), 2) => 3.86
        SLN(30000, 7500, 10) => 2250
        ROUND(SYD(30000, 7500, 10, 1), 2) => 4090.91
        ROUND(IPMT(10%/12, 1, 3*12, 8000), 2) => -66.67
        ROUND(IPMT(10%, 3, 3, 8000), 2) => -292.45
        ROUND(PPMT(10%/12, 1, 2*12, 2000), 2) => -75.62
        ROUND(PPMT(8%, 10, 10, 200000), 2) => -27598.05
        ROUND(RATE(4*12, -200, 8000)*100, 0) => 1
        ROUND(RATE(4*12, -200, 8000)*12, 10) => 0.0924176699
        ROUND(IRR({-70000,12000,15000,18000,21000}), 3) => -0.021
        ROUND(IRR({-70000,12000,15000,18000,21000,26000}), 3) => 0.087
        ROUND(IRR({-70000,12000,15000}, -10%), 3) => -0.444
        ROUND(MIRR({-120000,39000,30000,21000,37000,46000}, 10%, 12%), 4) => 0.1261
        ROUND(MIRR({-120000,39000,30000,21000}, 10%, 12%), 3) => -0.048
        ROUND(MIRR({-120000,39000,30000,21000,37000,46000}, 10%, 14%), 4) => 0.1348
        ROUND(CUMIPMT(9%/12, 30*12, 125000, 13, 24, 0), 2) => -11135.23
        CUMIPMT(9%/12, 30*12, 125000, 1, 1, 0) => -937.5
        ROUND(CUMPRINC(9%/12, 30*12, 125000, 13, 24, 0), 4) => -934.1071
        ROUND(CUMPRINC(9%/12, 30*12, 125000, 1, 1, 0), 5) => -68.27827
        ROUND(ISPMT(10%/12, 1, 3*12, 8000000), 1) => -64814.8
        ROUND(ISPMT(10%, 1, 3, 8000000), 0) => -533333
        ROUND(FVSCHEDULE(1, {0.09,0.11,0.1}), 5) => 1.33089
        DOLLARDE(1.02, 16) => 1.125
        DOLLARDE(1.1, 32) => 1.3125
        DOLLARFR(1.125, 16) => 1.02
        DOLLARFR(1.125, 32) => 1.04
        ROUND(DB(1000000, 100000, 6, 1, 7), 2) => 186083.33
        ROUND(DB(1000000, 100000, 6, 2, 7), 2) => 259639.42
        ROUND(DB(1000000, 100000, 6, 3, 7), 2) => 176814.44
        ROUND(DB(1000000, 100000, 6, 4, 7), 2) => 120410.64
        ROUND(DB(1000000, 100000, 6, 5, 7), 2) => 81999.64
        ROUND(DB(1000000, 100000, 6, 6, 7), 2) => 55841.76
        ROUND(DB(1000000, 100000, 6, 7, 7), 2) => 15845.1
        ROUND(DDB(2400, 300, 10*365, 1), 2) => 1.32
        DDB(2400, 300, 10*12, 1, 2) => 40
        DDB(2400, 300, 10, 1, 2) => 480
        DDB(2400, 300, 10, 2, 1.5) => 306
        ROUND(DDB(2400, 300, 10, 10), 2) => 22.12
        ROUND(VDB(2400, 300, 10*365, 0, 1), 2) => 1.32
        VDB(2400, 300, 10*12, 0, 1) => 40
        VDB(2400, 300, 10, 0, 1) => 480
        ROUND(VDB(2400, 300, 10*12, 6, 18), 2) => 396.31
        ROUND(VDB(2400, 300, 10*12, 6, 18, 1.5), 2) => 311.81
        VDB(2400, 300, 10, 0, 0.875, 1.5) => 315
    ";
    assert_table(table, &Options::default());
}

/// Rates are solutions to the last digit, and found wherever they are.
#[test]
fn rates_solve_their_equations() {
    let table = "
        RATE(10, -100, 1000) => 0
        IRR({-100,50,50}) => 0
        ROUND(NPV(IRR({-100,39,59,55,20}), {-100,39,59,55,20}), 30) => 0
        ROUND(FV(RATE(30, -7, 100, 5, 1), 30, -7, 100, 1) - 5, 28) => 0
        ROUND(IRR({-1,0,0,1000000}), 20) => 99
        ROUND(IRR({-1000000,0,0,1}), 20) => -0.99
        ROUND(IRR({-10,21,-11}, 0), 20) => 0
        ROUND(IRR({-10,21,-11}, 20%), 20) => 0.1
        ROUND(RATE(1, 0, -100, 110), 20) => 0.1
        CUMIPMT(1%, 12, 1000, 1, 12, 1) => sum(ipmt(1%, {1,2,3,4,5,6,7,8,9,10,11,12}, 12, 1000, 0, 1))
        CUMPRINC(1%, 12, 1000, 3, 7) => sum(ppmt(1%, {3,4,5,6,7}, 12, 1000))
        VDB(2400, 300, 10, 0, 10) => 2100
        ROUND(VDB(2400, 300, 10, 2, 5.5, 2, true) - DDB(2400, 300, 10, 3) - DDB(2400, 300, 10, 4) - DDB(2400, 300, 10, 5) - DDB(2400, 300, 10, 6)/2, 20) => 0
    ";
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (expression, expected) = line.split_once(" => ").unwrap();
        assert_eq!(text(&format!("ROUND({expression}, 20)")), text(&format!("ROUND({expected}, 20)")), "{line}");
    }
    for wrong in [
        "IRR({100,200})",
        "IRR({})",
        "IRR({-1,1}, -1)",
        "RATE(0, 1, 1)",
        "RATE(1e7, -1, 5)",
        "RATE(10, 100, 1000)",
        "DB(100, 10, 5, 6)",
        "DDB(100, 10, 0, 1)",
        "VDB(100, 10, 1e9, 0, 1e9)",
        "CUMIPMT(1%, 12, 1000, 5, 4)",
        "DOLLARDE(1, 0)",
        "MIRR({1,2}, 1%, 1%)",
    ] {
        assert!(text(wrong).starts_with("error"), "{wrong}: {}", text(wrong));
    }
}

#[test]
fn formulas_as_they_are_copied() {
    let table = "
        =IF(AND(5>3; 2<>3); ROUND(10/3; 2); 0) => 3.33
        =sum({1,2,3})*2 => 12
        =If(1=1, \"yes\", \"no\") => yes
        =IF(1>2, 5) => false
        =SUM(1;;3) => 4
        =10%*50 => 5
        =2^10 => 1024
        =_xlfn.IFS(true, 1) => 1
    ";
    assert_table(table, &Options::default());
    assert_eq!(warnings("=-2^2")[0].code, "sign-of-power");
    assert_eq!(warnings("log(100)")[0].code, "log-is-base-10");
    assert_eq!(warnings("100 + 5%")[0].code, "percent-is-a-number");
    assert!(warnings("5% + 5%").is_empty());
}
