"""People and clients for every test: `UserFactory(roles=[Role.PROJECT_MANAGER])`, `ClientUserFactory(client=client)`."""

from __future__ import annotations

from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Client, Contact, Role, RoleGrant, User

PASSWORD = "correct horse battery staple"


class ClientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Client

    code = factory.Sequence(lambda n: f"CLIENT{n}")
    name = factory.Sequence(lambda n: f"Demo Client {n}")
    country = "CH"


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    client = factory.SubFactory(ClientFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")
    email = factory.Sequence(lambda n: f"contact{n}@client.example")


class _PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    is_active = True
    password = factory.LazyFunction(lambda: make_password(PASSWORD))

    @factory.post_generation
    def roles(self: User, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            for role in extracted or ():
                RoleGrant.objects.create(user=self, role=role, reason="test")

    @factory.post_generation
    def address(self: User, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and self.kind != User.Kind.INTEGRATION:
            EmailAddress.objects.create(user=self, email=self.email, primary=True, verified=True)


class UserFactory(_PersonFactory):
    """One of ours. `roles=[…]` grants them; the password is PASSWORD."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@cdmo.example")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    function = "Function"
    kind = User.Kind.INTERNAL


class ClientUserFactory(_PersonFactory):
    """A person of a client, approver unless `roles` says otherwise."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@client.example")
    full_name = factory.Sequence(lambda n: f"Client person {n}")
    function = "Client function"
    kind = User.Kind.CLIENT
    client = factory.SubFactory(ClientFactory)

    @factory.post_generation
    def roles(self: User, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            for role in (Role.CLIENT_APPROVER,) if extracted is None else extracted:
                RoleGrant.objects.create(user=self, role=role, reason="test")


class IntegrationFactory(_PersonFactory):
    """A client's system."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"system{n}@integration.invalid")
    full_name = factory.Sequence(lambda n: f"System {n}")
    kind = User.Kind.INTEGRATION
    client = factory.SubFactory(ClientFactory)
    owner = factory.SubFactory(UserFactory)
    password = "!"
