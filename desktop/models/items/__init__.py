"""Qt item models over rows: QtCore only, they hold values that were read before and never query."""
