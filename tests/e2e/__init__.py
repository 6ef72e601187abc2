"""The whole product, driven as people drive it: real processes, a real browser."""
