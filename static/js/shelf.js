/* Choosing pictures: one by one, a row with Shift, or a whole day; the bar says how many. */
(() => {
  const { verbs, find, findAll } = window.easel;
  const shelf = () => find("#shelf"); /* another filter brings another one */
  const boxes = (within = shelf()) => findAll("input[name=picture]", within);
  let last = null;

  function show() {
    const bar = find("#pickbar");
    if (!bar) return;
    const count = boxes().filter((box) => box.checked).length;
    bar.hidden = !count;
    const words = find("[data-chosen]", bar);
    words.textContent = words.dataset.chosen.replace("%s", count);
    for (const day of findAll("[data-day]", shelf())) {
      const all = boxes(day.closest(".day"));
      const chosen = all.filter((box) => box.checked).length;
      day.checked = chosen === all.length;
      day.indeterminate = chosen > 0 && chosen < all.length;
    }
  }

  addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches("#shelf input[name=picture]")) return;
    if (event.shiftKey && last?.isConnected && last !== box) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
  });
  addEventListener("change", ({ target }) => {
    if (!target.closest("#shelf")) return;
    if (target.matches("[data-day]")) for (const box of boxes(target.closest(".day"))) box.checked = target.checked;
    show();
  });
  verbs.unpick = () => {
    for (const box of boxes()) box.checked = false;
    show();
  };
  addEventListener("pageshow", show);
  addEventListener("htmx:load", show);
  show();

  addEventListener("keydown", (event) => {
    if (event.key !== "/" || !window.easel.letters.areOn() || event.target.matches?.("input, textarea, select") || find("dialog[open]")) return;
    event.preventDefault();
    find("main [type=search]")?.focus();
  });
})();
