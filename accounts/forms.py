"""The forms of people, tokens, the own profile, and of signing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.links import ask_for_link
from accounts.models import CLIENT_ROLES, INTERNAL_ROLES, Client, Department, IntegrationToken, Role, User, languages
from accounts.numbers import WholeNumberField

if TYPE_CHECKING:
    from django.http import HttpRequest


def time_zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class SignInForm(LoginForm):
    """The first field has the focus, and no placeholder repeats a label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].error_messages["invalid"] = _("Enter a valid e-mail.")
        self.fields["login"].widget.attrs["autofocus"] = True
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ForgottenPasswordForm(ResetPasswordForm):
    """Asks for the link without looking whether there is such a person: page and time tell nobody who is known here."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        ask_for_link(request, email)
        return email


class SigningForm(forms.Form):
    """Password and, where there is one, the second factor. What the signature means is fixed by the workflow and only shown."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "data-no-draft": ""})
    )
    code = forms.CharField(
        label=_("Code of your authenticator app"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "data-no-draft": ""}),
    )
    expected_hash = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class SecondFactorForm(AuthenticateForm):
    """The second step of signing in; a wrong code is recorded like a wrong password."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        get_adapter().record_failure(context.request, "person.sign_in_failed", self.user.email)


class PersonForm(forms.Form):
    full_name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The sign-in name, and where the link to choose a password is sent."))
    function = forms.CharField(label=_("Function"), max_length=200, required=False, help_text=_("Stands beside the name on signatures."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, kind.label) for kind in (User.Kind.INTERNAL, User.Kind.CLIENT)])
    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none(), empty_label="–", required=False)
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none(), empty_label="–", required=False)
    roles = forms.MultipleChoiceField(label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(
        label=_("Language"), choices=languages, required=False, help_text=_("Of messages and mails, the first of which is the invitation.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or settings.LANGUAGE_CODE

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(reader)  # type: ignore[attr-defined]
        self.fields["department"].queryset = Department.objects.all()  # type: ignore[attr-defined]
        self.fields["roles"].choices = role_choices(INTERNAL_ROLES | CLIENT_ROLES)  # type: ignore[attr-defined]


def role_choices(roles: frozenset[Role]) -> list[tuple[str, str]]:
    return [(role.value, str(role.label)) for role in Role if role in roles]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.TextInput)


class CorrectionForm(ReasonForm):
    """What an administrator entered about a person; one of a client has no department."""

    full_name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The sign-in name: a new one takes effect at once."))
    function = forms.CharField(label=_("Function"), max_length=200, required=False, help_text=_("Stands beside the name on signatures."))
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none(), empty_label="–", required=False)
    field_order = ("full_name", "email", "function", "department", "reason")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        facts = {name: getattr(person, name) for name in ("full_name", "email", "function", "department")}
        super().__init__(*args, **{"initial": facts, **kwargs})
        self.fields["department"].queryset = Department.objects.all()  # type: ignore[attr-defined]
        if not person.is_internal:
            self.fields["department"].widget = forms.HiddenInput()


class NamesForm(ReasonForm):
    """What a client reads of our people. The reason is asked for by the service, when the choice is another one."""

    sees_names = forms.TypedChoiceField(
        label=_("Our people are shown"),
        choices=[("yes", _("by name and function")), ("no", _("by function only"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        help_text=_("In portal, mails, feed and status reports. What is signed keeps the printed name of its signer."),
    )
    field_order = ("sees_names", "reason")

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sees_names"].initial = "yes" if client.sees_names else "no"
        self.fields["reason"].required = False


class ConfidentialityForm(ReasonForm):
    """Whether a client is kept to named people before an agreement. The reason is asked for by the service, when the choice is another."""

    asks_confidentiality = forms.TypedChoiceField(
        label=_("Before a confidentiality agreement is in force"),
        choices=[
            ("yes", _("named people see its name and structures")),
            ("no", _("everybody of ours does: the client asks for no secrecy")),
        ],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    field_order = ("asks_confidentiality", "reason")

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "confidentiality_%s", **kwargs})
        self.fields["asks_confidentiality"].initial = "yes" if client.asks_confidentiality else "no"
        self.fields["reason"].required = False


class GrantForm(ReasonForm):
    role = forms.ChoiceField(label=_("Role"))
    field_order = ("role", "reason")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = (INTERNAL_ROLES if person.is_internal else CLIENT_ROLES) - {Role(role) for role in person.roles}
        self.fields["role"].choices = role_choices(free)  # type: ignore[attr-defined]


class ProfileForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), choices=languages, help_text=_("Of the messages and mails that you get; pages are in English for now.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)


class AccountForm(forms.Form):
    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none(), empty_label="–")
    name = forms.CharField(label=_("Name of the system"), max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(user)  # type: ignore[attr-defined]
        if not user.is_internal:
            self.fields["client"].initial = user.client_id
            self.fields["client"].empty_label = None  # type: ignore[attr-defined]


class OwnerForm(forms.Form):
    """Who answers for a client's system from now on: a person of ours or of that client."""

    owner = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none(), empty_label="–")

    def __init__(self, *args: Any, user: User, account: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(user).active().exclude(kind=User.Kind.INTEGRATION)
        fitting = people.filter(Q(client=None) | Q(client=account.client_id)).exclude(pk=account.owner_id or 0)
        self.fields["owner"].queryset = fitting  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    account = forms.ModelChoiceField(label=_("Integration account"), queryset=User.objects.none(), empty_label="–")
    name = forms.CharField(label=_("Name of the token"), max_length=100)
    scope = forms.ChoiceField(label=_("May"), choices=IntegrationToken.Scope.choices, initial=IntegrationToken.Scope.READ)
    days = WholeNumberField(label=_("Valid for (days)"), min_value=1, max_value=366, initial=365)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = User.objects.kept_by(user).active()
        self.fields["account"].queryset = accounts.select_related("client")  # type: ignore[attr-defined]
        self.fields["account"].label_from_instance = account_label  # type: ignore[attr-defined]
        if len(accounts) == 1:
            self.fields["account"].initial = accounts[0]


def account_label(account: User) -> str:
    return f"{account.client}: {account.full_name}"


class DelegationForm(forms.Form):
    """Who signs in one's place, in which role, from when to when."""

    role = forms.ChoiceField(label=_("Role"))
    receiver = forms.ModelChoiceField(label=_("Signs in your place"), queryset=User.objects.none(), empty_label="–")
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("To and including"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=1000, help_text=_("For example leave or travel; it stays in the record."))

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in sorted(giver.roles)]  # type: ignore[attr-defined]
        self.fields["receiver"].queryset = User.objects.active().internal().exclude(pk=giver.pk)  # type: ignore[attr-defined]
