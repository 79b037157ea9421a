#!/usr/bin/env python3
"""Writes src/text/jinja/unicode_tables.inc: what Python's str methods know about characters and
utf8proc's categories and simple case mappings do not say.

Usage: make_unicode_tables.py > src/text/jinja/unicode_tables.inc
"""

import sys
import unicodedata

CHARS = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
LETTERS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl")


def category(c):
    return unicodedata.category(c)


def is_cased(c):
    return c.islower() or c.isupper() or c.istitle()


def is_case_ignorable(c):
    # A capital sigma becomes a final one unless a cased letter follows, ignorables aside.
    return not is_cased(c) and ("a\u03a3" + c + "a").lower()[1] == "\u03c3"


def ranges(predicate):
    out, first, last = [], None, None
    for code in map(ord, filter(predicate, CHARS)):
        if last is not None and code == last + 1:
            last = code
            continue
        if first is not None:
            out.append((first, last))
        first = last = code
    out.append((first, last))
    return out


def print_ranges(name, what, predicate):
    print(f"\n// {what}")
    print(f"constexpr CharacterRange {name}[] = {{")
    row = "   "
    for first, last in ranges(predicate):
        item = f" {{0x{first:X}, 0x{last:X}}},"
        if len(row) + len(item) > 100:
            print(row)
            row = "   "
        row += item
    print(row + "\n};")


def print_mapping(name, what, method):
    print(f"\n// {what}")
    print(f"constexpr Special {name}[] = {{")
    row = "   "
    for c in CHARS:
        mapped = getattr(c, method)()
        if len(mapped) < 2:
            continue
        codes = [f"0x{ord(m):X}" for m in mapped] + ["0"] * (3 - len(mapped))
        item = f" {{0x{ord(c):X}, {{{', '.join(codes)}}}}},"
        if len(row) + len(item) > 100:
            print(row)
            row = "   "
        row += item
    print(row + "\n};")


def main():
    version = f"Python {sys.version.split()[0]}, Unicode {unicodedata.unidata_version}"
    print(f"// Made by tools/make_unicode_tables.py with {version}. Do not edit.")
    print_ranges("kDigits", "isdigit() but not of category Nd",
                 lambda c: c.isdigit() and category(c) != "Nd")
    print_ranges("kNumerals", "isnumeric() but not of a category N*",
                 lambda c: c.isnumeric() and category(c)[0] != "N")
    print_ranges("kLower", "islower() but not of category Ll",
                 lambda c: c.islower() and category(c) != "Ll")
    print_ranges("kUpper", "isupper() but not of category Lu",
                 lambda c: c.isupper() and category(c) != "Lu")
    print_ranges("kCaseIgnorable", "case-ignorable but not of category Mn, Me, Cf, Lm or Sk",
                 lambda c: is_case_ignorable(c) and category(c) not in ("Mn", "Me", "Cf", "Lm", "Sk"))
    print_mapping("kSpecialUpper", "upper case of more than one character", "upper")
    print_mapping("kSpecialTitle", "title case of more than one character", "title")


if __name__ == "__main__":
    main()
