"""Conversations that chat templates are rendered with: every shape that clients send, and a few
that they should not."""

import itertools

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a <city>, \"today\" & tomorrow.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name, e.g. Zürich"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
                "days": {"type": ["integer", "null"], "minimum": 1},
            },
            "required": ["city"],
        },
        "return": {"type": "number", "description": "Degrees."},
    },
}
SEARCH = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Searches.\nTwo lines.",
        "parameters": {
            "type": "object",
            "properties": {
                "queries": {"type": "array", "items": {"type": "string"}},
                "filter": {
                    "type": "object",
                    "properties": {"after": {"type": "string"}, "n": {"type": "number"}},
                    "required": ["after"],
                },
                "any": {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
            },
        },
    },
}
BARE = {"type": "function", "function": {"name": "now", "description": "", "parameters": {}}}

DOCUMENTS = [
    {"title": "Emperor Penguin Facts", "text": "They are tall.\nVery."},
    {"title": "Ünïcode", "text": "日本語 🐧"},
]


def turn(role, content, **more):
    return {"role": role, "content": content, **more}


def call(name, arguments, number=0):
    return {
        "id": f"call0000{number}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


SYSTEM = turn("system", "You are brief.")
USER = turn("user", "What is 2 + 2?")
ANSWER = turn("assistant", "It is 4.")
THOUGHT = turn("assistant", "<think>\nTwo and two.\n</think>\n\nIt is 4.")
AGAIN = turn("user", "And 3 + 3?")
CALLS = turn("assistant", "", tool_calls=[call("get_weather", {"city": "Zürich", "days": 2})])
TWO_CALLS = turn(
    "assistant",
    None,
    tool_calls=[
        call("get_weather", {"city": "Oslo", "unit": "celsius"}, 1),
        call("search", {"queries": ["a", "b"], "filter": {"after": "2020", "n": 1.5}, "any": None}, 2),
    ],
)
TEXT_CALL = turn("assistant", "", tool_calls=[call("get_weather", '{"city": "Rome"}')])
RESULT = turn("tool", "{\"degrees\": 21.5}", name="get_weather", tool_call_id="call00000")
RESULT_1 = turn("tool", "12", name="get_weather", tool_call_id="call00001")
RESULT_2 = turn("tool", "[\"hit\"]", name="search", tool_call_id="call00002")

PARTS = turn("user", [{"type": "text", "text": "Look:"}, {"type": "text", "text": " this."}])
IMAGE = turn("user", [{"type": "image", "image": "x.png"}, {"type": "text", "text": "What is it?"}])
WEIRD = turn(
    "user",
    "  \n\tleading, <|im_end|> {{ 7 * 7 }} {% if %} \"quotes\" 'single' \\back\\ \u00a0\u2003"
    "émoji 👨‍👩‍👧 日本語 العربية \u202e\u0000\u001f\u007f trailing \n\n ",
)

MESSAGES = {
    "none": [],
    "user": [USER],
    "system_user": [SYSTEM, USER],
    "two_turns": [SYSTEM, USER, ANSWER, AGAIN],
    "ends_with_answer": [USER, ANSWER],
    "three_turns": [SYSTEM, USER, ANSWER, AGAIN, turn("assistant", "6"), turn("user", "Thanks.")],
    "thought": [SYSTEM, USER, THOUGHT, AGAIN],
    "thought_last": [USER, THOUGHT],
    "reasoning": [USER, turn("assistant", "It is 4.", reasoning_content="Two and two."), AGAIN],
    "reasoning_last": [USER, turn("assistant", "It is 4.", reasoning_content="Two.", thinking="Two.")],
    "call": [SYSTEM, USER, CALLS, RESULT],
    "call_answered": [USER, CALLS, RESULT, turn("assistant", "21.5 degrees."), AGAIN],
    "two_calls": [SYSTEM, USER, TWO_CALLS, RESULT_1, RESULT_2, turn("assistant", "Done.")],
    "call_as_text": [USER, TEXT_CALL, RESULT],
    "call_pending": [USER, CALLS],
    "call_with_text": [USER, turn("assistant", "Let me look.", tool_calls=CALLS["tool_calls"]), RESULT],
    "parts": [SYSTEM, PARTS, ANSWER],
    "system_parts": [turn("system", [{"type": "text", "text": "Be brief."}]), USER],
    "image": [IMAGE],
    "weird": [SYSTEM, WEIRD, turn("assistant", WEIRD["content"]), USER],
    "empty_texts": [turn("system", ""), turn("user", ""), turn("assistant", ""), turn("user", " ")],
    "two_users": [USER, AGAIN],
    "starts_with_assistant": [ANSWER, USER],
    "two_systems": [SYSTEM, SYSTEM, USER],
    "late_system": [USER, SYSTEM, ANSWER],
    "developer": [turn("developer", "Be kind."), USER],
    "unknown_role": [turn("narrator", "Once upon a time"), USER],
    "no_content": [{"role": "user"}],
    "null_content": [turn("user", None)],
    "number_content": [turn("user", 5)],
    "tool_only": [RESULT],
    "assistant_parts": [PARTS, turn("assistant", [{"type": "text", "text": "Seen. "}]), AGAIN],
    "tool_parts": [USER, CALLS, turn("tool", [{"type": "text", "text": "21.5"}], tool_call_id="call00000")],
    "unicode": [
        turn("system", "Répondez en français. 𝖠́"),
        turn("user", "¿Qué es “日本語”? 👨‍👩‍👧"),
        turn("assistant", "مرحبا    ﻿"),
        turn("user", "​　x　"),
    ],
    "media": [
        turn("user", [
            {"type": "audio", "audio_url": "a.wav"}, {"type": "video", "video": "v.mp4"},
            {"type": "image_url", "image_url": {"url": "i.png"}}, {"type": "text", "text": "All?"},
        ]),
        turn("assistant", "All."), turn("user", [{"type": "image"}, {"type": "text", "text": "This?"}]),
    ],
    "many_calls": [
        SYSTEM, USER, CALLS, RESULT, turn("assistant", "21.5 degrees."), AGAIN, TWO_CALLS, RESULT_1,
        RESULT_2, turn("assistant", "Both.", reasoning_content="Hm.\nTwo."), turn("user", "Thanks."),
    ],
    "no_calls": [USER, turn("assistant", "No.", tool_calls=[]), AGAIN],
    "null_calls": [USER, turn("assistant", "No.", tool_calls=None, reasoning=None), AGAIN],
    "half_thought": [USER, turn("assistant", "<think>\nTwo and")],
    "half_answer": [SYSTEM, USER, turn("assistant", "It is  \n")],
    "half_parts": [USER, turn("assistant", [{"type": "text", "text": "A"}, {"type": "text", "text": "B "}])],
    "prefix_flags": [USER, turn("assistant", "Sure", prefix=True)],
}

# What goes beside the messages; transformers always passes tools and documents.
BASE = {"tools": None, "documents": None, "add_generation_prompt": True}
EXTRAS = {
    "plain": {},
    "no_prompt": {"add_generation_prompt": False},
    "tools": {"tools": [WEATHER, SEARCH]},
    "one_tool": {"tools": [BARE], "add_generation_prompt": False},
    "no_tools": {"tools": []},
    "documents": {"documents": DOCUMENTS},
    "thinking": {"enable_thinking": True, "thinking": True},
    "no_thinking": {"enable_thinking": False, "thinking": False, "tools": [WEATHER]},
    "options": {
        "reasoning_effort": "high",
        "model_identity": "You are Hearth.",
        "builtin_tools": ["browser", "python", "brave_search"],
        "date_string": "1 Jan 2025",
        "controls": {"citations": True, "length": "short"},
        "custom_instructions": "Rhyme.",
        "xml_tools": [WEATHER["function"]],
        "tools_in_user_message": False,
        "tools": [WEATHER],
    },
}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


def contexts():
    """(name, context) of every conversation with everything that can stand beside it."""
    for (name, messages), (extra, more) in itertools.product(MESSAGES.items(), EXTRAS.items()):
        yield f"{name}-{extra}", {**TOKENS, **BASE, **more, "messages": messages}
    yield "no_tokens", {**BASE, "messages": [SYSTEM, USER]}
    yield "nothing", {}
