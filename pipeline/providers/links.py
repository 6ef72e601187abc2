"""The way from the feed to keys."""

from studio.live.links import Argument, register

register("provider-key.", "pipeline:provider-keys", argument=Argument.NOTHING, icon="key-round")
