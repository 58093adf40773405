"""Every code an answer of ours can name as its error: what it means, and what to do.

One table, read by the API's doors for statuses and hints, and by the page that
explains them all at /docs/errors. A code that is not here is a bug that a test finds.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from playground.codes_closed import CLOSED
from playground.codes_of_batches import BATCHES
from playground.coding import CALLER, KEY, MONEY, OURS, RATE, REFUSED, Code

__all__ = ["CODES", "Code"]

CODES: Mapping[str, Code] = MappingProxyType(
    {
        **CLOSED,
        **BATCHES,
        "invalid_value": Code(
            400,
            CALLER,
            _("A field holds something it cannot."),
            _("Change the field that param names; the message says what it may be."),
        ),
        "empty_mask": Code(
            400,
            CALLER,
            _("The mask opens nothing, so nothing could change."),
            _("Open some of it, or leave the mask out."),
        ),
        "missing_required_parameter": Code(
            400,
            CALLER,
            _("Something this request needs is not there."),
            _("Add the field that param names."),
        ),
        "string_above_max_length": Code(
            400,
            CALLER,
            _("A text is longer than the model reads."),
            _("Shorten it; GET /v1/models says how much each model reads."),
        ),
        "would_be_changed": Code(
            400,
            CALLER,
            _("With X-Easel-Strict, nothing is mapped, clamped, dropped or emulated."),
            _("Change the fields that the message names, or leave the header out."),
        ),
        "quote_expired": Code(
            400,
            CALLER,
            _("The quote is older than its promise."),
            _("Ask with ?dry_run=true for a new one, or leave quote_id out."),
        ),
        "quote_mismatch": Code(
            400,
            CALLER,
            _("The quote was made for another order, account or key."),
            _("Send it with the order it was made for, or leave quote_id out."),
        ),
        "quote_unknown": Code(
            400,
            CALLER,
            _("The quote_id was not made here."),
            _("Send the quote_id of a dry run as it is, or leave it out."),
        ),
        "bad_request": Code(
            400,
            CALLER,
            _("The request could not be read at all."),
            _("Check the address, the Host header and the body."),
        ),
        "bad_json": Code(
            400,
            CALLER,
            _("The body is not valid JSON."),
            _("Send one JSON object, in UTF-8, with Content-Type: application/json."),
        ),
        "bad_form": Code(
            400,
            CALLER,
            _("The form is broken, or was cut off on its way."),
            _("Let your HTTP library write the multipart body, and send it again."),
        ),
        "picture_not_found": Code(
            400,
            CALLER,
            _("The account keeps no picture of this id."),
            _("Send the picture as a file, or by its https address."),
        ),
        "invalid_image_url": Code(
            400,
            CALLER,
            _("A picture could not be fetched from the address that was given."),
            _("Use a public https address, or send the picture as a file."),
        ),
        "invalid_image_file": Code(
            400,
            CALLER,
            _("What was sent as a picture cannot be read as one."),
            _(
                "Send a PNG, JPEG, WebP, GIF or HEIC within the limits the message names."
            ),
        ),
        "moderation_blocked": Code(
            400,
            REFUSED,
            _("The model declined to paint this. Nothing was charged."),
            _("Change the prompt or the pictures; the same request fails again."),
        ),
        "invalid_api_key": Code(
            401,
            CALLER,
            _("There is no API key, or none that is known here."),
            _("Send 'Authorization: Bearer esl_…' with a key from Console → API keys."),
        ),
        "api_key_expired": Code(
            401,
            CALLER,
            _("The key has expired."),
            _("Make a new key, or have its owner set a later expiry."),
        ),
        "insufficient_quota": Code(
            402,
            MONEY,
            _("The account has fewer credits than the order may cost."),
            _("Buy credits under Console → Billing, or ask for fewer pictures."),
        ),
        "budget_exceeded": Code(
            402,
            MONEY,
            _("The order would take the key over a limit its owner set."),
            _("Wait until the limit resets, or have the key's owner raise it."),
        ),
        "payment_due": Code(
            402,
            MONEY,
            _("The account owes credits or is frozen."),
            _("Settle it under Console → Billing."),
        ),
        "model_not_allowed": Code(
            403,
            KEY,
            _("The key may not do this."),
            _("Use another key, or have its owner allow it."),
        ),
        "storage_quota_exceeded": Code(
            403,
            KEY,
            _("The account has stored as many pictures as the operator allows."),
            _("Delete some, or ask with a shorter retention from now on."),
            is_final=True,
        ),
        "tier_not_allowed": Code(
            403,
            KEY,
            _("The key may not ask for pictures so large."),
            _("Ask for a smaller tier, or have the key's owner raise max_tier."),
        ),
        "n_not_allowed": Code(
            403,
            KEY,
            _("The key may not ask for so many pictures at a time."),
            _("Ask for fewer, or have the key's owner raise max_n."),
        ),
        "scope_not_allowed": Code(
            403,
            KEY,
            _("The key was not made for this."),
            _("Use a key with the scope that the message names."),
        ),
        "address_not_allowed": Code(
            403,
            KEY,
            _("The key may not be used from this address."),
            _(
                "Call from an address within ip_ranges, or have the key's owner add yours."
            ),
        ),
        "model_not_found": Code(
            404,
            CALLER,
            _("There is no model of this name."),
            _("GET /v1/models lists every model; the message may name a near one."),
        ),
        "model_retired": Code(
            404,
            CALLER,
            _("The model has been shut down by its vendor."),
            _("Ask for its successor, which the message names if there is one."),
        ),
        "provider_not_available": Code(
            404,
            CALLER,
            _("None of the providers that the request allows can paint this here."),
            _(
                "Change provider.only or provider.ignore; the message names who is there."
            ),
        ),
        "over_max_price": Code(
            400,
            CALLER,
            _("A picture of this costs more than provider.max_price allows."),
            _("Ask for a smaller picture or another model, or allow more."),
        ),
        "model_not_connected": Code(
            404,
            CALLER,
            _("No provider of this model is connected to this installation."),
            _("Use another model; the operator can connect a provider of this one."),
        ),
        "not_found": Code(
            404,
            CALLER,
            _("There is nothing of this id in your account."),
            _("Check the id, and that the key belongs to the same account."),
        ),
        "task_not_found": Code(
            404,
            CALLER,
            _("There is no task of this id in your account."),
            _("A task's id is the x-request-id of its call, and begins with img_."),
        ),
        "key_not_found": Code(
            404,
            CALLER,
            _("There is no key of this id in your account."),
            _("GET /v1/keys lists them; their ids begin with key_."),
        ),
        "webhook_not_found": Code(
            404,
            CALLER,
            _("There is no webhook of this id in your account."),
            _("GET /v1/webhooks lists them; their ids begin with whk_."),
        ),
        "delivery_not_found": Code(
            404,
            CALLER,
            _("There is no delivery of this id in your account."),
            _(
                "GET /v1/webhooks/<id>/deliveries lists them; their ids begin with msg_."
            ),
        ),
        "request_not_found": Code(
            404,
            CALLER,
            _("There is no request of this id in your account."),
            _("GET /v1/requests lists them; their ids begin with img_."),
        ),
        "unknown_path": Code(
            404,
            CALLER,
            _("There is nothing at this path."),
            _("Pictures are made at /v1/images/generations and /v1/images/edits."),
        ),
        "endpoint_not_offered": Code(
            404,
            CALLER,
            _("This endpoint exists elsewhere; Easel makes pictures only."),
            _("Use the endpoint that the message names."),
        ),
        "method_not_allowed": Code(
            405,
            CALLER,
            _("The path does not answer to this method."),
            _("The Allow header names the methods it answers to."),
        ),
        "idempotency_in_progress": Code(
            409,
            CALLER,
            _("The same order is still being painted."),
            _("Wait as long as Retry-After says and ask again; it is painted once."),
        ),
        "request_in_progress": Code(
            409,
            CALLER,
            _("The request is still being painted."),
            _("Cancel it, or wait for its end, and ask again."),
            is_final=True,
        ),
        "payload_too_large": Code(
            413,
            CALLER,
            _("The request, or one of its parts, is larger than Easel reads."),
            _("Send smaller or fewer pictures, as files rather than data URIs."),
        ),
        "unsupported_media_type": Code(
            415,
            CALLER,
            _("The body is of a kind this endpoint does not read."),
            _("Send application/json, or for edits multipart/form-data."),
        ),
        "idempotency_key_reused": Code(
            422,
            CALLER,
            _("The Idempotency-Key was used for another request."),
            _("Use a new key for each new request."),
        ),
        "pictures_expired": Code(
            400,
            CALLER,
            _("The pictures of this order are no longer kept."),
            _("Make the order again, under a new Idempotency-Key."),
        ),
        "rate_limit_exceeded": Code(
            429,
            RATE,
            _("That was too much at once."),
            _("Wait as long as Retry-After says, or until what is under way is done."),
        ),
        "concurrency_exceeded": Code(
            429,
            RATE,
            _("The key has as many orders under way as it may."),
            _("Wait until one of them is done."),
        ),
        "too_many_refusals": Code(
            429,
            RATE,
            _(
                "Too much that was refused or called off; providers bill it all the same."
            ),
            _("Wait as long as Retry-After says, and change what is refused."),
            is_final=True,
        ),
        "upstream_busy": Code(
            429,
            RATE,
            _("Every provider of this is busy. Nothing was charged."),
            _("Wait as long as Retry-After says and ask again."),
        ),
        "server_error": Code(
            500,
            OURS,
            _("Something broke on our side. Nothing was charged for what is missing."),
            _("Try again; quote the x-request-id to the operator if it stays."),
        ),
        "upstream_error": Code(
            502,
            OURS,
            _("No provider could paint this. Nothing was charged."),
            _("Try again in a while, or ask for another model."),
        ),
        "not_painted": Code(
            502,
            OURS,
            _("Nobody delivered a picture. Nothing was charged."),
            _("Try again in a while, or ask for another model."),
        ),
        "out_of_service": Code(
            503,
            OURS,
            _("Easel is restarting, or its database is away for a moment."),
            _("Wait as long as Retry-After says and try again."),
        ),
        "storage_unavailable": Code(
            503,
            OURS,
            _("Pictures cannot be stored or read just now."),
            _("Try again soon; the operator should look at the storage."),
        ),
        "put_back": Code(
            503,
            OURS,
            _("Easel is restarting; the order is kept and will be painted."),
            _("Do not order it again: fetch it from /v1/tasks/<x-request-id>."),
            is_final=True,
        ),
        "timeout": Code(
            504,
            OURS,
            _("This took too long and was given up. Nothing was charged."),
            _("Try again, or ask for fewer or smaller pictures."),
        ),
        "cancelled": Code(
            409,
            CALLER,
            _("The order was cancelled before it was done."),
            _("Make it again if it is still wanted."),
            is_final=True,
        ),
    }
)
