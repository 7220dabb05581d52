"""Where the files of the face are found: whitenoise's storage, asked once for each."""

from functools import cached_property

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """The list of files is read once when a process starts, so an address that it gave holds as long.

    Django takes each apart and puts it together again every time; a page names ten.
    """

    @cached_property
    def known(self) -> dict[str, str]:
        return {}

    def url(self, name: str, force: bool = False) -> str:
        if force or name not in self.known:
            self.known[name] = super().url(name, force)
        return self.known[name]
