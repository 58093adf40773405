/* The keyboard. Single letters are off inside fields, and altogether when somebody says so. */
(() => {
  const { page, verbs, find, findAll } = window.easel;
  const lightbox = find("#lightbox");
  const letters = {
    get are_on() {
      try {
        return localStorage.getItem("letters") !== "off";
      } catch {
        return true;
      }
    },
    set are_on(on) {
      try {
        localStorage.setItem("letters", on ? "on" : "off");
      } catch {
        page.say("");
      }
    },
  };
  const openers = {
    "/": () => find("#prompt").focus(),
    "?": () => find("#keys-help").showModal(),
    m: () => find("#model-button").click(),
    s: () => (innerWidth < 1152 ? verbs.sheet() : find("#settings").focus()),
  };
  const steps = { ArrowLeft: "before", ArrowRight: "after", ArrowUp: "before", ArrowDown: "after" };

  addEventListener("keydown", (event) => {
    const hasCommand = event.metaKey || event.ctrlKey;
    if (hasCommand && event.key === "Enter") {
      event.preventDefault();
      find("#create").requestSubmit(find("#generate"));
      return;
    }
    if (hasCommand && event.key === "Backspace" && !event.target.value) {
      if (window.easel.cancelNewest()) event.preventDefault();
      return;
    }
    if (event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select")) return;
    if (hasCommand || event.altKey) return;
    if (event.key.length === 1 && !letters.are_on) return;
    if (lightbox.open) return inLightbox(event);
    if (event.target.matches("[data-picture]")) return onPicture(event);
    open(event);
  });

  function open(event) {
    if (document.querySelector("dialog[open], [popover]:popover-open") || !openers[event.key]) return;
    event.preventDefault();
    openers[event.key]();
  }
  function inLightbox(event) {
    if (find("dialog.dialog[open]")) return;
    if (!steps[event.key]) return find(`[data-key="${CSS.escape(event.key)}"]`, lightbox)?.click();
    /* Asked for directly: htmx takes a moment to see new links, and keys can be faster. */
    const address = find(`[data-step="${steps[event.key]}"]`, lightbox)?.getAttribute("hx-get");
    if (address) htmx.ajax("GET", address, { source: lightbox, target: lightbox, swap: "innerHTML" });
  }
  function onPicture(event) {
    if (!steps[event.key]) {
      const tool = find(`[data-key="${CSS.escape(event.key)}"]`, event.target.closest(".tile"));
      return tool ? tool.click() : open(event);
    }
    event.preventDefault();
    const pictures = findAll("#feed [data-picture]");
    pictures[pictures.indexOf(event.target) + (steps[event.key] === "after" ? 1 : -1)]?.focus();
  }

  const choice = find("#letters");
  choice.checked = letters.are_on;
  choice.addEventListener("change", () => (letters.are_on = choice.checked));
  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const key of findAll('[data-keys="mod-enter"]')) key.textContent = "⌘↵";
    for (const key of findAll('[data-keys="mod"]')) key.textContent = "⌘";
  }
})();
