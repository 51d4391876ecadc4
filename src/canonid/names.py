"""Comparing names of substances: what may differ between two spellings of one name, and what may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi",
    "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega",
}  # fmt: skip

# Counter-ions and solvates that authorities append to the name of a parent. Kept apart, never dropped in silence:
# a salt is another record than its parent.
SALT_WORDS = frozenset(
    """
    acetate adipate arginine aspartate benzathine benzoate besilate besylate bisulfate bitartrate borate bromide
    butyrate calcium camsilate camsylate carbonate chloride choline citrate decanoate dihydrate dihydrochloride
    dimesylate diphosphate dipotassium disodium ditartrate edetate edisylate enantate enanthate erbumine esilate
    esylate ethanolate fluoride formate fumarate gluceptate gluconate glucuronate glutamate glycinate hcl
    hemifumarate hemihydrate hemisulfate hyclate hydrate hydrobromide hydrochloride hydroiodide hydroxide iodide
    isethionate lactate lactobionate lithium lysine magnesium malate maleate malonate mandelate meglumine
    mesilate mesylate methylsulfate monohydrate monohydrochloride monosodium napsilate napsylate nitrate oleate
    orotate oxalate palmitate pamoate pantothenate phosphate picrate pivalate potassium propionate pyrophosphate
    saccharate salicylate sesquihydrate sodium stearate succinate sulfate sulphate tannate tartrate tetrahydrate
    tosilate tosylate triflutate trifluoroacetate trihydrate trihydrochloride trisodium trolamine tromethamine
    trometamol undecanoate ursodeoxycholate valerate zinc
    """.split()
)  # fmt: skip

# Words that tell the charged form from the element or the acid: another record, too.
ION_WORDS = frozenset({"anion", "cation", "ion"})
_FORM_WORDS = SALT_WORDS | ION_WORDS

# Words that say "no counter-ion, no water": they do not make another substance.
_NEUTRAL = frozenset({"anhydrous", "freebase", "base"})

_OTHER_COMMA = re.compile(r"(?<![0-9]),|,(?![0-9])")
_PLUS = re.compile(r"\(\s*\+\s*\)")
_MINUS = re.compile(r"\(\s*[-−–]\s*\)")
_RACEMIC = re.compile(r"\(\s*(?:±|\+/-|\+-)\s*\)")
_WORD = re.compile(r"[^\W_]+")
# Capitals are what is left of signs such as ℃; letters of other alphabets stay, or "Витамин D3" would be D3.
_NOT_KEPT = re.compile(r"(?:[^\w,']|[_A-Z])+")
_OTHER_PRIME = re.compile(r"(?<![0-9'])'|'\Z")
_PLAIN = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘′ʹ", "'") | dict.fromkeys("™®℠", "") | {"″": "''"}
)


@lru_cache(maxsize=200_000)
def name_key(name: str) -> str:
    """What two spellings of one name have in common.

    Case, accents, Greek letters, spaces, hyphens and brackets do not count; commas between locants (1,2 is not 12),
    primes of locants (4' is not 4) and the sign of rotation do. An empty text means that nothing of the name is left
    to compare.
    """
    text = _RACEMIC.sub("racemic", _MINUS.sub("minus", _PLUS.sub("plus", name))).translate(_PLAIN)
    text = "".join(_GREEK.get(char, char) for char in text.casefold())
    text = unicodedata.normalize("NFKD", text)
    text = _OTHER_PRIME.sub("", _OTHER_COMMA.sub(" ", text))
    words = [word for word in re.split(r"[\s_]+", text) if word not in _NEUTRAL]
    return _NOT_KEPT.sub("", "".join(char for char in "".join(words) if not unicodedata.combining(char)))


def word_keys(text: str) -> tuple[str, ...]:
    """The words of a name, each as `name_key` folds it: `Gemcitabine + nab-Paclitaxel` has three."""
    return tuple(key for word in _WORD.findall(text) if (key := name_key(word)))


def holds_words(words: Sequence[str], part: Sequence[str]) -> bool:
    """Whether `part` stands in `words` in one piece."""
    return any(tuple(words[at : at + len(part)]) == tuple(part) for at in range(len(words) - len(part) + 1))


def ascii_spelling(name: str) -> str:
    """`name` as authorities type it: Greek letters written out, plain hyphens and primes, no accents.

    Letters of other alphabets stay as they are.
    """
    text = "".join(_GREEK.get(char.casefold(), char) for char in name.translate(_PLAIN))
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


@lru_cache(maxsize=200_000)
def split_salt(name: str) -> tuple[str, str]:
    """The name without its trailing words for a salt, solvate or ion, and those words ("" if there are none)."""
    words = re.sub(r"\((?:free )?base\)", "", name.casefold()).split()
    cut = len(words)
    while cut > 1 and words[cut - 1].strip("(),;") in _FORM_WORDS:
        cut -= 1
    return " ".join(words[:cut]), " ".join(words[cut:])


def words(name: str) -> frozenset[str]:
    """The words of a name that are long enough to mean something (four letters or more), salts left out."""
    base, _ = split_salt(name)
    text = "".join(_GREEK.get(char, char) for char in base.casefold())
    return frozenset(word for word in re.split(r"[^0-9a-z]+", text) if len(word) >= 4 and not word.isdigit())
