"""Scripts: a personal text for every lead."""

from shared.scripting.brief import WrongBrief
from shared.scripting.generator import ScriptGenerator
from shared.scripting.script import SceneType, Script, Section, Style

__all__ = ["SceneType", "Script", "ScriptGenerator", "Section", "Style", "WrongBrief"]
