"""Bytes: the content-addressed store, what is let in, uploads, and how files are served."""
