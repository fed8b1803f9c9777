"""Tables: columns and constraints only. What is written goes through `services`."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lebenslagen.web.fields import Json
from lebenslagen.web.roles import ROLES

__all__ = [
    "AuditHead", "AuditLine", "Grant", "Intake", "Invitation", "Job", "Membership", "Once", "Purge", "ReleaseNote", "ReleaseRequest",
    "RoleSetting", "RuleChange", "SavedView", "State", "TourPlace", "TrashItem", "User", "UserSession",
]  # fmt: skip

ROLE_NAMES = tuple(ROLES)


class User(AbstractBaseUser):
    """A person who may log in, by login name or e-mail address."""

    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="de")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    password_changed_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("name",)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="user_has_a_name"),
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="email_once"),
        )

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class Membership(models.Model):
    """A role of a person, limited to a department or to areas where they are named."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20)
    department = models.CharField(max_length=80, blank=True)
    areas = Json(default=list, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "role", "department"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=ROLE_NAMES), name="membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class Grant(models.Model):
    """A permission given to one person by one who holds it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    permission = models.CharField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants_given")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "permission"], name="grant_once"),
            models.CheckConstraint(condition=~Q(user=F("by")), name="grant_not_to_oneself"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.permission}"


class RoleSetting(models.Model):
    """What the administration requires of a role."""

    role = models.CharField(max_length=20, primary_key=True)
    second_factor = models.BooleanField(default=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(role__in=ROLE_NAMES), name="setting_role_known"),)

    def __str__(self) -> str:
        return self.role


class Invitation(models.Model):
    """A one-time link: for a new person with a role, or for a person who needs a new password. Only its digest is kept."""

    token = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, blank=True)
    department = models.CharField(max_length=80, blank=True)
    areas = Json(default=list, blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="links")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(role__in=ROLE_NAMES), name="invitation_for_whom"
            ),
        )

    def __str__(self) -> str:
        return self.name or str(self.user_id)


class UserSession(models.Model):
    """A login that is alive, so that a person sees and ends her own."""

    session = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    device = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.started_at:%Y-%m-%d %H:%M}"


class AuditHead(models.Model):
    """The end of the chain; one row, locked while a line is added."""

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.number)


class AuditLine(models.Model):
    """One write: who, when, what, on which object, from which state to which; names the digest of the line before."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    what = models.CharField(max_length=60)
    why = models.TextField(blank=True)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    before = models.CharField(max_length=64, blank=True)
    after = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = (models.Index(fields=["kind", "key"], name="audit_by_object"),)

    def __str__(self) -> str:
        return f"{self.number} {self.what}"


class State(models.Model):
    """The content behind a digest of the audit trail; purging empties it, the lines stay."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField(null=True)
    kept_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest[:12]


class TrashItem(models.Model):
    """Something deleted that can be taken back for 30 days."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    label = models.CharField(max_length=200)
    state = models.CharField(max_length=64)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "key"], name="trash_once"),)

    def __str__(self) -> str:
        return self.label


class Once(models.Model):
    """A form that was already taken: a second sending of it changes nothing and leads to the same place."""

    key = models.CharField(max_length=60)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    location = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="form_once"),)

    def __str__(self) -> str:
        return self.key


class Job(models.Model):
    """A long task in the worker: its step, its lease, its result. A lease counts on the clock since the start of the machine."""

    QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
    STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)

    kind = models.CharField(max_length=30)
    options = Json(default=dict, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="jobs")
    state = models.CharField(max_length=12, default=QUEUED)
    step = models.CharField(max_length=300, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    lines = Json(default=list, blank=True)
    result = Json(default=dict, blank=True)
    faults = Json(default=list, blank=True)
    cancel = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    token = models.PositiveIntegerField(default=0)
    boot = models.CharField(max_length=40, blank=True)
    lease = models.FloatField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("queued", "running", "done", "failed", "cancelled")),
                name="job_state_known",
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="job_percent"),
        )
        indexes = (models.Index(fields=["state"], name="job_by_state"),)

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class ReleaseRequest(models.Model):
    """A release on its way: draft, submitted, returned or approved, published, withdrawn. The author is never the approver."""

    STATES = ("draft", "submitted", "returned", "approved", "published", "withdrawn")

    report = models.CharField(max_length=80)
    audience = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default="draft")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="releases_written")
    approver = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="releases_approved"
    )
    content = models.CharField(
        max_length=64, blank=True
    )  # digest of the protected figures that were submitted
    release = models.CharField(max_length=64, blank=True)  # digest of the release in the ledger
    publish_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name="author_is_not_approver"
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=False) | ~Q(state__in=("approved", "published", "withdrawn")),
                name="approved_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(content="") | Q(state="draft"), name="submitted_has_content"),
            models.CheckConstraint(
                condition=Q(
                    state__in=("draft", "submitted", "returned", "approved", "published", "withdrawn")
                ),
                name="release_state_known",
            ),
            models.UniqueConstraint(
                fields=["report", "audience"],
                condition=Q(state__in=("draft", "submitted", "returned", "approved")),
                name="release_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.report}: {self.state}"


class ReleaseNote(models.Model):
    """What was said when a release changed its state."""

    request = models.ForeignKey(ReleaseRequest, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.request_id}: {self.state}"


class SavedView(models.Model):
    """A map or table as it was set, behind a link."""

    token = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=120, blank=True)
    page = models.CharField(max_length=60)
    settings = Json(default=dict)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="views")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name or self.token


class Intake(models.Model):
    """A file on its way in: uploaded, mapped, checked, taken over. Its bytes lie beside the project, never in a table."""

    OPEN, TAKEN, DROPPED = "open", "taken", "dropped"

    token = models.CharField(max_length=24, primary_key=True)
    source = models.CharField(max_length=80)
    period = models.CharField(max_length=40)
    head = Json(default=dict, blank=True)  # producer, title … of a source that is not declared yet
    kind = models.CharField(max_length=8, default="file")
    file = models.CharField(max_length=130)
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    letter = models.CharField(max_length=300, blank=True)
    mapping = Json(default=dict, blank=True)
    answers = Json(default=list, blank=True)
    state = models.CharField(max_length=8, default="open")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="intakes")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("open", "taken", "dropped")), name="intake_state_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=("file", "paste", "grid")), name="intake_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.period}: {self.state}"


class Purge(models.Model):
    """The purging of a delivered file: one person asks, another confirms. Nothing in it tells what the file held."""

    source = models.CharField(max_length=80)
    period = models.CharField(max_length=40)
    snapshot = models.CharField(max_length=64)
    reason = models.CharField(max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="purges_asked")
    at = models.DateTimeField(default=timezone.now)
    other = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="purges_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, default="asked")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("asked", "done", "refused")), name="purge_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(other__isnull=False) & ~Q(other=F("by"))), name="purge_by_two"
            ),
            models.UniqueConstraint(fields=["snapshot"], condition=Q(state="asked"), name="purge_asked_once"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.period}: {self.state}"


class RuleChange(models.Model):
    """A change of the rules of secrecy: one person asks with a reason, another one confirms. Values as declared."""

    about = models.CharField(max_length=100)  # policy:public, source:jobcenter
    before = Json(default=dict)
    after = Json(default=dict)
    why = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rules_asked")
    at = models.DateTimeField(default=timezone.now)
    other = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="rules_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=8, default="asked")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("asked", "done", "refused")), name="rule_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(other__isnull=False) & ~Q(other=F("by"))), name="rule_by_two"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="rule_has_a_reason"),
            models.UniqueConstraint(fields=["about"], condition=Q(state="asked"), name="rule_asked_once"),
        )

    def __str__(self) -> str:
        return f"{self.about}: {self.state}"


class TourPlace(models.Model):
    """The step of the guided first visit a person is at; blank where she left it."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="tour")
    step = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.step}"
