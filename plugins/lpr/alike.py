"""When two plates are alike: characters that cameras mix up count as the same, and few others may differ."""

from __future__ import annotations

SHORTEST, LONGEST = 2, 12
_LOOKALIKES = str.maketrans("OIB", "018")


def plain(text: str) -> str:
    """Capitals and digits only, as plates are kept. Raises ValueError with a sentence for what can be no plate."""
    kept = "".join(char for char in text.upper() if char.isalnum())
    if not kept.isascii():
        raise ValueError(f"{text.strip()!r} has characters other than A-Z and 0-9; write it as cameras read it.")
    if not SHORTEST <= len(kept) <= LONGEST:
        raise ValueError(f"{text.strip()!r} has {len(kept)} letters and digits; a plate has {SHORTEST} to {LONGEST}.")
    return kept


def folded(text: str) -> str:
    """O as 0, I as 1, B as 8: equal for plates that look alike."""
    return text.translate(_LOOKALIKES)


def distance(one: str, other: str, most: int) -> int | None:
    """How many characters have to be changed, added or left out to make one folded text of the other (Levenshtein);
    None when more than `most`.
    """
    if abs(len(one) - len(other)) > most:
        return None
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, against in enumerate(other, 1):
            before, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, before + (char != against)),
            )
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
