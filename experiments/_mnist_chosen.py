"""What was chosen on the validation part, from the table of mnist_choice."""

from __future__ import annotations

CHOSEN = {
    "units": 64,
    "epochs": 6,
    "batch": 64,
    "rate": 3e-3,
    "schedule": "one_cycle",
    "reach": 2,
    "dropout": 0.0,
}
