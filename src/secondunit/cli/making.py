"""Briefs of one command put on record and made, and what is said of the versions."""

from typing import TYPE_CHECKING, Any

from secondunit.cli.answer import require, screen

if TYPE_CHECKING:
    from secondunit.runner.production import Production
    from secondunit.schema import Brief, Version


class Run:
    """Briefs of one command, put on record and made."""

    def __init__(
        self,
        home: "Production",
        actor: str,
        files: dict[str, str | None],
        plate: str | None,
        device: str,
        as_json: bool,
    ) -> None:
        self.home, self.actor, self.files = home, actor, files
        self.plate, self.device, self.as_json = plate, device, as_json

    def make(self, brief: "Brief") -> "Version":
        """Two moves: the brief goes on record, then its tool runs."""
        from secondunit.runner import legible
        from secondunit.runner.advance import advance
        from secondunit.runner.looking_up import releases_wanted
        from secondunit.schema import BriefRequest, MakeRequest, StoredBrief, Version

        words = BriefRequest.read(actor=self.actor, brief=brief, plate=self.plate, device=self.device, **self.files)
        run = MakeRequest.read(actor=self.actor, shot=brief.shot, brief="b001", plate=self.plate, device=self.device)
        with screen() as console:
            outcome = advance(self.home, words)
            if isinstance(outcome.made, StoredBrief):
                console.say(f"Brief {outcome.made.name}.")
                wanted = releases_wanted(self.home, outcome.made.name)
                if wanted:
                    console.say(f"Before a final: {' and '.join(wanted)} release, or legal's approval.")
                read = legible.of_shot(self.home, brief.shot, self.plate)
                if "signage" in wanted and read.found and read.found.signs:
                    console.say(read.sentence())
                outcome = advance(self.home, run.model_copy(update={"brief": outcome.made.id}), console=console)
        require(outcome, self.as_json)
        assert isinstance(outcome.made, Version)
        return outcome.made


def answer(home: "Production", version: "Version") -> dict[str, Any]:
    """What scripts read of a made version. same_as: the first version of the shot with exactly these pictures."""
    from secondunit.cli import people

    return {
        "id": version.id,
        "shot": version.shot,
        "name": version.name,
        "folder": str(home.folder / version.folder),
        "brief": version.brief,
        "layers": [layer.name for layer in version.manifest.layers],
        "frames": [version.manifest.first_frame, version.manifest.last_frame],
        "timings": version.timings,
        "same_as": _twin(home, version),
        "altered": people.answer(people.looked(home, version.name))["altered"],
    }


def _twin(home: "Production", version: "Version") -> str | None:
    """The first version of the shot whose frames are the same, byte for byte; None if there is no other."""
    with home.reading() as records:
        twins = [v.id for v in records.versions(version.shot) if v.frames_sha256 == version.frames_sha256]
    return twins[0] if twins[0] != version.id else None


def lines(home: "Production", version: "Version") -> list[str]:
    """The same for people."""
    from secondunit.cli import people

    folder = home.folder / version.folder
    spent, twin = sum(version.timings.values()), _twin(home, version)
    return [
        f"{version.name} is in {folder}" + (f" (the same pictures as {twin})" if twin else ""),
        f"  layers: {', '.join(layer.name for layer in version.manifest.layers)}",
        f"  look at: {folder / 'preview.mp4'} and {folder / 'contact.png'}",
        f"  {people.version_line(people.looked(home, version.name))}",
        f"  {spent:.1f} s: " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in version.timings.items()),
    ]
