"""What other implementations say of values: phonenumbers (libphonenumber), python-stdnum, schwifty, num2words, babel, pycountry and
email-validator. Answers lists of requests with what each value should give."""

import decimal
import json
import random
import sys

import phonenumbers as pn
from babel.numbers import format_currency, format_decimal, format_percent
from email_validator import EmailNotValidError, validate_email
from num2words import num2words
import pycountry
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
import stdnum.at.uid, stdnum.be.vat, stdnum.bg.vat, stdnum.ch.vat, stdnum.cy.vat, stdnum.cz.dic, stdnum.de.vat, stdnum.dk.cvr, stdnum.ee.kmkr
import stdnum.gr.vat, stdnum.es.nif, stdnum.fi.alv, stdnum.fr.tva, stdnum.gb.vat, stdnum.hr.oib, stdnum.hu.anum, stdnum.ie.vat, stdnum.it.iva
import stdnum.lt.pvm, stdnum.lu.tva, stdnum.lv.pvn, stdnum.mt.vat, stdnum.nl.btw, stdnum.no.mva, stdnum.pl.nip, stdnum.pt.nif, stdnum.ro.cui
import stdnum.se.vat, stdnum.si.ddv, stdnum.sk.dph
import stdnum.ean, stdnum.isbn, stdnum.issn, stdnum.isin, stdnum.luhn, stdnum.us.rtn

chance = random.Random(json.load(sys.stdin)["seed"])
out = []


def case(request, values, expected):
    out.append({"request": request, "values": values, "expected": expected})


def digits(many):
    return "".join(chance.choice("0123456789") for _ in range(many))


# Telephone numbers: examples of every region and type, as people write them, and with mistakes.
TYPES = {
    0: "fixed-line", 1: "mobile", 2: "fixed-line-or-mobile", 3: "toll-free", 4: "premium-rate", 5: "shared-cost", 6: "voip",
    7: "personal-number", 8: "pager", 9: "uan", 10: "voicemail",
}


def phone(text, region):
    try:
        number = pn.parse(text, region)
    except pn.NumberParseException:
        return {"valid": False}
    if not pn.is_valid_number(number):
        return {"valid": False}
    form = lambda style: pn.format_number(number, style)
    region = pn.region_code_for_number(number)
    return {
        "valid": True, "e164": form(pn.PhoneNumberFormat.E164), "international": form(pn.PhoneNumberFormat.INTERNATIONAL),
        "national": form(pn.PhoneNumberFormat.NATIONAL), "extension": number.extension,
        "country": None if region == "001" else region, "type": TYPES[pn.number_type(number)],
    }


for region in sorted(pn.SUPPORTED_REGIONS):
    texts = []
    for kind in TYPES:
        example = pn.example_number_for_type(region, kind)
        if example is None:
            continue
        national = pn.national_significant_number(example)
        for style in (0, 1, 2, 3):
            texts.append(pn.format_number(example, style))
        texts += [national, f"00{example.country_code}{national}", f"{example.country_code}{national}", texts[-2] + " ext. 12", texts[-2] + "x5"]
        for _ in range(4):
            changed = list(national)
            changed[chance.randrange(len(changed))] = chance.choice("0123456789")
            texts.append("".join(changed))
            texts.append(f"+{example.country_code} " + "".join(changed))
        texts += [national[:-1], national + "7", f"(0){national}"]
    texts += [digits(chance.randrange(4, 14)) for _ in range(10)] + ["0" + digits(9), "+" + digits(11)]
    country = pycountry.countries.get(alpha_2=region)
    if country:
        case({"kind": "phone", "country": region}, texts, [phone(text, region) for text in texts])
texts = ["+" + str(code) + digits(chance.randrange(4, 12)) for code in pn.COUNTRY_CODE_TO_REGION_CODE for _ in range(3)]
case({"kind": "phone"}, texts, [phone(text, None) for text in texts])


# Numbers with check digits: right ones, and those with one character changed.
def valid_of(module):
    return lambda text: {"valid": module.is_valid(text)}


def random_of(shape):
    return "".join(
        chance.choice("0123456789") if c == "9" else chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if c == "A" else c for c in shape
    )


VAT = {
    "AT": (stdnum.at.uid, ["U99999999"]), "BE": (stdnum.be.vat, ["0999999999", "1999999999"]), "BG": (stdnum.bg.vat, ["999999999", "9999999999"]),
    "CHE": (stdnum.ch.vat, ["999999999MWST"]), "CY": (stdnum.cy.vat, ["99999999A"]), "CZ": (stdnum.cz.dic, ["99999999", "699999999", "7701019999", "995515999"]),
    "DE": (stdnum.de.vat, ["999999999"]), "DK": (stdnum.dk.cvr, ["99999999"]), "EE": (stdnum.ee.kmkr, ["999999999"]),
    "EL": (stdnum.gr.vat, ["999999999"]), "ES": (stdnum.es.nif, ["99999999A", "X9999999A", "A99999999", "P9999999A", "K9999999A"]),
    "FI": (stdnum.fi.alv, ["99999999"]), "FR": (stdnum.fr.tva, ["99999999999", "A9999999999", "9A999999999"]), "GB": (stdnum.gb.vat, ["999999999", "999999999999", "GD999", "HA999"]),
    "HR": (stdnum.hr.oib, ["99999999999"]), "HU": (stdnum.hu.anum, ["99999999"]), "IE": (stdnum.ie.vat, ["9999999A", "9999999AA", "9A99999A"]),
    "IT": (stdnum.it.iva, ["9999999009" + "9", "9999999012" + "9"]), "LT": (stdnum.lt.pvm, ["999999919", "99999999991" + "9"]), "LU": (stdnum.lu.tva, ["99999999"]),
    "LV": (stdnum.lv.pvn, ["49999999999", "32999999999"]), "MT": (stdnum.mt.vat, ["99999999"]), "NL": (stdnum.nl.btw, ["999999999B99", "009999999B99"]),
    "NO": (stdnum.no.mva, ["999999999MVA"]), "PL": (stdnum.pl.nip, ["9999999999"]), "PT": (stdnum.pt.nif, ["999999999"]),
    "RO": (stdnum.ro.cui, ["99999999", "9999999999", "99"]), "SE": (stdnum.se.vat, ["999999999901"]), "SI": (stdnum.si.ddv, ["99999999"]), "SK": (stdnum.sk.dph, ["9999999999"]),
}
for prefix, (module, shapes) in VAT.items():
    texts = []
    for shape in shapes:
        right, tries = 0, 0
        while (right < 12 or tries < 30) and tries < 3000:
            tries += 1
            text = random_of(shape)
            is_right = module.is_valid(prefix + text) if prefix != "GB" else module.is_valid(text)
            right += is_right
            if is_right or tries < 30:
                texts.append(prefix + text)
    check = (lambda text: module.is_valid(text[2:])) if prefix == "GB" else module.is_valid
    case({"kind": "vat"}, texts, [{"valid": bool(check(text))} for text in texts])


def with_check_digits(shape, module, many=40):
    texts, right, tries = [], 0, 0
    while (right < many or tries < many) and tries < 20000:
        tries += 1
        text = random_of(shape)
        is_right = module.is_valid(text)
        right += is_right
        if is_right or tries < many:
            texts.append(text)
    return texts


for kind, module, shapes in [
    ("ean", stdnum.ean, ["99999999", "999999999999", "9999999999999", "99999999999999"]),
    ("issn", stdnum.issn, ["99999999", "9999999X"]),
    ("isin", stdnum.isin, ["US9999999999", "DEAAA9999999"]),
    ("card", stdnum.luhn, ["4999999999999999", "379999999999999"]),
]:
    texts = [text for shape in shapes for text in with_check_digits(shape, module)]
    case({"kind": kind}, texts, [{"valid": module.is_valid(text)} for text in texts])
texts = [text for shape in ["9789999999999", "9999999999", "999999999X", "9799999999999"] for text in with_check_digits(shape, stdnum.isbn)]
case({"kind": "isbn"}, texts, [
    {"valid": True, "isbn13": stdnum.isbn.to_isbn13(text)} if stdnum.isbn.is_valid(text) else {"valid": False} for text in texts
])
texts = with_check_digits("029999999", stdnum.us.rtn) + with_check_digits("319999999", stdnum.us.rtn)
case({"kind": "routing-number"}, texts, [{"valid": stdnum.us.rtn.is_valid(text)} for text in texts])


def iban(text):
    try:
        it = IBAN(text)
    except SchwiftyException:
        return {"valid": False}
    some = lambda part: part or None
    return {
        "valid": True, "country": it.country_code, "bban": str(it.bban), "bankCode": some(it.bank_code), "branchCode": some(it.branch_code),
        "accountNumber": some(it.account_code), "formatted": it.formatted,
    }


texts = []
for country in "AD AE AL AT AZ BA BE BG BH BR CH CR CY CZ DE DK DO EE EG ES FI FO FR GB GE GI GL GR GT HR HU IE IL IQ IS IT JO KW KZ LB LC LI LT LU LV MC MD ME MK MR MT MU NL NO PK PL PS PT QA RO RS SA SC SE SI SK SM ST SV TL TN TR UA VA VG XK".split():
    for _ in range(3):
        text = str(IBAN.random(country_code=country, random=chance, use_registry=False))
        place = chance.randrange(4, len(text))
        texts += [text, text[:place] + chance.choice("0123456789A") + text[place + 1:], text[:-1]]
case({"kind": "iban"}, texts, [iban(text) for text in texts])

# Addresses.
texts = [
    "ada@example.org", "Ada.Lovelace+tag@Example.ORG", "a@b.co", "a..b@example.org", ".a@example.org", "a.@example.org", "a@example", "a@-example.org",
    "a@example-.org", "a b@example.org", "a@exa mple.org", "@example.org", "a@", "a", "", "a@b@example.org", "jürgen@müller.de", "用户@例子.中国",
    "x" * 64 + "@example.org", "a@" + "x" * 63 + ".org", "a@" + "x" * 64 + ".org",
    "a@" + "x.y" * 90 + ".org", "o'brien@example.ie", "a(c)@example.org", "a,b@example.org", "a;b@example.org", "a@example..org", "a@example.org.",
    "a@ex_ample.org", "#!$%&'*+/=?^_`{|}~-@example.org", "a@1.2.3.4", "a@[1.2.3.4]", "a\\b@example.org", "a<b@example.org", "ａ@example.org",
]


def address(text):
    try:
        it = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return {"valid": False}
    return {"valid": True, "formatted": it.normalized, "asciiDomain": it.ascii_domain}


case({"kind": "email"}, texts, [address(text) for text in texts])

# Numbers and amounts, as JSON numbers; no ties, which Babel rounds to even. It groups four digits everywhere, so none has four; and it
# takes the apostrophe of Switzerland for a quotation mark past six; it writes a hyphen for every minus.
def numbers_below(most):
    for _ in range(40):
        whole = chance.choice([chance.randrange(10000, most), chance.randrange(1, 10)])
        yield float(f"{chance.choice(['', '-'])}{whole}.{chance.choice([1, 3, 7])}2{chance.randrange(1, 5)}")


SPACES = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "\u200f": None, "\u200e": None, "\u2212": "-"})
for tag in "en en-GB en-IN en-ZA de de-AT de-CH fr fr-CA fr-CH es es-MX it it-CH pt pt-PT nl nl-BE pl cs sk sl hr hu ro bg el da sv nb fi et lv lt ru uk tr he hi th vi id ms ja ko zh zh-TW ca eu is ga".split():
    babel = {"zh-TW": "zh_Hant_TW"}.get(tag, tag.replace("-", "_"))
    values = list(numbers_below(10**6 if tag.endswith("-CH") else 10**11))
    exact = [decimal.Decimal(str(value)) for value in values]
    short = lambda texts: [{"formatted": text.translate(SPACES)} for text in texts]
    case({"kind": "number", "locale": tag, "decimals": 2}, values, short([format_decimal(value.quantize(decimal.Decimal("0.01")), locale=babel, decimal_quantization=False) for value in exact]))
    if not tag.endswith("-CH"):
        case({"kind": "number", "locale": tag, "decimals": 0, "style": "percent"}, values, short([format_percent(value.quantize(decimal.Decimal("0.01")), locale=babel) for value in exact]))
    for code in "EUR USD GBP JPY CHF INR PLN SEK BRL KWD".split():
        case({"kind": "currency", "locale": tag, "currency": code}, values[:12], short([format_currency(value, code, locale=babel) for value in exact[:12]]))

# Words.
numbers = [0, 1, 12, 21, 99, 100, 101, 110, 999, 1000, 1001, 1100, 12345, 1000000, 1000001] + [chance.randrange(10 ** chance.randrange(1, 34)) for _ in range(60)]
plain = lambda text: {"formatted": text.replace(",", "")}
case({"kind": "words", "locale": "en-GB"}, [str(n) for n in numbers], [plain(num2words(n)) for n in numbers])
case({"kind": "words", "locale": "en-GB", "style": "ordinal"}, [str(n) for n in numbers], [plain(num2words(n, to="ordinal")) | {"ordinal": num2words(n, to="ordinal_num")} for n in numbers])

# Countries and currencies.
for country in pycountry.countries:
    codes = {"alpha2": country.alpha_2, "alpha3": country.alpha_3, "numeric": country.numeric}
    names = [country.alpha_2, country.alpha_3, country.numeric, country.name, getattr(country, "official_name", country.name), country.alpha_3.lower(), country.name.upper()]
    case({"kind": "country"}, names, [codes] * len(names))
names = [currency.name for currency in pycountry.currencies]
for currency in pycountry.currencies:
    texts = [currency.alpha_3, currency.numeric] + [currency.name] * (names.count(currency.name) == 1)
    case({"kind": "currency-code"}, texts, [{"code": currency.alpha_3, "numeric": currency.numeric}] * len(texts))

json.dump(out, sys.stdout)
