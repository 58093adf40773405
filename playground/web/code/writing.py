"""Every language's way to say a request: the one list of languages there is."""

from collections.abc import Callable

from playground.web.code import google, openai, plain
from playground.web.code.said import Said, Snippet

Writer = Callable[[Said], str]
LANGUAGES = {
    "curl": "cURL",
    "python": "Python",
    "javascript": "JavaScript",
    "java": "Java",
    "swift": "Swift",
}
WRITERS: dict[str, dict[str, Writer]] = {
    "openai": {
        "curl": openai.curl,
        "python": openai.python,
        "javascript": openai.javascript,
        "java": plain.java,
        "swift": plain.swift,
    },
    "google": {
        "curl": google.curl,
        "python": google.python,
        "javascript": google.javascript,
        "java": plain.java,
        "swift": plain.swift,
    },
}


def snippets_of(said: Said) -> list[Snippet]:
    """Write the request for each language, reading the key from the environment."""
    return [
        Snippet(slug, language, WRITERS[said.dialect][slug](said))
        for slug, language in LANGUAGES.items()
    ]
