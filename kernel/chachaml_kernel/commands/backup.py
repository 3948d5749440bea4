"""`backup` and `restore`: copies into a folder that can be served, and out of it."""

import asyncio
import json
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import asdict

from chachaml_kernel.commands import places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.copy import add_resume, copy, exit_code, said
from chachaml_kernel.commands.display import say
from chachaml_kernel.domain.keeping import Copied
from chachaml_kernel.errors import ConfigError, Upstream

MANIFEST = "backup.json"
"""The file that a backup has once it is complete."""
FORMAT = 1


def _add_backup_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--to", dest="folder", type=Path, required=True, metavar="FOLDER", help="a new folder"
    )
    add_resume(parser)


def _back_up(options: Namespace) -> int:
    folder: Path = options.folder
    if (folder / MANIFEST).exists():
        raise ConfigError(f"{folder} holds a whole backup; name a new folder")
    if folder.exists() and any(folder.iterdir()) and not options.resume:
        raise ConfigError(
            f"{folder} is not empty; name a new folder, or give --resume if a backup was broken "
            "off there"
        )
    folder.mkdir(parents=True, exist_ok=True)
    source, target = places.configured(options), places.in_folder(folder)
    copied = asyncio.run(copy(source, target, resume=options.resume))
    _write_manifest(folder, copied)
    say(f"backed up: {said(copied)}")
    return exit_code(copied)


def _write_manifest(folder: Path, copied: Copied) -> None:
    """Say that a backup is complete; a folder has all of this or none."""
    said = {
        "format": FORMAT,
        "digest": copied.digest,
        "holds": asdict(copied.holdings),
        "faults": list(copied.faults),
    }
    draft = folder / f"{MANIFEST}.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(said, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / MANIFEST)


def _add_restore_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="folder", type=Path, required=True, metavar="FOLDER", help="a whole backup"
    )
    add_resume(parser)


def _restore(options: Namespace) -> int:
    manifest = _read_manifest(options.folder)
    source, target = places.in_folder(options.folder), places.configured(options)
    copied = asyncio.run(copy(source, target, resume=options.resume))
    if copied.digest != manifest.get("digest"):
        raise Upstream(
            f"{options.folder} holds other things than when it was made: digest {copied.digest}, "
            f"not {manifest.get('digest')}; what it holds now was restored"
        )
    say(f"restored: {said(copied)}")
    return exit_code(copied)


def _read_manifest(folder: Path) -> Mapping[str, object]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{folder} is no whole backup: {MANIFEST} cannot be read ({error.strerror})"
        ) from error
    except ValueError as error:
        raise ConfigError(f"{folder / MANIFEST} is damaged: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ConfigError(
            f"{folder / MANIFEST} is not of format {FORMAT}; install the chachaml-kernel that "
            "wrote it, or a newer one"
        )
    return manifest


BACKUP = Command("backup", "copy everything into a folder", _add_backup_options, _back_up)
RESTORE = Command("restore", "copy a backup into an empty place", _add_restore_options, _restore)
