"""The example notebook runs from top to bottom."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from conftest import long

notebooks = sorted((Path(__file__).parents[2] / "examples" / "python").glob("*.ipynb"))


def test_there_are_notebooks():
    assert notebooks


@long
@pytest.mark.parametrize("path", notebooks, ids=lambda p: p.stem)
def test_notebook(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    assert not any(c.outputs or c.execution_count for c in cells), "clear the outputs before you commit it"
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [o for c in cells for o in c.outputs]
    assert not [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    assert sum("image/png" in o.get("data", {}) for o in outputs) == 2
    nbformat.write(notebook, tmp_path / path.name)
