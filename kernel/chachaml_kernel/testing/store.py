"""The contract of stores, whole."""

from chachaml_kernel.testing.store_artifacts import ArtifactSuite
from chachaml_kernel.testing.store_bulk import BulkSuite
from chachaml_kernel.testing.store_counts import CountSuite
from chachaml_kernel.testing.store_datasets import DatasetSuite
from chachaml_kernel.testing.store_distributions import DistributionSuite
from chachaml_kernel.testing.store_experiments import ExperimentSuite
from chachaml_kernel.testing.store_groups import GroupSuite
from chachaml_kernel.testing.store_headlines import HeadlineSuite
from chachaml_kernel.testing.store_histories import HistorySuite
from chachaml_kernel.testing.store_keeping import KeepingSuite
from chachaml_kernel.testing.store_keys import KeySuite
from chachaml_kernel.testing.store_lists import ListSuite
from chachaml_kernel.testing.store_live import LiveSuite
from chachaml_kernel.testing.store_metrics import MetricSuite
from chachaml_kernel.testing.store_models import ModelSuite
from chachaml_kernel.testing.store_moves import MoveSuite
from chachaml_kernel.testing.store_notes import NoteSuite
from chachaml_kernel.testing.store_once import OnceSuite
from chachaml_kernel.testing.store_params import ParamSuite
from chachaml_kernel.testing.store_queries import QuerySuite
from chachaml_kernel.testing.store_races import RaceSuite
from chachaml_kernel.testing.store_rows import RowSuite
from chachaml_kernel.testing.store_runs import RunSuite
from chachaml_kernel.testing.store_sides import SideSuite
from chachaml_kernel.testing.store_sketches import SketchSuite
from chachaml_kernel.testing.store_sorting import SortingSuite
from chachaml_kernel.testing.store_trends import TrendSuite
from chachaml_kernel.testing.store_views import ViewSuite


class StoreSuite(
    RunSuite,
    BulkSuite,
    ParamSuite,
    NoteSuite,
    DatasetSuite,
    ListSuite,
    RowSuite,
    QuerySuite,
    CountSuite,
    DistributionSuite,
    HeadlineSuite,
    SortingSuite,
    GroupSuite,
    SideSuite,
    SketchSuite,
    TrendSuite,
    MetricSuite,
    KeySuite,
    HistorySuite,
    LiveSuite,
    ArtifactSuite,
    ExperimentSuite,
    ModelSuite,
    MoveSuite,
    ViewSuite,
    OnceSuite,
    RaceSuite,
    KeepingSuite,
):
    """Every promise of `chachaml_kernel.ports.Store` as a test.

    A store passes it in a class that inherits it and has a fixture `store`, which yields an opened
    store that is empty at first:

        class TestMyStore(StoreSuite):
            @pytest_asyncio.fixture
            async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
                async with MyStore(path=tmp_path / "store").chachaml_store() as store:
                    yield store
    """
