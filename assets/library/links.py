"""Where lines of the feed about assets lead."""

from studio.live.links import Argument, register

register("asset.", "assets:asset", icon="image")
register("asset.deleted", "assets:library", argument=Argument.NOTHING, icon="trash-2")
register("version.", "assets:asset", icon="layers")
