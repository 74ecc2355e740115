"""Shell: the signed-in window: navigation, pages made when first needed, message bar, status line, keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.views.actions import NAVIGATION, bind
from desktop.views.message_bar import MessageBar
from desktop.views.navigation import Navigation
from desktop.views.scanner import Scanner
from desktop.views.shortcuts_sheet import ShortcutsSheet
from desktop.views.status_line import StatusLine
from desktop.workers.bus import Bus

PageMaker = Callable[[QWidget], QWidget]
HOME = "intake"
PAGES = frozenset(entry.name for entry in NAVIGATION)
MOST_STEPS_BACK = 30


class Shell(QWidget):
    """Pages are named as the table of actions names them, and ``visit``, ``matter``, ``paper`` for a single case."""

    lock_wanted = Signal()
    exchange_wanted = Signal()

    def __init__(
        self,
        makers: Mapping[str, PageMaker],
        office: str,
        window: str,
        clerk: str,
        bus: Bus,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._makers = makers
        self._pages: dict[str, QWidget] = {}
        self._way: list[tuple[str, str]] = []
        """Pages behind this one: name, and the case it showed."""
        self.navigation = Navigation(office, window, self)
        self.navigation.chosen.connect(self.do)
        self.stack = QStackedWidget(self)
        self.messages = MessageBar(self)
        self.status = StatusLine(self)
        self.status.show_station(office, window, clerk)
        self.status.sync_chosen.connect(lambda: self.do("waiting"))
        bus.message.connect(self.messages.say)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        right.addWidget(self.messages)
        upper = QHBoxLayout()
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(0)
        upper.addWidget(self.navigation)
        upper.addLayout(right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(upper, 1)
        outer.addWidget(self.status)
        self.scanner = Scanner(self)
        self.scanner.scanned.connect(self._scanned)
        for name in (
            *(entry.name for entry in NAVIGATION),
            "waiting",
            "wording",
            "tables",
            "batch",
            "keys",
            "lock",
            "back",
            "print",
        ):
            bind(name, self, partial(self.do, name))

    @property
    def current(self) -> str:
        """Name of the page that is shown."""
        return next((name for name, page in self._pages.items() if page is self.stack.currentWidget()), "")

    def page(self, name: str) -> QWidget:
        """A page, made when first asked for."""
        if name not in self._pages:
            page = self._makers[name](self.stack)  # its place: a page that moves house is dressed by the sheet anew
            self._pages[name] = page
            self.stack.addWidget(page)
            self._connect(page)
        return self._pages[name]

    def do(self, name: str) -> None:
        """An action of the table."""
        if name in PAGES:
            if name == HOME and self.current == HOME:
                self.page(HOME).new_visit()  # type: ignore[attr-defined]
            else:
                self.show_page(name)
        elif name in ("waiting", "wording", "tables", "batch"):
            self.show_page(name)
        elif name == "keys":
            ShortcutsSheet(self).exec()
        elif name == "lock":
            self.lock_wanted.emit()
        elif name == "back":
            self.go_back()
        elif name == "print":
            self._print()

    def show_page(self, name: str, case: str = "") -> None:
        """Show a page; ``case`` for those that show one case."""
        if self.current:
            self._way.append((self.current, str(getattr(self.stack.currentWidget(), "case_id", ""))))
            del self._way[:-MOST_STEPS_BACK]
        self._show(name, case)

    def go_back(self) -> None:
        """Show the page before; home when there is none."""
        name, case = self._way.pop() if self._way else (HOME, "")
        self._show(HOME if name == "paper" else name, case)

    def keep(self) -> None:
        """The clerk leaves: every page saves what is half typed."""
        for page in self._pages.values():
            keep = getattr(page, "keep", None)
            if keep is not None:
                keep()

    def focus(self) -> None:
        """Put the cursor into the page that is shown."""
        page = self.stack.currentWidget()
        focus_first = getattr(page, "focus_first", None)
        if focus_first is not None:
            focus_first()
        elif page is not None:
            page.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show(self, name: str, case: str) -> None:
        page = self.page(name)
        if case and name in ("visit", "matter", "petitioner"):
            page.open(case)  # type: ignore[attr-defined]
        self.stack.setCurrentWidget(page)
        self.navigation.mark(name)
        self.focus()

    def _scanned(self, line: str) -> None:
        """A paper of ours was scanned, wherever the cursor is: what is half typed stays where it is."""
        self.page("find").open_scanned(line)  # type: ignore[attr-defined]

    def _print(self) -> None:
        wanted = getattr(self.stack.currentWidget(), "print_current", None)
        if wanted is not None:
            wanted()
        else:
            self.messages.say("info", self.tr("请先打开一次来访或者一个事项，再按 F9 打印。"))

    def _issue(self, case: str, form: str) -> None:
        self.show_page("paper")
        self.page("paper").open_form(case, form)  # type: ignore[attr-defined]

    def _proof(self, case: str, of_paper: str) -> None:
        self.show_page("paper")
        self.page("paper").open_form(case, "F18", of_paper=of_paper)  # type: ignore[attr-defined]

    def _stored(self, case: str, paper: str) -> None:
        self.show_page("paper")
        self.page("paper").open_paper(case, paper)  # type: ignore[attr-defined]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.scanner.listen(self.window().windowHandle())

    def _connect(self, page: QWidget) -> None:
        """Whatever of these a page can say is heard."""
        ears: dict[str, Callable[..., None]] = {
            "visit_chosen": lambda case: self.show_page("visit", case),
            "matter_chosen": lambda case: self.show_page("matter", case),
            "petitioner_chosen": lambda case: self.show_page("petitioner", case),
            "unfinished_wanted": lambda: self.show_page("unfinished"),
            "print_requested": self._issue,
            "proof_requested": self._proof,
            "paper_chosen": self._stored,
            "intake_wanted": lambda: self.do(HOME),
            "conflicts_wanted": lambda: self.show_page("conflicts"),
            "exchange_wanted": self.exchange_wanted.emit,
            "batch_wanted": lambda: self.do("batch"),
            "waiting_wanted": lambda: self.do("waiting"),
            "county_wanted": lambda: self.do("county"),
            "closed": self.go_back,
        }
        for name, ear in ears.items():
            signal = getattr(page, name, None)
            if signal is not None:
                signal.connect(ear)
