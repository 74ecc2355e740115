"""CountyNotes: what the county page says beside its facts: a wrong clock, a new incarnation; each line only when so."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.models.store.rows import SyncState
from desktop.services.clock_words import clock_words, offset_words
from desktop.services.sentences_sync import REBORN
from desktop.services.series import SeriesLeft


class CountyNotes(QFrame):
    """Lines of a section; hidden when there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.clock = self._line("late")
        self.reborn = self._line("")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 8)
        box.setSpacing(4)
        box.addWidget(self.clock)
        box.addWidget(self.reborn)
        self.hide()

    def show_state(self, state: SyncState) -> None:
        """Say what the state calls for."""
        words = clock_words(state)
        reborn = state.forked or state.incarnations > 1
        self.clock.setText(f"{words}。" if words else "")
        self.clock.setVisible(bool(words))
        self.reborn.setText(REBORN if reborn else "")
        self.reborn.setVisible(reborn)
        self.setVisible(bool(words) or reborn)

    def _line(self, tone: str) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        if tone:
            label.setProperty("tone", tone)
        return label


def pending_words(state: SyncState) -> str:
    """``3 项办理动作，其中 1 项县里没有收下；另有 2 项县里暂不分发``."""
    parts = [f"{state.pending} 项办理动作" if state.pending else "没有待上报的内容"]
    if state.aside:
        parts.append(f"其中 {state.aside} 项县里没有收下")
    if state.refused:
        parts.append(f"另有 {state.refused} 项县里暂不分发")
    if state.put_by:
        parts.append(f"另有 {state.put_by} 项已搁置")
    return "，".join(parts)


def measured_words(state: SyncState) -> str:
    """What the last exchange measured of this PC's clock."""
    if state.clock_offset_ms is None:
        return "还没有与县服务器对过"
    if abs(state.clock_offset_ms) < 60_000:
        return "与县服务器一致"
    return f"比县服务器{offset_words(state.clock_offset_ms)}"


def series_words(rows: Sequence[SeriesLeft]) -> str:
    """``2026 年：“受”余 188 个　“途”余 200 个``, a line a year; then what a clerk should know of one."""
    years: dict[int, list[str]] = {}
    for row in rows:
        years.setdefault(row.year, []).append(f"“{row.kind}”余 {row.left:,} 个")
    lines = [f"{year} 年：{'　'.join(each)}" for year, each in years.items()]
    lines += [row.words for row in rows if row.words]
    return "\n".join(lines) or "本窗口没有文号，由县里发放"
