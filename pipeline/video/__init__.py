"""Pure video algorithms: frames and files in, frames, files and figures out; no framework.

Frames are numpy ``uint8`` arrays of shape (height, width, 3) in full-range RGB with the primaries
and transfer of the file (BT.709 for everything made here). Frame numbers start at 0, ranges are
half-open [start, stop), rates are fractions. Equal input gives equal bytes.
"""
