"""Every matplotlib figure that the code left open becomes a PNG in outputs/."""

import sys
import warnings
from pathlib import Path

_MAX_FIGURES = 20


def quiet_show() -> None:
    """`plt.show()` has no window to open here; it says so once too often."""
    warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")


def save(folder: Path) -> None:
    """Write figure_1.png and so on into `folder`, without overwriting a file of the code's own."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums()[:_MAX_FIGURES]:
        path = folder / f"figure_{number}.png"
        if not path.exists():
            pyplot.figure(number).savefig(path, format="png")
    close()


def close() -> None:
    """Close every figure, as those of an earlier job are none of the next one's."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
