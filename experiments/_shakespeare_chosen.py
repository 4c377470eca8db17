"""What was chosen for the network of the Shakespeare lab.

Layer normalization, schedule, batch, rate and dropout on the validation part, from
`shakespeare_ablation`; the number of passes by the minutes that a lab may take.
"""

from __future__ import annotations

BUILD = {"units": 192, "dropout": 0.0}
TRAIN = {"passes": 5, "batch": 32, "rate": 1e-2, "stride": 100}
