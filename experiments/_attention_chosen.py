"""What `attention_choice` says is best on the validation part, and for how long.

The updates are those that took the same seconds of one thread, on the machine that
made the tables; `attention_shakespeare` records the seconds of each run.
"""

from __future__ import annotations

CHOSEN = {
    "GRU": {
        "options": {"units": 256},
        "settings": {"batch": 16, "rate": 0.02, "updates": 400},
    },
    "transformer": {
        "options": {"width": 64, "depth": 2, "heads": 4},
        "settings": {"batch": 16, "rate": 0.012, "updates": 840},
    },
}
