"""The feeds: the county's order of delivery per scope, and a station's proof of how far it saw it."""

from sync.log.county_feed import (
    COUNTY_SCHEMA,
    COUNTY_SCHEMA_1,
    COUNTY_SCHEMA_2,
    CountyFeed,
    Delivered,
    FeedItem,
)
from sync.log.roll import roll, start_roll
from sync.log.station_feed import NEWEST_KEPT, STATION_SCHEMA, STATION_SCHEMA_1, STATION_SCHEMA_2, StationFeed

__all__ = [
    "COUNTY_SCHEMA",
    "COUNTY_SCHEMA_1",
    "COUNTY_SCHEMA_2",
    "NEWEST_KEPT",
    "STATION_SCHEMA",
    "STATION_SCHEMA_1",
    "STATION_SCHEMA_2",
    "CountyFeed",
    "Delivered",
    "FeedItem",
    "StationFeed",
    "roll",
    "start_roll",
]
