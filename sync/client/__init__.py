"""The station's line to the county: HTTP behind one method, errors as faults of the surroundings."""

from sync.client.files import FileLine
from sync.client.http import (
    HttpTransport,
    Transport,
    county_key_at,
    dictionary_of,
    enrol,
    go_round,
    read_answer,
    read_enrolment,
    send_request,
    write_enrolment,
    write_request,
)
from sync.client.line import Line
from sync.client.pace import Pace

__all__ = [
    "FileLine",
    "HttpTransport",
    "Line",
    "Pace",
    "Transport",
    "county_key_at",
    "dictionary_of",
    "enrol",
    "go_round",
    "read_answer",
    "read_enrolment",
    "send_request",
    "write_enrolment",
    "write_request",
]
