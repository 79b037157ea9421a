#!/usr/bin/env python3
"""Writes src/text/character_classes.inc from what the Rust `tokenizers` package does with every
code point. Its parts use Unicode data of different ages (std, regex, Oniguruma,
unicode_categories, unicode-normalization-alignments), so a Unicode database of one version would
differ from it.

    python3 tools/make_character_classes.py > src/text/character_classes.inc
"""
import ctypes
import ctypes.util
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(1, 0x110000) if not 0xD800 <= c <= 0xDFFF]
SCRIPTS = ["Han", "Hiragana", "Katakana", "Hangul", "Thai", "Greek", "Cyrillic", "Latin", "Arabic",
           "Hebrew", "Devanagari"]
CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps",
              "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cf"]


class Utf8procProperty(ctypes.Structure):
    """The head of utf8proc_property_t."""
    _fields_ = [("category", ctypes.c_int16), ("combining_class", ctypes.c_int16)]


def load_utf8proc():
    library = ctypes.CDLL(ctypes.util.find_library("utf8proc"))
    for name in ("utf8proc_version", "utf8proc_unicode_version", "utf8proc_NFKD"):
        getattr(library, name).restype = ctypes.c_char_p
    library.utf8proc_get_property.restype = ctypes.POINTER(Utf8procProperty)
    return library


def oniguruma(pattern):
    """The code points that a one-character pattern matches in the package's regex engine."""
    matched, block = set(), 4096
    replace = normalizers.Replace(Regex(pattern), "\x00")
    for at in range(0, len(CODE_POINTS), block):
        part = CODE_POINTS[at:at + block]
        out = replace.normalize_str("".join(map(chr, part)))
        matched.update(c for c, o in zip(part, out) if o == "\x00")
    return matched


def split_alone(pre_tokenizer):
    """The code points that a pre-tokenizer isolates."""
    alone, block, filler = set(), 2048, "\ue000"
    for at in range(0, len(CODE_POINTS), block):
        text = "".join(filler + chr(c) for c in CODE_POINTS[at:at + block])
        alone.update(ord(t) for t, _ in pre_tokenizer.pre_tokenize_str(text)
                     if len(t) == 1 and t != filler)
    return alone


def removed(normalizer):
    return {c for c in CODE_POINTS if normalizer.normalize_str("a" + chr(c) + "a") == "aa"}


def ranges(points):
    out = []
    for c in sorted(points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def print_list(kind, name, comment, items):
    print(f"\n// {comment}\nconstexpr {kind} {name}[] = {{")
    line = "   "
    for item in items:
        text = " {" + ", ".join(f"0x{v:X}" for v in item) + "},"
        if len(line) + len(text) > 100:
            print(line)
            line = "   "
        line += text
    print(line + "\n};")


def stand_ins():
    """Characters newer than Unicode 14 (PCRE2 10.42) that the package's regex engine knows, each
    with an older one that has the same category, scripts, word-ness and length in UTF-8."""
    category = {}
    for name in CATEGORIES:
        for c in oniguruma(rf"\p{{{name}}}"):
            category[c] = name
    flags = [oniguruma(rf"\p{{{s}}}") for s in SCRIPTS] + [oniguruma(r"[[:alpha:]]"),
                                                           oniguruma(r"\w")]
    key = lambda c: (category.get(c), len(chr(c).encode()), tuple(c in f for f in flags))
    older, newer = {}, []
    for c in sorted(category):
        if unicodedata.category(chr(c)) == "Cn":
            newer.append(c)
        elif unicodedata.category(chr(c)) == category[c] and c > 0x7FF:
            older.setdefault(key(c), c)
    # PCRE2 counts U+180E as a space; another format character stands in for it.
    out = [[0x180E, 0x180E, 0x200B]]
    for c in newer:
        # Without an exact match the script gives way: only the category decides in real patterns.
        same = older.get(key(c)) or next(o for k, o in older.items() if k[:2] == key(c)[:2])
        if out and out[-1][1] == c - 1 and out[-1][2] == same:
            out[-1][1] = c
        else:
            out.append([c, c, same])
    return sorted(out)


def print_normal_forms(utf8proc):
    nfd, nfkd, lower = normalizers.NFD(), normalizers.NFKD(), normalizers.Lowercase()
    print_list("Pair", "kLowercase", "Lowercase where utf8proc's simple mapping differs.",
               [(c, *map(ord, lower.normalize_str(chr(c)))) for c in CODE_POINTS
                if c != 0x130 and [utf8proc.utf8proc_tolower(c)] !=
                list(map(ord, lower.normalize_str(chr(c))))])
    print_list("Range", "kNotDecomposed", "Too new for the package's normal forms.",
               ranges(c for c in CODE_POINTS if utf8proc.utf8proc_NFKD(chr(c).encode()) !=
                      chr(c).encode() and nfkd.normalize_str(chr(c)) == chr(c)))
    # A mark of class 1..239 moves in front of U+0345 (class 240).
    moves = {c for c in CODE_POINTS
             if nfd.normalize_str("\u0345" + chr(c)) != "\u0345" + nfd.normalize_str(chr(c))}
    print_list("Range", "kClassZero", "Marks too new to be reordered.",
               ranges(c for c in CODE_POINTS if c not in moves and 0 <
                      utf8proc.utf8proc_get_property(c).contents.combining_class < 240))


def main():
    assert unicodedata.unidata_version == "14.0.0", "run with a Python whose Unicode is PCRE2's"
    utf8proc = load_utf8proc()
    bert = lambda **on: normalizers.BertNormalizer(**{
        "clean_text": False, "handle_chinese_chars": False, "strip_accents": False,
        "lowercase": False, **on})
    accents, control = bert(strip_accents=True), bert(clean_text=True)
    words = pre_tokenizers.Whitespace()
    print("// Character classes as the Rust tokenizers package "
          f"{tokenizers.__version__} has them, and where utf8proc\n"
          f"// {utf8proc.utf8proc_version().decode()} (Unicode "
          f"{utf8proc.utf8proc_unicode_version().decode()}) differs from it. Made by "
          "tools/make_character_classes.py; do not edit.")
    print_list("Range", "kNumeric", "char::is_numeric: Nd, Nl, No.",
               ranges(split_alone(pre_tokenizers.Digits(True))))
    print_list("Range", "kPunctuation", "ASCII punctuation and the categories P.",
               ranges(split_alone(pre_tokenizers.Punctuation("isolated"))))
    print_list("Range", "kCombiningMark", "The categories M.",
               ranges(removed(normalizers.StripAccents())))
    print_list("Range", "kNonspacingMark", "Category Mn.",
               ranges(c for c in CODE_POINTS if accents.normalize_str("a" + chr(c)) == "a"))
    print_list("Range", "kControl", "Cc, Cf and Co, without tab, newline and return.",
               ranges(c for c in removed(control) if c != 0xFFFD))
    print_list("Range", "kWord", r"\w of the regex crate.",
               ranges(c for c in CODE_POINTS
                      if words.pre_tokenize_str("a" + chr(c))[0][0] == "a" + chr(c)))
    print_normal_forms(utf8proc)
    print_list("StandIn", "kStandIns",
               "Characters newer than PCRE2's Unicode, and an older one of the same class.",
               stand_ins())


if __name__ == "__main__":
    main()
