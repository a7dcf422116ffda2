"""A word about a case that may not have arrived: never sent again by itself, seen by the case's officers, decided by one."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot import outgoing
from bot.platforms.base import Payload, SendError
from bot.sender import Sender
from handlers.broadcasts import confidential
from handlers.cases import service as cases
from handlers.dialog.reply import Reply
from handlers.dialog.tell import tell
from storage import audit, outbox
from storage.outbox import Outbox
from storage.store import Store
from tests.handlers.duties.village import NOW, speaker
from tests.kit import world
from tests.kit.clock import Clock
from tests.kit.platform import InProcess


def _open(store: Store) -> int:
    """王秀兰 wants to be called; both officers of the county are told."""
    with store.begin() as session:
        case = cases.open_case(session, speaker(session, "王秀兰"), "家暴", now=NOW)
        for officer in cases.officers(session, case, NOW):
            key = f"case:{case.id}:{officer.id}"
            tell(
                session,
                officer.id,
                Reply(f"有一位同志请您联系她 {case.id}"),
                NOW,
                klass=outbox.CASE,
                key=key,
                about=f"case:{case.id}",
            )
        return case.id


def test_nobody_knows_whether_it_arrived_and_an_officer_decides(settled: Store) -> None:
    """The other officer hears that it may be lost; both see it, the township does not; one of them has it sent again, once."""
    number = _open(settled)
    times_out = [world.address("孙丽华")]

    def before(address: str, payload: Payload) -> None:
        if address in times_out and "有一位同志" in payload["text"]:
            times_out.remove(address)
            raise SendError("time-out", ambiguous=True)

    clock, platform = Clock(NOW), InProcess(world.PLATFORM, world.ACCOUNT, before=before)
    sender = Sender(settled, [platform], clock, overtaken=outgoing.overtaken, settled=outgoing.settled)

    def sent() -> list[tuple[str, str]]:
        while asyncio.run(sender.drain()):
            pass
        clock.move(hours=1)
        return [(to, reply.text) for to, reply in platform.sent]

    arrived = sent() + sent()
    assert [to for to, said in sent() if "有一位同志" in said] == [world.address("何敏")]
    [told] = {to for to, said in arrived if "没能确认送到孙丽华" in said}
    assert told == world.address("何敏")
    with settled.begin() as session:
        [one] = confidential.listed(session, by=speaker(session, "何敏"), now=NOW)
        assert (one.case_id, one.name, one.in_doubt) == (number, "孙丽华", True)
        assert confidential.listed(session, by=speaker(session, "赵玉梅"), now=NOW) == []
        assert confidential.remind(session, number, by=speaker(session, "赵玉梅"), now=clock.now()) is None
        assert confidential.remind(session, number, by=speaker(session, "何敏"), now=clock.now()) == ["孙丽华"]
        assert confidential.remind(session, number, by=speaker(session, "何敏"), now=clock.now()) == []
        assert session.scalars(
            select(audit.AuditEntry.action).where(audit.AuditEntry.action == "case.reminded")
        ).all() == ["case.reminded"]
    assert sorted(to for to, said in sent() if "有一位同志" in said) == sorted(map(world.address, ("何敏", "孙丽华")))
    with settled.begin() as session:
        states = session.scalars(select(Outbox.state).where(Outbox.about == f"case:{number}")).all()
        assert sorted(states) == ["failed", "sent", "sent"]
        assert cases.take(session, number, speaker(session, "何敏"), now=NOW) is not None
        session.flush()
        assert confidential.listed(session, by=speaker(session, "何敏"), now=NOW) == []
