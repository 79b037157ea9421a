"""Models with several chat templates: what GGUF files name, what `hearth export` carries over, and what
the exported folder loads as."""

import json
import shutil

import pytest

NAMED = [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"},
         {"name": "rag", "template": "rag"}]
# Files of a model folder, and what it renders by default, with tools, and as "rag"; None for an error.
FOLDERS = {
    "one": ({"chat_template.jinja": "plain"}, ["plain", "plain", None]),
    "config": ({"tokenizer_config.json": {"chat_template": NAMED}}, ["plain", "tools", "rag"]),
    "config_without_default": ({"tokenizer_config.json": {"chat_template": NAMED[1:]}},
                               [None, "tools", "rag"]),
    "config_of_one_name": ({"tokenizer_config.json": {"chat_template": NAMED[2:]}}, [None, None, "rag"]),
    "folder": ({"chat_template.jinja": "plain", "additional_chat_templates/tool_use.jinja": "tools",
                "additional_chat_templates/rag.jinja": "rag"}, ["plain", "tools", "rag"]),
    "folder_of_one_name": ({"additional_chat_templates/rag.jinja": "rag"}, [None, None, "rag"]),
    "processor": ({"chat_template.jinja": "plain", "additional_chat_templates/rag.jinja": "rag",
                   "processor_config.json": {"chat_template": "processor", "image_size": 4}},
                  ["plain", "plain", "rag"]),
    "processor_alone": ({"processor_config.json": {"chat_template": "processor"}},
                        ["processor", "processor", None]),
}


@pytest.fixture
def render(hearth, tmp_path):
    """[by default, with tools, as "rag"] of a model."""
    (tmp_path / "chat.json").write_text(json.dumps([{"role": "user", "content": "Hi"}]))
    (tmp_path / "tools.json").write_text("[{}]")

    def run(model):
        out = []
        for arguments in [], ["--tools", tmp_path / "tools.json"], ["--template", "rag"]:
            got = hearth.try_run("template", model, "--messages", tmp_path / "chat.json", *arguments)
            assert got.returncode == (0 if got.stdout else 2), got.stderr
            out.append(got.stdout or None)
        return out

    return run


@pytest.mark.parametrize("name", FOLDERS)
def test_export(hearth, bundled, render, name, tmp_path):
    files, expected = FOLDERS[name]
    model, out = tmp_path / "model", tmp_path / "out"
    shutil.copytree(bundled, model)
    (model / "chat_template.jinja").unlink()
    config = json.loads((model / "tokenizer_config.json").read_text())
    config.pop("chat_template", None)
    (model / "tokenizer_config.json").write_text(json.dumps(config))
    for path, content in files.items():
        (model / path).parent.mkdir(exist_ok=True)
        if path == "tokenizer_config.json":
            content = {**config, **content}
        (model / path).write_text(content if isinstance(content, str) else json.dumps(content))
    assert render(model) == expected
    hearth.run("export", "-m", model, out)
    assert render(out) == expected
    if "image_size" in str(files):
        assert json.loads((out / "processor_config.json").read_text()) == {"image_size": 4}


@pytest.mark.parametrize("templates, expected", [
    ("plain", ["plain", "plain", None]), (NAMED, ["plain", "tools", "rag"]),
    (NAMED[1:], [None, "tools", "rag"]), ([], [None, None, None])])
def test_gguf(render, templates, expected, tmp_path):
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(str(tmp_path / "x.gguf"), "none")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(["a"])
    writer.add_token_types([1])
    if templates:
        writer.add_chat_template(templates)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    assert render(tmp_path / "x.gguf") == expected
