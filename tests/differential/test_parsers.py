"""The parsers of the public API beside those of openvino_genai: the same messages, whole and in pieces.

Where they differ on purpose: Hearth's Llama3PythonicToolParser reads every call and every literal
(openvino_genai's takes the first name and arguments that are strings), and its incremental parsers pass
text that stands before the opening tag (openvino_genai's drop it, or wait for ever) and hold back the
beginning of a closing tag also in the piece that ends the opening one.
"""

import functools
import random

import pytest

genai = pytest.importorskip("openvino_genai")

REASONING = [
    "<think>abc</think>answer", "abc</think>answer", "pre<think>abc</think>answer", "answer",
    "<think>abc", "<think>a</think>b<think>c</think>d", "", "\n<think>\n a \n</think>\n\n x ",
    "</think><think>a</think>b", "<think></think>", "<think><think>a</think></think>b",
    "<think>日本語 🐧</think>é", "a < b </think> c",
]  # fmt: skip
OPTIONS = [[expect, keep, *tags] for expect in (True, False) for keep in (True, False)
           for tags in (["<think>", "</think>"], ["[THINK]", "[/THINK]"])]
JSON_CALLS = [
    '{"name": "f", "parameters": {"a": 1}}', '<|python_tag|>{"name": "f", "parameters": {"a": 1}}',
    'text {"name": "f", "parameters": {"a": [1.5, null]}} more', '{"name": "f", "arguments": {}}',
    '[{"name": "f", "parameters": {}}]', "no", '{"name": "f", "parameters": {"a": 1}', "{bad}",
    '{"name": "f"}; {"name": "g"}', "} {", "",
]  # fmt: skip
PYTHON_CALLS = [
    '[f(a="1", b="x")]', 'text [get(city="San, Fran")] more', "[f()]", "f(a=1)", "none", "[f(a=1",
    '[f(a = "x=y")]', '[f(a="q)")]',
]  # fmt: skip


@pytest.fixture(scope="session")
def probe(ask):
    return functools.partial(ask, "hearth_parser_probe")


def whole(parser, text):
    message = {"content": text}
    try:
        parser.parse(message)
    except Exception:
        return {"error"}
    return message


def make(name, arguments=()):
    return getattr(genai, name)(*arguments)


def test_whole_answers(probe):
    requests = [{"parser": "ReasoningParser", "arguments": options,
                 "text": text.replace("<think>", options[2]).replace("</think>", options[3])}
                for options in OPTIONS for text in REASONING]
    requests += [{"parser": name, "text": text} for text in REASONING
                 for name in ("DeepSeekR1ReasoningParser", "Phi4ReasoningParser")]
    requests += [{"parser": "Llama3JsonToolParser", "text": text} for text in JSON_CALLS]
    requests += [{"parser": "Llama3PythonicToolParser", "text": text} for text in PYTHON_CALLS]
    for request, got in zip(requests, probe(requests), strict=True):
        want = whole(make(request["parser"], request.get("arguments", ())), request["text"])
        if want == {"error"}:
            assert "error" in got, f"{request}: {got}"
        else:
            assert got == want, request


def is_cut_in_closing_tag(pieces):
    """Whether the piece in which the opening tag ends, ends in the beginning of a closing one."""
    text = ""
    for piece in pieces:
        text += piece
        if "<think>" in text:
            return any(text.endswith("</think>"[:n]) for n in range(1, len("</think>")))
    return False


def test_streams(probe):
    generator = random.Random(4)
    starts_inside = {"DeepSeekR1ReasoningIncrementalParser"}
    requests = []
    for text in REASONING:
        for _ in range(12):
            size = generator.choice([1, 2, 5, 40])
            pieces, at = [], 0
            while at < len(text):
                step = generator.randint(1, size)
                pieces.append(text[at:at + step])
                at += step
            if is_cut_in_closing_tag(pieces):
                continue
            for options in OPTIONS:
                if options[2] != "<think>" or (options[0] and not text.startswith("<think>")):
                    continue
                requests.append({"parser": "ReasoningIncrementalParser", "arguments": options,
                                 "pieces": pieces})
            for name in ("DeepSeekR1ReasoningIncrementalParser", "Phi4ReasoningIncrementalParser"):
                if name in starts_inside or text.startswith("<think>"):
                    requests.append({"parser": name, "pieces": pieces})
    for request, got in zip(requests, probe(requests), strict=True):
        parser = make(request["parser"], request.get("arguments", ()))
        want = []
        for piece in request["pieces"]:
            delta = {}
            returned = parser.parse(delta, piece, None)
            want.append([returned, delta])
        assert got == want, request
