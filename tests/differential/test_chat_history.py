"""genai::ChatHistory beside openvino_genai.ChatHistory: the same operations leave the same messages,
tools and context, and the same ones are refused.

openvino_genai takes messages without a role, and anything in the list that it is made of; Hearth refuses
both, which are mistakes."""

import random

import pytest

genai = pytest.importorskip("openvino_genai")

MESSAGES = [
    {"role": "user", "content": "Hi 日本語 🐧"}, {"role": "assistant", "content": None, "tool_calls": [
        {"type": "function", "function": {"name": "f", "arguments": {"a": [1, 2.5, True, None, {}]}}}]},
    {"role": "user", "content": [{"type": "text", "text": "x"}, {"type": "image"}]}, {"z": 1, "role": "x", "a": -1},
    {"role": "tool", "content": "1", "id": 2**53},
]
TOOLS = [[], [{"type": "function", "function": {"name": "f", "parameters": {}}}], [{}, {}]]
EXTRA = [{}, {"enable_thinking": False}, {"documents": [{"title": "t"}], "n": 0}]
REFUSED = [("append", "text"), ("append", [1]), ("append", None), ("new", "text"), ("new", {}),
           ("set_tools", {}), ("set_tools", "x"), ("set_extra_context", []), ("pop", None)]  # fmt: skip


def some(rng):
    kind = rng.choice(["append"] * 5 + ["pop", "pop", "new", "clear", "set_tools", "set_extra_context"])
    return kind, {"append": lambda: rng.choice(MESSAGES), "new": lambda: rng.sample(MESSAGES, rng.randint(0, 4)),
                  "set_tools": lambda: rng.choice(TOOLS),
                  "set_extra_context": lambda: rng.choice(EXTRA)}.get(kind, lambda: None)()


def played(operations):
    history, errors = genai.ChatHistory(), []
    for name, argument in operations:
        try:
            if name == "new":
                history = genai.ChatHistory(argument)
            elif name in ("pop", "clear"):
                getattr(history, name)()
            else:
                getattr(history, name)(argument)
            errors.append(False)
        except (TypeError, RuntimeError, IndexError):
            errors.append(True)
    return {"messages": history.get_messages(), "tools": history.get_tools(),
            "extra_context": history.get_extra_context(), "errors": errors}


def test_operations(ask):
    rng = random.Random(9)
    plays = [[one] for one in REFUSED] + [[("append", MESSAGES[0]), one] for one in REFUSED]
    plays += [[some(rng) for _ in range(rng.randint(1, 12))] for _ in range(200)]
    for operations, got in zip(plays, ask("hearth_history_probe", plays), strict=True):
        assert got == played(operations), operations
