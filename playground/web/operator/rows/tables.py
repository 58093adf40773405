"""Which tables operators may look at, and what of them.

Money, deeds, orders and votes are read-only: they change by what happens, and the
database refuses some of it anyway. Secrets, digests, prompts and other people's words are
in no list here.
"""

from accounts.models import (
    AccessGroup,
    Account,
    Activity,
    ApiKey,
    Invitation,
    KeyLimits,
    Letter,
    Membership,
    Person,
    StaffDeed,
)
from billing.models import (
    Clawback,
    Hold,
    KeyBudget,
    Lot,
    PromoCode,
    PromoUse,
    StripeEvent,
    StripePayment,
    TopUpRule,
    Transfer,
    Wallet,
)
from playground.arena.models import Challenge, Entry, Vote
from playground.gallery.models import Report
from playground.generation.models import (
    Attempt,
    ChannelRow,
    Generation,
    Health,
    Picture,
    Unpaid,
)
from playground.trust.models import Announcement, Incident, Inquiry
from playground.web.operator.rows.row import Table
from playground.webhooks.models import Delivery, Endpoint

PEOPLE = (
    Table(
        Person,
        columns=("email", "is_active", "staff_role", "last_login", "created_at"),
        more=("is_staff", "is_superuser", "default_account"),
        find=("email",),
        sift=("staff_role", "is_active"),
        editable=("name", "language"),
    ),
    Table(
        Account,
        columns=("id", "kind", "group", "created_at", "closed_at"),
        find=("id", "name"),
        sift=("kind", "group"),
        editable=("name", "kept_seconds"),
    ),
    Table(
        Membership, columns=("person", "account", "role", "created_at"), sift=("role",)
    ),
    Table(AccessGroup, columns=("slug", "name", "multiplier", "is_public")),
    Table(
        ApiKey,
        columns=("prefix", "name", "account", "is_test", "last_used_at", "revoked_at"),
        more=("id", "made_by", "group", "created_at"),
        find=("id", "prefix", "account__id"),
        sift=("is_test",),
    ),
    Table(
        KeyLimits,
        columns=("key", "max_tier", "max_n", "requests_per_minute", "expires_at"),
        more=("scopes", "model_ids", "pictures_per_minute", "concurrency", "ip_ranges"),
    ),
    Table(
        Invitation,
        columns=("email", "account", "role", "sent_at", "accepted_at", "revoked_at"),
        find=("email",),
    ),
    Table(
        Activity,
        columns=("at", "account", "kind", "person", "subject"),
        more=("key", "detail", "address", "agent"),
        find=("account__id",),
        sift=("kind",),
    ),
    Table(
        StaffDeed,
        columns=("at", "person", "role", "action", "subject_kind", "subject_id"),
        more=("reason", "before", "after"),
        find=("subject_id", "action"),
        sift=("role",),
    ),
    Table(
        Letter,
        columns=("to", "kind", "created_at", "sent_at", "tries", "due_at"),
        find=("to",),
        sift=("kind",),
    ),
)
MONEY = (
    Table(
        Wallet,
        columns=("account", "credits_posted", "debits_posted", "held", "debt"),
        more=("seq", "frozen", "is_capped", "created_at"),
        find=("account__id",),
    ),
    Table(
        Hold,
        columns=("job_id", "wallet", "amount", "posted", "state", "created_at"),
        more=("key_id", "member", "expires_at", "resolved_at", "reason"),
        find=("job_id", "wallet__account__id"),
        sift=("state",),
    ),
    Table(
        Transfer,
        columns=("at", "wallet", "kind", "direction", "amount", "balance_after"),
        more=("seq", "counter", "key", "ref_type", "ref_id", "memo", "reverses"),
        find=("wallet__account__id", "key", "ref_id"),
        sift=("kind",),
    ),
    Table(Lot, columns=("transfer", "wallet", "amount", "unspent", "expires_at")),
    Table(Clawback, columns=("at", "wallet", "amount", "taken", "payment")),
    Table(
        KeyBudget,
        columns=("owner", "period", "cap", "spent", "held", "window_start"),
        find=("owner",),
    ),
    Table(
        StripePayment,
        columns=("created_at", "wallet", "status", "credits", "amount_minor"),
        more=("currency", "paid_minor", "refunded_minor", "disputed", "session_id")
        + ("payment_intent", "charge_id", "pack", "card", "error", "paid_at"),
        find=("session_id", "payment_intent", "charge_id", "wallet__account__id"),
        sift=("status", "livemode"),
    ),
    Table(
        StripeEvent,
        columns=("event_id", "type", "state", "tries", "received_at"),
        more=("error", "livemode"),
        find=("event_id", "type"),
        sift=("state",),
    ),
    Table(
        PromoCode,
        columns=("code", "credits", "uses", "created_at"),
        find=("code",),
        editable=("max_uses", "starts_at", "ends_at", "memo"),
    ),
    Table(PromoUse, columns=("at", "promo", "account", "transfer")),
    Table(
        TopUpRule,
        columns=("account", "state", "threshold", "pack", "failures", "last_error"),
        sift=("state",),
    ),
)
ORDERS = (
    Table(
        Generation,
        columns=("id", "account", "model", "state", "delivered", "created_at"),
        more=("key", "group", "lane", "endpoint", "provider", "n", "error_code")
        + ("unit_price_microcredits", "is_test", "started_at", "finished_at"),
        find=("id", "account__id"),
        sift=("state", "lane"),
    ),
    Table(
        Attempt,
        columns=("started_at", "generation", "provider", "outcome", "duration_ms"),
        more=("channel", "upstream", "status", "cost_microusd", "upstream_request_id"),
        find=("generation__id", "upstream_request_id"),
        sift=("outcome",),
    ),
    Table(
        Picture,
        columns=("id", "generation", "format", "width", "height", "created_at"),
        more=("bytes", "sha256", "seed", "expires_at"),
        find=("id", "generation__id"),
    ),
    Table(
        ChannelRow,
        columns=("name", "provider", "is_on", "priority", "weight"),
        more=("concurrency", "per_minute", "groups", "created_at"),
    ),
    Table(Health, columns=("channel", "model", "failures", "since", "until")),
    Table(Unpaid, columns=("account", "key", "started_at", "microusd")),
    Table(
        Endpoint,
        columns=("id", "account", "url", "is_enabled", "failing_since"),
        find=("id", "account__id"),
    ),
    Table(
        Delivery,
        columns=("id", "event", "url", "state", "failures", "created_at"),
        find=("id", "generation_id"),
        sift=("state",),
    ),
)
PUBLIC = (
    Table(
        Report,
        columns=("created_at", "picture", "reason", "state", "decided_at"),
        sift=("state",),
    ),
    Table(
        Inquiry,
        columns=("created_at", "kind", "topic", "email", "state", "about"),
        find=("id", "email", "about"),
        sift=("kind", "state"),
    ),
    Table(Incident, columns=("title", "impact", "state", "begun_at", "resolved_at")),
    Table(Announcement, columns=("text", "level", "starts_at", "ends_at")),
    Table(Challenge, columns=("slug", "name", "category", "shape", "retired_at")),
    Table(Entry, columns=("id", "challenge", "model", "provider", "retired_at")),
    Table(Vote, columns=("created_at", "pair", "choice", "is_guest", "took_ms")),
)
TABLES = (*PEOPLE, *MONEY, *ORDERS, *PUBLIC)
