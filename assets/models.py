"""Models of this package, slice by slice."""

from assets.library.models import *
from assets.renditions.models import *
from assets.storage.models import *
