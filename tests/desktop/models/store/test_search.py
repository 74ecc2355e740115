"""Search: everything local is found by what a clerk types, newest first, also before the index has caught up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.store import search
from desktop.models.store.connection import Database, immediate, open_connection
from desktop.models.store.search import SearchDoc
from desktop.models.store.search_terms import document, fold, query
from desktop.models.store.write_ahead import checkpoint

NOW = 1_795_400_000_000
MINUTE = 60_000

WANG = SearchDoc(
    kind="petitioner",
    ref="wang",
    at_ms=NOW - 10 * MINUTE,
    names=("王建国",),
    id_number="37020519620314001X",
    phones=("13800138000", "0532-8588 1234"),
    initials=("wjg",),
    texts=("城阳区流亭街道 赵村 12 号",),
)
SHAN = SearchDoc(
    kind="petitioner",
    ref="shan",
    at_ms=NOW - 9 * MINUTE,
    names=("单𠮷䶮",),
    id_number="370283199001012345",
    phones=("13911112222",),
    initials=("sjy", "djy"),
    texts=("平度市",),
)
UYGHUR = SearchDoc(
    kind="petitioner",
    ref="maimaiti",
    at_ms=NOW - 8 * MINUTE,
    names=("买买提·吐尔逊",),
    initials=("mmttex",),
)
LAND = SearchDoc(
    kind="matter",
    ref="land",
    at_ms=NOW - 7 * MINUTE,
    texts=("反映征地补偿款未发放，补偿标准过低。", "要求公开征地批文", "ＡＢ区3号楼", "凭证２０１6105、1208"),
    numbers=("某信访受字〔2026〕12号",),
)
VISIT = SearchDoc(
    kind="visit",
    ref="visit",
    at_ms=NOW - 6 * MINUTE,
    names=("王小明",),
    initials=("wxm",),
    numbers=("37020526-20261123-0007", "K7P2XQ9M"),
)
ALL = (WANG, SHAN, UYGHUR, LAND, VISIT)


@pytest.fixture
def conn(tmp_path):
    conn = open_connection(tmp_path / "station.db", b"k" * 32, create=True)
    search.create_search_tables(Database(conn))
    return conn


@pytest.fixture(params=["noted", "caught up", "half"])
def filled(conn, request):
    """The same answers, whether idle work has been done or not."""
    for doc in ALL:
        search.index(conn, doc)
    if request.param != "noted":
        search.catch_up(conn, docs=len(ALL) if request.param == "caught up" else 2)
    return conn


def found(conn, text, **options: Any) -> list[str]:
    return [hit.ref for hit in search.find(conn, text, **options)]


@pytest.mark.parametrize(
    ("typed", "refs", "why"),
    [
        ("王", ["visit", "wang"], "name"),
        ("王建", ["wang"], "name"),
        ("王建国", ["wang"], "name"),
        ("王建国庆", [], None),
        ("建国", ["wang"], "text"),  # the given name alone
        ("𠮷䶮", ["shan"], "text"),
        ("单𠮷", ["shan"], "name"),
        ("买买提吐尔逊", ["maimaiti"], "name"),
        ("买买提·吐", ["maimaiti"], "name"),
        ("买买提・吐尔逊", ["maimaiti"], "name"),
        ("w", ["visit", "wang"], "initials"),
        ("wj", ["wang"], "initials"),
        ("WJG", ["wang"], "initials"),
        ("ｗｊｇ", ["wang"], "initials"),
        ("djy", ["shan"], "initials"),
        ("sjy", ["shan"], "initials"),
        ("mmttex", ["maimaiti"], "initials"),
        ("wjgx", [], None),
        ("370205", ["visit", "wang"], None),
        ("370205196", ["wang"], "id_prefix"),
        ("３７０２０５１９６２０３", ["wang"], "id_prefix"),
        ("37020519620314001x", ["wang"], None),
        ("001X", ["wang"], "id_tail"),
        ("2345", ["shan"], "id_tail"),
        ("8000", ["wang"], "phone_tail"),
        ("138 0013 8000", ["wang"], "phone_tail"),
        ("138-0013-8000", ["wang"], "phone_tail"),
        ("0532-85881234", ["wang"], "phone_tail"),
        ("14000138000", [], None),
        ("0007", ["visit"], "number"),
        ("37020526202611230007", ["visit"], "number"),
        ("k7p2", ["visit"], "number"),
        ("K7P2XQ9M", ["visit"], "number"),
        ("受字〔2026〕12号", ["land"], "text"),
        ("补偿标准", ["land"], "text"),
        ("补偿款标准", [], None),  # every pair of it is there but one
        ("偿标准过", ["land"], "text"),
        ("款未发放,补偿", ["land"], "text"),  # half-width comma typed
        ("ab区3号", ["land"], "text"),
        ("赵村", ["wang"], "text"),
        ("征地 批文", ["land"], "text"),
        ("征地 城阳", [], None),
        ("王 8000", ["wang"], None),
        ("王建 流亭", ["wang"], None),
        ("流亭 wjg", ["wang"], None),
        ("", [], None),
        ("  ", [], None),
        ("。，", [], None),
        ("7", [], None),
        ("12", ["land", "wang"], "text"),
        ("2016", ["land"], "text"),
        ("0161", ["land"], "text"),  # in the middle of a longer number
        ("2016 1208", ["land"], "text"),
        ("2016 1209", [], None),
        ("20161208", [], None),  # not one number in the text
        ("\x00", [], None),
        ('"', [], None),
        ("王*", ["visit", "wang"], "name"),
        ('建国" OR "征地', [], None),
        ("\u202e王建国", ["wang"], "name"),
        ("\ud842", [], None),
    ],
)
def test_what_a_clerk_types_finds_the_subject(filled, typed, refs, why):
    hits = search.find(filled, typed)
    assert [hit.ref for hit in hits] == refs
    if why is not None:
        assert {hit.why for hit in hits} == {why}


def test_a_query_can_be_kept_to_some_kinds(filled):
    assert found(filled, "王", kinds=["petitioner"]) == ["wang"]
    assert found(filled, "王", kinds=["visit", "matter"]) == ["visit"]
    assert found(filled, "征地", kinds=["visit"]) == []
    assert found(filled, "征地", kinds=["matter"]) == ["land"]
    assert found(filled, "王", kinds=[]) == []
    with pytest.raises(ValueError, match="not in"):
        search.find(filled, "王", kinds=["person"])


def test_a_rare_character_of_the_newest_extensions_is_found(conn):
    name = "\U00031350\U000323af"  # Extension H, younger than this Python's tables
    search.index(conn, SearchDoc("petitioner", "rare", NOW, names=(name,), texts=(f"又名{name}",)))
    for _ in range(2):
        assert found(conn, name) == ["rare"]
        assert found(conn, name[0]) == ["rare"]
        search.catch_up(conn)
    search.index(conn, SearchDoc("petitioner", "variant", NOW, names=("葛\U000e0101城",)))
    assert found(conn, "葛城") == ["variant"]


def test_the_newest_come_first_and_no_more_than_asked(conn):
    for number in range(300):
        search.index(conn, SearchDoc("visit", f"v{number}", NOW + (number * 7 % 300) * MINUTE, names=("李雷",)))
        if number % 3 == 0:
            search.catch_up(conn, docs=2)
    hits = search.find(conn, "李雷", limit=40)
    assert [hit.at_ms for hit in hits] == [NOW + at * MINUTE for at in range(299, 259, -1)]
    assert len(found(conn, "李", limit=1000)) == 300
    assert found(conn, "李", limit=0) == []


def test_what_is_noted_at_once_lies_as_if_it_had_been_noted_one_by_one(conn, tmp_path):
    crowd = [SearchDoc("visit", f"v{number}", NOW + number % 3, names=("李雷",)) for number in range(200)]
    changed = [SearchDoc("visit", f"v{number}", NOW + number % 3, names=("韩梅梅",)) for number in range(0, 200, 3)]
    apart = open_connection(tmp_path / "apart.db", b"k" * 32, create=True)
    search.create_search_tables(Database(apart))
    for docs in ((*ALL, *crowd), changed, crowd):
        search.index_all(conn, docs)
        for doc in docs:
            search.index(apart, doc)
        search.catch_up(conn, docs=90)
        search.catch_up(apart, docs=90)
    noted = "SELECT kind, ref, at, keys, body FROM search_doc ORDER BY kind, ref"
    assert conn.execute(noted).fetchall() == apart.execute(noted).fetchall()
    assert search.waiting(conn) == search.waiting(apart)
    assert sorted(found(conn, "李雷", limit=500)) == sorted(found(apart, "李雷", limit=500))
    apart.close()


def test_a_crowded_minute_finds_room_and_every_document_is_found(conn):
    with immediate(conn) as transaction:
        for number in range(2_000):
            search.index(conn, SearchDoc("visit", f"v{number}", NOW, names=("李雷",)))
        transaction.commit()
    while search.catch_up(conn, docs=500):
        pass
    search.index(conn, SearchDoc("visit", "later", NOW + 1_000 * MINUTE, names=("李雷",)))
    assert len(found(conn, "李雷", limit=5_000)) == 2_001
    assert found(conn, "李雷", limit=1) == ["later"]


@pytest.mark.parametrize("catch_up_between", [True, False])
def test_a_changed_subject_is_found_by_the_new_words_only(conn, catch_up_between):
    search.index(conn, WANG)
    if catch_up_between:
        search.catch_up(conn)
    search.index(
        conn,
        SearchDoc("petitioner", "wang", NOW, names=("汪建国",), initials=("wjg",), phones=("13700007777",)),
    )
    for _ in range(2):
        assert found(conn, "王") == []
        assert found(conn, "8000") == []
        assert found(conn, "流亭") == []
        assert found(conn, "汪建国") == ["wang"]
        assert found(conn, "wjg") == ["wang"]
        assert [hit.at_ms for hit in search.find(conn, "7777")] == [NOW]
        search.catch_up(conn)
    assert search.waiting(conn) == 0
    assert conn.execute("SELECT count(*) FROM search_key WHERE id NOT IN (SELECT id FROM search_doc)").fetchone() == (
        0,
    )


def test_an_unchanged_subject_writes_nothing(conn):
    search.index(conn, WANG)
    search.catch_up(conn)
    before = conn.total_changes
    search.index(conn, WANG)
    assert conn.total_changes == before
    assert search.waiting(conn) == 0


def test_a_forgotten_subject_is_gone_at_once(filled):
    search.forget(filled, "petitioner", "wang")
    search.forget(filled, "petitioner", "nobody")
    for _ in range(2):
        assert found(filled, "王建国") == []
        assert found(filled, "流亭") == []
        assert found(filled, "建国") == []
        search.catch_up(filled)
    assert found(filled, "王") == ["visit"]


def test_what_a_rolled_back_save_noted_is_not_found(conn):
    with immediate(conn):
        search.index(conn, WANG)
        assert found(conn, "王建国") == ["wang"]  # the same transaction sees it
    assert found(conn, "王建国") == []


def test_the_index_can_be_emptied_and_filled_again(filled):
    search.clear(filled)
    assert found(filled, "王") == []
    assert found(filled, "征地") == []
    assert search.waiting(filled) == 0
    for doc in ALL:
        search.index(filled, doc)
    assert found(filled, "征地") == ["land"]
    while search.catch_up(filled):
        pass
    assert found(filled, "征地") == ["land"]
    assert found(filled, "王") == ["visit", "wang"]


def test_where_much_waits_a_quiet_moment_spreads_more_of_it_and_every_document_is_found_meanwhile(conn, monkeypatch):
    monkeypatch.setattr(search, "LONG_QUEUE", 60)
    search.index_all(
        conn, [SearchDoc("visit", f"v{number}", NOW + number * MINUTE, names=("李雷",)) for number in range(300)]
    )
    left = []
    while search.idle(conn):
        left.append(search.waiting(conn))
        assert len(found(conn, "李雷", limit=500)) == 300
    assert left[0] == 300 - search.MANY_DOCS
    assert left[1:4] == [left[0] - search.IDLE_DOCS, left[0] - 2 * search.IDLE_DOCS, 0]


def test_idle_merging_comes_to_an_end_and_loses_nothing(conn):
    for number in range(120):
        search.index(conn, SearchDoc("matter", f"m{number}", NOW + number * MINUTE, texts=(f"征地补偿第{number}户",)))
        search.catch_up(conn, docs=1)  # one small segment each

    def segments() -> int:
        return int(conn.execute("SELECT count(DISTINCT segid) FROM search_text_idx").fetchone()[0])

    before, rounds = segments(), 0
    while search.merge_some(conn, pages=16):
        rounds += 1
        assert rounds < 1_000
    assert before > 100
    assert segments() < 20
    assert len(found(conn, "征地补偿", limit=500)) == 120
    assert found(conn, "第77户") == ["m77"]


def test_idle_work_goes_on_until_nothing_waits(conn):
    for number in range(150):
        search.index(conn, SearchDoc("visit", f"v{number}", NOW + number * MINUTE, names=("李雷",)))
    while search.idle(conn):
        assert len(found(conn, "李雷", limit=200)) == 150
    assert search.waiting(conn) == 0
    assert len(found(conn, "李雷", limit=200)) == 150


def test_a_query_cut_short_does_not_hold_the_log(conn):
    for number in range(60):
        search.index(conn, SearchDoc("visit", f"v{number}", NOW + number * MINUTE, names=("李雷",), texts=("征地",)))
    search.catch_up(conn, docs=40)
    assert len(found(conn, "李雷", limit=3)) == 3
    assert len(found(conn, "征地", limit=3)) == 3
    assert checkpoint(conn, truncate=True).complete


def test_an_unknown_kind_is_our_mistake(conn):
    with pytest.raises(ValueError, match="not in"):
        search.index(conn, SearchDoc("notice", "n", NOW))


texts = st.text(
    alphabet=st.one_of(st.sampled_from("征地补偿款王建国Aａ1１·，。 \n\U00020bb7"), st.characters()), max_size=40
)


@given(text=texts, start=st.integers(0, 39), size=st.integers(2, 12))
def test_any_piece_of_a_text_meets_its_document(text, start, size):
    keys, body = document(SearchDoc("matter", "m", NOW, texts=(text,)))
    for term in query(text[start : start + size]):
        if any(len(run) > 1 for run in term.runs):
            assert term.met_by(keys, body) == "text"


@given(name=st.text(max_size=12), size=st.integers(1, 12))
def test_any_beginning_of_a_name_meets_its_document(name, size):
    folded = fold(name)
    beginning = folded[:size]
    if not beginning or beginning.isascii():
        return
    keys, body = document(SearchDoc("petitioner", "p", NOW, names=(name,)))
    assert [term.met_by(keys, body) for term in query(beginning)] == ["name"]


def test_a_number_and_an_id_are_found_at_every_length_from_their_beginning(filled):
    number, id_number = "37020526202611230007", "37020519620314001X"
    for length in range(4, len(number) + 1):
        assert "visit" in found(filled, number[:length], kinds=["visit"]), length
    for length in range(6, len(id_number) + 1):
        assert found(filled, id_number[:length], kinds=["petitioner"]) == ["wang"], length
    for length in range(4, len(id_number) + 1):
        assert found(filled, id_number[-length:], kinds=["petitioner"]) == ["wang"], length
