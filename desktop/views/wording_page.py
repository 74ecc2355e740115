"""WordingPage 文书用语: the sentences of a form edited beside what is wrong with them and a sample of the paper."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.models.items.records import Column, RecordTable
from desktop.services import drafts, wording
from desktop.services.outcome import Topic
from desktop.services.sentences import sentence
from desktop.services.station import Station
from desktop.services.tables import Imported
from desktop.services.wording import Checked, Editing, WordingRow
from desktop.views.actions import bind
from desktop.views.draft_keeper import DraftKeeper
from desktop.views.draft_keeper import Kept as ToKeep
from desktop.views.fields import EnterPresses, LineEdit
from desktop.views.page import Page, StationRef
from desktop.views.preview import PdfView
from desktop.views.tables import RecordView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.refusals import Refusal

PAUSE_MS = 300
"""How long the typing rests before the text is judged and drawn again."""


def _discard(station: Station, form: str) -> None:
    drafts.discard_draft(station, drafts.wording_draft_id(station, form))


class WordingPage(Page):
    """Shift+F9. Everybody may look, the administrator edits; what is typed for a form waits for him as a draft."""

    TOPICS = frozenset({Topic.CALENDAR})
    LEAVES_BY_ESCAPE = True

    def __init__(
        self,
        lane: Lane,
        station_ref: StationRef,
        bus: Bus,
        parent: QWidget | None = None,
        *,
        device_lane: Lane | None = None,
    ) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._form = ""
        self._editing: Editing | None = None
        self._typed: dict[str, str] = {}
        """Text not yet in force, by form."""
        self._checked: tuple[str, Checked] = ("", Checked(None, (), b""))
        title = QLabel(self.tr("文书用语"), self)
        title.setObjectName("page_title")
        self.counts = QLabel(self)
        self.counts.setObjectName("page_counts")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(12)
        head.addWidget(self.counts, 1)
        self.table: RecordTable[WordingRow] = RecordTable(_COLUMNS, lambda row: row.form, parent=self)
        self.list = RecordView(self.table, self.tr("没有文书。"), self)
        self.list.current_changed.connect(self._open)
        self.list.chosen.connect(lambda _form: self.editor.setFocus(Qt.FocusReason.OtherFocusReason))
        self.view = PdfView(device_lane or lane, self)
        columns = QSplitter(Qt.Orientation.Horizontal, self)
        columns.setChildrenCollapsible(False)
        columns.setHandleWidth(12)
        for made, stretch in ((self._left(), 4), (self._middle(), 7), (self.view, 6)):
            columns.addWidget(made)
            columns.setStretchFactor(columns.count() - 1, stretch)
        columns.setSizes([270, 500, 420])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(columns, 1)
        layout.addLayout(self._foot())
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._judge)
        self.keeper = DraftKeeper(
            lane, station_ref, self._draft, form=drafts.WORDING_FORM, version=drafts.WORDING_VERSION, parent=self
        )
        self.keeper.trouble.connect(lambda words: self.say("error", words))
        self.editor.textChanged.connect(self._changed)
        for field in (self.name, self.since):
            field.textEdited.connect(lambda _text: self.keeper.touched())
        bind("finish", self, self._save)
        self.setFocusProxy(self.list)

    def refresh(self) -> None:
        """Read which wording counts for each form; the text on screen stays."""
        self.ask("forms", wording.forms, done=self._show)

    def keep(self) -> None:
        """The clerk leaves: what is half typed goes to the draft now."""
        self.keeper.save_now()

    # the parts of the page

    def _left(self) -> QWidget:
        side = QWidget(self)
        caption = QLabel(self.tr("空格（双击或者 Enter 插入到光标处）"), side)
        caption.setProperty("tone", "quiet")
        caption.setWordWrap(True)
        self.blanks = QListWidget(side)
        self.blanks.itemActivated.connect(self._insert)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addWidget(caption)
        column.addWidget(self.blanks, 1)
        return side

    def _middle(self) -> QWidget:
        side = QWidget(self)
        self.editor = QPlainTextEdit(side)
        self.editor.setTabChangesFocus(True)
        self.editor.setAccessibleName(self.tr("用语"))
        self.help = QLabel(self.tr("一行一句。行首写［有 某项］或者［无 某项］，只在那样时印这一句。"), side)
        self.help.setProperty("tone", "quiet")
        self.help.setWordWrap(True)
        self.wrong = QListWidget(side)
        self.wrong.setObjectName("wording_wrong")
        self.wrong.setWordWrap(True)
        self.wrong.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.wrong.setMaximumHeight(self.fontMetrics().height() * 9)
        self.kept = QLabel(side)
        self.kept.setProperty("tone", "soon")
        self.kept.setWordWrap(True)
        self.kept.hide()
        self.verdict = QLabel(side)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.help)
        column.addWidget(self.kept)
        column.addWidget(self.editor, 1)
        column.addWidget(self.verdict)
        column.addWidget(self.wrong)
        return side

    def _foot(self) -> QHBoxLayout:
        self._presses = EnterPresses(self)
        self.name = LineEdit(self, hint=self.tr("名称，可不填"))
        self.since = LineEdit(self, latin=True, hint=self.tr("2026-12-01，不填为今天"))
        self.since.setFixedWidth(self.fontMetrics().horizontalAdvance("国") * 13)
        self.drop_button = QPushButton(self.tr("放弃改动"), self)
        self.drop_button.clicked.connect(self._drop)
        self.reset_button = QPushButton(self.tr("改回随程序的用语"), self)
        self.reset_button.clicked.connect(self._reset)
        self.save_button = QPushButton(self.tr("采用为新的一版（Ctrl+Enter）"), self)
        self.save_button.setProperty("kind", "primary")
        self.save_button.clicked.connect(self._save)
        for button in (self.drop_button, self.reset_button, self.save_button):
            button.installEventFilter(self._presses)
        row = QHBoxLayout()
        for text, field in ((self.tr("名称"), self.name), (self.tr("起用日期"), self.since)):
            label = QLabel(text, self)
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field, 1 if field is self.name else 0)
        row.addWidget(self.drop_button)
        row.addWidget(self.reset_button)
        row.addWidget(self.save_button)
        return row

    # what happens

    def _show(self, rows: Sequence[WordingRow]) -> None:
        self.table.set_rows(rows)
        own = sum(row.own for row in rows)
        self.counts.setText(f"{len(rows)} 种文书，本机构自定 {own} 种" if own else f"{len(rows)} 种文书")

    def _open(self, form: str) -> None:
        if form and form != self._form:
            self.keeper.save_now()
            self._form, self._editing = form, None
            self.ask("form", wording.open_form, form, done=self._opened)

    def _opened(self, editing: Editing) -> None:
        self._editing = editing
        self.blanks.clear()
        for name, part in editing.blanks:
            item = QListWidgetItem(f"{{{name}}}　{part}", self.blanks)
            item.setData(Qt.ItemDataRole.UserRole, f"{{{name}}}")
        for name in editing.conditions:
            item = QListWidgetItem(f"［有 {name}］　条件", self.blanks)
            item.setData(Qt.ItemDataRole.UserRole, f"［有 {name}］")
        self.editor.setReadOnly(not editing.may_save)
        for field in (self.name, self.since):
            field.setReadOnly(not editing.may_save)
        self.reset_button.setEnabled(editing.may_save)
        kept = editing.kept if editing.may_save else None
        self.name.setText(kept.name if kept else editing.row.name if editing.row.own else "")
        self.since.setText(kept.since if kept else "")
        self.kept.setText(f"{kept.at} 没有改完的文字已经放回，可以接着改，也可以放弃。" if kept else "")
        self.kept.setVisible(kept is not None)
        self.editor.setPlainText(self._typed.get(editing.row.form, kept.text if kept else editing.text))
        self._judge()

    def _changed(self) -> None:
        if self._editing is None:
            return
        text = self.editor.toPlainText()
        if text == self._editing.text:
            if self._typed.pop(self._form, None) is not None:
                self.keeper.forget()
                self.lane.run(_discard, self.station_ref(), self._form, done=lambda _none: self.refresh())
                self.kept.hide()
        else:
            self._typed[self._form] = text
            self.keeper.touched()
        self._pause.start()
        self._enable()

    def _draft(self) -> ToKeep | None:
        if self._editing is None or self._form not in self._typed or not self._editing.may_save:
            return None
        fields = {"text": self.editor.toPlainText(), "name": self.name.text(), "since": self.since.text()}
        return drafts.wording_draft_id(self.station_ref(), self._form), fields, f"文书用语：{self._editing.row.title}"

    def _judge(self) -> None:
        self._pause.stop()
        if self._editing is not None:
            form, text = self._editing.row.form, self.editor.toPlainText()
            self.ask("check", wording.check, form, text, done=lambda found: self._judged(form, text, found))

    def _judged(self, form: str, text: str, found: Checked) -> None:
        if form != self._form:
            return
        self._checked = (text, found)
        self.wrong.clear()
        self.wrong.addItems(list(found.wrong))
        self.wrong.setVisible(bool(found.wrong))
        if found.wrong:
            self._say("late", f"有 {len(found.wrong)} 处不能采用（样张是上一次没有问题的样子）")
        elif form in self._typed:
            self._say("good", "没有问题，可以采用。右边是虚构人物的样张。")
        else:
            left = self._editing.row.left_out if self._editing is not None else ""
            self._say(
                "soon" if left else "quiet", f"{left} 缺少本版程序必须写明的内容，没有采用。" if left else "现行用语。"
            )
        if found.pdf:
            self.view.show_pdf(found.pdf)
        self._enable()

    def _say(self, tone: str, text: str) -> None:
        if self._editing is not None and not self._editing.may_save:
            text += "更换用语由本窗口的管理员办理。"
        self.verdict.setProperty("tone", tone)
        self.verdict.setText(text)
        self.verdict.style().polish(self.verdict)

    def _enable(self) -> None:
        text, found = self._checked
        ready = self._form in self._typed and text == self.editor.toPlainText() and not found.wrong
        self.save_button.setEnabled(ready and self._editing is not None and self._editing.may_save)
        self.drop_button.setEnabled(self._form in self._typed)

    def _insert(self, item: QListWidgetItem) -> None:
        if not self.editor.isReadOnly():
            self.editor.insertPlainText(str(item.data(Qt.ItemDataRole.UserRole)))
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop(self) -> None:
        if self._editing is not None:
            self.editor.setPlainText(self._editing.text)

    def _reset(self) -> None:
        if self._editing is not None:
            self.editor.setPlainText(self._editing.shipped)

    def _save(self) -> None:
        if not self.save_button.isEnabled():
            return
        self.save_button.setEnabled(False)
        self.keeper.save_now()  # in order before the new version, which ends the draft: not once more behind it
        form, text, name, since = self._form, self.editor.toPlainText(), self.name.text(), self.since.text().strip()
        self.act(
            lambda station: wording.save(station, form, text, name=name, since=since),
            done=lambda made: self._saved(form, made),
            refused=self._refused,
        )

    def _refused(self, refusal: Refusal) -> None:
        self.complain(refusal)
        self._say("late", sentence(refusal))
        self._enable()

    def _saved(self, form: str, made: Imported) -> None:
        self._typed.pop(form, None)
        self.keeper.forget()
        since = self.since.text().strip()
        self.since.clear()
        when = f"从 {since} 起使用" if since else "现在起使用"
        self.say("done", f"已采用为第 {made.version} 版，{when}；以前出具的文书不变。")
        if form == self._form:
            self.ask("form", wording.open_form, form, done=self._opened)


_COLUMNS: tuple[Column[WordingRow], ...] = (
    Column("文书", lambda row: row.title, width=8, stretch=True, tone=lambda row: "strong" if row.own else ""),
    Column(
        "用语",
        lambda row: "未改完" if row.unfinished else row.version,
        width=6,
        tone=lambda row: "soon" if row.left_out or row.unfinished else "quiet",
    ),
)
