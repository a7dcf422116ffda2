"""How the people of a message are named: surnames, titles, and the ways they are put together."""

from knowledge.messages.activity import Span
from knowledge.messages.vocabulary import alternatives, word_list

Found = tuple[str, Span]

TITLE = alternatives("titles.txt")
SURNAMES = "".join(sorted(set("".join(word_list("surnames.txt")))))
#: a surname and a given name, and the familiar 老王, 小李
FULL = rf"[{SURNAMES}][一-龥]{{1,2}}"
OLD = rf"[老小阿][{SURNAMES}]"
