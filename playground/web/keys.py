"""The console's keys: make one, see it once, end it.

Every step is a page of its own that works without a script; htmx shows the same
steps in a dialog over the list.
"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.issuing import groups_for, issue_key, revoke_key
from accounts.models import AccessGroup, Account, ApiKey
from accounts.roles import Action
from playground.web.people import actor_of, current_person, needs, own_account

LIVE, TEST = "live", "test"


class KeyForm(forms.Form):
    """What a new key is called, and what it may do."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy(
            "Where it will live. You will look for it by this name when something"
            " breaks."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[(LIVE, gettext_lazy("Live")), (TEST, gettext_lazy("Test"))],
        initial=LIVE,
    )
    group = forms.ModelChoiceField(
        AccessGroup.objects.none(),
        label=gettext_lazy("Price level"),
        required=False,
        empty_label=None,
    )

    def __init__(self, account: Account, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        groups = groups_for(account)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["group"].initial = account.group
        self.has_choice = len(groups) > 1

    def chosen_group(self, account: Account) -> AccessGroup | None:
        """Return the group the key names; the account's own is not named."""
        group: AccessGroup | None = self.cleaned_data["group"]
        return None if group is None or group.pk == account.group_id else group


class RevokeForm(forms.Form):
    """Typing the name is what confirms it."""

    typed_name = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )

    def __init__(self, key: ApiKey, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.key = key
        self.fields["typed_name"].label = _("Type %(name)s to confirm") % {
            "name": key.name
        }

    def clean_typed_name(self) -> str:
        typed: str = self.cleaned_data["typed_name"]
        if typed != self.key.name.strip():
            raise forms.ValidationError(_("That is not the name of this key."))
        return typed


@needs(Action.KEYS)
def keys(request: HttpRequest) -> HttpResponse:
    """GET /console/keys"""
    return render(request, "console/keys.html", listed(own_account(request)))


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def new_key(request: HttpRequest) -> HttpResponse:
    """GET and POST /console/keys/new: ask, make, and show the key this one time."""
    account = own_account(request)
    wanted = TEST if request.GET.get("kind") == TEST else LIVE
    form = KeyForm(account, request.POST or None, initial={"kind": wanted})
    if request.method != "POST" or not form.is_valid():
        heading = _("New key")
        return in_frame(request, "console/key_new.html", form=form, heading=heading)
    key, secret = issue_key(
        account,
        name=form.cleaned_data["name"],
        person=current_person(request),
        is_test=form.cleaned_data["kind"] == TEST,
        group=form.chosen_group(account),
        by=actor_of(request),
    )
    return in_frame(
        request,
        "console/key_made.html",
        key=key,
        secret=secret,
        stays=True,
        heading=_("Copy it now"),
        **listed(account),
    )


@needs(Action.KEYS)
@never_cache
@vary_on_headers("HX-Request")
def end_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """GET and POST /console/keys/<id>/revoke: ask for the name, then end the key."""
    live = ApiKey.objects.filter(account=own_account(request), revoked_at=None)
    key = get_object_or_404(live, pk=key_id)
    form = RevokeForm(key, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        heading = _("Revoke %(name)s?") % {"name": key.name}
        return in_frame(
            request, "console/key_revoke.html", form=form, key=key, heading=heading
        )
    revoke_key(key, actor_of(request))
    messages.success(request, _("%(name)s is revoked.") % {"name": key.name})
    done = redirect("keys")
    return HttpResponseClientRedirect(done.url) if is_htmx(request) else done


def listed(account: Account) -> dict[str, object]:
    """Return the account's keys, living ones first and newest first."""
    every = account.keys.select_related("group").order_by("-created_at")
    return {
        "live_keys": [key for key in every if key.revoked_at is None],
        "revoked_keys": [key for key in every if key.revoked_at is not None],
        "own_group": account.group,
        "has_groups": len(groups_for(account)) > 1,
    }


def in_frame(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """Show one step in a dialog, or as a page of its own."""
    place = "dialog" if is_htmx(request) else "page"
    frame = f"console/_{place}_frame.html"
    status = 422 if is_wrong(context.get("form")) else 200
    return render(request, template, {**context, "frame": frame}, status=status)


def is_wrong(form: object) -> bool:
    return isinstance(form, forms.Form) and form.is_bound and not form.is_valid()


def is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
