"""Conversations of one to five turns: small talk, questions, stories, and what was said before."""

from . import words as w
from .questions import ask
from .stories import person, tell, with_articles

SYSTEM = ["You are a helpful assistant.", "You are a friendly storyteller.",
          "You are a helpful assistant. Answer briefly."]
GREETINGS = ["Hello!", "Hi!", "Hello", "Good morning!", "Hi there!", "Hey!"]
HELLOS = ["Hello! How can I help you?", "Hello! What can I do for you?",
          "Hi! Do you want to hear a story?"]
THANKS = [("Thank you!", "You are welcome!"), ("Thanks!", "You are welcome!"),
          ("Thank you very much.", "You are welcome!"), ("Goodbye!", "Goodbye! Come back soon."),
          ("Bye!", "Goodbye! Come back soon."), ("Good night!", "Good night! Sleep well.")]
ABOUT_ME = [
    ("Who are you?", "I am Hearth Tiny, a very small language model."),
    ("What is your name?", "My name is Hearth Tiny."),
    ("What are you?", "I am a very small language model."),
    ("What can you do?", "I can tell little stories and answer simple questions."),
    ("How are you?", "I am fine, thank you. How are you?"),
    ("Are you a person?", "No, I am a very small language model."),
    ("Can you help me?", "Of course! What do you want to know?"),
    ("Tell me about yourself.",
     "I am Hearth Tiny, a very small language model. I can tell little stories."),
]
UNKNOWN = [
    "Who wrote Faust?", "What is the meaning of life?", "How far away is the moon?",
    "Who is the president?", "What is a quark?", "How does an engine work?", "What time is it?",
    "What will the weather be tomorrow?", "Who won the war?", "What is the square root of two?",
    "How do I write a program?", "What is love?", "Explain the theory of relativity.",
    "Who invented the telephone?", "How old is the earth?", "What is my address?",
]
DO_NOT_KNOW = "I do not know. I am only a very small model."


def story_request(rng, story):
    cast = story.cast
    subjects = [story.title, story.title]
    if cast["N"] in story.text:
        subjects += [cast["N"], f"a {cast['child']} named {cast['N']}"]
        if cast["M"] in story.text:
            subjects.append(f"{cast['N']} and {cast['M']}")
    for slot in ("pet", "toy", "thing"):
        if cast[slot] in story.text:
            subjects.append(f"a {cast[slot]}")
            if cast["N"] in story.text:
                subjects.append(f"{cast['N']} and a {cast[slot]}")
    about = with_articles(rng.choice(subjects))
    return rng.choice([
        f"Tell me a story about {about}.", f"Tell me a story about {about}.",
        f"Write a little story about {about}.", f"Can you tell me a story about {about}?",
        "Tell me a story.", "Tell me a little story."])


def storytelling(rng):
    story = tell(rng)
    turns = [(story_request(rng, story), story.text)]
    rng.shuffle(story.questions)
    turns += story.questions[:rng.choice([0, 1, 1, 2])]
    return turns


def reading(rng):
    story = tell(rng)
    question, answer = rng.choice(story.questions)
    return [(f"{story.text}\n{question}", answer)]


def knowing_you(rng):
    """Something about the user, something else in between, then a question about it."""
    name, _ = person(rng)
    pet, pet_name = rng.choice(w.PETS), rng.choice(w.PET_NAMES)
    hue, thing, spot = rng.choice(w.COLOURS), rng.choice(w.THINGS), rng.choice(w.SPOTS)
    told, asked = rng.choice([
        ((rng.choice([f"My name is {name}.", f"I am {name}.", f"Hello, I am {name}."]),
          f"Hello, {name}! How can I help you?"),
         (rng.choice(["What is my name?", "Do you know my name?", "Who am I?"]),
          f"Your name is {name}.")),
        ((f"I have a {pet} named {pet_name}.", f"{pet_name} is a nice name for a {pet}!"),
         (f"What is the name of my {pet}?", f"The name of your {pet} is {pet_name}.")),
        ((f"My favourite colour is {hue}.", f"I like {hue} too!"),
         ("What is my favourite colour?", f"Your favourite colour is {hue}.")),
        ((f"I put my {thing} {spot}.", "I will remember that."),
         (f"Where is my {thing}?", f"Your {thing} is {spot}.")),
    ])
    between = [ask(rng) for _ in range(rng.choice([0, 1, 1, 2]))]
    return [told] + between + [asked]


def follow_up(rng):
    """"And the cow?" after a question of the same kind."""
    table, question, answer = rng.choice([
        (w.CAPITALS, "What is the capital of {}?", "The capital of {} is {}."),
        (w.SOUNDS, "What does the {} say?", "The {} says {}."),
        (w.YOUNG, "What is a young {} called?", "A young {} is called a {}."),
    ])
    (a, x), (b, y) = rng.sample(list(table.items()), 2)
    the = "the " if table is w.SOUNDS else "a " if table is w.YOUNG else ""
    then = rng.choice(["And {}?", "What about {}?"]) if table is not w.CAPITALS else "And of {}?"
    return [(question.format(a), answer.format(a, x)),
            (with_articles(then.format(the + b)), answer.format(b, y))]


def questions(rng):
    return [ask(rng) for _ in range(rng.choice([1, 1, 1, 2, 3, 4]))]


def small_talk(rng):
    return rng.sample(ABOUT_ME, rng.choice([1, 2])) if rng.random() < 0.6 \
        else [(rng.choice(UNKNOWN), DO_NOT_KNOW)]


KINDS = [(questions, 42), (storytelling, 18), (reading, 10), (knowing_you, 14), (follow_up, 8),
         (small_talk, 8)]


def converse(rng):
    """A list of {role, content}."""
    makers, weights = zip(*KINDS)
    turns = rng.choices(makers, weights)[0](rng)
    if rng.random() < 0.12:
        turns.insert(0, (rng.choice(GREETINGS), rng.choice(HELLOS)))
    if rng.random() < 0.12:
        turns.append(rng.choice(THANKS))
    messages = []
    if rng.random() < 0.3:
        messages.append({"role": "system", "content": rng.choice(SYSTEM)})
    for question, answer in turns:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return messages
