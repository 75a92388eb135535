"""A long run: it does its work in small steps, saves how far it is after each, and goes on where it stopped."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from renkei import checkpoints
from renkei.errors import Outcome, Retry
from renkei.integration import Done, Unfinished
from renkei.mapping import Warn

if TYPE_CHECKING:
    from renkei.runtime import Work

ENOUGH = timedelta(seconds=45)  # what a step of a run may take
_MOST_TOLD = 50
_BESIDE = {"counts", "told", "kept"}
"""What a run saves beside how far it is."""

type Steps = Iterator[None]


class Run(ABC):
    """One run of a job of `integration`, told by the id of its delivery. `state` is what it saves under `name`.

    That is the phase and how far it is in it, and beside that counts, what is to be told, and what is `kept` to the
    end. `silent` are the codes of what the run shows and nobody is mailed about. One that `gives_way` lets others that
    are due go first.
    """

    name = "run"
    integration = ""
    silent: frozenset[str] = frozenset()
    gives_way = True

    def __init__(self, work: Work, id_: str, asked: Mapping[str, Any]) -> None:
        self.work = work
        self.asked = asked
        self.by_hand = id_.startswith("manual.")
        saved = self.load(self.name)
        fresh: dict[str, Any] = {"id": id_, "phase": 0, "told": [], "counts": {}, "kept": {}}
        self.state: dict[str, Any] = {**saved, "id": id_} if self.resumes(saved, id_) else fresh
        self.counts: dict[str, int] = self.state["counts"]
        self.kept: dict[str, Any] = self.state["kept"]

    @abstractmethod
    def phases(self) -> Sequence[Callable[[], Steps]]:
        """What is done, in its order; each yields between steps, and where it goes on it does not repeat the last."""

    def resumes(self, saved: Mapping[str, Any], id_: str) -> bool:
        """Whether it goes on with what was saved."""
        return saved.get("id") == id_

    def interrupted(self) -> Outcome | None:
        """How it ends after a step if somebody wants it to end there."""
        return None

    def outcome(self) -> Mapping[str, Any]:
        """What the delivery shows in the end: counts, and ids."""
        return {name: str(count) for name, count in self.counts.items()}

    def go_on(self) -> Done | Unfinished:
        """Go on until it is done, or the time is nearly up. Outcomes of the vendors pass: then it goes on later."""
        began = self._place()
        try:
            return self._go_on(began)
        except Outcome as end:
            self._save()  # what was counted and is to be told; how far it is changes only after the work
            if isinstance(end, Retry) and self._place() != began:  # shown, and tried again at once: then it waits
                return self._unfinished(len(self.phases()))
            raise

    def _go_on(self, began: str) -> Done | Unfinished:
        phases = self.phases()
        while self.state["phase"] < len(phases):
            worked = False
            for _ in phases[self.state["phase"]]():
                worked = True
                if self._pausing(began):
                    return self._unfinished(len(phases))
            kept = {name: self.state[name] for name in ("id", "told", "counts", "kept")}
            self.state = kept | {"phase": self.state["phase"] + 1}
            # One that had nothing to do may begin again: that is cheaper than to write that it ended.
            if worked and self.state["phase"] < len(phases) and self._pausing(began):
                return self._unfinished(len(phases))
        told = [(code, dict(params)) for code, params in self.state["told"]]
        warns = tuple(Warn(code, tuple(sorted(params.items()))) for code, params in told)
        return Done(self.outcome(), warns, tuple(self._together(told)))

    def _place(self) -> str:
        """How far it is, as text."""
        return json.dumps({name: told for name, told in self.state.items() if name not in _BESIDE}, default=str)

    def _others_wait(self) -> bool:
        """Whether something else is due, that somebody waits for."""
        if not self.gives_way:
            return False
        rows, _ = self.work.platform.deliveries.due(self.work.workspace, self.integration, 2)
        return len(rows) > 1

    def _pausing(self, began: str) -> bool:
        """Save how far it is. Whether it has to go on later; raises how it ends, if somebody wants it to."""
        self._save()
        if end := self.interrupted():
            raise end
        # Who gives way before it moved never gets any further.
        return self.work.left() < ENOUGH or (self._place() != began and self._others_wait())

    def _unfinished(self, phases: int) -> Unfinished:
        return Unfinished({"phase": self.state["phase"] + 1, "of": phases, **self.counts})

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""
        self.counts[what] = self.counts.get(what, 0) + number

    def tell(self, code: str, /, **params: str) -> None:
        """Note what people are to be told of, once; saved at once, because what it tells of is not found again."""
        entry = [code, params]
        if entry not in self.state["told"] and len(self.state["told"]) < _MOST_TOLD:
            self.state["told"].append(entry)
            self._save()

    def load(self, name: str) -> dict[str, Any]:
        """A checkpoint of this workspace."""
        return checkpoints.load(self.work.workspace, self.integration, name)

    def save(self, name: str, facts: dict[str, Any]) -> None:
        """Save a checkpoint of this workspace."""
        checkpoints.save(self.work.workspace, self.integration, name, facts)

    def moment(self, name: str, otherwise: datetime) -> datetime:
        """The time in a checkpoint; else what stands in for it before the first run."""
        saved = self.load(name).get("at")
        return datetime.fromisoformat(saved) if saved else otherwise

    def _save(self) -> None:
        self.save(self.name, self.state)

    def _together(self, told: Sequence[tuple[str, Mapping[str, str]]]) -> Iterator[Warn]:
        """One notice for each thing that happened, however often: fifty projects that are gone are one mail."""
        kinds: dict[str, dict[str, list[str]]] = {}
        for code, params in told:
            if code not in self.silent:
                for name, text in params.items() or {"": ""}.items():
                    kinds.setdefault(code, {}).setdefault(name, []).append(text)
        for code, found in kinds.items():
            joined = {name: ", ".join(dict.fromkeys(texts)) for name, texts in found.items() if name}
            yield Warn(code, tuple(sorted(joined.items())))
