"""The little world of the bundled model: who lives in it, what is in it, and what is true there."""

GIRLS = "Anna Mia Lily Emma Zoe Sara Ruby Nina Ella Lucy Clara Rosa".split()
BOYS = "Tom Ben Max Leo Sam Finn Jack Noah Tim Oscar Hugo Paul".split()

# In an order of size that questions may rely on.
ANIMALS_BY_SIZE = "ant bee mouse frog duck cat fox dog sheep pig cow horse elephant whale".split()
SOUNDS = {
    "cow": "moo", "dog": "woof", "cat": "meow", "duck": "quack", "sheep": "baa", "pig": "oink",
    "horse": "neigh", "bee": "buzz", "lion": "roar", "owl": "hoot", "frog": "croak",
    "mouse": "squeak", "snake": "hiss", "rooster": "cock-a-doodle-doo",
}
HOMES = {
    "bee": "a hive", "bird": "a nest", "fish": "the water", "dog": "a kennel", "cow": "a barn",
    "spider": "a web", "rabbit": "a burrow", "bear": "a cave", "horse": "a stable",
}
YOUNG = {
    "dog": "puppy", "cat": "kitten", "cow": "calf", "sheep": "lamb", "duck": "duckling",
    "horse": "foal", "bear": "cub", "hen": "chick", "pig": "piglet",
}
LEGS = {
    "dog": 4, "cat": 4, "cow": 4, "horse": 4, "duck": 2, "hen": 2, "bird": 2, "spider": 8,
    "bee": 6, "ant": 6, "snake": 0, "fish": 0,
}
COLOURS = "red blue green yellow orange purple pink brown white black".split()
COLOUR_OF = {
    "the sky": "blue", "grass": "green", "snow": "white", "the sun": "yellow", "a banana": "yellow",
    "a lemon": "yellow", "a strawberry": "red", "a tomato": "red", "a carrot": "orange",
    "coal": "black", "milk": "white", "a leaf": "green", "chocolate": "brown", "a flamingo": "pink",
    "the sea": "blue", "a cherry": "red", "a frog": "green", "an elephant": "grey", "a cloud": "white",
}
OPPOSITES = [
    ("big", "small"), ("hot", "cold"), ("up", "down"), ("fast", "slow"), ("day", "night"),
    ("happy", "sad"), ("open", "closed"), ("wet", "dry"), ("old", "young"), ("tall", "short"),
    ("light", "dark"), ("full", "empty"), ("hard", "soft"), ("left", "right"), ("good", "bad"),
    ("early", "late"), ("loud", "quiet"), ("clean", "dirty"), ("near", "far"), ("first", "last"),
]
CAPITALS = {
    "France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Germany": "Berlin", "England": "London",
    "Japan": "Tokyo", "China": "Beijing", "Egypt": "Cairo", "Greece": "Athens", "Russia": "Moscow",
    "Portugal": "Lisbon", "Austria": "Vienna", "Poland": "Warsaw", "Norway": "Oslo",
    "Sweden": "Stockholm", "Ireland": "Dublin", "India": "New Delhi", "Canada": "Ottawa",
    "Kenya": "Nairobi", "Peru": "Lima", "Cuba": "Havana", "Finland": "Helsinki",
}
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = ("January February March April May June July August September October November "
          "December").split()
SEASONS = "spring summer autumn winter".split()
NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
           "fifteen sixteen seventeen eighteen nineteen twenty").split()
KINDS = {
    "animal": "dog cat cow horse fox duck frog sheep pig".split(),
    "fruit": "apple banana pear cherry lemon orange plum".split(),
    "colour": "red blue green yellow purple pink".split(),
    "toy": "ball kite doll drum puzzle".split(),
    "day": DAYS,
    "month": MONTHS,
}
USES = {
    "a spoon": "eat soup", "a key": "open a door", "a pen": "write", "a bed": "sleep",
    "an umbrella": "stay dry in the rain", "a lamp": "see in the dark", "a knife": "cut bread",
    "a boat": "cross the water", "a broom": "sweep the floor", "a cup": "drink",
    "a hat": "keep your head warm", "a book": "read", "scissors": "cut paper", "soap": "wash your hands",
}

TOYS = "ball kite doll drum book hat scarf bell boat puzzle car whistle".split()
THINGS = TOYS + "key cup spoon lamp coin shell stone ring map pen".split()
FOODS = "apple pear bun cookie sandwich banana plum muffin pancake pie".split()
PETS = "cat dog rabbit bird mouse fox frog duck hedgehog squirrel".split()
TREATS = "cake pie pudding tart".split()
FURS = "brown grey white black red".split()
PET_NAMES = "Rusty Pip Bella Coco Fluff Spot Luna Oskar Nibbles Momo Biscuit Teddy".split()
FRUIT = "apples pears plums cherries berries".split()
FLOWERS = "rose tulip daisy sunflower lily".split()
SIZES = "little big small tiny".split()
KIN = "mother father grandmother grandfather sister brother aunt uncle".split()
WEATHER = "sunny windy warm cold cloudy bright".split()
TIMES = "day morning afternoon".split()
PLACES = {  # noun → how one is there
    "garden": "in", "park": "in", "forest": "in", "kitchen": "in", "barn": "in", "library": "in",
    "beach": "at", "market": "at", "river": "by", "lake": "by", "hill": "on", "attic": "in",
    "field": "in", "school": "at", "village": "in",
}
OUTDOORS = "garden park forest beach river lake hill field".split()
SPOTS = ("under the bed|on the table|in the box|behind the door|in the basket|under the tree|"
         "on the shelf|in the drawer|behind the sofa|in the bag|on the chair|under the bench|"
         "in the cupboard|behind the barn|on the roof|by the window").split("|")
VIRTUES = "kind brave clever gentle patient cheerful curious quiet".split()
