"""The library: assets, their versions, where they come from, and who likes them."""
