from .brief import WrongBrief
from .generator import ScriptGenerator
from .script import SceneType, Script, Section, Style

__all__ = ["SceneType", "Script", "ScriptGenerator", "Section", "Style", "WrongBrief"]
