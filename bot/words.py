"""The words of this installation: names of its villages and townships from the tree, and word lists in the data folder.

`DATA_DIR/words/<kind>.txt` holds one word a line; kinds are places, organisations, materials, people, or the name of any
form or category (讲座.txt, 家庭建设.txt). They are read at start.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from knowledge.messages import Vocabulary, default_vocabulary
from storage.store import Store
from storage.units import Unit

log = logging.getLogger(__name__)

#: More names than a county has; a province's heads speak of places near them, and every word costs memory.
MOST_UNITS = 20_000
#: What a unit is called beyond its place: 石桥村妇代会 is 石桥村 to everybody.
_BODY = re.compile(r"(?:妇女联合会|妇女委员会|妇代会|妇联|妇工委|妇委会|执委会)$")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What is added to the words that everybody has; plain values, so that another process can be given them."""

    units: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def vocabulary(self) -> Vocabulary:
        """All words together."""
        return default_vocabulary().with_words(self.units, self.extra)


def own_words(store: Store, data_dir: Path) -> OwnWords:
    """Read them from the tree and the data folder; a file of an unknown kind is left out and logged by its name."""
    with store.read() as session:
        names = session.scalars(
            select(Unit.name).where(Unit.level.in_(("village", "township"))).order_by(Unit.id).limit(MOST_UNITS)
        )
        units = tuple(dict.fromkeys(place for name in names if len(place := _BODY.sub("", name)) > 1))
    extra: dict[str, tuple[str, ...]] = {}
    for path in sorted((data_dir / "words").glob("*.txt")):
        words = tuple(w for line in path.read_text("utf-8-sig").splitlines() if (w := line.strip()) and w[0] != "#")
        try:
            default_vocabulary().with_words(extra={path.stem: words})
        except ValueError:
            log.warning("no such kind of words: %s", path.name, extra={"action": "words.read"})
            continue
        extra[path.stem] = words
    return OwnWords(units, extra)
