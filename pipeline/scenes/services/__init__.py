"""What people and the studio do to scenes."""
