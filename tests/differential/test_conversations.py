"""Conversations rendered by Hearth and by transformers' apply_chat_template: the same text, or an
error from both. Templates of real models (see test_templates.py) with every conversation, open and
continued, and model folders with templates and special tokens in every place where they can be."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import conversations
from conversations import TOKENS
from test_templates import TEMPLATES, compare, probe  # noqa: F401  (probe is a fixture)

tokenizers = pytest.importorskip("tokenizers")
transformers = pytest.importorskip("transformers")

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIMEOUT_S = 60


@pytest.fixture(scope="session")
def tokenizer():
    """A tokenizer whose only task is to apply templates."""
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"<unk>": 0}, "<unk>"))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, **TOKENS)


def applied(tokenizer, messages, **arguments):
    try:
        text = tokenizer.apply_chat_template(messages, tokenize=False, **arguments)
        text.encode("utf-8")
        return {"text": text}
    except Exception as error:  # any Python error can come out of a template
        return {"error": f"{type(error).__name__}: {error}"}


def requests():
    """(what, request): every conversation, continued, and some with an answer asked for; the rest is
    test_templates.py's."""
    for name, messages in conversations.MESSAGES.items():
        for extra in ("plain", "tools", "documents", "thinking"):
            given = {"messages": messages, **conversations.BASE, **conversations.EXTRAS[extra]}
            yield f"{name}-{extra}-continued", {
                **given, "add_generation_prompt": False, "continue_final_message": True}
        yield f"{name}-both", {**given, "continue_final_message": True}
        yield f"{name}-open", given


@pytest.mark.skipif(not TEMPLATES, reason="no templates of real models at hand")
@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_templates_of_models(name, probe, tokenizer):  # noqa: F811
    tokenizer.chat_template = TEMPLATES[name]
    cases = [(what, json.loads(json.dumps(given))) for what, given in requests()]
    asked = [{"template": TEMPLATES[name], "conversation": {**given, "variables": TOKENS}}
             for _, given in cases]
    for (what, given), got in zip(cases, probe(asked), strict=True):
        expected = applied(tokenizer, given.pop("messages"), **given)
        compare(expected, got, f"{name}, {what}")


PLAIN = "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
SHOW = ("{{ bos_token|default('-') }}{{ eos_token|default('-') }}{{ pad_token|default('-') }}"
        "{{ unk_token|default('-') }}{{ image_token|default('-') }}{{ boi|default('-') }}"
        "{{ tools is none }}{{ documents is none }}{{ enable_thinking is defined }}")
NAMED = [{"name": "default", "template": "D" + PLAIN}, {"name": "tool_use", "template": "T" + PLAIN},
         {"name": "rag", "template": "R{{ documents|length }}" + PLAIN}]
ADDED = {"__type": "AddedToken", "content": "<a>", "lstrip": False, "rstrip": False,
         "normalized": False, "single_word": False, "special": True}

# Files of a model folder; tokenizer.json is there as well.
FOLDERS = {
    "none": {},
    "config": {"tokenizer_config.json": {"chat_template": PLAIN, "bos_token": "<s>"}},
    "config_list": {"tokenizer_config.json": {"chat_template": NAMED, "bos_token": ADDED}},
    "config_without_default": {"tokenizer_config.json": {"chat_template": NAMED[1:]}},
    "config_only_default": {"tokenizer_config.json": {"chat_template": NAMED[:1]}},
    "jinja": {"chat_template.jinja": "J" + PLAIN, "tokenizer_config.json": {"chat_template": PLAIN}},
    "jinja_line_ends": {"chat_template.jinja": "J\r\n" + PLAIN + "\r\n\n"},
    "additional": {"chat_template.jinja": "J" + PLAIN,
                   "additional_chat_templates/tool_use.jinja": "A" + PLAIN,
                   "additional_chat_templates/rag.jinja": "B" + PLAIN,
                   "tokenizer_config.json": {"chat_template": NAMED}},
    "additional_default": {"chat_template.jinja": "J" + PLAIN,
                           "additional_chat_templates/default.jinja": "A" + PLAIN},
    "additional_alone": {"additional_chat_templates/tool_use.jinja": "A" + PLAIN,
                         "tokenizer_config.json": {"chat_template": NAMED}},
    "tokens": {"tokenizer_config.json": {
        "chat_template": SHOW, "bos_token": "<s>", "eos_token": ADDED, "pad_token": None,
        "image_token": "<i>", "add_bos_token": True, "extra_special_tokens": {"boi": "<b>"}}},
    "tokens_map": {"tokenizer_config.json": {"chat_template": SHOW, "bos_token": "<s>", "eos_token": "</s>"},
                   "special_tokens_map.json": {"eos_token": "</m>", "unk_token": {
                       "content": "<u>", "lstrip": False, "rstrip": False, "normalized": False,
                       "single_word": False}}},
    "tokens_map_ignored": {"tokenizer_config.json": {
        "chat_template": SHOW, "eos_token": "</s>", "added_tokens_decoder": {}},
        "special_tokens_map.json": {"eos_token": "</m>", "pad_token": "<p>"}},
    "bad_template": {"chat_template.jinja": "{% if %}"},
}
# What is asked of each: (messages file, arguments of the command, arguments of transformers).
USER = [{"role": "user", "content": "Hi"}]
OPEN = USER + [{"role": "assistant", "content": "Well, "}]
ASKED = {
    "plain": (USER, [], {"add_generation_prompt": True}),
    "tools": ({"messages": USER, "tools": [conversations.BARE]}, [],
              {"add_generation_prompt": True, "tools": [conversations.BARE]}),
    "no_tools": ({"messages": USER, "tools": []}, [], {"add_generation_prompt": True, "tools": []}),
    "documents": ({"messages": USER, "documents": conversations.DOCUMENTS}, [],
                  {"add_generation_prompt": True, "documents": conversations.DOCUMENTS}),
    "extra": (USER, ["--extra", '{"enable_thinking": false, "bos_token": "<x>"}', "--no-generation-prompt"],
              {"enable_thinking": False, "bos_token": "<x>"}),
    "continued": (OPEN, ["--continue-final-message"], {"continue_final_message": True}),
    "both": ({"messages": OPEN, "add_generation_prompt": True, "continue_final_message": True}, [],
             {"add_generation_prompt": True, "continue_final_message": True}),
}


def write(folder, files):
    folder.mkdir()
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"<unk>": 0}, "<unk>"))
    words.save(str(folder / "tokenizer.json"))
    files = {"tokenizer_config.json": {}, **files}
    files["tokenizer_config.json"] = {"tokenizer_class": "PreTrainedTokenizerFast",
                                      **files["tokenizer_config.json"]}
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_bytes(text.encode())


def command(*arguments):
    binary = os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth")
    if not pathlib.Path(binary).exists():
        pytest.skip(f"{binary} has not been built")
    result = subprocess.run([binary, "template", *map(str, arguments)], capture_output=True,
                            timeout=TIMEOUT_S)
    if result.returncode == 0:
        return {"text": result.stdout.decode()}
    assert result.returncode == 2 and not result.stdout, result
    return {"error": result.stderr.decode()}


@pytest.mark.parametrize("name", FOLDERS)
def test_model_folders(name, tmp_path):
    folder = tmp_path / "model"
    write(folder, FOLDERS[name])
    oracle = transformers.AutoTokenizer.from_pretrained(folder)
    for asked, (given, arguments, more) in ASKED.items():
        messages = tmp_path / "messages.json"
        messages.write_text(json.dumps(given))
        conversation = given if isinstance(given, list) else given["messages"]
        compare(applied(oracle, conversation, **more),
                command(folder, "--messages", messages, *arguments), f"{name}, {asked}")
    for one in oracle.chat_template if isinstance(oracle.chat_template, dict) else ():
        messages.write_text(json.dumps({"messages": USER, "documents": []}))
        compare(applied(oracle, USER, chat_template=one, documents=[], add_generation_prompt=True),
                command(folder, "--messages", messages, "--template", one), f"{name}, {one}")
