"""The house as drawn: who may import whom, and how big a room may be; read with `ast`, without importing anything."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
QT = {"PySide6", "shiboken6", "pyqtgraph"}
HEAVY = {"torch", "torchvision", "albumentations", "open3d"}
# Arrows point to the right only: a package may import those after it.
ORDER = ["verbs", "inspection", "training", "evaluation", "inference", "drives", "world", "annotation", "lidar", "models", "datasets", "foundation"]
WITHOUT_TORCH = {"foundation", "datasets", "annotation", "lidar", "drives", "inspection", "world"}
ONLY_HERE = {"albumentations": "engine/training/"}

ENGINE = sorted((ROOT / "engine").rglob("*.py"))
GUI = sorted((ROOT / "gui").rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package(path: Path) -> str:
    parts = path.relative_to(ROOT / "engine").parts
    return parts[0] if len(parts) > 1 else "foundation"


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, *, top_level: bool = False) -> set[str]:
    """Dotted names that a module imports; with `top_level` only those that its own import runs."""
    tree = parsed(path)
    left_out = _deferred(tree) if top_level else set()
    nodes = [node for node in ast.walk(tree) if node not in left_out]
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{name(path)} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _deferred(tree: ast.Module) -> set[ast.AST]:
    """Nodes inside functions or `if TYPE_CHECKING:`."""
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        checking = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or checking:
            inner |= set(ast.walk(node)) - {node}
    return inner


def roots(names: set[str]) -> set[str]:
    return {dotted.split(".")[0] for dotted in names}


@pytest.mark.parametrize("path", ENGINE, ids=name)
def test_the_engine_knows_neither_qt_nor_the_window(path: Path) -> None:
    assert not roots(imports(path)) & (QT | {"gui", "main", "tests"})


@pytest.mark.parametrize("path", GUI, ids=name)
def test_the_window_imports_neither_main_nor_tests(path: Path) -> None:
    assert not roots(imports(path)) & {"main", "tests"}


@pytest.mark.parametrize("path", ENGINE, ids=name)
def test_arrows_between_packages_point_one_way(path: Path) -> None:
    own = ORDER.index(package(path))
    for dotted in imports(path):
        parts = dotted.split(".")
        if parts[0] == "engine" and len(parts) > 1:
            other = parts[1] if (ROOT / "engine" / parts[1]).is_dir() else "foundation"
            assert ORDER.index(other) >= own, f"{name(path)} ({package(path)}) imports {dotted}"


@pytest.mark.parametrize("path", [path for path in ENGINE if package(path) in WITHOUT_TORCH], ids=name)
def test_what_the_window_needs_first_imports_nothing_heavy(path: Path) -> None:
    allowed = {"open3d"} if package(path) in ("world", "lidar") else set()
    assert not roots(imports(path)) & (HEAVY - allowed)
    assert not roots(imports(path, top_level=True)) & {"open3d"}


@pytest.mark.parametrize("path", GUI, ids=name)
def test_the_window_defers_heavy_imports(path: Path) -> None:
    assert not roots(imports(path, top_level=True)) & (HEAVY | {"av"})


@pytest.mark.parametrize("path", sorted((ROOT / "gui" / "pages").glob("*.py")), ids=name)
def test_pages_never_import_each_other(path: Path) -> None:
    pages = {dotted for dotted in imports(path) if dotted.startswith("gui.pages.") and not dotted.startswith("gui.pages._")}
    assert not pages


@pytest.mark.parametrize("path", [*ENGINE, *GUI], ids=name)
def test_a_library_with_one_home_is_used_only_there(path: Path) -> None:
    for library, home in ONLY_HERE.items():
        assert library not in roots(imports(path)) or name(path).startswith(home)


@pytest.mark.parametrize("path", [*ENGINE, *GUI, ROOT / "main.py"], ids=name)
def test_rooms_stay_small(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 400, "a module has at most 400 lines: find the seam"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
            assert _lines(node) <= 250 and len(methods) <= 20, f"class {node.name}: {_lines(node)} lines, {len(methods)} methods"
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert _lines(node) <= 50, f"function {node.name}: {_lines(node)} lines"


@pytest.mark.parametrize("path", [path for path in ENGINE if package(path) != "verbs"], ids=name)
def test_only_verbs_print(path: Path) -> None:
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


def test_one_environment_has_one_qt() -> None:
    """opencv-python brings its own Qt and breaks PySide6's; only the headless build may be installed."""
    import cv2

    assert not (Path(cv2.__file__).parent / "qt").exists()


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or 0) - node.lineno + 1
