"""What plugin authors test with: contract suites for the ports.

Install it with `chachaml-kernel[testing]`. A suite is a class to inherit, which asks for one
fixture. So that failed assertions show their values, put into `conftest.py`:

    pytest.register_assert_rewrite("chachaml_kernel.testing")
"""

from chachaml_kernel.testing.artifact_store import ArtifactStoreSuite
from chachaml_kernel.testing.direct_transfer import DirectTransferSuite
from chachaml_kernel.testing.exporter import ExporterSuite
from chachaml_kernel.testing.folder import FolderSuite
from chachaml_kernel.testing.llm_provider import LLMProviderSuite
from chachaml_kernel.testing.relay import RelaySuite
from chachaml_kernel.testing.store import StoreSuite

__all__ = [
    "ArtifactStoreSuite",
    "DirectTransferSuite",
    "ExporterSuite",
    "FolderSuite",
    "LLMProviderSuite",
    "RelaySuite",
    "StoreSuite",
]
