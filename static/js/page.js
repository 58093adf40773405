/* What every page can do: theme, dialogs, toasts, copying, tabs, and values the server sends as data.
   Elements say what they do with data-do="verb" or data-do="verb:argument". */
(() => {
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

  const MICRO = 1_000_000;
  const page = {
    credits(microcredits) {
      return page.number(microcredits / MICRO, microcredits % MICRO ? 2 : 0);
    },
    // As the server writes it: thousands are always apart.
    number(amount, places = 0) {
      return amount.toLocaleString(root.lang, {
        minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: "always",
      });
    },
    say(text) {
      const live = find("#live");
      if (live) live.textContent = text;
    },
    toast(text) {
      const toast = document.createElement("div");
      const words = document.createElement("span");
      toast.className = "toast";
      toast.setAttribute("role", "status");
      words.textContent = text;
      toast.append(words);
      find("#toasts").append(toast);
      leaveSoon(toast);
    },
  };

  const verbs = {
    theme() {
      const chosen = root.dataset.theme;
      const isDark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      /* All at once: hundreds of colours that fade take a second of the processor. */
      root.classList.add("is-turning");
      root.dataset.theme = isDark ? "light" : "dark";
      setTimeout(() => root.classList.remove("is-turning"), 400);
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch {
        /* Private windows may refuse storage; the theme then lasts as long as the page. */
      }
    },
    open(button, id) {
      document.getElementById(id)?.showModal();
    },
    close(button, id, event) {
      event.preventDefault();
      (id ? document.getElementById(id) : button.closest("dialog"))?.close();
    },
    dismiss(button) {
      button.closest(".toast, .banner")?.remove();
    },
    async copy(button, id) {
      const source = id ? document.getElementById(id) : find("pre:not([hidden])", button.closest(".code, dialog") || document);
      const text = source?.value ?? source?.textContent ?? "";
      const done = await put(text, source);
      page.say(done ? button.dataset.done : "");
      if (done && button.dataset.done) flash(button, button.dataset.done);
    },
    tab(button) {
      for (const tab of findAll("[role=tab]", button.closest("[role=tablist]"))) {
        const isChosen = tab === button;
        tab.setAttribute("aria-selected", isChosen);
        tab.tabIndex = isChosen ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
      }
    },
  };

  async function put(text, source) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand("copy");
    }
  }

  function flash(button, text) {
    const label = find("[data-label]", button) || button;
    const before = label.textContent;
    label.textContent = text;
    setTimeout(() => (label.textContent = before), 1400);
  }

  function leaveSoon(toast) {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) leaveSoon(toast);
      else toast.remove();
    }, find("form", toast) ? 20_000 : 6000);
  }

  /* data-vars="share:62%;ar:7/3" becomes --share and --ar: the policy forbids style attributes. */
  function dress(within) {
    for (const element of findAll("[data-vars]", within)) {
      for (const pair of element.dataset.vars.split(";")) {
        const [name, value] = pair.split(":");
        element.style.setProperty(`--${name.trim()}`, value);
      }
    }
  }

  function ready(within) {
    dress(within);
    findAll(".toasts .toast", within).forEach(leaveSoon);
  }

  addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) {
      const [verb, argument] = button.dataset.do.split(":");
      verbs[verb]?.(button, argument, event);
    } else if (event.target.matches("dialog.dialog:not([data-stay])")) {
      event.target.close();
    }
  });

  /* Escape does not close a dialog that must be answered; its cancel event comes too seldom to rely on. */
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && find("dialog[data-stay][open]")) event.preventDefault();
  });

  addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[role=tab]");
    if (!tab || !/^Arrow(Left|Right)$/.test(event.key)) return;
    const tabs = findAll("[role=tab]", tab.closest("[role=tablist]"));
    const step = event.key === "ArrowRight" ? 1 : tabs.length - 1;
    const next = tabs[(tabs.indexOf(tab) + step) % tabs.length];
    next.click();
    next.focus();
  });

  addEventListener("htmx:load", (event) => ready(event.detail.elt.parentElement || document));
  /* A dialog marked data-open shows itself as soon as it is on the page, or swapped in. */
  const openMarked = () => findAll("dialog[data-open]:not([open])").forEach((dialog) => dialog.showModal());
  addEventListener("htmx:load", openMarked);
  /* A run as code is filled into its dialog, which then shows itself. */
  addEventListener("htmx:afterSettle", ({ detail }) => detail.target.id === "as-code" && detail.target.showModal());
  ready(document);
  openMarked();
  find(".console > aside [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  /* Single letters as keys can be switched off, here or in the profile. */
  const letters = {
    areOn() {
      if (root.dataset.letters === "off") return false;
      try {
        return localStorage.getItem("letters") !== "off";
      } catch {
        return true;
      }
    },
    keep(areOn) {
      try {
        localStorage.setItem("letters", areOn ? "on" : "off");
      } catch {
        /* Private windows may refuse storage; letters then stay keys. */
      }
    },
  };

  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const key of findAll('[data-keys="mod-enter"]')) key.textContent = "⌘↵";
    for (const key of findAll('[data-keys="mod"]')) key.textContent = "⌘";
  }

  window.easel = { page, verbs, letters, find, findAll };
})();
