"""Run the command line with ``python -m svcimpact``."""

from svcimpact.cli import main

if __name__ == "__main__":
    main()
