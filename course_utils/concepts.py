"""Questions about the ideas of the core chapters, each with its answer explained.

They stand at the end of a chapter's exercises: `ask` shows them, and the page answers
by itself. They are kept here, not in the notebooks, where a learner would read the
answers before the questions.
"""

from __future__ import annotations

from course_utils.quizzes import Question, show

__all__ = ["QUESTIONS", "ask"]

_SEQUENCES = (
    Question(
        "A series has 100 values. Windows of 10 steps, the next value as the target: "
        "how many examples are there?",
        ("10", "90", "91", "100"),
        1,
        "100 - 10 = 90. There is a 91st window, but what comes after it is not known.",
    ),
    Question(
        "You scale a series with its own smallest and largest value, and split it in "
        "time order afterwards. What is wrong?",
        (
            "Nothing: scaling is only a change of units.",
            "The split must be random.",
            "The training part has been scaled with values from the future.",
            "The targets must not be scaled.",
        ),
        2,
        "What a scaler uses is learned from data, so it comes from the training part "
        "alone. Whether the error flatters much is another question; you cannot know "
        "beforehand.",
    ),
    Question(
        "What is the shape of 64 windows of 29 days, with four prices a day?",
        ("(64, 4, 29)", "(29, 64, 4)", "(64, 116)", "(64, 29, 4)"),
        3,
        "(batch, steps, features): 64 examples, each of 29 steps, each of 4 features.",
    ),
    Question(
        "On the test part, persistence errs less than your network. What do you write?",
        (
            "The result of another network, chosen so that it wins there.",
            "That the network does not beat persistence.",
            "The error on the training part, where the network wins.",
            "Nothing, since persistence is no model.",
        ),
        1,
        "A network chosen on the test part has seen it, and its error there is no "
        "longer a forecast of anything. Persistence is a model, and often a good one.",
    ),
)

_SIMPLE_RNN = (
    Question(
        "A simple recurrent layer reads 100 steps. How many different recurrent "
        "kernels U does it have?",
        ("100", "99", "1", "as many as units"),
        2,
        "One: the same weights at each step. That is why it can read a sequence of "
        "any length.",
    ),
    Question(
        "Three features, five units. What is the shape of U?",
        ("(3, 5)", "(5, 5)", "(5, 3)", "(8, 5)"),
        1,
        "U takes the old state, five numbers, to the new one, five numbers. (3, 5) is "
        "the shape of W.",
    ),
    Question(
        "All entries of U are 0. What is left of the layer?",
        (
            "A dense layer with tanh, applied at each step by itself.",
            "A layer that always answers 0.",
            "A layer that adds up its inputs.",
            "A layer that repeats its first state.",
        ),
        0,
        "h_t = tanh(x_t W + b): each step is computed, but nothing is carried on.",
    ),
    Question(
        "On which inputs may the state at step 7 depend?",
        (
            "On that of step 7 alone.",
            "On those of steps 6 and 7.",
            "On those of all steps.",
            "On those of steps 1 to 7.",
        ),
        3,
        "On everything up to now and on nothing later. How much is left of step 1 is "
        "another matter: usually little.",
    ),
)

_BPTT = (
    Question(
        "Each step backward multiplies the gradient by 0.9. How much of it reaches an "
        "input 50 steps back?",
        ("about a half", "about 5 %", "about 0.5 %", "nothing at all"),
        2,
        "0.9 to the power of 50 is 0.005. Not nothing, but less than the noise of "
        "everything that is nearer.",
    ),
    Question(
        "Which trouble does clipping the gradient cure?",
        (
            "Gradients that vanish.",
            "Gradients that explode.",
            "Both.",
            "Neither: it makes training faster.",
        ),
        1,
        "A gradient that is too long is shortened. One that has vanished would have to "
        "be made longer, and nobody knows in which direction.",
    ),
    Question(
        "How does the gradient of U come about, for one sequence?",
        (
            "It is a sum over all steps, since U is used at each.",
            "It is that of the last step.",
            "It is the product over all steps.",
            "It is that of the step with the largest error.",
        ),
        0,
        "One kernel, used many times: each use adds its part. The products are inside "
        "each part, on the way back from the loss to that step.",
    ),
    Question(
        "The spectral radius of U is 1.1. Does the gradient explode in a tanh network?",
        (
            "Yes, since 1.1 is larger than 1.",
            "No, never.",
            "Only with more than 100 units.",
            "It may, but it need not: tanh has slopes below 1.",
        ),
        3,
        "A radius above 1 is necessary for an explosion over many steps, not "
        "sufficient. Each step also multiplies by the slope of tanh, which is small "
        "where the units are saturated.",
    ),
)

_LSTM = (
    Question(
        "What does the forget gate multiply?",
        (
            "The previous output h.",
            "The previous cell state c.",
            "The input x.",
            "The candidate g.",
        ),
        1,
        "c_t = f * c_{t-1} + i * g. The name misleads: f = 1 keeps everything.",
    ),
    Question(
        "The forget gate is at 1, the input gate at 0. What becomes of c?",
        (
            "It becomes 0.",
            "It becomes the candidate.",
            "It stays as it is.",
            "It is hidden.",
        ),
        2,
        "All is kept, nothing is written. Whether it shows is up to the output gate.",
    ),
    Question(
        "What does the input gate decide?",
        (
            "How much of the input x is read.",
            "How much of the previous output gets in.",
            "How much of the cell state shows.",
            "How much of the candidate is written.",
        ),
        3,
        "The gates themselves always see all of x and h. The input gate scales what is "
        "written, i * g.",
    ),
    Question(
        "How many weights and biases has an LSTM of 4 units on one feature?",
        ("24", "72", "96", "100"),
        2,
        "Four dense layers from 1 + 4 numbers to 4, each with 4 biases: "
        "4 * (5 * 4 + 4) = 96.",
    ),
    Question(
        "Why does the forget gate begin with a bias of 1?",
        (
            "So that the memory is not halved at each step before anything is learned.",
            "So that the gate can never close.",
            "So that the gradient does not explode.",
            "So that all gates begin alike.",
        ),
        0,
        "With a bias of 0 the gate begins at 0.5, and ten steps leave a thousandth. "
        "With 1 it begins at 0.73: better, and for long memories still too little.",
    ),
)

_GRU = (
    Question(
        "In Keras' convention, what does z = 1 do?",
        (
            "It keeps the old state.",
            "It writes the candidate.",
            "It resets the state to 0.",
            "It hides the state.",
        ),
        0,
        "h = z * h_{t-1} + (1 - z) * candidate. In other papers z = 1 writes: ask "
        "before you compare.",
    ),
    Question(
        "The reset gate is at 0. What does the candidate see?",
        (
            "Nothing, so it is 0.",
            "The old state alone.",
            "The input alone.",
            "The input and the old state.",
        ),
        2,
        "Then the candidate is a dense layer on x. Whether anything of it is written "
        "is up to z.",
    ),
    Question(
        "What does a GRU hand on to the next step?",
        (
            "h and c.",
            "h alone.",
            "c alone.",
            "h, z and r.",
        ),
        1,
        "It has one state, which is its output as well. The gates are computed anew.",
    ),
    Question(
        "Without reset_after, how many weights has a GRU, beside an LSTM of the same "
        "size?",
        ("half as many", "as many", "a quarter", "three quarters"),
        3,
        "Three blocks instead of four, all of the same shape.",
    ),
)

_ENERGY = (
    Question(
        "Why is 'as on the same day last week' a better baseline here than 'as "
        "yesterday'?",
        (
            "Because it is further in the past.",
            "Because consumption has a weekly rhythm: a Sunday resembles a Sunday.",
            "Because it uses seven values.",
            "It is not better.",
        ),
        1,
        "Between Saturday and Monday yesterday is a poor guide. A baseline should know "
        "what everybody in the trade knows.",
    ),
    Question(
        "When is the test part looked at?",
        (
            "After each epoch.",
            "Whenever two settings must be compared.",
            "Once, when everything has been chosen.",
            "Never.",
        ),
        2,
        "What is chosen on a part of the data looks better there than it is. Choose on "
        "the validation part.",
    ),
    Question(
        "Of two models, one errs 1 % less on the test part. What tells whether that "
        "is luck?",
        (
            "A longer training.",
            "An interval of the differences on the same days, over several seeds.",
            "A plot of both forecasts.",
            "Three more digits.",
        ),
        1,
        "Pair the errors day by day, keep neighbouring days together, and look whether "
        "the interval of the difference leaves out 0; and train with other seeds.",
    ),
    Question(
        "The calendar of the day to be forecast is given to the network. Is that a "
        "leak?",
        (
            "Yes: it belongs to the future.",
            "Yes, but a harmless one.",
            "Only on holidays.",
            "No: the date of tomorrow is known today.",
        ),
        3,
        "A leak is what is not known when the forecast is made. Weekday and holidays "
        "are known for years ahead; the weather is not.",
    ),
)

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "sequences": _SEQUENCES,
    "simple-rnn": _SIMPLE_RNN,
    "bptt": _BPTT,
    "lstm": _LSTM,
    "gru": _GRU,
    "energy": _ENERGY,
}
"""Chapter, as in its exercises' ids, to its questions."""


def ask(chapter: str) -> None:
    """Show the questions of a chapter, to be answered on the page.

    Parameters
    ----------
    chapter
        A key of `QUESTIONS`.

    Raises
    ------
    ValueError
        If there are no questions on it.
    """
    if chapter not in QUESTIONS:
        raise ValueError(f"There are questions on {', '.join(QUESTIONS)}; {chapter!r}?")
    show(chapter, "Have you understood it?", QUESTIONS[chapter])
