"""Many characters at once, from one ZIP or folder: planned, looked at, then made."""
