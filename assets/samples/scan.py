# SPDX-License-Identifier: MIT
"""Makes a scan of a printed page: grey, a little crooked, with the noise of paper. scan.py IN OUT"""
import sys

import numpy as np
from PIL import Image

rng = np.random.default_rng(7)
page = Image.open(sys.argv[1]).convert("L").rotate(0.6, fillcolor=255, resample=Image.Resampling.BICUBIC)
grey = np.asarray(page, dtype=float) * 0.93 + 8 + rng.normal(0, 4, (page.height, page.width))
Image.fromarray(np.clip(grey, 0, 255).astype("uint8")).save(sys.argv[2], "PDF", resolution=150, quality=60)
