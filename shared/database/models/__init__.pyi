from .accounts import MachineClient, Workspace
from .answers import AuditEntry, KeptAnswer, RequestBudget
from .asking import IssuerKeys
from .base import Changing, Owned
from .batches import Batch
from .composed import ClipClaim, ClipUse, ComposedVideo, CompositionJob, PublishedClip
from .costs import CostEntry, Invocation, PaidCallRow, VendorLimit, VendorSlot
from .hosted import HostedVideo, VideoView
from .leads import DemoSite, Lead
from .mail import Mail
from .recordings import RecordingSegment, RecordingSession, ScreenRecording
from .scripts import VideoScript, VideoScriptVersion
from .videos import Approval, Video, VideoStep
from .voiceovers import Pronunciation, Voiceover, VoiceoverCache, VoiceoverUsage
from .webhooks import Webhook, WebhookAttempt, WebhookDelivery
from .whole import Base

__all__ = [
    "Approval",
    "AuditEntry",
    "Base",
    "Batch",
    "Changing",
    "ClipClaim",
    "ClipUse",
    "ComposedVideo",
    "CompositionJob",
    "CostEntry",
    "DemoSite",
    "HostedVideo",
    "Invocation",
    "IssuerKeys",
    "KeptAnswer",
    "Lead",
    "MachineClient",
    "Mail",
    "Owned",
    "PaidCallRow",
    "Pronunciation",
    "PublishedClip",
    "RecordingSegment",
    "RecordingSession",
    "RequestBudget",
    "ScreenRecording",
    "VendorLimit",
    "VendorSlot",
    "Video",
    "VideoScript",
    "VideoScriptVersion",
    "VideoStep",
    "VideoView",
    "Voiceover",
    "VoiceoverCache",
    "VoiceoverUsage",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "Workspace",
]
