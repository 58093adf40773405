/* The line to the server. While it is cut a banner says so, and that running jobs go on; the page
   asks now and then, and tells whoever waits with "easel:back". */
(() => {
  const { page, find, findAll } = window.easel;
  const AGAIN_MS = 4000;
  const place = () => find("#offline");
  let asking = null;

  function lose() {
    if (asking || !place()) return;
    const jobs = findAll("[data-run]").length;
    const { none, one, many } = place().dataset;
    const banner = find("template", place()).content.cloneNode(true);
    find("b", banner).textContent = jobs > 1 ? many.replace("%s", jobs) : jobs ? one : none;
    find(jobs ? "[data-waits]" : "[data-results]", banner).remove();
    place().append(banner);
    asking = setInterval(() => document.hidden || ask(), AGAIN_MS);
  }
  async function ask() {
    if (!asking) return;
    try {
      await fetch(place().dataset.probe, { method: "HEAD", cache: "no-store" });
    } catch {
      return;
    }
    clearInterval(asking);
    asking = null;
    find(".banner", place())?.remove();
    dispatchEvent(new Event("easel:back"));
  }

  addEventListener("offline", lose);
  addEventListener("online", ask);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  addEventListener("htmx:sendError", ({ detail }) => {
    lose();
    if (detail.requestConfig.triggeringEvent && place()) page.toast(place().dataset.unsent);
  });
  if (!navigator.onLine) lose();
})();
