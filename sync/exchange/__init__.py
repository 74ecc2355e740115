"""One round between a station and the county, at both ends: pure over log and feed; no sockets, no clock, no commits.

A station's round, where ``db`` is one transaction at a time::

    with transaction:                                   # reads only, but one snapshot
        request = build_request(log, feed, identity, budget, now_ms)
    frame = encode_frame(request, REQUEST_TAG, key)
    reply = transport.exchange(frame)                   # elsewhere; may fail, may be repeated
    answer = open_frame(reply, Answer, ANSWER_TAG, county_key)
    with transaction:                                   # all of it or nothing
        applied = apply_answer(log, feed, request, answer, project, reborn)
    # again at once while applied.more; under a new writer when applied.reborn names one

Whatever is lost, doubled or late in between does no harm: positions are claimed with their hashes every time, an answer
that does not follow what is held now is ignored, and an act counts as safe only when it was seen back.
"""

from sync.exchange.ahead import next_request, push_ahead
from sync.exchange.audience import Delivery
from sync.exchange.county import answer_request
from sync.exchange.opening import Opened, open_answer, open_request
from sync.exchange.parts import (
    MAX_BUDGET,
    START_BUDGET,
    Applied,
    Fold,
    Grant,
    Grants,
    Identity,
    NewWriter,
    Reborn,
)
from sync.exchange.realm import ABOVE, Covered, Everything, Realm, Relayed, relayed
from sync.exchange.station import apply_answer, begin_incarnation, build_request

__all__ = [
    "ABOVE",
    "MAX_BUDGET",
    "START_BUDGET",
    "Applied",
    "Covered",
    "Delivery",
    "Everything",
    "Fold",
    "Grant",
    "Grants",
    "Identity",
    "NewWriter",
    "Opened",
    "Realm",
    "Reborn",
    "Relayed",
    "answer_request",
    "apply_answer",
    "begin_incarnation",
    "build_request",
    "next_request",
    "open_answer",
    "open_request",
    "push_ahead",
    "relayed",
]
