"""How a colour looks to readers with a colour vision deficiency, and how far apart two colours are.

The matrices are those of Machado, Oliveira and Fernandes (2009) for full severity, applied to linear RGB; the
distance is CIE76 in CIELAB, where about 2 is just noticeable.
"""

from __future__ import annotations

import numpy as np

READERS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(colour: str, reader: str = "normal") -> np.ndarray:
    """CIELAB of a hex colour as this reader sees it."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = np.clip(READERS[reader] @ linear, 0, 1)
    xyz = _TO_XYZ @ seen / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, reader: str = "normal") -> float:
    """CIE76 distance of two colours for this reader."""
    return float(np.linalg.norm(lab(one, reader) - lab(other, reader)))
