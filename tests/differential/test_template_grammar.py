"""Thousands of small templates (template_grammar.py) rendered by Hearth and by jinja2 as transformers
sets it up: the same text, or an error at the same stage from both.

HEARTH_TEMPLATE_CASES=N takes every Nth of the systematic ones (default 6; 1 is all, some minutes) and
6000/N random programs. A failure prints its template; random ones also their seed."""

import json
import os
import pathlib
import random
import re
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import template_grammar as grammar
from test_templates import probe  # noqa: F401  (a fixture)

transformers = pytest.importorskip("transformers")
from transformers.utils.chat_template_utils import _compile_jinja_template  # noqa: E402

EVERY = int(os.environ.get("HEARTH_TEMPLATE_CASES", "6"))
ORACLE_SECONDS = 2

# What only Python can show: addresses, bound methods, integers beyond 128 bits, complex numbers, and
# sets, which have no order.
NOT_COMPARED = re.compile(
    r"0x[0-9a-f]{8}|0-x-7|<bound method|\d{38}|\dj\)|^set\(\)$|^\{('|\"|\d)[^:]*\}$", re.IGNORECASE)
# Templates whose meaning in jinja2 is an accident of how it makes Python of them: a negative literal
# raised to a power of a variable.
ACCIDENTS = re.compile(r"-0\.5 \*\* |^\{\{ minus \*\* ")


def render(environment, template):
    def too_slow(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_slow)
    signal.setitimer(signal.ITIMER_REAL, ORACLE_SECONDS)
    stage = "parse"
    try:
        compiled = environment.from_string(template)
        stage = "render"
        text = compiled.render(**json.loads(json.dumps(grammar.CONTEXT)))
        text.encode("utf-8")
        return None if NOT_COMPARED.search(text) else {"text": text}
    except (TimeoutError, RecursionError, MemoryError):
        return None
    except Exception as error:  # any Python error can come out of a template
        return {"error": f"{type(error).__name__}: {error}", "stage": stage}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def check(templates, probe):  # noqa: F811
    environment = _compile_jinja_template("").environment
    context = json.loads(json.dumps(grammar.CONTEXT))
    answers = probe([{"template": template, "context": context} for template in templates])
    rendered = 0
    for template, got in zip(templates, answers, strict=True):
        expected = render(environment, template)
        if expected is None or ACCIDENTS.search(template):
            continue
        rendered += "text" in expected
        if "text" in expected:
            assert got.get("text") == expected["text"], f"{template!r}: {got}"
        else:
            assert got.get("stage") == expected["stage"], f"{template!r}: {got}, not {expected}"
    return rendered


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("kind", ["filters", "tests", "methods", "operators", "slices", "formats",
                                  "whitespace"])
def test_systematic(kind, probe):  # noqa: F811
    templates = list(dict.fromkeys(getattr(grammar, kind)()))[::EVERY]
    assert check(templates, probe) > len(templates) / 10


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("seed", range(4))
def test_random_programs(seed, probe):  # noqa: F811
    rng = random.Random(seed)
    templates = [grammar.Random(rng).template() for _ in range(1500 // EVERY)]
    assert check(templates, probe) > len(templates) / 3
