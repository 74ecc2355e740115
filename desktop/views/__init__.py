"""The widgets of the window: they show rows, emit commands and decide nothing."""
