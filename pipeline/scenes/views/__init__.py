"""Pages of scene types and scenes."""
