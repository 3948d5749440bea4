"""The export of everything, from an empty folder to the file that says that all is there."""

import json
import re
from collections.abc import AsyncIterator, Sequence

from msgspec.structs import asdict

from chachaml_kernel.errors import Conflict
from chachaml_kernel.ports import Exporter, Folder, Store
from chachaml_kernel.services.everything.files import Files, Written
from chachaml_kernel.services.everything.walk import TABLES, Walk
from chachaml_kernel.services.surroundings import Clock

SUCCESS = "_SUCCESS"
"""The file that is written last; Hadoop and Spark name it so, and readers skip it."""
LAYOUT = 1
"""Changes when programs that read an export must be changed."""
OWN = re.compile(
    rf"({'|'.join(TABLES)}|points/experiment=[^/]+)/(part-[0-9]{{5,}}\.[a-z0-9_]+|\..+\.incoming)"
)
"""The names of files that an export writes, but for the last one."""


async def export_everything(
    store: Store,
    exporter: Exporter,
    folder: Folder,
    *,
    clock: Clock,
    experiment: str | None,
    overwrite: bool,
) -> Sequence[Written]:
    """Write all tables and then `_SUCCESS`, which has their names, sizes and checksums in JSON."""
    began = clock()
    if experiment is not None:
        await store.get_experiment(experiment)  # before anything of an earlier export goes
    await _make_room(folder, overwrite=overwrite)
    files = Files(folder, exporter)
    walk = Walk(store, files, experiment)
    await walk.write()
    said = {
        "layout": LAYOUT,
        "format": exporter.format,
        "experiment": experiment,
        "began_at": began,
        "ended_at": clock(),
        "partitions": walk.partitions,
        "files": [asdict(file) for file in files.written],
    }
    await folder.write(SUCCESS, _one(json.dumps(said, ensure_ascii=False, indent=1).encode()))
    return files.written


async def _make_room(folder: Folder, *, overwrite: bool) -> None:
    names = await folder.names()
    if names and not overwrite:
        raise Conflict(
            f"the target is not empty: {min(names)!r} is there; name an empty one, or add "
            "--overwrite to replace what an earlier export wrote there"
        )
    await folder.delete([SUCCESS])  # first, so that half an export never looks like a whole one
    await folder.delete([name for name in names if OWN.fullmatch(name)])


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content
