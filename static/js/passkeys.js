/* Passkeys: making one, and signing in with one. A form says which by data-passkey="make" or "use";
   what the server asks is JSON beside it, or fetched from the form's address. */
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

  async function make(options, isPasskey) {
    const wanted = options.publicKey;
    wanted.challenge = bytes(wanted.challenge);
    wanted.user = { ...wanted.user, id: bytes(wanted.user.id) };
    wanted.excludeCredentials = named(wanted.excludeCredentials);
    const selection = wanted.authenticatorSelection;
    selection.residentKey = isPasskey ? "required" : "discouraged";
    selection.requireResidentKey = isPasskey;
    if (isPasskey) selection.userVerification = "required";
    const made = await navigator.credentials.create({ publicKey: wanted });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
        transports: made.response.getTransports?.() ?? [],
      },
      clientExtensionResults: made.getClientExtensionResults(),
    };
  }

  async function use(options) {
    const wanted = options.publicKey;
    wanted.challenge = bytes(wanted.challenge);
    wanted.allowCredentials = named(wanted.allowCredentials);
    const used = await navigator.credentials.get({ publicKey: wanted });
    const handle = used.response.userHandle;
    return {
      id: used.id,
      rawId: text(used.rawId),
      type: used.type,
      response: {
        clientDataJSON: text(used.response.clientDataJSON),
        authenticatorData: text(used.response.authenticatorData),
        signature: text(used.response.signature),
        userHandle: handle ? text(handle) : null,
      },
      clientExtensionResults: used.getClientExtensionResults(),
    };
  }

  async function asked(form) {
    const beside = document.getElementById("passkey-options");
    if (beside) return JSON.parse(beside.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function answer(form) {
    const options = await asked(form);
    const isPasskey = form.querySelector("[name=passwordless]")?.checked ?? true;
    const credential = form.dataset.passkey === "make" ? await make(options.creation_options, isPasskey) : await use(options.request_options);
    form.querySelector("[name=credential]").value = JSON.stringify(credential);
    form.submit();
  }

  function begin(event) {
    const form = event.currentTarget;
    event.preventDefault();
    const words = form.querySelector("[data-words]");
    const button = form.querySelector("button");
    words.hidden = true;
    button.disabled = true;
    answer(form).catch((error) => {
      words.textContent = words.dataset[error.name === "InvalidStateError" ? "known" : error.name === "SecurityError" ? "address" : "words"];
      words.hidden = false;
      button.disabled = false;
    });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = !window.PublicKeyCredential;
    form.addEventListener("submit", begin);
  }
})();
