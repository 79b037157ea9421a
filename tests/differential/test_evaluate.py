"""`hearth evaluate` beside what lm-eval's model for transformers computes: the same requests, from float32 logits
of transformers, by the rules of lm-eval's documentation."""

import json

import pytest
from conftest import EXACT

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

# Two float32 implementations: logits of size 2^5 after a few hundred roundings of 2^-24 each, taken twice
# (the token's and the sum's), over a token.
PER_TOKEN = 2 * 2**5 * 300 * 2**-24
CONTEXT = 48

PAIRS = [
    ("Anna put the ball in the", " box"), ("Anna put the ball in the ", "box."), ("Anna put the ball in the", " zebra"),
    ("Anna put the ball in the  \n", "box and went home."), ("", "Once upon a time"), (" \n", "Once upon a time"),
    ("Tom asked Anna where the ball was. " * 9, "Anna said that it was in the box."),
    ("Once upon a time", " there was a boy named"), ("Anna put the ball", " in the drawer."),
    ("Tom", " was happy. " * 12), ("The sky is", " blue. The sky is blue."), ("Ein Bär", " aß Käse — 你好 🙂"),
]
TEXTS = ["The end.", "Anna has a red ball. Tom has a blue box. " * 20, "Ben saw a bird. " * 3]
PROMPTS = [("Once upon a time", ["."], 24), ("Anna put the ball", [], 12), ("Tom asked: ", ["\n\n", "happy"], 20),
           ("Tom asked Anna where the ball was. " * 9, ["."], 16)]


@pytest.fixture(scope="module")
def oracle(bundled):
    return Oracle(bundled)


class Oracle:
    def __init__(self, folder):
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.start = self.tokenizer.bos_token_id

    def encode(self, text, special=True):
        return self.tokenizer.encode(text, add_special_tokens=special)

    def score(self, tokens, count):
        """(log likelihood, is_greedy) of the last `count` tokens"""
        with torch.no_grad():
            logs = self.model(torch.tensor([tokens[:-1]])).logits[0, -count:].double().log_softmax(-1)
        targets = torch.tensor(tokens[-count:])
        return float(logs.gather(1, targets[:, None]).sum()), bool((logs.argmax(-1) == targets).all())

    def pair(self, context, continuation):
        """The tokens of both, and how many are the continuation's."""
        kept = context.rstrip()
        if not kept:
            tokens = [self.start, *self.encode(context + continuation, False)]
            return tokens, len(tokens) - 1
        tokens = self.encode(context + continuation)
        return tokens, len(tokens) - len(self.encode(kept))

    def rolling(self, text):
        tokens, total = [self.start, *self.encode(text)], 0
        for first in range(1, len(tokens), CONTEXT):
            end = min(first + CONTEXT, len(tokens))
            total += self.score(tokens[max(0, end - CONTEXT - 1):end], end - first)[0]
        return total, len(tokens) - 1

    def write(self, prompt, until, count):
        ids = self.encode(prompt)[-(CONTEXT - count):]
        answer = []
        while len(answer) < count:
            with torch.no_grad():
                answer.append(int(self.model(torch.tensor([ids + answer])).logits[0, -1].argmax()))
            text = self.tokenizer.decode(answer, skip_special_tokens=True)
            if answer[-1] == self.tokenizer.eos_token_id or any(stop in text for stop in until):
                break
        for stop in until:
            text = text.split(stop)[0]
        return text


def evaluate(hearth, model, requests, *flags):
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    out = hearth.run("evaluate", model, "--context", CONTEXT, *EXACT, *flags, input=lines)
    return [json.loads(line) for line in out.splitlines()]


def test_loglikelihood(hearth, bundled, oracle):
    told = evaluate(hearth, bundled, [{"type": "loglikelihood", "context": c, "continuation": k} for c, k in PAIRS])
    greedy = 0
    for (context, continuation), answer in zip(PAIRS, told, strict=True):
        tokens, count = oracle.pair(context, continuation)
        wanted, is_greedy = oracle.score(tokens[-(CONTEXT + 1):], count)
        assert answer["loglikelihood"] == pytest.approx(wanted, abs=count * PER_TOKEN), (context, continuation)
        assert answer["is_greedy"] == is_greedy
        greedy += is_greedy
    assert 0 < greedy < len(PAIRS)


def test_loglikelihood_rolling(hearth, bundled, oracle):
    told = evaluate(hearth, bundled, [{"type": "loglikelihood_rolling", "text": text} for text in TEXTS + [""]])
    for text, answer in zip(TEXTS, told):
        wanted, count = oracle.rolling(text)
        assert answer == {"loglikelihood": pytest.approx(wanted, abs=count * PER_TOKEN)}
    assert max(oracle.rolling(text)[1] for text in TEXTS) > 3 * CONTEXT


def test_generate_until(hearth, bundled, oracle):
    told = evaluate(hearth, bundled, [{"type": "generate_until", "context": prompt, "until": until,
                                       "max_gen_toks": count} for prompt, until, count in PROMPTS])
    assert told == [{"text": oracle.write(*prompt)} for prompt in PROMPTS]


def test_apply_chat_template(hearth, bundled, oracle):
    messages = [{"role": "user", "content": "Hi"}]
    told = evaluate(hearth, bundled, [{"type": "apply_chat_template", "messages": messages,
                                       "add_generation_prompt": True}])
    assert told[0]["text"] == oracle.tokenizer.apply_chat_template(messages, tokenize=False,
                                                                   add_generation_prompt=True)


def test_answers_do_not_depend_on_what_was_asked_before(hearth, bundled):
    requests = [{"type": "loglikelihood", "context": c, "continuation": k} for c, k in PAIRS]
    together = evaluate(hearth, bundled, requests)
    assert evaluate(hearth, bundled, requests[::-1]) == together[::-1]


def test_each_answer_comes_at_once(hearth, bundled):
    process = hearth.start("evaluate", bundled, stdin=-1)
    for text in ("The end.", "The sky is blue."):
        process.stdin.write(json.dumps({"type": "loglikelihood_rolling", "text": text}) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["loglikelihood"] < 0
    process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize("request_, words", [
    ("no json", "line 2: not an object"), ('{"type": "x"}', "there is no type `x`"),
    ('{"type": "loglikelihood", "context": "a"}', "there is no `continuation`"),
    ('{"type": "loglikelihood", "context": "a", "continuation": 1}', "wrong type"),
    ('{"type": "loglikelihood", "context": "a", "continuation": ""}', "adds no token"),
    ('{"type": "loglikelihood", "context": "a", "continuation": "' + "a b " * 99 + '"}', "more than the context"),
    ('{"type": "generate_until", "context": "a", "until": [], "max_gen_toks": -1}', "should be a count"),
    ('{"type": "generate_until", "context": "a", "until": [], "max_gen_toks": 48}', "leaves no room"),
])
def test_refusals(hearth, bundled, tmp_path, request_, words):
    file = tmp_path / "requests.jsonl"
    file.write_text('{"type": "loglikelihood_rolling", "text": "The end."}\n' + request_ + "\n")
    result = hearth.try_run("evaluate", bundled, "--requests", file, "--context", CONTEXT)
    assert result.returncode == 2 and words in result.stderr, result.stderr
    assert len(result.stdout.splitlines()) == 1
