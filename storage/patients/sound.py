"""How a name sounds in French, so that DUPONT finds DUPOND and LEMAÎTRE finds LEMETTRE: a rough key, never shown.

In order: doubled letters count once, mute endings fall away, groups of letters become one sign each
(vowels: o = au, e = ai, u = ou, 1 = in, 2 = an, 3 = on; consonants: f = ph, k = c/qu, s = ç/ss/x/z, j = g before e or i, x = ch).
"""

from __future__ import annotations

import re
from functools import lru_cache

_RULES = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"(.)\1+", r"\1"),
        (r"b(?=v)|(?<=[st])h|(?<![csp])h", ""),
        (r"ph", "f"),
        (r"sch|sh|ch", "X"),
        (r"w", "v"),
        (r"eaux?|aux|au[ltd]*(?=$|[^aeiouy])|au", "o"),
        (r"ti(?=on)", "si"),
        (r"(?<=n)c(?=oi)", "s"),
        (r"gu(?=[eiy])", "G"),
        (r"g(?=[eiy])", "j"),
        (r"(?<=j)e(?=[ao])", ""),
        (r"gn", "n"),
        (r"qu?|ck|c(?![eiy])", "k"),
        (r"c|z|x", "s"),
        (r"(?<=[aeou])il(?=$|[eaoiu])", "iY"),
        (r"oi|oy", "wa"),
        (r"ou", "u"),
        (r"[ae][iy]n(?![aeiouy])|[ae]im(?![aeiouyn])", "1"),
        (r"oeu|eu|oe", "e"),
        (r"[ae]y(?=[aeiou])", "eY"),
        (r"[ae][iy]", "e"),
        (r"y", "i"),
        (r"(?<=i)en(?=[tds]*$)|[iu][nm](?![aeiounw])", "1"),
        (r"[ae][nm](?![aeioumw])", "2"),
        (r"o[nm](?![aeioumw])", "3"),
        (r"(?<=...)(?<![aeiou])e(?=[rln](?:[aiou]|e\w))", ""),
        (r"(?<=.\w)e[rtz]$", "e"),
        (r"(?<=.)[tdspg]+$", ""),
        (r"(?<=..)e?s?$", ""),
        (r"(.)\1+", r"\1"),
    )
)
_LETTERS = re.compile(r"[^a-z]+")


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Return the key of *word*, given without accents and in small letters; empty where it has no Latin letter."""
    key = _LETTERS.sub("", word[:64])
    for pattern, sign in _RULES:
        key = pattern.sub(sign, key)
    return key.lower()
