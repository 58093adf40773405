/* The arena: both pictures appear at once, and keys press the buttons. */
(() => {
  const { letters, find, findAll } = window.easel;

  async function together() {
    const pair = find(".arena-pair:not(.ready)");
    if (!pair) return;
    await Promise.allSettled(findAll("img", pair).map((image) => image.decode()));
    pair.classList.add("ready");
  }

  addEventListener("htmx:afterSettle", together);
  together();

  addEventListener("keydown", (event) => {
    if (event.target.matches?.("input, textarea, select") || event.metaKey || event.ctrlKey || event.altKey || event.repeat) return;
    if (event.key.length !== 1 || !letters.areOn() || find("dialog[open]")) return;
    find(`#arena-duel [data-key="${CSS.escape(event.key)}"]`)?.click();
  });
})();
