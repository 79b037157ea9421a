"""genai::Tokenizer::encode beside openvino_genai.Tokenizer on the same folder, which `hearth export` has
made: batches and pairs, with every parameter."""
import json
import shutil

import pytest

openvino_genai = pytest.importorskip("openvino_genai")
pytest.importorskip("openvino_tokenizers")
transformers = pytest.importorskip("transformers")

import make_genai_encoding_goldens as goldens  # noqa: E402

TEXTS = [*goldens.TEXTS, "The fox said hello to the wise owl. It wasn't raining!", "a", "", "x" * 60]
BATCHES = [(TEXTS,), (TEXTS[:1],), (TEXTS[2:5],), (TEXTS[5:7],)]


@pytest.fixture(scope="module")
def minilm_ir(hearth, bundled, minilm, tmp_path_factory):
    """The bundled model with the WordPiece of MiniLM."""
    folder = tmp_path_factory.mktemp("minilm")
    source = folder / "hf"
    shutil.copytree(bundled, source)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(minilm / name, source)
    hearth.run("export", "-m", source, folder / "ir")
    return folder / "ir"


def check(ask, folder, theirs, batches):
    requests = list(goldens.requests(batches))
    answers = ask("hearth_encode_probe", requests, folder)
    for request, got in zip(requests, answers, strict=True):
        want = theirs.encode(*request["texts"], **request["parameters"])
        assert got.get("ids") == want.input_ids.data.tolist(), (request, got)
        assert got["mask"] == want.attention_mask.data.tolist(), request


@pytest.mark.parametrize("folder", ["bundled_ir", "minilm_ir"])
def test_batches(ask, request, folder):
    folder = request.getfixturevalue(folder)
    check(ask, folder, openvino_genai.Tokenizer(folder), BATCHES)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("folder", ["bundled_ir", "minilm_ir"])
def test_pairs(ask, request, folder, tmp_path):
    """What `hearth export` writes takes one text: openvino_tokenizers' model for pairs stands in. It does
    not take over the padding and truncation of a tokenizer.json."""
    shutil.copytree(request.getfixturevalue(folder), tmp_path / "ir")
    file = tmp_path / "ir/tokenizer.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "padding": None, "truncation": None}))
    whole = transformers.AutoTokenizer.from_pretrained(tmp_path / "ir")
    goldens.convert(whole, 2, tmp_path / "ir")
    check(ask, tmp_path / "ir", openvino_genai.Tokenizer(tmp_path / "ir"), goldens.PAIRS)
