"""Both ends of the wire: what a station and the county must agree on to hold the same record."""
