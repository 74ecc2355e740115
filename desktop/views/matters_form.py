"""MattersForm: the matters of a visit, one card each; beside it the oral record and the things handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.views import terms
from desktop.views.fields import Choice, Count, EnterPresses, LineEdit, LongEdit, Tick, aside
from desktop.views.form_grid import FormGrid
from desktop.views.matter_card import MatterCard
from domain.commands import MaterialInput, MatterInput


class MattersForm(QFrame):
    """At least one matter stands open."""

    changed = Signal()
    told = Signal(int)
    """Index of the matter whose proposals may have changed."""
    chain_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[MatterCard] = []
        self._offered: Mapping[str, Sequence[tuple[str, str]]] = {}
        self._enter = EnterPresses(self)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(10)
        self.add_button = QPushButton(self.tr("增加一个事项  Alt+M"), self)
        self.add_button.setProperty("kind", "link")
        self.add_button.installEventFilter(self._enter)
        self.add_button.clicked.connect(self.add_matter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._cards)
        layout.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignRight)
        aside(self.add_button)
        self.add_matter(focus=False)

    def offer(self, options: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Offer the codes in force on every card, those to come among them."""
        if options is self._offered:
            return
        self._offered = options
        for card in self.cards:
            card.offer(options)

    def matters(self) -> tuple[MatterInput, ...]:
        """The matters as typed."""
        return tuple(card.value() for card in self.cards)

    def dump(self) -> list[dict[str, object]]:
        """Everything as typed, for the draft."""
        return [card.dump() for card in self.cards]

    def restore(self, stored: object) -> None:
        """Put a draft back."""
        entries = [each for each in stored if isinstance(each, Mapping)] if isinstance(stored, Sequence) else []
        while len(self.cards) > 1:
            self._drop(self.cards[-1])
        self.cards[0].restore(entries[0] if entries else {})
        for entry in entries[1:]:
            self.add_matter(focus=False)
            self.cards[-1].restore(entry)

    def add_matter(self, *_: object, focus: bool = True) -> MatterCard:
        """One more matter."""
        card = MatterCard(self)
        card.offer(self._offered)
        card.changed.connect(self.changed)
        card.told.connect(lambda c=card: self.told.emit(self.cards.index(c)))
        card.removed.connect(lambda c=card: self.remove_matter(c))
        card.folded.connect(self.chain_changed)
        self.cards.append(card)
        self._cards.addWidget(card)
        card.setVisible(True)
        self._number()
        self.chain_changed.emit()
        self.changed.emit()
        if focus:
            card.focus_first()
        return card

    def remove_matter(self, card: MatterCard) -> None:
        """Take a matter off the form; one always stays."""
        if len(self.cards) > 1:
            self._drop(card)
            self.cards[-1].focus_first()
            self.changed.emit()

    def walkers(self) -> list[QWidget]:
        """Everything Enter and Tab visit, in order."""
        return [each for card in self.cards for each in card.walkers()] + [self.add_button]

    def clear_refusals(self) -> None:
        """Take back what was refused."""
        for card in self.cards:
            card.clear_refusals()

    def _drop(self, card: MatterCard) -> None:
        self.cards.remove(card)
        self._cards.removeWidget(card)
        card.hide()
        card.deleteLater()
        self._number()
        self.chain_changed.emit()

    def _number(self) -> None:
        for place, card in enumerate(self.cards):
            card.set_place(place, len(self.cards))


class OralForm(QFrame):
    """The oral record 口述笔录 and the tick that it was read back (R 19①)."""

    changed = Signal()
    chain_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = FormGrid(self)
        self.record = LongEdit(lines=3, most=14, hint=self.tr("口头提出的，如实记录"))
        self.read_back = Tick(self.tr("以上记录已向本人宣读或者由本人阅看，确认无误"))
        self.grid.add("oral_record", self.tr("笔录"), self.record, wide=True)
        self.grid.add("read_back", "", self.read_back, wide=True)
        self.grid.changed.connect(self._changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.grid)
        self.grid.show_field("read_back", False)

    def restore(self, fields: Mapping[str, object]) -> None:
        """Put a draft back."""
        self.record.setText(str(fields.get("oral_record") or ""))
        self.read_back.setChecked(fields.get("read_back") is True)

    def _changed(self, name: str) -> None:
        self.grid.note(name).say("error", "")
        written = bool(self.record.text().strip())
        if self.read_back.isHidden() == written:
            self.grid.show_field("read_back", written)
            self.chain_changed.emit()
        self.changed.emit()


class MaterialsForm(QFrame):
    """What was handed in 材料, one line each."""

    changed = Signal()
    chain_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[tuple[FormGrid, QPushButton]] = []
        self._enter = EnterPresses(self)
        self._rows = QVBoxLayout()
        self.returned = Tick(self.tr("原件已核对并当场退还"), self)
        self.returned.toggled.connect(lambda _on: self.changed.emit())
        self.add_button = QPushButton(self.tr("增加一份材料  Alt+N"), self)
        self.add_button.setProperty("kind", "link")
        self.add_button.installEventFilter(self._enter)
        self.add_button.clicked.connect(self.add_line)
        foot = QHBoxLayout()
        foot.addWidget(self.returned)
        foot.addStretch()
        foot.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._rows)
        layout.addLayout(foot)
        self.returned.hide()
        aside(self.returned, self.add_button)

    def materials(self) -> tuple[MaterialInput, ...]:
        """The things as typed; a line with nothing in it is none."""
        found = []
        for grid, _ in self.lines:
            line = _line(grid)
            if line["title"] or line["remark"]:
                found.append(MaterialInput(**line))  # type: ignore[arg-type]
        return tuple(found)

    def dump(self) -> list[dict[str, object]]:
        """Everything as typed, for the draft."""
        return [_line(grid) for grid, _ in self.lines]

    def restore(self, stored: object, *, returned: bool) -> None:
        """Put a draft back."""
        while self.lines:
            self._drop(self.lines[-1][0])
        for entry in stored if isinstance(stored, Sequence) else []:
            if isinstance(entry, Mapping):
                self.add_line(focus=False, entry=entry)
        self.returned.setChecked(returned)

    def add_line(self, *_: object, focus: bool = True, entry: Mapping[str, object] | None = None) -> None:
        """One more thing."""
        grid = FormGrid(self, columns=4, label_chars=2)
        title, copies, pages = LineEdit(hint=self.tr("材料名称")), Count(1, 9999), Count(0, 99999)
        form, remark = Choice(terms.MATERIAL_FORM), LineEdit()
        pages.setValue(1)
        named = {"title": title, "copies": copies, "pages": pages, "form": form, "remark": remark}
        words = (self.tr("名称"), self.tr("份数"), self.tr("页数"), self.tr("形式"), self.tr("备注"))
        for (name, editor), label in zip(named.items(), words, strict=True):
            grid.add(name, label, editor, wide=editor is title)
        grid.stretch(4, 2)
        if entry is not None:
            title.setText(str(entry.get("title") or ""))
            remark.setText(str(entry.get("remark") or ""))
            form.set_code(str(entry.get("form") or "copy"))
            for name, box in (("copies", copies), ("pages", pages)):
                number = entry.get(name)
                box.setValue(number if isinstance(number, int) else 1)
        remove = QPushButton(self.tr("移除"), self)
        remove.setProperty("kind", "link")
        remove.installEventFilter(self._enter)
        remove.clicked.connect(lambda: self._removed(grid))
        aside(remove, remark)
        row = QHBoxLayout()
        row.addWidget(grid, 1)
        row.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addLayout(row)
        grid.show()  # now, not with the next event: the next key may be Enter already
        remove.show()
        grid.changed.connect(lambda name: grid.note(name).say("error", ""))
        grid.changed.connect(lambda _name: self.changed.emit())
        self.lines.append((grid, remove))
        self.returned.setVisible(True)
        self.chain_changed.emit()
        self.changed.emit()
        if focus:
            title.setFocus(Qt.FocusReason.OtherFocusReason)

    def walkers(self) -> list[QWidget]:
        """Everything Enter and Tab visit, in order."""
        chain: list[QWidget] = []
        for grid, remove in self.lines:
            chain += [*grid.editors(), remove]
        return [*chain, self.returned, self.add_button]

    def _removed(self, grid: FormGrid) -> None:
        self._drop(grid)
        self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _drop(self, grid: FormGrid) -> None:
        at = next(place for place, (each, _) in enumerate(self.lines) if each is grid)
        for widget in self.lines.pop(at):
            widget.hide()
            widget.deleteLater()
        self.returned.setVisible(bool(self.lines))
        self.chain_changed.emit()


def _line(grid: FormGrid) -> dict[str, object]:
    title, copies, pages, form, remark = grid.editors()
    assert isinstance(title, LineEdit)
    assert isinstance(copies, Count)
    assert isinstance(pages, Count)
    assert isinstance(form, Choice)
    assert isinstance(remark, LineEdit)
    return {
        "title": title.text(),
        "copies": copies.value(),
        "pages": pages.value(),
        "form": form.code(),
        "remark": remark.text(),
    }
