#!/usr/bin/env python3
"""Renders tools/template_cases with the real jinja2, set up as transformers sets it up for chat
templates, and writes tests/golden/templates/*.json; conversations.json is what apply_chat_template
makes of tests/differential/conversations.py, continued and not.

Usage: make_template_goldens.py [module ...]
"""

import importlib
import json
import platform
import sys
from pathlib import Path

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

ROOT = Path(__file__).resolve().parent.parent
MODULES = ["expressions", "statements", "macros", "filters", "strings"]


def render(template, context):
    """{"text": ...}, or {"error": class, "stage": "parse" or "render"}."""
    stage = "parse"
    try:
        compiled = _compile_jinja_template(template)
        stage = "render"
        text = compiled.render(**context)
        text.encode("utf-8")
        return {"text": text}
    except Exception as error:  # any Python error can come out of a template
        return {"error": type(error).__name__, "stage": stage}


def goldens(module, default_context):
    cases = []
    for case in module.CASES:
        template, context = (case, None) if isinstance(case, str) else case
        golden = {"template": template}
        if context is not None:
            golden["context"] = context
        golden.update(render(template, default_context if context is None else context))
        if " at 0x" in golden.get("text", ""):
            sys.exit(f"{template} prints an address, which differs every time")
        cases.append(golden)
    return cases


# What templates do with the last message: keep it, trim it, cut it, and look into its parts.
CONVERSATION_TEMPLATES = [
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}"
    "{{ '<assistant>' if add_generation_prompt }}{{ bos_token }}{{ sep_token is defined }}{{ tools is none }}",
    "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>{% endfor %}",
    "{% for m in messages %}[{{ m.content.split('</think>')[-1] }}]{% endfor %}",
    "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}"
    "{{ p.text if p.type == 'text' else '<' ~ p.type ~ '>' }}{% endfor %}{% endif %}\n{% endfor %}",
]


def conversation_goldens():
    import tokenizers

    from conversations import BASE, EXTRAS, MESSAGES, TOKENS

    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"<unk>": 0}, "<unk>"))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=words, **TOKENS)
    for template in CONVERSATION_TEMPLATES:
        for messages in MESSAGES.values():
            for continued, extra in ((False, "plain"), (True, "plain"), (True, "no_prompt")):
                given = {**BASE, **EXTRAS[extra], "continue_final_message": continued}
                golden = {"template": template, "messages": messages, **given}
                try:
                    golden["text"] = tokenizer.apply_chat_template(
                        messages, chat_template=template, tokenize=False, **given)
                except Exception as error:  # any Python error can come out of a template
                    golden["error"] = type(error).__name__
                yield golden


def write_conversations(path):
    versions = {"python": platform.python_version(), "jinja2": jinja2.__version__,
                "transformers": transformers.__version__}
    from conversations import TOKENS

    head = json.dumps({"made_by": "tools/make_template_goldens.py", "versions": versions,
                       "variables": TOKENS})[:-1]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in conversation_goldens())
    path.write_text(f'{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


def main():
    sys.path.insert(0, str(ROOT / "tests/differential"))
    sys.path.insert(0, str(ROOT / "tools"))
    default_context = importlib.import_module("template_cases").CONTEXT
    folder = ROOT / "tests" / "golden" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    if not sys.argv[1:]:
        write_conversations(folder / "conversations.json")
    for name in sys.argv[1:] or MODULES:
        cases = goldens(importlib.import_module(f"template_cases.{name}"), default_context)
        golden = {
            "made_by": "tools/make_template_goldens.py",
            "versions": {
                "python": platform.python_version(),
                "jinja2": jinja2.__version__,
                "transformers": transformers.__version__,
            },
            "context": default_context,
        }
        head = json.dumps(golden, ensure_ascii=False)[:-1]
        lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
        (folder / f"{name}.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")
        errors = sum("error" in case for case in cases)
        print(f"{name}: {len(cases)} cases, {errors} of them errors", file=sys.stderr)


if __name__ == "__main__":
    main()
