"""What a production is set to: the text of production.toml."""

import json
import tomllib

from pydantic import Field

from .base import TAG, Record
from .errors import FieldFault, InputError


class Settings(Record, name="production", version=1):
    """A production's own choices. packs: policy packs beside the house's own, as files relative to the folder.

    start: number of the first frame of stills and of sequences that bring none.

    """

    title: str
    code: str
    fps: float = Field(gt=0)
    start: int = Field(ge=0)
    working_colorspace: str = "ACEScg"
    ocio_config: str = "studio-config-v4.0.0_aces-v2.0_ocio-v2.5"
    packs: tuple[str, ...] = ()

    def to_toml(self) -> str:
        """The text of production.toml. JSON's strings, numbers and lists are TOML's too."""
        fields = self.model_dump(mode="json", exclude_none=True)
        return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())

    @classmethod
    def from_toml(cls, text: str, place: str) -> "Settings":
        """Raises InputError that names `place` and the line or field."""
        try:
            fields = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{place} is not TOML: {error}; repair that line.") from error
        if TAG not in fields:
            raise InputError(f"{place} has no `{TAG} = ...` line: it is not a production of Second Unit.")
        try:
            return cls.read(**fields)
        except FieldFault as fault:
            raise InputError(f"{place}: {str(fault).rstrip('.')}; repair that line.") from fault
