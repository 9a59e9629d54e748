"""Where a picture lies in a view: one scale and one offset, zoomed at a point, kept from being lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

LARGEST = 64.0
"""Device pixels a picture pixel can be drawn at."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A picture of `width` × `height` pixels in a view of `view_width` × `view_height` device pixels.

    A point p of the picture (its upper left corner at 0, 0) is drawn at `scale` · p + (`left`, `top`).
    """

    width: int = 1
    height: int = 1
    view_width: int = 1
    view_height: int = 1
    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    fits: bool = True
    """The picture follows the size of the view."""

    @property
    def fit_scale(self) -> float:
        return max(1e-6, min(self.view_width / self.width, self.view_height / self.height))

    def fitted(self) -> Viewport:
        """The whole picture, as large as it can be, in the middle."""
        scale = self.fit_scale
        return replace(
            self, scale=scale, left=(self.view_width - scale * self.width) / 2, top=(self.view_height - scale * self.height) / 2, fits=True
        )

    def zoomed(self, factor: float, x: float, y: float) -> Viewport:
        """Larger by `factor` while the picture's point at device pixel (x, y) stays where it is."""
        smallest = min(self.fit_scale / 2, 1.0)
        scale = min(LARGEST, max(smallest, self.scale * factor))
        ratio = scale / self.scale
        return replace(self, scale=scale, left=x - (x - self.left) * ratio, top=y - (y - self.top) * ratio, fits=False)._kept()

    def scaled(self, scale: float) -> Viewport:
        """At `scale` device pixels a picture pixel, about the middle of the view."""
        return self.zoomed(scale / self.scale, self.view_width / 2, self.view_height / 2)

    def moved(self, dx: float, dy: float) -> Viewport:
        """Shifted by device pixels; a part of the picture always stays in sight."""
        return replace(self, left=self.left + dx, top=self.top + dy, fits=False)._kept()

    def resized(self, view_width: int, view_height: int) -> Viewport:
        """In a view of another size: fitted again if it was, else with the same point in the middle."""
        dx, dy = (view_width - self.view_width) / 2, (view_height - self.view_height) / 2
        other = replace(self, view_width=max(1, view_width), view_height=max(1, view_height), left=self.left + dx, top=self.top + dy)
        return other.fitted() if self.fits else other._kept()

    def showing(self, width: int, height: int) -> Viewport:
        """For a picture of another size: the same view when the size is the same, else fitted."""
        return self if (width, height) == (self.width, self.height) else replace(self, width=max(1, width), height=max(1, height)).fitted()

    def picture_point(self, x: float, y: float) -> tuple[float, float]:
        """The picture's point at device pixel (x, y); may lie outside."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def _kept(self) -> Viewport:
        margin = 48.0
        left = min(self.view_width - margin, max(margin - self.scale * self.width, self.left))
        top = min(self.view_height - margin, max(margin - self.scale * self.height, self.top))
        return replace(self, left=left, top=top)
