"""Simple questions with their answers. Each maker returns (question, answer, answer in one word)."""

from . import words as w
from .stories import person, with_articles


def article(noun):
    return with_articles(f"a {noun}")


def capital(rng):
    country, city = rng.choice(list(w.CAPITALS.items()))
    question = rng.choice([
        f"What is the capital of {country}?", f"What is the capital of {country}?",
        f"Which city is the capital of {country}?", f"What is the name of the capital of {country}?"])
    return question, f"The capital of {country} is {city}.", f"{city}."


def country(rng):
    name, city = rng.choice(list(w.CAPITALS.items()))
    return (f"In which country is {city}?", f"{city} is in {name}.", f"{name}.")


def colour(rng):
    thing, hue = rng.choice(list(w.COLOUR_OF.items()))
    question = rng.choice([f"What colour is {thing}?", f"What is the colour of {thing}?",
                           f"Which colour does {thing} have?"])
    return question, f"{thing[0].upper()}{thing[1:]} is {hue}.", f"{hue.title()}."


def sound(rng):
    animal, says = rng.choice(list(w.SOUNDS.items()))
    if rng.random() < 0.25:
        return f"Which animal says {says}?", f"The {animal} says {says}.", f"The {animal}."
    question = rng.choice([f"What does the {animal} say?", f"What does {article(animal)} say?",
                           f"What sound does {article(animal)} make?"])
    return question, f"The {animal} says {says}.", f"{says.title()}."


def home(rng):
    animal, place = rng.choice(list(w.HOMES.items()))
    return (f"Where does {article(animal)} live?",
            with_articles(f"A {animal} lives in {place}."), f"In {place}.")


def young(rng):
    animal, baby = rng.choice(list(w.YOUNG.items()))
    return (rng.choice([f"What is a young {animal} called?", f"What do you call a baby {animal}?"]),
            f"A young {animal} is called a {baby}.", f"A {baby}.")


def legs(rng):
    animal, count = rng.choice(list(w.LEGS.items()))
    number = w.NUMBERS[count] if count else "no"
    return (f"How many legs does {article(animal)} have?",
            with_articles(f"A {animal} has {number} legs."), f"{w.NUMBERS[count].title()}.")


def opposite(rng):
    pair = list(rng.choice(w.OPPOSITES))
    rng.shuffle(pair)
    word, other = pair
    question = rng.choice([f"What is the opposite of {word}?", f"What is the opposite of {word}?",
                           f"Tell me the opposite of {word}."])
    return question, f"The opposite of {word} is {other}.", f"{other.title()}."


def cycle(rng):
    names, noun = rng.choice([(w.DAYS, "day"), (w.DAYS, "day"), (w.MONTHS, "month"), (w.SEASONS, "season")])
    i = rng.randrange(len(names))
    if rng.random() < 0.6:
        step, word = 1, "after"
    else:
        step, word = -1, "before"
    here, there = names[i], names[(i + step) % len(names)]
    question = rng.choice([f"Which {noun} comes {word} {here}?", f"What {noun} comes {word} {here}?",
                           f"What comes {word} {here}?"])
    return question, f"{there[0].upper()}{there[1:]} comes {word} {here}.", f"{there.title()}."


def arithmetic(rng):
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    if rng.random() < 0.35:
        a, b = max(a, b), min(a, b)
        sign, name, result = "-", "minus", a - b
    else:
        sign, name, result = "+", "plus", a + b
    if rng.random() < 0.4:
        a, b, result = w.NUMBERS[a], w.NUMBERS[b], w.NUMBERS[result]
        sign = name
    operation = rng.choice([name, sign])
    question = rng.choice([f"What is {a} {operation} {b}?", f"How much is {a} {operation} {b}?"])
    return question, f"{a} {operation} {b} is {result}.", f"{result}."


def count(rng):
    a = rng.randint(1, 12)
    b = min(20, a + rng.randint(2, 8))
    numbers = (w.NUMBERS if rng.random() < 0.5 else [str(i) for i in range(21)])[a:b + 1]
    listing = ", ".join(numbers) + "."
    return f"Count from {numbers[0]} to {numbers[-1]}.", listing, listing


def bigger(rng):
    i, j = rng.sample(range(len(w.ANIMALS_BY_SIZE)), 2)
    a, b = w.ANIMALS_BY_SIZE[i], w.ANIMALS_BY_SIZE[j]
    word, best = rng.choice([("bigger", max(i, j)), ("smaller", min(i, j))])
    winner = w.ANIMALS_BY_SIZE[best]
    loser = a if winner == b else b
    return (with_articles(f"Which is {word}, a {a} or a {b}?"),
            with_articles(f"A {winner} is {word} than a {loser}."), f"The {winner}.")


def kind(rng):
    name, members = rng.choice(list(w.KINDS.items()))
    if rng.random() < 0.3:
        three = rng.sample(members, 3)
        listing = f"{three[0]}, {three[1]} and {three[2]}.".capitalize() if name not in ("day", "month") \
            else f"{three[0]}, {three[1]} and {three[2]}."
        plural = {"fruit": "fruits"}.get(name, name + "s")
        return f"Name three {plural}.", listing, listing
    asked = rng.choice(list(w.KINDS))
    member = rng.choice(members)
    subject = f"{member}" if name in ("day", "month", "colour") else article(member)
    yes = asked == name or (asked, member) == ("colour", "orange")
    answer = (with_articles(f"Yes, {subject} is a {asked}.") if yes
              else with_articles(f"No, {subject} is a {name}."))
    return with_articles(f"Is {subject} a {asked}?"), answer, "Yes." if yes else "No."


def use(rng):
    thing, purpose = rng.choice(list(w.USES.items()))
    verb = "are" if thing in ("scissors",) else "is"
    return (f"What {verb} {thing} for?",
            f"{thing[0].upper()}{thing[1:]} {verb} to {purpose}.", f"To {purpose}.")


def where_is(rng):
    """A fact or three, then a question about one of them."""
    facts, questions = [], []
    things = rng.sample(w.THINGS, 3)
    spots = rng.sample(w.SPOTS, 3)
    for thing, spot in list(zip(things, spots))[:rng.choice([1, 2, 2, 3])]:
        name, _ = person(rng)
        verb = rng.choice(["put", "hid", "left"])
        facts.append(f"{name} {verb} the {thing} {spot}.")
        questions.append(rng.choice([
            (f"Where is the {thing}?", f"The {thing} is {spot}.", f"{spot.capitalize()}."),
            (f"Where did {name} {'hide' if verb == 'hid' else 'leave' if verb == 'left' else 'put'} "
             f"the {thing}?", f"{name} {verb} the {thing} {spot}.", f"{spot.capitalize()}."),
            (f"Who {verb} the {thing} {spot}?", f"{name} {verb} the {thing} {spot}.", f"{name}.")]))
    question, answer, word = rng.choice(questions)
    return " ".join(facts) + " " + question, answer, word


def who_has(rng):
    a, _ = person(rng)
    b, _ = person(rng)
    if a == b:
        return who_has(rng)
    thing = rng.choice(w.THINGS)
    hues = rng.sample(w.COLOURS, 2)
    facts = f"{a} has a {hues[0]} {thing}. {b} has a {hues[1]} {thing}."
    owner, hue = rng.choice([(a, hues[0]), (b, hues[1])])
    question, answer, word = rng.choice([
        (f"Who has the {hue} {thing}?", f"{owner} has the {hue} {thing}.", f"{owner}."),
        (f"What colour is the {thing} of {owner}?", f"The {thing} of {owner} is {hue}.",
         f"{hue.title()}.")])
    return with_articles(f"{facts} {question}"), answer, word


def went(rng):
    a, cast = person(rng)
    b, _ = person(rng)
    if a == b:
        return went(rng)
    places = rng.sample(w.OUTDOORS + ["market", "school", "library"], 2)
    first = f"{a} went to the {places[0]}."
    second = f"{b} went to the {places[1]}."
    name, place = rng.choice([(a, places[0]), (b, places[1])])
    if rng.random() < 0.3:
        return (f"{first} Then {cast['he']} went to the {places[1]}. Where is {a} now?",
                f"{a} is at the {places[1]}.", f"At the {places[1]}.")
    return (f"{first} {second} " + rng.choice([f"Where is {name}?", f"Where did {name} go?"]),
            f"{name} went to the {place}.", f"To the {place}.")


def gave(rng):
    a, cast = person(rng)
    b, _ = person(rng)
    if a == b:
        return gave(rng)
    thing = rng.choice(w.THINGS)
    story = rng.choice([f"{a} gave the {thing} to {b}.",
                        f"{a} had a {thing}. {cast['He']} gave it to {b}."])
    question, answer, word = rng.choice([
        (f"Who has the {thing} now?", f"{b} has the {thing}.", f"{b}."),
        (f"Who gave the {thing} to {b}?", f"{a} gave the {thing} to {b}.", f"{a}."),
        (f"What did {a} give to {b}?", f"{a} gave the {thing} to {b}.", f"The {thing}.")])
    return with_articles(f"{story} {question}"), answer, word


def are_left(rng):
    name, cast = person(rng)
    fruit = rng.choice(w.FRUIT)
    a = rng.randint(2, 10)
    b = rng.randint(1, a - 1)
    if rng.random() < 0.5:
        fact, total = f"{cast['He']} eats {w.NUMBERS[b]}.", a - b
        question = f"How many {fruit} are left?"
        verb = "is" if total == 1 else "are"
        answer = f"There {verb} {w.NUMBERS[total]} left."
    else:
        fact, total = f"{cast['He']} gets {w.NUMBERS[b]} more.", a + b
        question = f"How many {fruit} does {name} have now?"
        answer = f"{name} has {w.NUMBERS[total]} {fruit}."
    return (f"{name} has {w.NUMBERS[a]} {fruit}. {fact} {question}", answer,
            f"{w.NUMBERS[total].title()}.")


def taller(rng):
    a, _ = person(rng)
    b, _ = person(rng)
    if a == b:
        return taller(rng)
    word, other = rng.choice([("taller", "shorter"), ("older", "younger"), ("faster", "slower")])
    asked, winner = rng.choice([(word, a), (other, b)])
    loser = b if winner == a else a
    return (f"{a} is {word} than {b}. Who is {asked}?", f"{winner} is {asked} than {loser}.",
            f"{winner}.")


def say_again(rng):
    chosen = " ".join(rng.sample(w.THINGS + w.PETS + w.COLOURS, rng.randint(1, 4)))
    return rng.choice([f"Say: {chosen}", f"Repeat after me: {chosen}"]), chosen, chosen


FACTS = [capital, capital, country, colour, colour, sound, sound, home, young, legs, opposite,
         opposite, cycle, cycle, arithmetic, arithmetic, arithmetic, count, bigger, kind, use]
READING = [where_is, where_is, where_is, who_has, went, gave, are_left, taller, say_again]


def ask(rng, makers=None):
    """(question, answer), the way of answering sometimes asked for."""
    question, sentence, word = rng.choice(makers or FACTS + READING)(rng)
    sentence = sentence[0].upper() + sentence[1:]
    style = rng.random()
    if style < 0.15:
        return question + rng.choice([" Answer in one word.", " Answer with one word."]), \
            word[0].upper() + word[1:]
    if style < 0.3:
        return question + rng.choice([" Answer in one sentence.", " Answer in a sentence."]), sentence
    return question, sentence
