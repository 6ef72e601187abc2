"""Pure image algorithms: arrays in, arrays out; no framework, no files, no network.

Images are numpy ``uint8`` arrays of shape (height, width, 3) in sRGB unless a
docstring says otherwise. Every function here is deterministic: the same input gives
the same bits in every process and with any number of threads.
"""
