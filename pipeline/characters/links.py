"""Where lines of the feed about characters lead."""

from studio.live.links import Argument, register

register("character.", "pipeline:character", icon="user")
register("metadata.", "pipeline:metadata", argument=Argument.PROJECT, icon="tag")
