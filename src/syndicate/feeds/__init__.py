"""Feed formats, one file each: `MEDIA_TYPE`, `SUFFIX` and `render(view) -> bytes`.

Pure: the same view gives the same bytes, on every machine and at any time.
"""
