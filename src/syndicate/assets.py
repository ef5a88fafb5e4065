"""Where the files beside the code are: templates and the default configuration.

They stand at the top of the checkout and inside the wheel under `_shipped`. An editable install has no
`_shipped`, so that there one folder upwards of `src` is the truth.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str, package: Path = PACKAGE) -> Path:
    """The folder `name` ("templates" or "config"): the wheel's own, else the checkout's.

    Raises FileNotFoundError, which names both places, when the installation has neither.
    """
    places = (package / "_shipped" / name, package.parents[1] / name)
    for place in places:
        if place.is_dir():
            return place
    looked = " and ".join(map(str, places))
    raise FileNotFoundError(f"The folder {name!r} is missing: looked in {looked}. Install syndicate again.")
