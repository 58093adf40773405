/* Command-K, on every page: where to go and what to do, found by its name. */
(() => {
  const { find, findAll } = window.easel;
  const dialog = find("#commands");
  const search = find("#command-search");
  const lines = () => findAll("#command-list > :not([hidden])");

  function isHere(line) {
    const { press, show } = line.dataset;
    if (show) return document.getElementById(show) !== null;
    return !press || findAll(press).some((element) => !element.disabled);
  }
  function sift() {
    const words = search.value.toLowerCase().trim();
    for (const line of findAll("#command-list > *")) {
      line.hidden = !isHere(line) || !line.textContent.toLowerCase().includes(words);
    }
    find("#command-none").hidden = lines().length > 0;
  }
  function open() {
    search.value = "";
    sift();
    dialog.showModal();
  }

  window.easel.verbs.commands = open;
  addEventListener("keydown", (event) => {
    if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!find("dialog[open]")) open();
  });
  search.addEventListener("input", sift);
  dialog.addEventListener("keydown", (event) => {
    const shown = lines();
    const place = shown.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === search) {
      event.preventDefault();
      shown[0]?.click();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !shown.length) return;
    event.preventDefault();
    const next = place + step;
    (next < 0 ? search : shown[Math.min(next, shown.length - 1)]).focus();
  });
  find("#command-list").addEventListener("click", ({ target }) => {
    const line = target.closest("[data-press], [data-show]");
    if (!line) return;
    dialog.close();
    if (line.dataset.show) document.getElementById(line.dataset.show).showModal();
    else find(line.dataset.press).click();
  });
})();
