"""Derived files for looking at: thumbnails and placeholders, made in the background."""
