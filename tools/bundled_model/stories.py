"""Tells little stories from the plots in stories.txt: one cast and one choice per step."""

import pathlib
import random
import re
from dataclasses import dataclass, field

from . import words as w


@dataclass
class Plot:
    title: str
    steps: list = field(default_factory=list)  # each a list of ways to tell it
    questions: list = field(default_factory=list)  # (question, answer)


@dataclass
class Story:
    title: str
    text: str
    questions: list
    cast: dict


def read_plots(path=pathlib.Path(__file__).with_name("stories.txt")):
    plots = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("plot "):
            plots.append(Plot(line.removeprefix("plot ")))
        elif line.startswith("? "):
            plots[-1].questions.append(tuple(line[2:].split(" = ")))
        else:
            plots[-1].steps.append([way.strip() for way in line.split(" | ")])
    return plots


PLOTS = read_plots()


def person(rng, suffix=""):
    girl = rng.random() < 0.5
    pronouns = ("she", "her", "her", "girl") if girl else ("he", "him", "his", "boy")
    he, him, his, child = pronouns
    slots = {"he": he, "him": him, "his": his, "He": he.title(), "His": his.title(), "child": child}
    return rng.choice(w.GIRLS if girl else w.BOYS), {k + suffix: v for k, v in slots.items()}


def new_cast(rng):
    name, cast = person(rng)
    friend = name
    while friend == name:
        friend, other = person(rng, "2")
    place = rng.choice(list(w.PLACES))
    spot, spot_b, spot_c = rng.sample(w.SPOTS, 3)
    pet, pet2 = rng.sample(w.PETS, 2)
    cast |= other | {
        "N": name, "M": friend, "N_s": f"{name}'s", "M_s": f"{friend}'s", "pet": pet, "pet2": pet2,
        "place": place, "in_place": f"{w.PLACES[place]} the {place}",
        "place2": rng.choice("big tree|old bridge|river|white house|end of the field".split("|")),
        "spot": spot, "spot_b": spot_b, "spot_c": spot_c, "day": f"the first {rng.choice(w.TIMES)}",
    }
    for slot, choices in {
        "toy": w.TOYS, "thing": w.THINGS, "food": w.FOODS, "treat": w.TREATS, "fruit": w.FRUIT,
        "flower": w.FLOWERS, "size": w.SIZES, "kin": w.KIN, "weather": w.WEATHER, "time": w.TIMES,
        "outdoors": w.OUTDOORS, "virtue": w.VIRTUES, "col": w.COLOURS, "fur": w.FURS,
        "petname": w.PET_NAMES,
    }.items():
        cast[slot] = rng.choice(choices)
    return cast


def with_articles(text):
    """"a apple" → "an apple"."""
    return re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)


def tell(rng: random.Random) -> Story:
    plot = rng.choice(PLOTS)
    cast = new_cast(rng)
    sentences = [rng.choice(ways).format(**cast) for ways in plot.steps]
    first = sentences[0]
    if rng.random() < 0.3 and first.startswith(cast["N"]):
        sentences[0] = f"Once upon a time there was a {cast['child']} named {cast['N']}. " + first
    if rng.random() < 0.2:
        sentences.append("The end.")
    text = " ".join(sentences)
    if rng.random() < 0.3:  # two paragraphs
        cut = len(sentences) // 2
        text = " ".join(sentences[:cut]) + "\n" + " ".join(sentences[cut:])
    questions = [(with_articles(q.format(**cast)), with_articles(a.format(**cast)))
                 for q, a in plot.questions]
    return Story(with_articles(plot.title.format(**cast)), with_articles(text), questions, cast)
