/* The playground: the price at once, the models, and the settings as a sheet.
   The server owns prices; this only multiplies what it sent. */
(() => {
  const { page, verbs, find, findAll } = window.easel;
  const MICRO = 1_000_000;
  const root = document.documentElement;
  const prompt = () => find("#prompt");
  const chosen = (name) => find(`#settings [name="${name}"]:checked`);

  /* Price. */
  function priced(microcredits) {
    const words = find("#price").dataset;
    if (!microcredits) return words.free;
    return microcredits === MICRO ? words.one : words.many.replace("%s", page.credits(microcredits));
  }

  function tell(selector, text) {
    for (const element of findAll(selector)) if (element.textContent !== text) element.textContent = text;
  }

  /* "1K=1000000f 2K=1000000": f where the day's free pictures may be used. */
  function unitOf(tier) {
    const said = find("#price").dataset.units.split(" ").find((one) => one.startsWith(`${tier}=`)) || "=0";
    const text = said.slice(said.indexOf("=") + 1);
    return { unit: parseInt(text, 10), mayBeFree: text.endsWith("f") };
  }

  function showPrice() {
    const tier = chosen("resolution");
    const count = chosen("n");
    if (!tier || !count) return;
    const { unit, mayBeFree } = unitOf(tier.value);
    const { available, freeLeft } = find("#price").dataset;
    const n = Number(count.value);
    const total = mayBeFree && n <= Number(freeLeft) ? 0 : unit * n;
    tell("[data-total]", priced(total));
    tell("[data-unit]", priced(unit));
    const about = find("[data-about]");
    if (about && tier.dataset.time) about.textContent = about.dataset.about.replace("%s", tier.dataset.time);
    tell("[data-sum]", `${n} × ${priced(unit)}`);
    if (available) tell("[data-after]", page.credits(Number(available) - total));
    find("#price [name=quoted]").value = total;
    const shape = chosen("aspect_ratio").parentElement.textContent.trim();
    tell("[data-names]", find("#settings").dataset.modelName);
    tell("[data-summary]", `· ${shape} · ${tier.value} · ×${n}`);
  }

  function showSizes() {
    const sizes = chosen("aspect_ratio").dataset.sizes.split("|");
    findAll('#settings [name="resolution"]').forEach((tier, index) => {
      const note = find("small", tier.parentElement);
      if (note && sizes[index]) note.textContent = sizes[index];
    });
  }

  /* Models: one list for every place that takes one. */
  const picker = find("#picker");
  let asking = find("#model-button");
  let kind = "";
  function showRows() {
    const words = find("#picker-search").value.toLowerCase().trim();
    const rows = findAll(".model-row", picker);
    for (const row of rows) {
      const fits = row.dataset.search.includes(words) && (!kind || row.dataset.kinds.split(" ").includes(kind));
      row.hidden = !fits;
    }
    find("#picker-none").hidden = rows.some((row) => !row.hidden);
  }
  function refreshPicker() {
    const { model } = find("#settings").dataset;
    const isRehearsed = find("#rehearse")?.checked;
    const taken = asking?.dataset.slot === "rival" ? findAll("[name=rival]")[asking.dataset.place]?.value : model;
    for (const row of findAll(".model-row", picker)) {
      const { members, away, needsReference } = row.dataset;
      const cannot = needsReference !== undefined && !window.easel.hasReferences?.();
      row.disabled = members !== undefined || (away !== undefined && !isRehearsed) || cannot;
      row.setAttribute("aria-pressed", row.value === taken);
    }
  }
  picker.addEventListener("beforetoggle", (event) => event.newState === "open" && refreshPicker());
  addEventListener("click", ({ target }) => {
    const button = target.closest("[popovertarget=picker]");
    if (button) asking = button;
  }, true);
  /* A row answers for whichever place asked. */
  addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.elt.matches("#picker .model-row")) return;
    const rivals = findAll("[name=rival]").map((one) => one.value).filter(Boolean);
    if (asking?.dataset.slot === "rival") {
      rivals[asking.dataset.place ?? rivals.length] = detail.elt.value;
      put(detail, "model", find("[name=model][type=hidden]").value);
    } else put(detail, "model", detail.elt.value);
    put(detail, "rival", rivals);
  });
  function put(detail, name, value) {
    delete detail.parameters[name];
    detail.parameters[name] = value;
  }

  /* What buttons and links here do. */
  const sheet = find("#sheet");
  let focusPromptNext = false;
  Object.assign(verbs, {
    fill(link, _, event) {
      event.preventDefault();
      prompt().value = link.dataset.prompt;
      remember();
      prompt().focus();
    },
    /* Too many to pay for: the number that can be, chosen but not yet sent. */
    fewer(button, n, event) {
      event.preventDefault();
      const count = find(`#settings [name="n"][value="${n}"]`);
      count.checked = true;
      count.dispatchEvent(new Event("change", { bubbles: true }));
      verbs.dismiss(button);
      find("#generate").focus();
    },
    roll() {
      const seed = find("#seed");
      seed.value = crypto.getRandomValues(new Uint32Array(1))[0] % 2 ** 31;
      seed.dispatchEvent(new Event("change", { bubbles: true }));
    },
    kind(chip, value) {
      kind = value;
      for (const other of findAll(".chip", picker)) other.setAttribute("aria-pressed", other === chip);
      showRows();
    },
    unrival(button) {
      const input = find("[name=rival]", button.closest(".field"));
      input.remove();
      find("#mode-compare").dispatchEvent(new Event("change", { bubbles: true }));
    },
    sheet() {
      if (sheet.open) return sheet.close();
      sheet.showModal();
      find(".setup").setAttribute("aria-expanded", "true");
      find(".close", sheet).focus();
    },
    remix() {
      find("#lightbox").close();
      focusPromptNext = true;
    },
  });
  sheet.addEventListener("close", () => {
    find(".setup").setAttribute("aria-expanded", "false");
    find(".setup").focus();
  });
  sheet.addEventListener("click", ({ target }) => target === sheet && sheet.close());
  matchMedia("(width >= 72rem)").addEventListener("change", () => sheet.close());

  /* A prompt outlives a reload, and signing up. */
  function remember() {
    try {
      localStorage.setItem("prompt", prompt().value);
    } catch {
      /* Private windows may refuse storage; the prompt then lasts as long as the page. */
    }
  }
  function restore() {
    if (!prompt().matches("[data-restore]") || prompt().value) return;
    try {
      prompt().value = localStorage.getItem("prompt") || "";
    } catch {
      /* As above. */
    }
  }

  /* After htmx has put something in place. */
  addEventListener("htmx:afterSettle", ({ detail }) => {
    const { id } = detail.target;
    if (id === "settings") {
      if (picker.matches(":popover-open")) {
        picker.hidePopover();
        (document.getElementById(asking?.id) || find("#model-button")).focus();
      }
      if (focusPromptNext) prompt().focus();
      focusPromptNext = false;
    }
    if (["settings", "price", "problem", "feed"].includes(id)) showPrice();
  });

  addEventListener("change", (event) => {
    if (!event.target.matches("#settings *")) return;
    if (event.target.name === "aspect_ratio") showSizes();
    showPrice();
  });
  addEventListener("input", (event) => {
    if (event.target.id === "prompt") remember();
    if (event.target.id === "picker-search") showRows();
  });
  addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (!link) return;
    event.preventDefault();
    const run = document.getElementById(link.dataset.goto);
    if (!run) htmx.trigger(link, "fetch");
    else run.scrollIntoView({ block: "start", behavior: "smooth" });
    findAll("#rail [aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
  });
  picker.addEventListener("keydown", (event) => {
    const stops = findAll(".input, .model-row:not([hidden]):not(:disabled)", picker);
    const step = { ArrowDown: 1, ArrowUp: stops.length - 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    stops[(Math.max(0, stops.indexOf(document.activeElement)) + step) % stops.length].focus();
  });

  window.easel.refreshPicker = refreshPicker;
  restore();
  showPrice();
})();
