"""The demo painter behind `sketch-1`: a procedural painter, not an AI model.

It needs no network and no weights. It reads the prompt for a scene, things,
colours, an hour, weather and a style, and paints what it understood; what it
does not understand still seeds the picture. The same prompt, seed and size
always give the same pixels, and the same composition at every resolution.
"""

from playground.generation.providers.painter.edits import edit, shape_after
from playground.generation.providers.painter.painting import paint

__all__ = ["PAINTER_VERSION", "edit", "paint", "shape_after"]

PAINTER_VERSION = "1"  # goes up whenever the same prompt would look different
