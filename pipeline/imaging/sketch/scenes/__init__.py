"""Scenes: each lays out one kind of picture and calls the painters in order."""
