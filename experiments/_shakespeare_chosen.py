"""What was chosen for the network of the Shakespeare lab, on the validation part.

Windows, batch, passes, rate and dropout from `shakespeare_choice`; layer normalization
and the schedule from `shakespeare_ablation`.
"""

from __future__ import annotations

BUILD = {"units": 192, "dropout": 0.1}
TRAIN = {"steps": 50, "batch": 64, "passes": 8, "rate": 1e-2}
