/* The keyboard. Single letters are off inside fields, and altogether when somebody says so. */
(() => {
  const { letters, verbs, find, findAll } = window.easel;
  const openers = {
    "/": () => find("#prompt").focus(),
    "?": () => find("#keys-help").showModal(),
    m: () => find("#model-button").click(),
    s: () => (innerWidth < 1152 ? verbs.sheet() : find("#settings").focus()),
  };
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
    if (event.key.length === 1 && !letters.areOn()) return;
    const tile = event.target.closest?.(".tile");
    const tool = tile && find(`[data-key="${CSS.escape(event.key)}"]`, tile);
    if (tool) tool.click();
    else open(event);
  });

  function open(event) {
    if (document.querySelector("dialog[open], [popover]:popover-open") || !openers[event.key]) return;
    event.preventDefault();
    openers[event.key]();
  }

  const choice = find("#letters");
  choice.checked = letters.areOn();
  choice.addEventListener("change", () => letters.keep(choice.checked));
})();
