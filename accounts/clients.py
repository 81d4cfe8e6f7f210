"""The organisations that we work for, and whom we talk to there. Imported by `accounts.models`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.sight import within_sight
from accounts.working_days import HasOwnDays
from audit.history import tracked

if TYPE_CHECKING:
    from accounts.models import User
    from audit.refusals import Words


def languages() -> list[tuple[str, Words]]:
    """A function, so that a new language is no migration."""
    return list(settings.LANGUAGES)


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone of the IANA list."), params={"name": name})


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: User) -> ClientQuerySet:
        """Internal people see every client whose name is not kept from them; a client's people see their own."""
        if not user.is_active:
            return self.none()
        return self.filter(within_sight(user) if user.is_internal else Q(pk=user.client_id))

    def matching(self, words: str) -> ClientQuerySet:
        """Part of the name or of the code, or of the name or the e-mail of a contact."""
        words = words.strip()
        known = Contact.objects.filter(Q(name__icontains=words) | Q(email__icontains=words), client=OuterRef("pk"))
        return self.filter(Q(name__icontains=words) | Q(code__icontains=words) | Exists(known))


@tracked
class Client(HasOwnDays):
    """An organisation that we work for."""

    code = models.CharField(
        _("code"),
        max_length=16,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]{2,16}$", _("Two to sixteen capital letters and digits."))],
    )
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters (ISO 3166), for example CH."))],
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=8, choices=languages, default="en")
    address = models.TextField(_("address"), max_length=1000, blank=True)
    sees_names = models.BooleanField(_("sees our people by name"), default=True)
    asks_confidentiality = models.BooleanField(_("asks for confidentiality before an agreement"), default=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="client_name_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9]{2,16}$"), name="client_code_is_short"),
            models.CheckConstraint(condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"), name="client_country_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.pk, None


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> ContactQuerySet:
        if not user.is_active:
            return self.none()
        if not user.is_internal:
            return self.filter(client_id=user.client_id)
        return self.filter(Exists(Client.objects.visible_to(user).filter(pk=OuterRef("client_id"))))

    def there(self) -> ContactQuerySet:
        """Whoever has not left the client."""
        return self.filter(left_on=None)


@tracked
class Contact(models.Model):
    """A person at a client whom we talk to; not necessarily a user."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("client"))
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True)
    position = models.CharField(_("position"), max_length=200, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_reason = models.CharField(_("why they left"), max_length=1000, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "name", "email"], name="contact_once"),
            models.CheckConstraint(name="contact_left_with_reason", condition=Q(left_on=None) | ~Q(left_reason="")),
        ]

    def __str__(self) -> str:
        return self.name
