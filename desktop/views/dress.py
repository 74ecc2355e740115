"""What every window of ours wears: the typefaces, the style sheet, Chinese for Qt's own words."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFont, QFontDatabase, QIcon
from PySide6.QtWidgets import QApplication

import resources

FACES = ("hei",)
RARE_FACES = ("song", "hana", "babel", "jigmo")
FAMILIES = ("Xinfang Hei", "Xinfang Song", "Xinfang Rare One", "Xinfang Rare Two", "Xinfang Rare Three")
POINTS = 11
STYLE = ("-style", "Fusion")
"""Words for ``QApplication``: to name the style later, ``setStyle``, makes ``QStyle`` with all that it counts first."""


def prepare(app: QApplication) -> None:
    """Names, Chinese for Qt's own words, our typefaces, the style sheet. The application was made with ``STYLE``."""
    app.setApplicationName("xinfang-desk")
    app.setApplicationDisplayName("信访窗口")
    app.setWindowIcon(QIcon(str(resources.path("icons/window.svg"))))
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    translator = QTranslator(app)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    app.setFont(window_font())
    app.setStyleSheet(style_sheet())


def window_font() -> QFont:
    """Our sans serif, with the faces for rare characters behind it."""
    for face in FACES:
        QFontDatabase.addApplicationFont(str(resources.path(f"fonts/{face}.ttf")))
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSize(POINTS)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def load_rare_faces() -> None:
    """The large faces with the rare characters of names; Qt takes them up in what is already drawn."""
    for face in RARE_FACES:
        QFontDatabase.addApplicationFont(str(resources.path(f"fonts/{face}.ttf")))


def style_sheet() -> str:
    """The light theme with the folder of icons put in."""
    text = resources.path("qss/light.qss").read_text(encoding="utf-8")
    return text.replace("@icons@", resources.path("icons").as_posix())
