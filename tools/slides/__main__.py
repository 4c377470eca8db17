"""Write the decks: ``python -m tools.slides [CHAPTER ...]``."""

import sys

from tools.slides.write import main

if __name__ == "__main__":
    sys.exit(main())
