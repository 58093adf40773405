/* Progress inside each slot: it runs against the typical time and never claims to be done before
   the server says so. */
(() => {
  const { find, findAll } = window.easel;
  const started = new WeakMap();
  function tick() {
    for (const tile of findAll("[data-elapsed]")) {
      if (!started.has(tile)) started.set(tile, performance.now() - 1000 * Number(tile.dataset.elapsed));
      const seconds = (performance.now() - started.get(tile)) / 1000;
      const typical = Number(tile.dataset.typical);
      const share = Math.min(96, 100 * (1 - Math.exp((-1.9 * seconds) / typical)));
      find(".meter", tile).setAttribute("aria-valuenow", Math.round(share));
      find(".meter i", tile).style.setProperty("--share", `${share}%`);
      find("[data-seconds]", tile).textContent = `${seconds < 100 ? seconds.toFixed(1) : Math.round(seconds)} s`;
      if (seconds > 1.5 * typical) find("[data-state]", tile).textContent = tile.dataset.slow;
    }
  }
  setInterval(() => document.hidden || tick(), 200);
  addEventListener("htmx:afterSettle", tick);
  tick();
})();
