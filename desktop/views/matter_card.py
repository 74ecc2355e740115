"""MatterCard: one matter 信访事项 as told: request, facts, reasons, class, triage answers, route and repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.services.intake import RepeatView, StepView
from desktop.views import terms
from desktop.views.fields import Choice, EnterPresses, LineEdit, LongEdit, Segments, Tick, aside
from desktop.views.form_grid import FormGrid
from desktop.views.person_card import table_options
from domain.commands import MatterInput, RepeatDecision, TriageAnswers

TOLD = ("request", "facts", "reasons")
ACCUSED = (("accused_person", "被反映人"), ("accused_post", "职务"), ("accused_organ", "所在单位"))
FOLDED = ("content_code", "purpose_code", "place", "occurred_on", "received_by_referral", "missing_reason")
TRIAGE = tuple(name for name, _ in terms.TRIAGE)
TEXTS = (*TOLD, "summary", "place", "occurred_on", "received_by_referral", "missing_reason")


class MatterCard(QFrame):
    """What is proposed fills route and repeat until the clerk has chosen them himself."""

    changed = Signal()
    told = Signal()
    """Something a proposal depends on changed."""
    removed = Signal()
    folded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._enter = EnterPresses(self)
        self._touched: set[str] = set()
        self._proposed = ""
        self._earlier = ""
        self._open = False
        self._title = QLabel(self)
        self._title.setProperty("tone", "strong")
        self._remove = QPushButton(self.tr("移除"), self)
        self._remove.setProperty("kind", "link")
        self._remove.installEventFilter(self._enter)
        self._remove.clicked.connect(self.removed)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._remove)
        self.grid = FormGrid(self)
        self.triage = FormGrid(self, label_chars=10)
        self.rest = FormGrid(self)
        self.flags = {code: Tick(text, self) for code, text in terms.FLAGS}
        self._flag_box = self._lay_flags()
        self.more = QPushButton(self)
        self.more.setProperty("kind", "link")
        self.more.installEventFilter(self._enter)
        self.more.clicked.connect(self.toggle_more)
        self._fill()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(head)
        for each in (self.grid, self.triage, self.rest, self._flag_box):
            layout.addWidget(each)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        for grid in (self.grid, self.triage, self.rest):
            grid.changed.connect(self._field_changed)
        aside(self._remove, self.more, *self.flags.values())
        self._show_folded()

    def _fill(self) -> None:
        self.grid.add("request", self.tr("诉求"), LongEdit(hint=self.tr("要求解决什么")), wide=True)
        facts = LongEdit(hint=self.tr("时间、地点、经过（Shift+Enter 换行）"))
        self.grid.add("facts", self.tr("事实"), facts, wide=True)
        self.grid.add("reasons", self.tr("理由"), LongEdit(lines=1), wide=True)
        self.grid.add("summary", self.tr("概况"), LineEdit(hint=self.tr("不填则取诉求的前60字")), wide=True)
        kinds = Segments(terms.MATTER_CLASS)
        kinds.set_code("")
        self.grid.add("matter_class", self.tr("事项类别"), kinds, wide=True)
        for name, label in terms.TRIAGE:
            self.triage.add(name, label, _answer())
        self.triage.add("own_power", self.tr("属本机关法定职权"), _answer())
        for name, label in ACCUSED:
            self.rest.add(name, label, LineEdit())
        self.rest.add("route", self.tr("处理途径"), Choice(terms.ROUTE), wide=True)
        repeat = Segments(terms.REPEAT)
        repeat.set_code("undecided")
        self.rest.add("repeat", self.tr("初访重访"), repeat, wide=True)
        codes = [(code, text if not code or code.endswith("0000") else f"　{text}") for code, text in _contents()]
        self.rest.add("content_code", self.tr("内容分类"), Choice(codes))
        self.rest.add("purpose_code", self.tr("信访目的"), Choice(table_options("purposes")))
        self.rest.add("place", self.tr("问题属地"), LineEdit())
        self.rest.add("occurred_on", self.tr("发生时间"), LineEdit(hint="2026-01-31"))
        sender = LineEdit(hint=self.tr("转送来的填机构代码"), latin=True)
        self.rest.add("received_by_referral", self.tr("转来机关"), sender)
        self.rest.add("missing_reason", self.tr("未述原因"), LineEdit(hint=self.tr("要素不全时说明")))

    def _lay_flags(self) -> QWidget:
        box = QWidget(self)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        caption = QLabel(self.tr("标记"), box)
        caption.setObjectName("caption")
        caption.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid.addWidget(caption, 0, 0)
        grid.setColumnMinimumWidth(0, self.fontMetrics().horizontalAdvance("国") * 5 + 6)
        for place, tick in enumerate(self.flags.values()):
            grid.addWidget(tick, place // 4, 1 + place % 4)
            tick.toggled.connect(lambda _on: self._field_changed("flags"))
        grid.setColumnStretch(5, 1)
        return box

    def offer(self, options: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Offer the codes in force, by field; a code chosen before stays."""
        for name, rows in options.items():
            editor = self.rest.editor(name)
            assert isinstance(editor, Choice)
            editor.offer(rows)

    # what stands in the card

    def value(self) -> MatterInput:
        """The matter as a command has it."""
        texts = {name: self._text(name) for name in TEXTS}
        kind = self._code("matter_class")
        accused = {name: self._text(name) if kind == "accusation" else "" for name, _ in ACCUSED}
        answers = {name: self._code(name) for name in TRIAGE} if kind == "claim" else {}
        repeat = self._code("repeat")
        decision = RepeatDecision(
            kind=repeat,  # type: ignore[arg-type]
            earlier_matter_id=self._earlier if repeat in ("repeat", "new_facts") else "",
            proposed=self._proposed,
            reason=self.rest.note("repeat").words("info"),
        )
        return MatterInput(
            **texts,
            **accused,
            matter_class=kind,  # type: ignore[arg-type]
            route=self._code("route") if kind == "claim" else "",  # type: ignore[arg-type]
            content_code=self._code("content_code"),
            purpose_code=self._code("purpose_code"),
            triage=TriageAnswers(**answers),  # type: ignore[arg-type]
            own_power=self._code("own_power"),  # type: ignore[arg-type]
            repeat=decision,
            flags=tuple(code for code, tick in self.flags.items() if tick.isChecked()),
        )

    def dump(self) -> dict[str, object]:
        """Everything as typed, for the draft."""
        fields: dict[str, object] = {name: self._text(name) for name in (*TEXTS, *(n for n, _ in ACCUSED))}
        for name in (*TRIAGE, "own_power", "matter_class", "route", "repeat", "content_code", "purpose_code"):
            fields[name] = self._code(name)
        fields["flags"] = [code for code, tick in self.flags.items() if tick.isChecked()]
        fields["touched"] = sorted(self._touched)
        fields["earlier"], fields["proposed"] = self._earlier, self._proposed
        return fields

    def restore(self, fields: Mapping[str, object]) -> None:
        """Put a draft back."""
        for name in (*TEXTS, *(n for n, _ in ACCUSED)):
            editor = self._grid(name).editor(name)
            assert isinstance(editor, LineEdit | LongEdit)
            editor.setText(str(fields.get(name) or ""))
        defaults = dict.fromkeys((*TRIAGE, "own_power"), "unknown") | {"repeat": "undecided"}
        for name in (*TRIAGE, "own_power", "matter_class", "route", "repeat", "content_code", "purpose_code"):
            self._set_code(name, str(fields.get(name) or defaults.get(name, "")))
        flags, touched = fields.get("flags"), fields.get("touched")
        for code, tick in self.flags.items():
            tick.setChecked(isinstance(flags, list) and code in flags)
        self._touched = {str(each) for each in touched} if isinstance(touched, list) else set()
        self._earlier, self._proposed = str(fields.get("earlier") or ""), str(fields.get("proposed") or "")
        self._show_folded()

    # proposals

    def show_step(self, step: StepView) -> None:
        """Fill the proposed route unless the clerk chose one."""
        if "route" not in self._touched and self._code("matter_class") == "claim":
            self._set_code("route", step.route)

    def show_repeat(self, view: RepeatView) -> None:
        """Fill the proposed 初访 / 重访 / 新事实 with its reason unless the clerk decided."""
        self._proposed = view.kind
        self.rest.note("repeat").say("info", view.reason)
        if "repeat" not in self._touched:
            self._earlier = view.earlier_matter_id
            self._set_code("repeat", view.kind)

    def set_earlier(self, matter_id: str) -> None:
        """The clerk pointed at the earlier matter."""
        self._earlier = matter_id
        self._touched.add("repeat")
        self._set_code("repeat", "repeat")
        self.changed.emit()

    def answer_all_no(self) -> None:
        """All four questions were asked and the answer was no."""
        for name in TRIAGE:
            self._set_code(name, "no")
        self._field_changed("court")

    # looks

    def set_place(self, place: int, count: int) -> None:
        """Number of the matter among the others."""
        self._title.setText(self.tr("事项 {0}").format(place + 1))
        self._title.setVisible(count > 1)
        self._remove.setVisible(count > 1)

    def toggle_more(self) -> None:
        """Unfold or fold the other fields."""
        self._open = not self._open
        self._show_folded()
        self.folded.emit()
        if self._open:
            self.rest.editor("content_code").setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Put the cursor on the request."""
        self.grid.editor("request").setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, name: str) -> QWidget:
        """Unfold if needed and give the editor of a field."""
        if name in self.flags or name == "flags" or (name in FOLDED and not self._open):
            self._open = True
            self._show_folded()
            self.folded.emit()
        return self._grid(name).editor(name) if self.has(name) else self.grid.editor("request")

    def has(self, name: str) -> bool:
        """Whether a field of this name stands in the card."""
        return any(name in grid.names() for grid in (self.grid, self.triage, self.rest))

    def say(self, name: str, level: str, text: str) -> None:
        """Say something beneath a field."""
        self._grid(name).note(name).say(level, text)  # type: ignore[arg-type]

    def clear_refusals(self) -> None:
        """Take back what was refused."""
        for grid in (self.grid, self.triage, self.rest):
            grid.clear_refusals()

    def walkers(self) -> list[QWidget]:
        """Everything Enter visits, in order."""
        editors = [*self.grid.editors(), *self.triage.editors(), *self.rest.editors()]
        return [self._remove, *editors, *self.flags.values(), self.more]

    def _show_folded(self) -> None:
        kind = self._code("matter_class")
        self.triage.setVisible(bool(kind) and kind != "other")
        for name in TRIAGE:
            self.triage.show_field(name, kind == "claim")
        for name, _ in ACCUSED:
            self.rest.show_field(name, kind == "accusation")
        self.rest.show_field("route", kind == "claim")
        for name in FOLDED:
            self.rest.show_field(name, self._open)
        self._flag_box.setVisible(self._open)
        self.more.setText(self.tr("收起") if self._open else self.tr("内容分类、属地、时间、标记等更多项目  Alt+G"))

    def _field_changed(self, name: str) -> None:
        if self.has(name):
            self._grid(name).note(name).say("error", "")
        if name in ("route", "repeat") and self._grid(name).editor(name).hasFocus():
            self._touched.add(name)  # chosen by the clerk, not by a proposal
        if name == "matter_class":
            self._show_folded()
            self.folded.emit()
        self.changed.emit()
        if name in (*TOLD, *TRIAGE, "summary", "matter_class", "own_power", "route", "content_code", "accused_organ"):
            self.told.emit()

    def _grid(self, name: str) -> FormGrid:
        return next(grid for grid in (self.grid, self.triage, self.rest) if name in grid.names())

    def _text(self, name: str) -> str:
        editor = self._grid(name).editor(name)
        assert isinstance(editor, LineEdit | LongEdit)
        return editor.text()

    def _code(self, name: str) -> str:
        editor = self._grid(name).editor(name)
        assert isinstance(editor, Choice | Segments)
        return editor.code()

    def _set_code(self, name: str, code: str) -> None:
        editor = self._grid(name).editor(name)
        assert isinstance(editor, Choice | Segments)
        editor.set_code(code)


def _answer() -> Segments:
    segments = Segments(terms.ANSWER, numbered=False)
    segments.set_code("unknown")
    return segments


def _contents() -> list[tuple[str, str]]:
    return table_options("content_classes")
