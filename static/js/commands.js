/* Command-K, on every page: a combobox over what to do here, where to go, and what the server finds. */
(() => {
  const { find, findAll } = window.easel;
  const dialog = find("#commands");
  const search = find("#command-search");
  const list = find("#command-list");
  const none = find("#command-none");
  const options = () => findAll("[role=option]", list).filter((option) => !option.hidden);
  let chosen = null;
  let count = 0;
  let answered = "";

  function choose(option) {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option || null;
    if (!chosen) return search.removeAttribute("aria-activedescendant");
    chosen.id ||= `command-${(count += 1)}`;
    chosen.setAttribute("aria-selected", "true");
    search.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }
  function isHere(option) {
    const { press, show } = option.dataset;
    if (show) return document.getElementById(show) !== null;
    return !press || findAll(press).some((element) => !element.disabled);
  }
  function sift({ keeps = false } = {}) {
    const words = search.value.toLowerCase().trim();
    for (const group of findAll("[role=group]:not([data-found])", list)) {
      const own = findAll("[role=option]", group);
      for (const option of own) option.hidden = !isHere(option) || !option.textContent.toLowerCase().includes(words);
      group.hidden = own.every((option) => option.hidden);
    }
    const shown = options();
    none.hidden = shown.length > 0 || answered !== words;
    choose(keeps && shown.includes(chosen) ? chosen : shown[0]);
  }
  function open() {
    search.value = answered = "";
    find("#command-found").replaceChildren();
    sift();
    dialog.showModal();
  }

  window.easel.verbs.commands = (link, argument, event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("[popover]")?.hidePopover();
    open();
  };
  addEventListener("keydown", (event) => {
    if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!find("dialog[open]")) open();
  });
  search.addEventListener("input", () => sift());
  dialog.addEventListener("htmx:afterSettle", () => {
    answered = search.value.toLowerCase().trim();
    sift({ keeps: true });
  });
  search.addEventListener("keydown", (event) => {
    const shown = options();
    const place = shown.indexOf(chosen);
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + 8, PageUp: place - 8 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      chosen?.click();
    } else if (next !== undefined && shown.length) {
      event.preventDefault();
      choose(shown[Math.max(0, Math.min(next, shown.length - 1))]);
    }
  });
  list.addEventListener("click", ({ target }) => {
    const option = target.closest("[data-press], [data-show]");
    if (!option) return;
    dialog.close();
    if (option.dataset.show) document.getElementById(option.dataset.show).showModal();
    else find(option.dataset.press).click();
  });
})();
