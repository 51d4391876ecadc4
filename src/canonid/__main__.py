"""`python -m canonid`: the command for where its script is not on the path."""

from canonid.cli import main

if __name__ == "__main__":
    main()
