"""Kinds of event that happen to installations of nodes."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class InstallEvents(Codes):
    """What people decide about installations, and how those end."""

    INSTALL_PLANNED = 550, "install.planned", "Installation of nodes planned"
    INSTALL_APPROVED = 551, "install.approved", "Installation of nodes approved"
    INSTALL_DISCARDED = 552, "install.discarded", "Installation of nodes discarded"
    INSTALL_STOPPED = 553, "install.stopped", "Installation of nodes told to stop"
    INSTALL_SUCCEEDED = 554, "install.succeeded", "Nodes installed"
    INSTALL_ROLLED_BACK = 555, "install.rolled-back", "Installation of nodes rolled back"
    INSTALL_FAILED = 556, "install.failed", "Installation of nodes failed, not rolled back"
