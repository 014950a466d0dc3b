"""Comparing pictures: the root mean square difference of their pixels, on the scale of 0 to 255."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

TOLERANCE = 6.0
"""Another build of FreeType moves letters by fractions of a pixel; a moved bar or a lost label is far above this."""


def difference(picture: bytes, baseline: Path) -> float:
    """RMS difference; infinite when the sizes differ by more than a pixel."""
    new, old = Image.open(io.BytesIO(picture)).convert("RGB"), Image.open(baseline).convert("RGB")
    if abs(new.width - old.width) > 1 or abs(new.height - old.height) > 1:
        return float("inf")
    size = (min(new.width, old.width), min(new.height, old.height))
    a, b = (np.asarray(p.crop((0, 0, *size)), dtype=float) for p in (new, old))
    return float(np.sqrt(np.mean((a - b) ** 2)))
