"""The tables of the ledger, one noun a file."""

from models.tables.applied_migration import AppliedMigration
from models.tables.base import Base
from models.tables.blob import Blob, BlobUse
from models.tables.budget import Budget, Reservation
from models.tables.event import Event
from models.tables.execution import Execution
from models.tables.input import Input, Profile
from models.tables.message import Message
from models.tables.model_call import ModelCall
from models.tables.named_repl import NamedRepl
from models.tables.orchestration import Orchestration, OrchestrationPayload
from models.tables.process import Process
from models.tables.repl_task import ReplTask, ReplTaskPayload, ReplTaskResult, Stop
from models.tables.schedule import Schedule, ScheduleRun
from models.tables.session import Session
from models.tables.step import Step
from models.tables.tenant import Key, Quota, QuotaUse, Tenant
from models.tables.webhook import Webhook, WebhookDelivery

__all__ = [
    "AppliedMigration",
    "Base",
    "Blob",
    "BlobUse",
    "Budget",
    "Event",
    "Execution",
    "Input",
    "Key",
    "Message",
    "ModelCall",
    "NamedRepl",
    "Orchestration",
    "OrchestrationPayload",
    "Process",
    "Profile",
    "Quota",
    "QuotaUse",
    "ReplTask",
    "ReplTaskPayload",
    "ReplTaskResult",
    "Reservation",
    "Schedule",
    "ScheduleRun",
    "Session",
    "Step",
    "Stop",
    "Tenant",
    "Webhook",
    "WebhookDelivery",
]
