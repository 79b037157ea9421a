#!/usr/bin/env python3
"""Writes src/text/unicode_scripts.inc from what the UnicodeScripts pre-tokenizer of the Rust
`tokenizers` package does with every code point.

    python3 tools/make_unicode_scripts.py > src/text/unicode_scripts.inc
"""
import tokenizers
from tokenizers import pre_tokenizers

SPLIT = pre_tokenizers.UnicodeScripts()


def is_any(c):
    """Characters without a script of their own stay with what is before them, or vanish."""
    return not SPLIT.pre_tokenize_str(chr(c))


def same(a, b):
    return len(SPLIT.pre_tokenize_str(chr(a) + chr(b))) == 1


def scripts():
    """(first code point, script) of every stretch; -1 for characters without a script."""
    samples, last = [], None
    for c in range(0x110000):
        if 0xD800 <= c <= 0xDFFF:
            continue
        if is_any(c):
            script = -1
        elif last is not None and last >= 0 and same(samples[last], c):
            continue
        else:
            script = next((i for i, s in enumerate(samples) if same(s, c)), len(samples))
            if script == len(samples):
                samples.append(c)
        if script != last:
            yield c, script
        last = script


def main():
    print(f"// Scripts as the Rust tokenizers package {tokenizers.__version__} has them: where each "
          "stretch begins, and a\n// number for its script, or -1 for none. Made by "
          "tools/make_unicode_scripts.py; do not edit.\n\nconstexpr ScriptRange kScripts[] = {")
    line = "   "
    for c, script in scripts():
        item = f" {{0x{c:X}, {script}}},"
        if len(line) + len(item) > 100:
            print(line)
            line = "   "
        line += item
    print(line + "\n};")


if __name__ == "__main__":
    main()
