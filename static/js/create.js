/* The playground: the price at once, progress inside each slot, and the keys.
   The server owns prices and states; this only multiplies and animates what it sent. */
(() => {
  const { page, verbs, find, findAll } = window.easel;
  const MICRO = 1_000_000;
  const root = document.documentElement;
  const prompt = () => find("#prompt");
  const chosen = (name) => find(`#settings [name="${name}"]:checked`);

  /* Price. */
  function written(microcredits) {
    const places = microcredits % MICRO ? 2 : 0;
    const style = { minimumFractionDigits: places, maximumFractionDigits: places };
    return (microcredits / MICRO).toLocaleString(root.lang, style);
  }

  function priced(microcredits) {
    const words = find("#price").dataset;
    if (!microcredits) return words.free;
    return microcredits === MICRO ? words.one : words.many.replace("%s", written(microcredits));
  }

  function tell(selector, text) {
    for (const element of findAll(selector)) if (element.textContent !== text) element.textContent = text;
  }

  function showPrice() {
    const tier = chosen("resolution");
    const count = chosen("n");
    if (!tier || !count) return;
    const unit = Number(tier.dataset.price);
    const total = unit * Number(count.value);
    const { available } = find("#price").dataset;
    tell("[data-total]", priced(total));
    tell("[data-unit]", priced(unit));
    if (tier.dataset.time) tell("[data-about]", find("[data-about]").dataset.about.replace("%s", tier.dataset.time));
    tell("[data-sum]", `${count.value} × ${priced(unit)}`);
    if (available) tell("[data-after]", written(Number(available) - total));
    find("#price [name=quoted]").value = total;
    const shape = chosen("aspect_ratio").parentElement.textContent.trim();
    tell("[data-summary]", `${find("#settings").dataset.modelName} · ${shape} · ${tier.value} · ×${count.value}`);
  }

  function showSizes() {
    const sizes = chosen("aspect_ratio").dataset.sizes.split("|");
    findAll('#settings [name="resolution"]').forEach((tier, index) => {
      const note = find("small", tier.parentElement);
      if (note && sizes[index]) note.textContent = sizes[index];
    });
  }

  function markModel() {
    const { model } = find("#settings").dataset;
    for (const row of findAll("#picker .model-row")) row.setAttribute("aria-pressed", row.value === model);
  }

  /* What buttons and links here do. */
  Object.assign(verbs, {
    fill(link, _, event) {
      event.preventDefault();
      prompt().value = link.dataset.prompt;
      remember();
      prompt().focus();
    },
    roll() {
      const seed = find("#seed");
      seed.value = crypto.getRandomValues(new Uint32Array(1))[0] % 2 ** 31;
      seed.dispatchEvent(new Event("change", { bubbles: true }));
    },
    sheet() {
      const isOpen = document.body.classList.toggle("sheet-open");
      find(".setup").setAttribute("aria-expanded", isOpen);
      find(isOpen ? ".inspector .close" : ".setup").focus();
    },
    remix() {
      find("#lightbox").close();
      focusPromptNext = true;
    },
  });
  let focusPromptNext = false;

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
      const picker = find("#picker");
      if (picker.matches(":popover-open")) {
        picker.hidePopover();
        find("#model-button").focus();
      }
      markModel();
      if (focusPromptNext) prompt().focus();
      focusPromptNext = false;
    }
    if (["settings", "price", "problem", "feed"].includes(id)) showPrice();
  });

  /* Focus that stood in a replaced run goes to its heading. */
  let focused = null;
  addEventListener("htmx:beforeSwap", ({ detail }) => {
    focused = detail.target.matches(".run") && detail.target.contains(document.activeElement) ? detail.target.id : null;
  });
  addEventListener("htmx:afterSwap", () => {
    if (focused && document.activeElement === document.body) find(`#${focused} .prompt`)?.focus();
    focused = null;
  });

  addEventListener("change", (event) => {
    if (!event.target.matches("#settings *")) return;
    if (event.target.name === "aspect_ratio") showSizes();
    showPrice();
  });
  addEventListener("input", (event) => {
    if (event.target.id === "prompt") remember();
    if (event.target.dataset.filter) {
      const words = event.target.value.toLowerCase().trim();
      for (const row of findAll(event.target.dataset.filter)) row.hidden = !row.dataset.search.includes(words);
    }
  });
  addEventListener("click", (event) => {
    const link = event.target.closest("[data-run]");
    if (!link) return;
    event.preventDefault();
    const run = document.getElementById(link.dataset.run);
    if (!run) htmx.trigger(link, "fetch");
    else run.scrollIntoView({ block: "start", behavior: "smooth" });
    findAll("#rail [aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
  });

  /* Keys. Single letters are off inside fields. */
  const openers = {
    "/": () => prompt().focus(),
    "?": () => find("#keys-help").showModal(),
    m: () => find("#model-button").click(),
    s: () => (innerWidth < 1152 ? verbs.sheet() : find("#settings").focus()),
  };
  addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key === "Enter") {
      event.preventDefault();
      find("#create").requestSubmit(find("#generate"));
      return;
    }
    if (event.key === "Escape" && document.body.classList.contains("sheet-open")) verbs.sheet();
    if (event.key.startsWith("Arrow") && event.target.closest?.("#picker")) return moveInPicker(event);
    if (event.target.matches?.("input, textarea, select") || event.metaKey || event.ctrlKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || !openers[event.key]) return;
    event.preventDefault();
    openers[event.key]();
  });
  function moveInPicker(event) {
    const stops = findAll("#picker input, #picker .model-row:not([hidden]):not(:disabled)");
    const step = { ArrowDown: 1, ArrowUp: stops.length - 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step) % stops.length].focus();
  }

  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    tell('[data-keys="mod-enter"]', "⌘↵");
    tell('[data-keys="mod"]', "⌘");
  }
  addEventListener("htmx:sendError", () => page.toast(find("#main").dataset.offline));
  addEventListener("htmx:responseError", () => page.toast(find("#main").dataset.broken));
  restore();
  showPrice();
})();
