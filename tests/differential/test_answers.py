"""Answers of models, read back: an assistant's message goes through the chat template of a real model
with jinja2, and what the template adds for it is what the model would write. Hearth's parsers must give
the message back: names, arguments, text and reasoning, for any cut into pieces.

The templates are those of ../shared/material/templates (HEARTH_SHARED says where else).
"""

import functools
import json
import os
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import conversations

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("HEARTH_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT / "tools"))
from make_template_goldens import render

TEMPLATES = {p.stem: p.read_text() for p in sorted((SHARED / "material/templates").glob("*.jinja"))}
FORMATS = {
    "CohereForAI-c4ai-command-r-plus-tool_use": "command_r",
    "GLM-4.6": "glm",
    "HuggingFaceTB-SmolLM3-3B": "plain",
    "Kimi-K2-Instruct": "kimi_k2",
    "LFM2-8B-A1B": "lfm2",
    "MiniMax-M2": "minimax",
    "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use": "hermes",
    "Qwen-Qwen2.5-7B-Instruct": "hermes",
    "Qwen-Qwen3-0.6B": "hermes",
    "Qwen3-Coder": "qwen3_coder",
    "deepseek-ai-DeepSeek-R1-Distill-Llama-8B": "deepseek",
    "deepseek-ai-DeepSeek-V3.1": "deepseek",
    "google-gemma-2-2b-it": "plain",
    "google-gemma-4-31B-it": "gemma4",
    "ibm-granite-granite-3.3-2B-Instruct": "granite",
    "meetkai-functionary-medium-v3.1": "functionary",
    "meta-llama-Llama-3.1-8B-Instruct": "llama3",
    "meta-llama-Llama-3.2-3B-Instruct": "llama3",
    "microsoft-Phi-3.5-mini-instruct": "plain",
    "mistralai-Mistral-Nemo-Instruct-2407": "mistral",
    "openai-gpt-oss-120b": "harmony",
    "unsloth-mistral-Devstral-Small-2507": "mistral",
}
# Templates that print no calls: LFM2, Granite and SmolLM3 leave that to the caller.
WITH_CALLS = sorted(set(FORMATS) - {
    "LFM2-8B-A1B", "ibm-granite-granite-3.3-2B-Instruct", "HuggingFaceTB-SmolLM3-3B",
    "google-gemma-2-2b-it", "microsoft-Phi-3.5-mini-instruct"})
ONE_CALL = {"meta-llama-Llama-3.1-8B-Instruct", "meta-llama-Llama-3.2-3B-Instruct",
            "openai-gpt-oss-120b"}
STRINGS = {"deepseek-ai-DeepSeek-R1-Distill-Llama-8B"}  # arguments must be text
NOT_NULL_CONTENT = {"deepseek-ai-DeepSeek-R1-Distill-Llama-8B"}  # content beside calls must be None

TOOL = {"type": "function", "function": {"name": "tool", "description": "A tool.", "parameters": {
    "type": "object",
    "properties": {
        "text": {"type": "string", "description": "a text"},
        "count": {"type": "integer", "description": "a count"},
        "share": {"type": "number", "description": "a share"},
        "on": {"type": "boolean", "description": "a switch"},
        "list": {"type": "array", "items": {"type": "string"}, "description": "a list"},
        "object": {"type": "object", "properties": {}, "additionalProperties": {"type": "string"},
                   "description": "an object"},
    }, "required": []}}}
OTHER = {"type": "function", "function": {"name": "other_tool-2", "description": "Another.", "parameters": {
    "type": "object", "properties": {"text": {"type": "string", "description": "a text"}},
    "required": ["text"]}}}
TOOLS = [TOOL, OTHER]

ARGUMENTS = [
    {"text": "Zürich"},
    {"text": "12"},
    {"text": "true"},
    {"text": "two\nlines, \"quoted\" 'twice' \\ \t tab"},
    {"text": "<b>&amp;</b> {x} [y] </think> ]]> 日本語 🐧 } \" {"},
    {"text": "", "count": 0},
    {"count": -12, "share": 0.5, "on": True},
    {"on": False, "list": ["a", "b, c", "]"], "object": {"k": {"n": [1, 2.5, "x"]}}},
    {},
]


@pytest.fixture(scope="session")
def probe(ask):
    return functools.partial(ask, "hearth_answer_probe")


def context(messages, generate, **more):
    return {"messages": messages, "tools": TOOLS, "add_generation_prompt": generate,
            "bos_token": "<s>", "eos_token": "</s>", **more}


def written(template, message, **more):
    """(prompt, answer) as the template has them, or None where it cannot print the message."""
    # Kimi's template appends to a list, which the sandbox of transformers refuses.
    template = template.replace("{%- set _ = tool_response_queue.ids.append(formatted_id) -%}", "")
    prompt = render(template, context([conversations.USER], True, **more))
    whole = render(template, context([conversations.USER, message], False, **more))
    if "text" not in prompt or "text" not in whole:
        return None
    common = os.path.commonprefix([prompt["text"], whole["text"]])
    chatbot = "<|CHATBOT_TOKEN|>"
    if chatbot in whole["text"]:  # Command R, whose instructions follow the conversation
        before, answer = whole["text"].split(chatbot)
        return before + chatbot, answer.split("<|START_OF_TURN_TOKEN|>")[0]
    while common != prompt["text"] and common[-1] in "<|｜":  # where two different tags begin
        common = common[:-1]
    return common, whole["text"][len(common):].removesuffix("</s>").removeprefix("<｜Assistant｜>")


def message_of(name, calls, content="", **more):
    as_text = name in STRINGS
    return conversations.turn("assistant", content, tool_calls=[
        conversations.call(function, json.dumps(arguments, ensure_ascii=False) if as_text else arguments, number)
        for number, (function, arguments) in enumerate(calls)], **more)


def read_back(answer):
    return [(call["name"], json.loads(call["arguments"])) for call in answer["calls"]]


@pytest.mark.skipif(not TEMPLATES, reason="no templates of real models at hand")
def test_formats(probe):
    answers = probe([{"template": text, "text": "Hi."} for text in TEMPLATES.values()])
    assert {n: a["format"] for n, a in zip(TEMPLATES, answers, strict=True)} == FORMATS


@pytest.mark.skipif(not TEMPLATES, reason="no templates of real models at hand")
@pytest.mark.parametrize("name", WITH_CALLS)
def test_calls(name, probe):
    generator = random.Random(name)
    cases = [[("tool", arguments)] for arguments in ARGUMENTS]
    if name not in ONE_CALL:
        cases += [[("tool", ARGUMENTS[0]), ("other_tool-2", {"text": "x"})], [("tool", {})] * 2]
    requests, expected = [], []
    for calls in cases:
        message = message_of(name, calls, None if name in NOT_NULL_CONTENT else "")
        parts = written(TEMPLATES[name], message)
        assert parts is not None, calls
        prompt, answer = parts
        for pieces in [[], [1], [generator.randint(1, 9) for _ in range(7)]]:
            requests.append({"template": TEMPLATES[name], "text": answer, "tools": TOOLS,
                             "prompt": prompt, "pieces": pieces})
            expected.append(calls)
    for request, calls, answer in zip(requests, expected, probe(requests), strict=True):
        what = f"{request['text']!r} in pieces of {request['pieces']}: {answer}"
        assert read_back(answer) == calls, what
        assert (answer["content"].strip(), answer["reasoning"]) == ("", ""), what


@pytest.mark.skipif(not TEMPLATES, reason="no templates of real models at hand")
@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_text(name, probe):
    texts = ["It is 4.", "two\n\nlines", "a < b, `<tool` [TOOL {x} 日本語 🐧", "No <b>call</b>."]
    requests, expected = [], []
    for text in texts:
        parts = written(TEMPLATES[name], conversations.turn("assistant", text))
        if parts is None:
            continue
        for pieces in [[], [1], [3, 2]]:
            requests.append({"template": TEMPLATES[name], "text": parts[1], "tools": TOOLS,
                             "prompt": parts[0], "pieces": pieces})
            expected.append(text)
    assert requests
    for request, text, answer in zip(requests, expected, probe(requests), strict=True):
        assert answer["content"].strip() == text, f"{request}: {answer}"
        assert (answer["reasoning"], answer["calls"]) == ("", []), f"{request}: {answer}"


# Where the template prints the reasoning of the last message; gpt-oss and Gemma do beside calls only.
WITH_REASONING = ["GLM-4.6", "MiniMax-M2", "Qwen-Qwen3-0.6B", "google-gemma-4-31B-it",
                  "openai-gpt-oss-120b"]
ONLY_WITH_CALLS = {"google-gemma-4-31B-it", "openai-gpt-oss-120b"}
REASON = "Two\n\nlines <b>."


@pytest.mark.skipif(not TEMPLATES, reason="no templates of real models at hand")
@pytest.mark.parametrize("name,with_call", [(name, call) for name in WITH_REASONING
                                            for call in (True, False) if call or name not in ONLY_WITH_CALLS])
def test_reasoning(name, with_call, probe):
    calls = [("tool", {"text": "x"})] if with_call else []
    text = "" if with_call else "So."
    message = message_of(name, calls, text, reasoning_content=REASON, thinking=REASON)
    if not calls:
        del message["tool_calls"]
    prompt, answer = written(TEMPLATES[name], message, enable_thinking=True)
    assert REASON in answer
    requests = [{"template": TEMPLATES[name], "text": answer, "tools": TOOLS, "pieces": pieces, **more}
                for pieces in ([], [1], [4, 3]) for more in ({"prompt": prompt}, {})]
    for request, got in zip(requests, probe(requests), strict=True):
        assert (got["reasoning"], got["content"].strip()) == (REASON, text), f"{request['text']}: {got}"
        assert read_back(got) == calls
