"""What runs inside a peer's own environment: a station told what to do by JSON lines; knows nothing of ours."""
