"""Manners of rendering: each pen takes the painted planes and redraws them in its own way."""
