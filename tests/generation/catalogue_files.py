"""Small model files for tests that need a catalogue of their own."""

from playground.generation.catalogue import Catalogue, load

SHORT = """
id = "workshop-flux"
price = 2

[[offers]]
provider = "workshop"
upstream = "flux-dev"
"""


def write(folder, text, name="model.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load_with(folder, text) -> Catalogue:
    write(folder, text)
    return load(folder)
