"""Small templates, one language feature each, that tools/make_template_goldens.py renders.

A module is a list CASES of templates, or of (template, context) pairs.
"""

# What a case without a context of its own is rendered with.
CONTEXT = {
    "n": 7,
    "x": 2.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": [],
    "text": "Hello, World",
    "greek": "Οδυσσεύς ßtraße",
    "emoji": "a😀b👨‍👩‍👧c",
    "words": ["delta", "Alpha", "charlie", "bravo"],
    "numbers": [3, 1, 2, 5, 4],
    "mixed": [1, 1.5, True, None, "s", [1], {"k": 2}],
    "point": {"x": 1, "y": {"z": [10, 20, 30]}},
    "users": [
        {"name": "Ann", "age": 31, "city": "Oslo", "tags": ["a", "b"]},
        {"name": "bob", "age": 25, "city": "bergen", "tags": []},
        {"name": "Cid", "age": 31, "city": "Oslo"},
    ],
    "keys": {"pop": 1, "items": 2, "a b": 3, "_p": 4, "update": 5},
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi <there> & \"you\""},
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f"}}]},
    ],
    "big": 18446744073709551615,
    "tiny": 1e-7,
    "huge": 1e22,
}
