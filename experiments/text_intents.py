"""Which of seven things does a command ask for? Counting models, a CNN and a GRU.

Chapter 16. As `text_sentiment`: chosen on the validation part, tested once. Sentences
that occur in an earlier part are dropped by the loader.
"""

from __future__ import annotations

import pandas as pd

from experiments import _text as text

DATA = ("intents",)


def run() -> pd.DataFrame:
    return text.compare("intents", ("mean of embeddings", "1-D CNN", "GRU"))


def results(table: pd.DataFrame) -> dict[str, float]:
    mean = text.means(table)
    return {
        "text.intents.bayes": mean["naive Bayes"],
        "text.intents.logistic": mean["logistic regression"],
        "text.intents.mean": mean["mean of embeddings"],
        "text.intents.cnn": mean["1-D CNN"],
        "text.intents.gru": mean["GRU"],
    }
