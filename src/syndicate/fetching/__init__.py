"""The one way to the outside: a client for watched addresses and one for networks' APIs.

Both decide about addresses when they connect, not before: a name is resolved once, every address it leads to
is judged, and the connection goes to the very number that was judged.
"""
