"""What the county keeps and does not deliver, as a station knows it; what is offered beside the chains. No commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sync.log.station_notes import StationNotes

REFUSED: Final = (  # CROSS JOIN: the short table leads; SQLite by itself would read through all acts
    "refused_act r CROSS JOIN act a"
    " WHERE a.seq = r.act_seq AND a.chained = 1 AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)"
)
"""Own acts of a chain that are refused and were not seen back: a table expression with the act as ``a``."""

TOLD_AT_ONCE: Final = 64
"""Refusals claimed in one request; where there are more they take turns."""
_TOLD_FROM: Final = "told_from"
_NEWEST: Final = "newest"
"""How it stands with the newest cases, which come before the feeds do (:meth:`StationRefusals.note_newest`)."""
_WANTED, _UNDER_WAY, _ALL_SEEN = 1, 2, 3


class StationRefusals(StationNotes):
    """Refused acts: which, why, whether the county still holds them; and acts offered outside their author's log."""

    def refused(self) -> dict[str, str]:
        """Own acts the county keeps but does not deliver: act id → code."""
        rows = self._db.execute(f"SELECT a.act_id, r.code FROM {REFUSED}")
        return {bytes(row[0]).hex(): str(row[1]) for row in rows}

    def offer_forked(self, writer: str) -> None:
        """Offer the acts of a forked own writer that were not seen back, beside the chain they can no longer go in.

        Those that were refused too: a county that shows another past of this log may have been put back since it said
        so, and then no longer keeps them. If it does, it says so again.
        """
        name = bytes.fromhex(writer)
        self._db.execute(
            "DELETE FROM refused_act WHERE act_seq IN (SELECT a.seq FROM act a WHERE a.writer = ?)", (name,)
        )
        self._db.execute(
            "INSERT INTO adrift SELECT a.seq FROM act a WHERE a.writer = ?"
            " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq)"
            " ON CONFLICT (act_seq) DO NOTHING",
            (name,),
        )

    def offer(self, act_seqs: Iterable[int]) -> None:
        """Offer these acts to the county outside their author's log, by their storage keys."""
        rows = [(seq,) for seq in act_seqs]
        self._db.executemany("INSERT INTO adrift VALUES (?) ON CONFLICT (act_seq) DO NOTHING", rows)

    def offer_unseen(self, act_seqs: Iterable[int]) -> None:
        """Offer those of these acts that no feed has shown yet."""
        sql = (
            "INSERT INTO adrift SELECT a.seq FROM act a WHERE a.seq = ? AND a.chained = 0"
            " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq) ON CONFLICT (act_seq) DO NOTHING"
        )
        self._db.executemany(sql, [(seq,) for seq in act_seqs])

    def wants_newest(self) -> bool:
        """True once in a station's life: it had seen nothing when it heard that more waits."""
        return self.mark(_NEWEST) == _WANTED

    def note_newest(self, *, wanted: bool, came: bool, ended: bool) -> None:
        """What an answer says of the newest cases: to be asked for, come, or all reached by the feeds.

        Between the last two nothing is offered back: what the feeds have not come to yet the county has.
        """
        before = self.mark(_NEWEST)
        after = before
        if wanted and not before:
            after = _WANTED
        if came and before in (0, _WANTED):
            after = _UNDER_WAY
        if ended and after:
            after = _ALL_SEEN
        if after != before:
            self.set_mark(_NEWEST, after)

    def newest_under_way(self) -> bool:
        """True while acts that came early are still to be reached by the feeds."""
        return self.mark(_NEWEST) == _UNDER_WAY

    def refuse(self, refusals: Mapping[str, str]) -> None:
        """Note acts the county keeps but does not deliver.

        One that was seen back is noted too, and counts only when it is seen no longer: a restored county may refuse
        what it once delivered, and say so before the station has gone back to a common position.
        """
        ids = [(code, bytes.fromhex(act_id)) for act_id, code in refusals.items()]
        self._db.executemany(
            "INSERT INTO refused_act SELECT a.seq, ? FROM act a WHERE a.act_id = ?"
            " ON CONFLICT (act_seq) DO UPDATE SET code = excluded.code",
            ids,
        )
        self._db.executemany(
            "DELETE FROM adrift WHERE act_seq = (SELECT seq FROM act WHERE act_id = ?)", [pair[1:] for pair in ids]
        )

    def told(self) -> list[str]:
        """Refused acts that no chain of this station brings: should the county forget one, nothing else would tell.

        At most :data:`TOLD_AT_ONCE`; :meth:`told_to` moves on to the next.
        """
        sql = (
            "SELECT a.act_id FROM refused_act r JOIN act a ON a.seq = r.act_seq"
            f" WHERE r.act_seq > ? AND {self._unchained()} AND NOT EXISTS"
            " (SELECT 1 FROM confirmed c WHERE c.act_seq = r.act_seq) ORDER BY r.act_seq LIMIT ?"
        )
        rows = self._db.execute(sql, (self.mark(_TOLD_FROM), TOLD_AT_ONCE))
        return [bytes(row[0]).hex() for row in rows]

    def told_to(self, act_ids: Sequence[str]) -> None:
        """The county has looked for these acts: the next request names those behind them."""
        last = 0
        if len(act_ids) >= TOLD_AT_ONCE:
            row = self._db.execute("SELECT seq FROM act WHERE act_id = ?", (bytes.fromhex(act_ids[-1]),)).fetchone()
            last = 0 if row is None else int(row[0])
        self.set_mark(_TOLD_FROM, last)

    def bring_lost_again(self, act_ids: Sequence[str]) -> bool:
        """Offer refused acts again that the county no longer holds; True when there was one."""
        gone: list[int] = []
        for act_id in act_ids:
            sql = (
                "DELETE FROM refused_act WHERE act_seq IN"
                f" (SELECT a.seq FROM act a WHERE a.act_id = ? AND {self._unchained()}) RETURNING act_seq"
            )
            gone += [int(row[0]) for row in self._db.execute(sql, (bytes.fromhex(act_id),)).fetchall()]
        self.offer(gone)
        return bool(gone)

    def _unchained(self) -> str:
        """A condition on acts ``a`` that the county does not get with the chain of an own log."""
        return (
            "(a.chained = 0 OR EXISTS (SELECT 1 FROM own_writer o JOIN writer w ON w.writer = o.writer"
            " WHERE o.writer = a.writer AND w.state = 'forked'))"
        )
