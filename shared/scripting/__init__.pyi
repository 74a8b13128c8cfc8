from .brief import Brand, LeadData, Mode, WrongBrief
from .editing import NoSuchScript
from .generator import ScriptGenerator
from .script import SceneType, Script, Section, Style
from .template import Passage

__all__ = [
    "Brand",
    "LeadData",
    "Mode",
    "NoSuchScript",
    "Passage",
    "SceneType",
    "Script",
    "ScriptGenerator",
    "Section",
    "Style",
    "WrongBrief",
]
