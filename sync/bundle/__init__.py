"""The stick 介质: exchanges carried as sealed, signed files where there is no line (docs/sync-protocol.md §11).

``seal`` knows chunks, ``medium`` one part over a stream, ``files`` parts on a disk, ``replies`` the station's half,
``slip`` the way in, ``words`` what is said of media. Nothing is imported here: the words are wanted at the first paint.
"""
