"""What was chosen on the validation part, from the table of titles_choice.

The best with batches of 32; those of 16 take nearly twice as long, too long for a lab.
The order of the n-grams was chosen there, too (rows of titles_models).
"""

from __future__ import annotations

CHOSEN = {"batch": 32, "rate": 0.016}
ORDER = 6
