"""What the rounds have shown: tables, and an end of zero where nothing was lost, doubled or in doubt without cause."""

from collections import Counter

from .house import VICTIMS
from .providers import Providers
from .rounds import STEPS, Found, Kill, Round, compare

SENDERS = 2  # of each worker; with each of them at most one notice may fall into doubt when something is killed


class Report:
    def __init__(self, providers: Providers) -> None:
        self.providers = providers
        self.rounds: list[tuple[Round, Found]] = []
        self.killed, self.tried = Counter(), Counter()
        self.breaches: dict[str, str] = {}  # what is wrong, and where it was first seen

    def take(self, one: Round, pairs: int) -> None:
        """Judge a round and tell of it on one line."""
        found, kill = compare(one.notices, self.providers), one.kill
        self.rounds.append((one, found))
        self.tried[kill] += 1
        self.killed[kill] += one.was_killed
        most = SENDERS * pairs if one.was_killed else 0
        self.note(f"round {len(self.rounds)}", found.doubled + found.lost)
        if found.unknown > most:
            self.note(f"round {len(self.rounds)}", [f"{found.unknown} in doubt, and at most {most} can be"])
        words = f"{kill.victim} at “{kill.step}”" if one.was_killed else f"nobody{' yet' if kill.victim else ''}"
        print(
            f"{len(self.rounds):4} {one.seconds:5.1f} s  {pairs} × killed {words}: sent {found.sent}, unknown "
            f"{found.unknown} ({found.arrived} arrived), doubled {len(found.doubled)}, lost {len(found.lost)}",
            flush=True,
        )

    def end(self) -> None:
        """Judge all rounds once more, now that nobody is left who could send anything."""
        self.rounds = [(one, compare(one.notices, self.providers)) for one, _ in self.rounds]
        for _, found in self.rounds:
            self.note("at the end", found.doubled + found.lost)

    def note(self, where: str, texts: list[str]) -> None:
        self.breaches = dict.fromkeys(texts, where) | self.breaches

    def show(self) -> int:
        founds = [found for _, found in self.rounds]
        print(f"\n| killed at | {' | '.join(VICTIMS)} |\n| --- |{' ---: |' * len(VICTIMS)}")
        for step in STEPS:
            print(f"| {step} | {' | '.join(str(self.killed[Kill(victim, step)]) for victim in VICTIMS)} |")
        figures = {
            "rounds": len(founds), "notices": sum(one.size for one, _ in self.rounds),
            "kills": self.killed.total(), "steps × victims": len(+self.killed),
            "sent": sum(found.sent for found in founds),
            "repeats dropped by the gateway": self.providers.repeats.total(),
            "unknown": sum(found.unknown for found in founds),
            "of these arrived": sum(found.arrived for found in founds),
            "doubled": sum(len(found.doubled) for found in founds), "lost": sum(len(found.lost) for found in founds),
            "seconds a round": round(sum(one.seconds for one, _ in self.rounds) / max(len(founds), 1), 1),
        }  # fmt: skip
        print("\n" + "\n".join(f"{name}: {figure}" for name, figure in figures.items()))
        for text, where in self.breaches.items():
            print(f"BREACH {where}: {text}")
        return 1 if self.breaches else 0
