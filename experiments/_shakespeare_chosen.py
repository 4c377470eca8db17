"""What was chosen for the network of the Shakespeare lab, on the validation part.

Batch, passes, rate and dropout from `shakespeare_choice`: the best row that takes no
longer than five passes in batches of 32. Layer normalization and the schedule from
`shakespeare_ablation`.
"""

from __future__ import annotations

BUILD = {"units": 192, "dropout": 0.1}
TRAIN = {"passes": 5, "batch": 32, "rate": 2e-2, "stride": 100}
