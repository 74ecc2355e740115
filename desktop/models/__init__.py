"""Models: the station's own store and the Qt item models over it."""
