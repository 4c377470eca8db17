"""Is a review positive? Counting models, averaged embeddings, a CNN and an LSTM.

Chapter 16. Settings and the number of epochs are chosen on the validation part; the
test part is scored once, by the chosen ones. The table keeps every answer on the test
part as a letter, so that two models can be compared review by review.
"""

from __future__ import annotations

import pandas as pd

from experiments import _text as text

DATA = ("reviews",)


def run() -> pd.DataFrame:
    return text.compare("reviews", ("mean of embeddings", "1-D CNN", "LSTM"))


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = text.means(table)
    return {
        "text.sentiment.bayes": mean["naive Bayes"],
        "text.sentiment.logistic": mean["logistic regression"],
        "text.sentiment.mean": mean["mean of embeddings"],
        "text.sentiment.cnn": mean["1-D CNN"],
        "text.sentiment.lstm": mean["LSTM"],
        "text.sentiment.no_mask": mean["LSTM, no mask"],
    }
