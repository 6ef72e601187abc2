"""Models of this package, slice by slice."""
