"""Back office of this slice."""
