"""CountyPage 县级: is this station enrolled, what waits, when the county was last reached, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.models.store.rows import SyncState
from desktop.services import county
from desktop.services.outcome import Topic
from desktop.services.sentences import sentence
from desktop.services.sentences_sync import cause_sentence
from desktop.services.series import SeriesLeft, series_left, unexplained
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from desktop.views.actions import bind
from desktop.views.county_notes import CountyNotes, measured_words, pending_words, series_words
from desktop.views.page import Page, StationRef
from desktop.views.status_line import exchange_words
from desktop.views.stick_section import StickSection
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.beijing import beijing
from domain.faults import SurroundingsFault
from domain.refusals import Refusal


def _read(station: Station) -> tuple[SyncState, datetime, list[SeriesLeft]]:
    return sync_state(station), beijing(station.now_ms), series_left(station)


ANEW = frozenset({"revoked", "certificate_superseded", "wrong_county"})
"""Reasons after which a station is enrolled again, with a new code and under a new station key."""


class CountyPage(Page):
    """F8. The county's state in sentences; enrolling by address and one-time code."""

    TOPICS = frozenset({Topic.SYNC, Topic.VISIT, Topic.MATTER, Topic.PETITIONER, Topic.PAPER})

    exchange_wanted = Signal()
    """立即上报: the sync loop is asked to go now."""
    waiting_wanted = Signal()

    def __init__(
        self,
        lane: Lane,
        station_ref: StationRef,
        bus: Bus,
        parent: QWidget | None = None,
        *,
        net_lane: Lane | None = None,
        file_lane: Lane | None = None,
    ) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self.net_lane = net_lane or lane
        title = QLabel(self.tr("县级"), self)
        title.setObjectName("page_title")
        self.headline = QLabel(self)
        self.headline.setObjectName("headline")
        self.headline.setWordWrap(True)
        self.explain = QLabel(self)
        self.explain.setProperty("tone", "quiet")
        self.explain.setWordWrap(True)
        self.facts = QFrame(self)
        self.facts.setObjectName("card")
        grid = QGridLayout(self.facts)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        self.values: dict[str, QLabel] = {}
        for line, (name, label) in enumerate(_FACTS):
            key = QLabel(label, self.facts)
            key.setProperty("tone", "quiet")
            value = QLabel(self.facts)
            value.setWordWrap(True)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            value.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            grid.addWidget(key, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, line, 1)
            self.values[name] = value
        self.trouble = QLabel(self)
        self.trouble.setProperty("tone", "late")
        self.trouble.setWordWrap(True)
        self.now_button = QPushButton(self.tr("立即上报（Ctrl+R）"), self)
        self.now_button.setProperty("kind", "primary")
        self.now_button.clicked.connect(self._exchange)
        bind("exchange", self, self._exchange)
        self.waiting_button = QPushButton(self.tr("待上报的内容（Shift+F8）"), self)
        self.waiting_button.clicked.connect(self.waiting_wanted)
        self.notes = CountyNotes(self)
        self.enrol_card = QFrame(self)
        self.enrol_card.setObjectName("card")
        form = QGridLayout(self.enrol_card)
        form.setContentsMargins(16, 14, 16, 14)
        form.setHorizontalSpacing(12)
        form.setColumnStretch(1, 1)
        self.enrol_head = QLabel(self.tr("与县级接通"), self.enrol_card)
        self.enrol_head.setObjectName("panel_title")
        self._anew = False
        self.url = QLineEdit(self.enrol_card)
        self.url.setPlaceholderText("https://10.1.2.3:8750#sha256=…")
        self.url.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly)
        self.code = QLineEdit(self.enrol_card)
        self.code.setPlaceholderText(self.tr("县信访局发给本站的一次性接入码"))
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhPreferUppercase)
        self.url_error = QLabel(self.enrol_card)
        self.code_error = QLabel(self.enrol_card)
        self.enrol_button = QPushButton(self.tr("接通（Enter）"), self.enrol_card)
        self.enrol_button.setProperty("kind", "primary")
        self.enrol_button.clicked.connect(self.enrol)
        form.addWidget(self.enrol_head, 0, 0, 1, 2)
        for line, (words, edit, error) in enumerate(
            ((self.tr("县级服务地址"), self.url, self.url_error), (self.tr("接入码"), self.code, self.code_error))
        ):
            label_of = QLabel(words, self.enrol_card)
            label_of.setBuddy(edit)
            error.setProperty("tone", "late")
            error.setWordWrap(True)
            error.hide()
            form.addWidget(label_of, 1 + 2 * line, 0)
            form.addWidget(edit, 1 + 2 * line, 1)
            form.addWidget(error, 2 + 2 * line, 1)
        row = QHBoxLayout()
        row.addWidget(self.enrol_button)
        row.addStretch()
        form.addLayout(row, 5, 1)
        actions = QHBoxLayout()
        actions.addWidget(self.now_button)
        actions.addWidget(self.waiting_button)
        actions.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(self.headline)
        layout.addWidget(self.explain)
        layout.addWidget(self.notes)
        layout.addWidget(self.facts)
        layout.addWidget(self.trouble)
        layout.addLayout(actions)
        layout.addWidget(self.enrol_card)
        self.stick = StickSection(self, file_lane or self.net_lane)
        layout.addWidget(self.stick)
        layout.addStretch()
        self._minute = QTimer(self)  # the age of the last exchange grows by itself
        self._minute.setInterval(60_000)
        self._minute.timeout.connect(self._tick)
        self._minute.start()

    def refresh(self) -> None:
        """Read the state of the exchange."""
        self.ask("state", _read, done=self._show)
        self.ask("gaps", unexplained, done=self._show_gaps)

    def enrol(self) -> None:
        """Enrol with the address and code typed; a refusal stands beside its field."""
        if not self.enrol_button.isEnabled():
            return
        for label in (self.url_error, self.code_error):
            label.hide()
        self._tell("")
        self.enrol_button.setEnabled(False)
        self.enrol_button.setText(self.tr("正在接通……"))
        self.lane.run(
            partial(county.begin_enrolment, anew=self._anew),
            self.station_ref(),
            self.url.text(),
            self.code.text(),
            done=self._ask_county,
            refused=self._failed,
            failed=self._failed,
        )

    def _ask_county(self, ask: county.EnrolmentAsk) -> None:
        """Only the net lane waits on the county."""
        self.net_lane.run(
            county.ask_certificate,
            ask,
            done=lambda signed: self._keep(ask, signed),
            refused=self._failed,
            failed=self._failed,
        )

    def _keep(self, ask: county.EnrolmentAsk, signed: object) -> None:
        self.act(county.finish_enrolment, ask, signed, done=self._enrolled, refused=self._failed, failed=self._failed)

    def _tick(self) -> None:
        if self.isVisible():
            self.ask("state", _read, done=self._show)

    def _show_gaps(self, lines: Sequence[str]) -> None:
        """The account of the numbers: nothing, or every stretch nobody can explain with what is wrong."""
        self.values["gaps"].setText("\n".join(lines) or "没有")
        self.values["gaps"].setProperty("tone", "late" if lines else "")
        self.values["gaps"].style().polish(self.values["gaps"])

    def _exchange(self) -> None:
        if self.now_button.isVisible() and self.now_button.isEnabled():
            self.now_button.setEnabled(False)  # until the next state comes in
            QTimer.singleShot(3_000, self, lambda: self.now_button.setEnabled(True))
            self.exchange_wanted.emit()

    def _show(self, found: tuple[SyncState, datetime, list[SeriesLeft]]) -> None:
        state, now, series = found
        self.headline.setText(_headline(state))
        self.explain.setText(_explain(state))
        self.values["url"].setText(state.county_url or ("用介质上报" if state.enrolled else "—"))
        self.values["pending"].setText(pending_words(state))
        self.values["last"].setText(exchange_words(state, now) or "尚未与县级交换过")
        self.values["clock"].setText(measured_words(state))
        self.values["series"].setText(series_words(series))
        self.values["acts"].setText(f"{state.acts} 项，均已存本机并加密")
        self.notes.show_state(state)
        self._tell(cause_sentence(state.last_error, state.last_reason))
        self.now_button.setVisible(bool(state.county_url))
        self.now_button.setEnabled(True)
        self._anew = state.enrolled and state.last_reason in ANEW
        self.enrol_card.setVisible(not state.enrolled or self._anew)
        self.enrol_head.setText(self.tr("重新与县级接通") if self._anew else self.tr("与县级接通"))
        self.stick.show_enrolled(enrolled=state.enrolled)

    def _enrolled(self, name: str) -> None:
        self._enrol_over()
        self.code.clear()
        self.say("done", f"已与{name or '县级'}接通。今后有网络时自动上报，没有网络也照常办理。")
        self.refresh()
        self.exchange_wanted.emit()

    def _failed(self, fault: BaseException) -> None:
        """An address nobody answers at stands beside the address, a code the county does not take beside the code."""
        self._enrol_over()
        if not isinstance(fault, Refusal | SurroundingsFault):
            raise fault
        beside = {
            "county_address": self.url_error,
            "county_unreachable": self.url_error,
            "county_refused": self.code_error,
        }
        label = beside.get(fault.code)
        if label is None:
            self._tell(sentence(fault))
            return
        label.setText(sentence(fault))
        label.show()
        (self.url if label is self.url_error else self.code).setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, text: str) -> None:
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def _enrol_over(self) -> None:
        self.enrol_button.setEnabled(True)
        self.enrol_button.setText(self.tr("接通（Enter）"))

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.enrol_card.isVisible():
            if self.url.hasFocus() and not self.code.text():
                self.code.setFocus(Qt.FocusReason.TabFocusReason)
            else:
                self.enrol()
            return
        super().keyPressEvent(event)


def _headline(state: SyncState) -> str:
    if not state.enrolled:
        return "本站尚未与县级接通，记录只存在本机"
    away = "县里没有接受本机的上报" if state.last_error == "county_refused" else "暂时没有连上县级"
    parts = [away if state.last_error else "", f"{state.pending} 项待上报" if state.pending else ""]
    parts.append(f"{state.wanting} 项需处理" if state.wanting else "")
    return "，".join(part for part in parts if part) or "本机记录已全部到县"


def _explain(state: SyncState) -> str:
    if not state.enrolled:
        return "登记、编号、打印都不受影响。接通后，已有的记录会一并上报，编号不变。"
    if state.last_error:
        return "这不影响登记和打印。有网络时会自动再试，也可以点“立即上报”。"
    if not state.county_url:
        return "本站用介质（U 盘）上报：请定期导出上报介质送县信访局，再导入回执。"
    return "有新的办理动作时自动上报；县级的交办、更正会同时取回。"


_FACTS = (
    ("url", "县级服务地址"),
    ("pending", "待上报"),
    ("last", "最近一次交换"),
    ("acts", "本机办理动作"),
    ("clock", "本机时钟"),
    ("series", "文号余量"),
    ("gaps", "文号缺号"),
)
