"""Every page and state that has to be sound: where it is, who looks, how to get there.

A new page, or a new state of one, gets a line in `PLACES`; `test_quality.py` does the rest,
and misses an address that has none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.template.loader import render_to_string
from playwright.sync_api import Page

from tests.journeys import getting_there as to


@dataclass(frozen=True)
class Place:
    """A page in one of its states. Without `signed_in` a stranger looks at it.

    `by` names somebody else of the scene. A page in `plain` view gets no script. One that
    no address leads to, such as the answer to a fault of ours, is made from a template;
    one that its address alone does not lead to is there `only_then`.
    """

    name: str
    address: str
    signed_in: bool = False
    then: Callable[[Page], object] | None = None
    by: str = ""
    plain: bool = False
    template: str = ""
    only_then: bool = False

    @property
    def viewer(self) -> str:
        return self.by or ("alice" if self.signed_in else "")

    @property
    def is_as_served(self) -> bool:
        return not self.plain and not self.template

    def prepare(self, page: Page) -> None:
        """Keep scripts away, or stand in for the fault."""
        if self.plain:
            page.route("**/*.js", lambda route: route.abort())
        if self.template:
            body = render_to_string(self.template)
            page.route(
                f"**{self.address}",
                lambda route: route.fulfill(body=body, content_type="text/html"),
            )


PLACES = [
    Place("create, as a guest", "/"),
    Place(
        "create, without script",
        "/?model=sketch-1&mode=compare&rehearse=on",
        True,
        plain=True,
    ),
    Place("create, too dear", "/", by="carol", then=to.lack_credits),
    Place("create, offline", "/", signed_in=True, then=to.lose_the_line),
    Place("create", "/", signed_in=True),
    Place("create, a prompt", "/?prompt=a+fox", signed_in=True),
    Place("create, compared", "/?model=sketch-1&mode=compare&rehearse=on", True),
    Place("create, a reference", "/?reference={picture}", signed_in=True),
    Place(
        "create, models",
        "/",
        signed_in=True,
        then=to.press("m", "#picker"),
    ),
    Place("commands", "/", signed_in=True, then=to.press("Control+k", "#commands")),
    Place("search", "/search?q=mask", signed_in=True),
    Place("status", "/status"),
    Place("terms", "/terms"),
    Place("privacy", "/privacy"),
    Place("content policy", "/content-policy"),
    Place("contact", "/contact"),
    Place("report abuse", "/report-abuse"),
    Place("inbox", "/operator/inbox", signed_in=True),
    Place("incidents", "/operator/incidents", signed_in=True),
    Place("a new incident", "/operator/incidents/new", signed_in=True),
    Place("announcements", "/operator/announcements", signed_in=True),
    Place("an incident", "/status/incidents/{incident}"),
    Place("an incident, told", "/operator/incidents/{incident}", signed_in=True),
    Place("news", "/operator/announcements/{announcement}", signed_in=True),
    Place("a new announcement", "/operator/announcements/new", signed_in=True),
    Place("create, keyboard", "/", signed_in=True, then=to.press("?", "#keys-help")),
    Place(
        "create, lightbox",
        "/",
        signed_in=True,
        then=to.open_dialog("#feed [data-picture]", "#lightbox .info"),
    ),
    Place(
        "create, as code",
        "/",
        signed_in=True,
        then=to.open_dialog("[hx-target='#as-code']", "#code-curl"),
    ),
    Place("picture", "/p/{picture}", signed_in=True),
    Place("history", "/history", signed_in=True),
    Place("history, nothing", "/history"),
    Place("history, chosen", "/history", signed_in=True, then=to.choose),
    Place("history, failures", "/history?show=failed", signed_in=True),
    Place("history, nothing fits", "/history?q=zebra", signed_in=True),
    Place("history, lightbox", "/history", signed_in=True, then=to.open_formats),
    Place("history, without script", "/history", signed_in=True, plain=True),
    Place("boards", "/boards", signed_in=True),
    Place("board", "/boards/{board}", signed_in=True),
    Place("copies", "/pictures/{picture}/copies", signed_in=True),
    Place("models", "/models"),
    Place("models, compared", "/models?is=mask&compare=sketch-1&compare=gpt-image-2"),
    Place("models, nothing fits", "/models?is=transparent&is=4k"),
    Place("model", "/models/gpt-image-2", signed_in=True),
    Place("model, with pictures", "/models/sketch-1"),
    Place("model, retired", "/models/dall-e-3"),
    Place("gallery", "/gallery"),
    Place(
        "gallery, lightbox",
        "/gallery",
        then=to.open_dialog("main [data-picture]", "#lightbox .info"),
    ),
    Place("gallery, one picture", "/gallery/{picture}"),
    Place("report", "/gallery/{picture}/report"),
    Place("shared", "/s/{token}"),
    Place("shared no more", "/s/nothing"),
    Place("edit, begin", "/edit", signed_in=True),
    Place("edit", "/edit/{picture}", signed_in=True),
    Place(
        "edit, models",
        "/edit/{picture}",
        signed_in=True,
        then=to.open_editors,
    ),
    Place("edit, without script", "/edit/{changed}", signed_in=True, plain=True),
    Place("edit, a second version", "/edit/{changed}", signed_in=True),
    Place("edit, extended", "/edit/{picture}?frame_right=64", signed_in=True),
    Place("arena", "/arena"),
    Place("arena, told", "/arena", then=to.call_both_bad),
    Place("arena, without script", "/arena", plain=True),
    Place("arena, a vote of one's own", "/arena/votes/{vote}", signed_in=True),
    Place("arena, ratings", "/arena/ratings"),
    Place("arena, a challenge", "/arena/challenges/boats"),
    Place("arena, the desk", "/operator/arena", signed_in=True),
    Place("arena, its pictures", "/operator/arena/challenges/boats", signed_in=True),
    Place("your ranking", "/console/arena", signed_in=True),
    Place("errors of the API", "/docs/errors"),
    Place("docs", "/docs"),
    Place("docs, found", "/docs?q=mask"),
    Place("docs, nothing found", "/docs?q=zebra"),
    Place("guide", "/docs/quick-start"),
    Place("reference", "/docs/reference"),
    Place("an endpoint", "/docs/reference/post-v1-images-edits"),
    Place("usage", "/console/usage", signed_in=True),
    Place("usage, pointed at", "/console/usage", True, then=to.point_at_chart),
    Place("usage, narrowed", "/console/usage?period=24h&status=failed", signed_in=True),
    Place("a request", "/console/requests/{order}", signed_in=True),
    Place("a request, dropped", "/console/requests/{dropped}", signed_in=True),
    Place("keys", "/console/keys", signed_in=True),
    Place(
        "keys, a new one",
        "/console/keys",
        signed_in=True,
        then=to.open_dialog("a[href='/console/keys/new']", "#steps dialog"),
    ),
    Place("a new key", "/console/keys/new", signed_in=True),
    Place("a new key, made", "/console/keys/new", signed_in=True, then=to.make_key),
    Place("a key's limits", "/console/keys/{key}", signed_in=True),
    Place("a key's new text", "/console/keys/{key}/rotate", signed_in=True),
    Place("a key's end", "/console/keys/{key}/revoke", signed_in=True),
    Place("batches", "/console/batches", signed_in=True),
    Place("batches, none", "/console/batches", by="carol"),
    Place("a batch", "/console/batches/{batch}", signed_in=True),
    Place("a batch, quoted", "/console/batches/{quoted}", signed_in=True),
    Place("a batch, wrong", "/console/batches/{wrong_batch}", signed_in=True),
    Place("webhooks", "/console/webhooks", signed_in=True),
    Place("webhooks, secret", "/console/webhooks", True, then=to.show_secret),
    Place("a new webhook", "/console/webhooks/new", signed_in=True),
    Place("a webhook", "/console/webhooks/{webhook}", signed_in=True),
    Place("a webhook's new secret", "/console/webhooks/{webhook}/rotate", True),
    Place("a webhook's end", "/console/webhooks/{webhook}/remove", signed_in=True),
    Place("credits, without script", "/console/credits", signed_in=True, plain=True),
    Place("a receipt", "/console/credits/receipts/{payment}", signed_in=True),
    Place("billing details", "/console/credits/details", signed_in=True),
    Place("till", "/console/till/{till}", signed_in=True),
    Place("payment on its way", "/console/credits/returned?session={till}", True),
    Place("credits", "/console/credits", signed_in=True),
    Place("support", "/operator/support", signed_in=True),
    Place("support, a request", "/operator/support/requests/{paid}", signed_in=True),
    Place(
        "support, looked at",
        "/operator/support/requests/{order}",
        signed_in=True,
        then=to.say_why,
    ),
    Place("support, a customer", "/operator/support/customers/{customer}", True),
    Place("staff", "/operator/staff", signed_in=True),
    Place("health", "/operator/health", signed_in=True),
    Place("prompt rules", "/operator/safety", signed_in=True),
    Place("a new rule", "/operator/safety/rules/new", signed_in=True),
    Place("a rule", "/operator/safety/rules/{rule}", signed_in=True),
    Place("blocked accounts", "/operator/safety/accounts", signed_in=True),
    Place("blocking", "/operator/safety/accounts?q=carol@example.com", signed_in=True),
    Place("pictures to judge", "/operator/safety/pictures", signed_in=True),
    Place("the terms, asked for", "/accounts/terms/", signed_in=True),
    Place("credits, of a blocked account", "/console/credits", by="blocked"),
    Place("prices", "/operator/prices", signed_in=True),
    Place("a new group", "/operator/prices/groups/new", signed_in=True),
    Place("price of a model", "/operator/prices/models/gpt-image-2", signed_in=True),
    Place(
        "price of a group, previewed",
        "/operator/prices/groups/standard",
        signed_in=True,
        then=to.preview_a_price,
    ),
    Place("history of prices", "/operator/prices/history", signed_in=True),
    Place("money", "/operator/money", signed_in=True),
    Place("money by provider", "/operator/money?by=provider", signed_in=True),
    Place("payments", "/operator/money/payments", signed_in=True),
    Place("events", "/operator/money/events", signed_in=True),
    Place("disputes", "/operator/money/disputes", signed_in=True),
    Place("grants", "/operator/money/grants", signed_in=True),
    Place("log of staff", "/operator/log", signed_in=True),
    Place("an operators' page, not one's role", "/operator/channels", by="helper"),
    Place("channels", "/operator/channels", signed_in=True),
    Place(
        "channels, a new one",
        "/operator/channels",
        signed_in=True,
        then=to.open_dialog("a[href='/operator/channels/new']", "#steps dialog"),
    ),
    Place(
        "channels, a test",
        "/operator/channels",
        signed_in=True,
        then=to.open_dialog("[aria-label='Test sketch']", "#steps dialog img"),
    ),
    Place("a new channel", "/operator/channels/new", signed_in=True),
    Place("a channel", "/operator/channels/{channel}", signed_in=True),
    Place("a channel's end", "/operator/channels/{channel}/remove", signed_in=True),
    Place("routing", "/operator/channels/preview", signed_in=True),
    Place("sign in", "/accounts/login/"),
    Place("sign in, refused", "/accounts/login/", then=to.wrong_password),
    Place("signed out?", "/accounts/logout/", signed_in=True),
    Place("switched off", "/accounts/inactive/"),
    Place(
        "the second step",
        "/accounts/2fa/authenticate/",
        then=to.second_step,
        only_then=True,
    ),
    Place("is it you?", "/accounts/reauthenticate/", signed_in=True),
    Place("is it you, by code?", "/accounts/2fa/reauthenticate/", by="bob"),
    Place("is it you, by passkey?", "/accounts/2fa/webauthn/reauthenticate/", by="bob"),
    Place("is it you, by mail?", "/accounts/reauthenticate/code/", by="carol"),
    Place("look in your mail", "/accounts/confirm-email/"),
    Place("confirm an address", "/accounts/confirm-email/{confirmation}/"),
    Place("confirm nothing", "/accounts/confirm-email/old/"),
    Place("sign in elsewhere", "/accounts/oidc/oidc/login/"),
    Place("ways in from elsewhere", "/accounts/3rdparty/", signed_in=True),
    Place("elsewhere, cancelled", "/accounts/3rdparty/login/cancelled/"),
    Place("elsewhere, failed", "/accounts/3rdparty/login/error/"),
    Place("sign up", "/accounts/signup/"),
    Place("a new password", "/accounts/password/reset/"),
    Place("a new password, asked for", "/accounts/password/reset/done/"),
    Place(
        "a new password, chosen", "/accounts/password/reset/key/{reset}-{reset_token}/"
    ),
    Place("a new password, too late", "/accounts/password/reset/key/1-old/"),
    Place("a new password, set", "/accounts/password/reset/key/done/"),
    Place("another password", "/accounts/password/change/", signed_in=True),
    Place("a first password", "/accounts/password/set/", by="carol"),
    Place(
        "code by mail",
        "/accounts/login/code/confirm/",
        then=to.ask_for_code,
        only_then=True,
    ),
    Place("sign in by mail", "/accounts/login/code/"),
    Place("invitation", "/invitations/{invitation}"),
    Place("invitation, of somebody else", "/invitations/{invitation}", by="bob"),
    Place("invitation, one's own", "/invitations/{own_invitation}", by="bob"),
    Place("invitation, of nobody", "/invitations/old"),
    Place("members, alone", "/console/members", signed_in=True),
    Place("members", "/console/members", by="foxes"),
    Place("a member's end", "/console/members/{member}/remove", by="foxes"),
    Place("a team's pictures", "/console/pictures", by="foxes"),
    Place("a team's settings", "/console/settings", by="foxes"),
    Place("a team's end", "/console/settings/close", by="foxes"),
    Place("roles", "/console/roles", signed_in=True),
    Place("activity", "/console/activity", signed_in=True),
    Place("teams", "/accounts/teams/", signed_in=True),
    Place("profile", "/accounts/profile/", signed_in=True),
    Place("security", "/accounts/2fa/", signed_in=True),
    Place("security, locked", "/accounts/2fa/", by="bob"),
    Place("authenticator", "/accounts/2fa/totp/activate/", signed_in=True),
    Place("authenticator's end", "/accounts/2fa/totp/deactivate/", by="bob"),
    Place("recovery codes", "/accounts/2fa/recovery-codes/", by="bob"),
    Place("new recovery codes", "/accounts/2fa/recovery-codes/generate/", by="bob"),
    Place("passkeys", "/accounts/2fa/webauthn/", by="bob"),
    Place("a new passkey", "/accounts/2fa/webauthn/add/", signed_in=True),
    Place("a passkey", "/accounts/2fa/webauthn/keys/{passkey}/edit/", by="bob"),
    Place("a passkey's end", "/accounts/2fa/webauthn/keys/{passkey}/remove/", by="bob"),
    Place("sessions", "/accounts/sessions/", signed_in=True),
    Place("mails", "/accounts/mails/", signed_in=True),
    Place("one's data", "/accounts/data/", signed_in=True),
    Place("an account's end", "/accounts/data/delete", signed_in=True),
    Place("e-mail addresses", "/accounts/email/", signed_in=True),
    Place("mailbox", "/dev/mail"),
    Place("mail", "/dev/mail/{mail}"),
    Place("nothing here", "/nowhere"),
    Place("not yours", "/console/credits", by="bob for foxes"),
    Place("open too long", "/accounts/login/", then=to.forged),
    Place("too many tries", "/429", template="429.html"),
    Place("made no sense", "/400", template="400.html"),
    Place("broken", "/500", template="500.html"),
]

# Addresses that answer with a part of a page, a file or another address.
NO_PAGES = {
    *("manifest", "create-settings", "quote", "references", "reference", "live"),
    *("create-run", "create-rail", "run", "run-cancel", "comparison-cancel"),
    *("run-code", "run-share", "picture", "download", "note", "arrange"),
    *("history-undo", "board-new", "board-change", "shared-file", "upload"),
    *(
        "edit-settings",
        "edit-start",
        "edit-turn",
        "edit-cancel",
        "edit-live",
        "console",
    ),
    *("usage-csv", "usage-fresh", "request-purge", "webhook-call-secret"),
    *("webhook-test", "webhook-resend", "checkout", "top-up", "redeem", "portal"),
    *("account-limit", "member-limit"),
    *("card-add", "card-returned", "card-default", "card-remove", "statement-csv"),
    *("member-invite", "member-role", "invitation-change", "activity-csv"),
    *("channel-test", "brake-lift", "channel-switch", "export", "team-usual"),
    *("arena-votes", "arena-starters", "arena-enter", "arena-challenge-new"),
    *("own-arena-csv", "own-arena-consent"),
    *("team-leave", "session-end", "account-switch", "stripe-webhook", "remix"),
    *("reference-markdown", "operation-markdown"),
    *("guide-markdown", "llms", "llms-full", "robots", "sitemap", "api-root"),
    *("model-markdown", "language"),
    *("card", "card-guide", "card-model", "comparison-better"),
    *("status-json", "status-feed", "announcement-dismiss", "announcement-remove"),
    *("inbox-answer", "inbox-picture", "operator", "deeds-csv"),
    *("support-look", "support-refund", "support-answer", "support-note"),
    *("operator-left", "maintenance", "rule-remove", "block-change", "picture-judge"),
    *("batch-new", "batch-start", "batch-cancel", "batch-results"),
    *("money-audit", "money-close", "money-replay", "money-closed-csv"),
    *("money-debts-csv", "money-earned-csv", "money-events-csv", "money-grants-csv"),
    *("money-payments-csv", "price-call-off", "price-history-csv", "view_on_site"),
    *("mfa_download_recovery_codes", "mfa_login_webauthn", "openid_connect_callback"),
    "socialaccount_signup",  # only for somebody another site sent without an address
}
