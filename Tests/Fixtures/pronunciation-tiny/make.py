"""Makes the files of this folder: a small pronunciation model of made-up words, and what
python-crfsuite's tagger says with it.

    pip install python-crfsuite==0.9.12; python3 make.py

Words are random syllables, spelled by simple rules; nothing here is anybody's data.
"""

import base64
import pathlib
import random

import pycrfsuite

HERE = pathlib.Path(__file__).parent
ONSETS = ["", "b", "c", "ch", "d", "f", "g", "h", "j", "l", "m", "n", "ñ", "p", "pr", "r", "s", "t",
          "tr", "v", "x", "z"]
VOWELS = ["a", "e", "i", "o", "u", "á", "é", "í", "ó", "ú", "ie"]
CODAS = ["", "", "", "n", "s", "r", "l"]
PHONES = {"c": "k", "g": "ɡ", "h": "_", "j": "x", "ñ": "ɲ", "r": "ɾ", "v": "β", "x": "k|s", "z": "θ",
          "á": "ˈa", "é": "ˈe", "í": "ˈi", "ó": "ˈo", "ú": "ˈu"}


def word(rng):
    count = rng.randint(1, 4)
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(count))


def labels(text):
    """Phones of each letter: some depend on the letters beside it, as in Spanish."""
    result = []
    for i, letter in enumerate(text):
        after = text[i + 1 : i + 2]
        phone = PHONES.get(letter, letter)
        if letter == "c" and after == "h":
            phone = "t|ʃ"
        elif letter == "c" and after in ("e", "i", "é", "í"):
            phone = "θ"
        elif letter == "r" and i == 0:
            phone = "ɾ|ɾ"
        elif letter == "i" and after == "e":
            phone = "j"
        elif letter in "bd" and i > 0 and text[i - 1] not in "nl":
            phone = {"b": "β", "d": "ð"}[letter]
        result.append(phone)
    return result


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def features(text):
    """The features of gruut's g2p module, in its order."""
    result = []
    for i, letter in enumerate(text):
        item = {"bias": 1.0, "grapheme": encoded(letter)}
        if i == 0:
            item["begin"] = True
        for j in (1, 2, 3):
            if i >= j:
                item[f"grapheme-{j}"] = encoded(text[i - j])
        for j in (1, 2, 3):
            if i + j < len(text):
                item[f"grapheme+{j}"] = encoded(text[i + j])
        if i == len(text) - 1:
            item["end"] = True
        result.append(item)
    return result


def phones(labels):
    return "".join(p for label in labels for p in label.split("|") if p != "_")


def main():
    rng = random.Random(6)
    known = sorted({word(rng) for _ in range(300)}, key=lambda w: w.encode())
    trainer = pycrfsuite.Trainer(verbose=False)
    for text in known:
        trainer.append(features(text), [encoded(label) for label in labels(text)])
    trainer.set_params({"c1": 0.1, "c2": 0.5, "max_iterations": 60, "feature.possible_transitions": True})
    trainer.train(str(HERE / "model.crf"))

    # The lexicon says something else than the rules, so that one can tell the two apart.
    lines = [f"{text}\t{phones(labels(text))}ˌo\n" for text in known]
    (HERE / "lexicon.tsv").write_text("#habla-lexicon 1 es\n" + "".join(lines), encoding="utf-8")

    tagger = pycrfsuite.Tagger()
    tagger.open(str(HERE / "model.crf"))
    letters = "".join(ONSETS + VOWELS) + "kwyçü%+7́"
    words = {word(rng) for _ in range(1200)}
    words |= {"".join(rng.choice(letters) for _ in range(rng.randint(1, 12))) for _ in range(1200)}
    words |= {"a" * 60, "%"}
    with open(HERE / "guesses.tsv", "w", encoding="utf-8") as out:
        for text in sorted(words):
            found = [base64.b64decode(label).decode() for label in tagger.tag(features(text))]
            out.write(f"{text}\t{phones(found)}\n")


if __name__ == "__main__":
    main()
