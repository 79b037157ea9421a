#!/usr/bin/env python3
"""Writes docs/env.md from the list of switches, src/base/env.inc.

    tools/make_env_doc.py [--check]     # --check: fails when the page is not current
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "env.md"
ENTRY = re.compile(r'HEARTH_ENV\((\w+),\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\)')
HEAD = """# Environment switches

Made by `./dev docs` from `src/base/env.inc`; do not edit. Nothing else in the library reads the
environment.

| name | default | what it does |
|---|---|---|
"""


def page():
    entries = ENTRY.findall((ROOT / "src/base/env.inc").read_text(encoding="utf-8"))
    if not entries:
        sys.exit("src/base/env.inc has no entries")
    rows = [f"| `{name}` | {f'`{default}`' if default else ''} | {text} |\n"
            for name, default, text in entries]
    return HEAD + "".join(rows)


def main():
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/env.md is not what src/base/env.inc says; run ./dev docs")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
