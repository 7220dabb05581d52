"""The proof that no notice is lost and none doubled, whatever is killed and wherever: `make proof ROUNDS=200`.

A house of its own (PostgreSQL as in production, Redis, real workers, real beats) sends to providers on this machine
that count. In each round a process is stopped at one step of sending, something is killed with SIGKILL and started anew
as `make run` does it; when the round's notices have settled, their rows are held against what the providers counted.
"""
