"""Scene types, scenes, segments and takes for scripts."""
