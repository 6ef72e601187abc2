"""Stand-in servers: they speak the wire formats of real engines over real HTTP and websockets.

Each folder here is one server with `create_app()`; `manage.py standin <folder>` runs it by hand.
"""
