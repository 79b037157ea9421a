"""Chat templates of real models, rendered by Hearth and by transformers with jinja2: the same text,
or an error from both.

The templates are those of ../shared/material/templates (HEARTH_SHARED says where else) and
SmolLM2's, from its GGUF file where it is at hand.
"""

import functools
import json
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import conversations

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("HEARTH_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT / "tools"))
from make_template_goldens import render


def smollm2():
    """SmolLM2's template, where tools/get-model has put the file."""
    cache = pathlib.Path(os.environ.get("HEARTH_MODELS", pathlib.Path.home() / ".cache/hearth"))
    for path in sorted(cache.glob("**/SmolLM2-135M-Instruct*.gguf")):
        from gguf import GGUFReader

        field = GGUFReader(path).fields["tokenizer.chat_template"]
        return bytes(field.parts[field.data[0]]).decode()
    return None


def templates():
    found = {p.stem: p.read_text() for p in sorted((SHARED / "material/templates").glob("*.jinja"))}
    bundled = ROOT / "models/hearth-tiny/chat_template.jinja"
    if bundled.exists():
        found["hearth-tiny"] = bundled.read_text()
    text = smollm2()
    return {**found, "SmolLM2": text} if text else found


TEMPLATES = templates()


@pytest.fixture(scope="session")
def probe(ask):
    return functools.partial(ask, "hearth_template_probe")


def compare(expected, actual, what):
    if "text" in expected:
        assert actual.get("text") == expected["text"], f"{what}: {actual.get('error')}"
    else:
        assert "error" in actual, f"{what}: jinja2 ends in {expected}"


@pytest.mark.skipif(not TEMPLATES, reason="no templates of real models at hand")
@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_template_of_a_model(name, probe):
    template = TEMPLATES[name]
    cases = list(conversations.contexts())
    # What JSON cannot say (a tuple, a date) never gets here: both sides see parsed JSON.
    requests = [{"template": template, "context": json.loads(json.dumps(c))} for _, c in cases]
    expected = [render(request["template"], request["context"]) for request in requests]
    rendered = sum("text" in e for e in expected)
    assert rendered > len(cases) / 8, f"only {rendered} of {len(cases)} conversations render"
    for (case, _), want, got in zip(cases, expected, probe(requests), strict=True):
        compare(want, got, f"{name}, {case}")


def test_small_templates(probe):
    """The cases of the goldens again, against the jinja2 that is installed."""
    import importlib

    import make_template_goldens
    import template_cases

    requests = []
    for module in make_template_goldens.MODULES:
        for case in importlib.import_module(f"template_cases.{module}").CASES:
            template, context = (case, template_cases.CONTEXT) if isinstance(case, str) else case
            requests.append({"template": template, "context": context})
    for request, got in zip(requests, probe(requests), strict=True):
        compare(render(request["template"], request["context"]), got, request["template"])
