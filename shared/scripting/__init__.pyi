from .brief import Brand, LeadData, Mode, WrongBrief
from .editing import Approval, NoSuchScript, SectionEdit, StaleEdit, edit_script
from .generator import ScriptGenerator
from .reserving import reserve_script
from .script import SceneType, Script, Section, Style
from .template import Passage

__all__ = [
    "Approval",
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
    "StaleEdit",
    "Style",
    "WrongBrief",
    "edit_script",
    "reserve_script",
]
