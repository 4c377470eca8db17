"""What was chosen on the validation part, from the table of bitcoin_choice.

The strength of the ridge penalty was chosen there, too, in the lab itself.
"""

from __future__ import annotations

CHOSEN = {
    "levels": {"loss": "mae", "rate": 1e-2, "epochs": 60},
    "returns": {"loss": "mae", "rate": 1e-3, "epochs": 60},
}
ALPHA = 1e4
