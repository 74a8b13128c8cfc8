from .brief import Brand, LeadData, Mode, WrongBrief
from .editing import NoSuchScript, SectionEdit, edit_script
from .generator import ScriptGenerator
from .reserving import reserve_script
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
    "SectionEdit",
    "Style",
    "WrongBrief",
    "edit_script",
    "reserve_script",
]
