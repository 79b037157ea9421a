"""What the programs that bench/compare.py starts for one measurement share: the work as JSON in the argument, the
figures as JSON on the last line of stdout, and what memory their own process holds."""

import json
import pathlib
import sys


def serve(**kinds):
    """Calls what is named after the kind of the work, with underscores."""
    work = json.loads(sys.argv[1])
    print(json.dumps(kinds[work["kind"].replace(" ", "_")](work)), flush=True)


def kilobytes(key):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))


def memory_now():
    return kilobytes("VmRSS"), kilobytes("RssAnon")


def memory_since(before):
    """The most since the process began, without what Python and its packages held `before`."""
    return {"peak_mb": (kilobytes("VmHWM") - before[0]) * 1024 / 1e6,
            "private_mb": (kilobytes("RssAnon") - before[1]) * 1024 / 1e6}
