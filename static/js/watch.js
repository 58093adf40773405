/* Runs that are being painted: asking the server what is new.
   One question for all runs of the page, when the server says; a hidden page asks seldom, an
   idle one never. */
(() => {
  const { page, find, findAll } = window.easel;
  const HIDDEN_MS = 30_000;
  const PLACES = ".run, .turn, figure";
  const title = document.title;

  /* Asking. */
  const watched = () => findAll("[data-run]");
  let timer = null;
  let isAsking = false;
  let failures = 0;
  function plan(milliseconds) {
    clearTimeout(timer);
    timer = null;
    const runs = watched();
    markBusy();
    if (!runs.length) return;
    const soonest = milliseconds ?? Math.min(...runs.map((run) => Number(run.dataset.look)));
    timer = setTimeout(ask, document.hidden ? Math.max(HIDDEN_MS, soonest) : soonest);
  }
  async function ask() {
    const runs = watched();
    if (!runs.length || isAsking) return;
    isAsking = true;
    const query = new URLSearchParams(runs.map((run) => ["run", `${run.dataset.run}~${run.dataset.version}`]));
    let look;
    const main = find("#main");
    const listen = ({ detail }) => (look = detail.xhr.getResponseHeader("Easel-Look"));
    main.addEventListener("htmx:afterRequest", listen, { once: true });
    try {
      await htmx.ajax("GET", `${main.dataset.watch}?${query}`, { source: main, target: main, swap: "none" });
      failures = 0;
    } catch {
      failures += 1;
    }
    main.removeEventListener("htmx:afterRequest", listen);
    isAsking = false;
    plan(look ? Number(look) : failures ? Math.min(HIDDEN_MS, 2000 * 2 ** failures) : undefined);
  }
  function markBusy() {
    for (const place of findAll(":is(.run, .turn)[aria-busy]")) if (!find("[data-run]", place)) place.removeAttribute("aria-busy");
    for (const head of watched()) head.closest(".run, .turn")?.setAttribute("aria-busy", "true");
    const left = watched().length;
    if (document.hidden && !left && wasLive) document.title = `✓ ${title}`;
    wasLive = left > 0;
  }
  let wasLive = false;

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.title = title;
    if (!document.hidden && watched().length) ask();
    else plan();
  });
  addEventListener("easel:back", () => watched().length && ask());

  /* Focus that stood in something replaced goes to what came, or to the run's heading. */
  let lost = null;
  addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (detail.target.contains(document.activeElement)) lost = detail.target.id;
  });
  addEventListener("htmx:oobAfterSwap", () => {
    if (!lost || document.activeElement !== document.body) return;
    const came = document.getElementById(lost);
    const run = came?.closest(PLACES);
    lost = null;
    (find("[data-picture]", came || document.createElement("p")) || (run && find("[tabindex='-1'].prompt, [id$='-title']", run)))?.focus();
  });
  addEventListener("htmx:afterSettle", () => isAsking || plan());

  /* What is left after the next order follows what was charged, or came back. */
  addEventListener("htmx:oobAfterSwap", ({ detail }) => {
    const available = detail.target.id === "credits" && find("#credits")?.dataset.available;
    const after = find("#price [data-after]");
    if (!available || !after) return;
    find("#price").dataset.available = available;
    after.textContent = page.credits(available - find("#price [name=quoted]").value);
  });
  addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.id !== "main" && detail.requestConfig.verb === "post") setTimeout(plan, 0);
  });

  /* Command-Backspace takes back the newest job. */
  window.easel.cancelNewest = () => {
    const buttons = findAll("main [data-cancel]:not(:disabled)");
    const button = find("#feed") ? buttons[0] : buttons.at(-1);
    if (button) button.form.requestSubmit(button);
    return Boolean(button);
  };
  addEventListener("htmx:responseError", () => page.toast(find("#main").dataset.broken));
  plan();
})();
