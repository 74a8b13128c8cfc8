from .brief import Brand, Mode, WrongBrief
from .generator import ScriptGenerator
from .script import SceneType, Script, Section, Style
from .template import Passage

__all__ = [
    "Brand",
    "Mode",
    "Passage",
    "SceneType",
    "Script",
    "ScriptGenerator",
    "Section",
    "Style",
    "WrongBrief",
]
