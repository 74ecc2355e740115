"""The feeds: the county's order of delivery per scope, and a station's proof of how far it saw it."""

from sync.log.county_feed import (
    COUNTY_SCHEMA,
    CountyFeed,
    Delivered,
    FeedItem,
)
from sync.log.roll import roll, start_roll
from sync.log.station_feed import NEWEST_KEPT, STATION_SCHEMA, StationFeed

__all__ = [
    "COUNTY_SCHEMA",
    "NEWEST_KEPT",
    "STATION_SCHEMA",
    "CountyFeed",
    "Delivered",
    "FeedItem",
    "StationFeed",
    "roll",
    "start_roll",
]
