"""hearth template: what is printed, from every kind of model and file, and what is refused."""

import json
import subprocess
import sys
import time

import pytest

USER = [{"role": "user", "content": "Hi"}]
SHOW = ("{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
        "{{ tools|length if tools }}{{ documents|length if documents }}{{ mood }}"
        "{% if add_generation_prompt %}[assistant]{% endif %}")


@pytest.fixture
def files(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    write("show.jinja", SHOW)
    return write


def test_a_model(hearth, bundled, files):
    messages = files("chat.json", USER)
    assert hearth.run("template", bundled, "--messages", messages) == (
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    assert hearth.run("template", bundled, "--messages", messages, "--no-generation-prompt") == (
        "<|im_start|>user\nHi<|im_end|>\n")
    messages = files("chat.json", [*USER, {"role": "assistant", "content": "Ho "}])
    assert hearth.run("template", bundled, "--messages", messages, "--continue-final-message") == (
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo ")


def test_a_jinja_file(hearth, files, tmp_path):
    show = tmp_path / "show.jinja"
    messages = files("chat.json", {"messages": USER, "tools": [{}, {}], "documents": [{}], "mood": "!"})
    assert hearth.run("template", show, "--messages", messages, "--extra",
                      '{"bos_token": "<s>", "mood": "?"}') == "<s>[user]Hi21?[assistant]"
    tools = files("tools.json", [{}])
    assert hearth.run("template", show, "--messages", messages, "--tools", tools) == (
        "[user]Hi11![assistant]")


def test_a_model_with_several_templates(hearth, files, tmp_path):
    files("tokenizer_config.json", {"chat_template": [{"name": "default", "template": "plain"},
                                                      {"name": "tool_use", "template": "tools"},
                                                      {"name": "rag", "template": "rag"}]})
    messages = files("chat.json", {"messages": USER})
    assert hearth.run("template", tmp_path, "--messages", messages) == "plain"
    assert hearth.run("template", tmp_path, "--messages", messages, "--template", "rag") == "rag"
    tools = files("tools.json", [{}])
    assert hearth.run("template", tmp_path, "--messages", messages, "--tools", tools) == "tools"


def test_the_parts_of_an_answer(hearth, files, tmp_path):
    files("tokenizer_config.json", {"chat_template": [
        {"name": "default", "template": "{{ messages }}"},
        {"name": "tool_use", "template": "<think></think><tool_call>{{ tools }}</tool_call>"}]})
    call = '<tool_call>\n{"name": "f", "arguments": {"a": [1, "b"]}}\n</tool_call>'
    answer = files("answer.txt", f"<think>\nhm\n</think>\n\nWell.\n{call}")
    parts = json.loads(hearth.run("template", tmp_path, "--parse", answer))
    assert parts["reasoning_content"].strip() == "hm" and parts["content"].strip() == "Well."
    assert [x["name"] for x in parts["tool_calls"]] == ["f"]
    arguments = parts["tool_calls"][0]["arguments"]
    assert (json.loads(arguments) if isinstance(arguments, str) else arguments) == {"a": [1, "b"]}
    plain = json.loads(hearth.run("template", tmp_path, "--parse", answer, "--template", "default"))
    assert plain["content"].endswith(call)


@pytest.mark.parametrize("name, content, arguments, words", [
    ("chat.json", "[", [], ["chat.json"]),
    ("chat.json", "5", [], ["chat.json", "list of messages"]),
    ("chat.json", {"message": []}, [], ["chat.json", "`messages`"]),
    ("chat.json", [], [], ["no message"]),
    ("chat.json", ["Hi"], [], ["role"]),
    ("chat.json", {"messages": USER, "tools": {}}, [], ["chat.json", "tools"]),
    ("chat.json", {"messages": USER, "tools": [5]}, [], ["tools", "objects"]),
    ("chat.json", {"messages": USER, "add_generation_prompt": 1}, [], ["add_generation_prompt"]),
    ("chat.json", USER, ["--extra", "[]"], ["--extra", "object"]),
    ("chat.json", USER, ["--extra", "{"], ["--extra"]),
    ("chat.json", USER, ["--tools", "absent.json"], ["absent.json"]),
    ("chat.json", USER, ["--template", "rag"], ["show.jinja", "`rag`", "default"]),
    ("chat.json", [{"role": "user", "content": None}], ["--continue-final-message"], ["continued"]),
    ("show.jinja", "\n{{ 1 + 'a' }}", [], ["show.jinja, line 2", "operator '+'"]),
    ("show.jinja", "{% for %}", [], ["show.jinja, line 1"]),
    ("show.jinja", "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}", [], ["show.jinja, line 1", "256 MB"]),
])
def test_what_is_refused(hearth, files, tmp_path, name, content, arguments, words):
    files("chat.json", USER)
    files(name, content)
    result = hearth.try_run("template", tmp_path / "show.jinja", "--messages", tmp_path / "chat.json",
                            *arguments)
    assert result.returncode == 2 and result.stdout == "", result
    for word in words:
        assert word in result.stderr, result.stderr


def test_usage(hearth, files, tmp_path):
    for arguments in (["template"], ["template", tmp_path / "show.jinja"],
                      ["template", tmp_path / "none.jinja", "--messages", files("chat.json", USER)],
                      ["template", tmp_path / "nothing", "--messages", files("chat.json", USER)]):
        result = hearth.try_run(*arguments)
        assert result.returncode == 2 and result.stderr.startswith("hearth: "), result
    assert "--messages chat.json" in hearth.run("template", "--help")


# Runs a command; prints its exit code, seconds of processor time and peak of memory in KB. In a small
# process of its own, because a child's peak begins with the memory of the process that started it.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print([code, used.ru_utime + used.ru_stime, used.ru_maxrss])
"""


@pytest.mark.parametrize("template", [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% macro m() %}{{ varargs }}{% endmacro %}{{ m(*([1] * 7000000)) }}",
    "{{ '{:0240000000,}'.format(1) }}", "{{ '%240000000d' % 1 }}", "{{ 'a'.center(10 ** 12) }}",
    "{{ ('a,' * 60000000).split(',') }}", "{{ ('ß' * 40000000).casefold() }}",
    "{{ (range(99999)|map('string')|list * 60)|map('upper')|list }}",
])
def test_limits(hearth, files, tmp_path, template):
    """No rendering takes more than 5 seconds (and what a busy machine makes of them) or 256 MB."""
    files("hostile.jinja", template)
    files("chat.json", USER)
    begun = time.monotonic()
    run = subprocess.run([sys.executable, "-S", "-c", MEASURE, hearth.binary, "template",
                          tmp_path / "hostile.jinja", "--messages", tmp_path / "chat.json"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    code, seconds, kilobytes = json.loads(run.stdout)
    assert code == 2, run.stderr
    assert f"{tmp_path / 'hostile.jinja'}, line 1: " in run.stderr
    assert kilobytes < (256 + 64) * 1024, f"{kilobytes >> 10} MB: the process itself has some 30"
    assert seconds < 7 and time.monotonic() - begun < 20
