/* The lightbox, on every page that has pictures: it has an address of its own, going back closes it,
   arrows go from picture to picture, and letters press its buttons. */
(() => {
  const { page, verbs, letters, find, findAll } = window.easel;
  const lightbox = find("#lightbox");
  const steps = { ArrowLeft: "before", ArrowRight: "after" };

  let here = location.pathname + location.search;

  function showPicture() {
    if (!lightbox.open) here = location.pathname + location.search;
    const address = find(".info", lightbox).dataset.page;
    if (lightbox.open) history.replaceState({ picture: true }, "", address);
    else {
      history.pushState({ picture: true }, "", address);
      lightbox.showModal();
    }
  }
  lightbox.addEventListener("close", () => {
    if (history.state?.picture) history.back();
    else if (location.pathname.startsWith("/p/")) history.replaceState(null, "", "/");
  });
  addEventListener("popstate", () => lightbox.close());
  addEventListener("htmx:afterSwap", ({ detail }) => detail.target === lightbox && showPicture());
  addEventListener("htmx:afterSwap", () => {
    for (const field of findAll("[data-here]", lightbox)) field.value = find("main").dataset.without || here;
    if (navigator.share) for (const button of findAll("[data-do=send]", lightbox)) button.hidden = false;
  });
  verbs.send = (button) => navigator.share({ url: button.dataset.url }).catch(() => {});
  /* The picture itself, where a telephone can hand files on. */
  const sample = new File(["x"], "x.png", { type: "image/png" });
  if (navigator.canShare?.({ files: [sample] })) document.documentElement.classList.add("shares");
  verbs.pass = async (button) => {
    const { url, name, type, lost } = button.dataset;
    try {
      const file = new File([await (await fetch(url)).blob()], name, { type });
      await navigator.share({ files: [file] });
    } catch (error) {
      if (error.name !== "AbortError") page.toast(lost);
    }
  };
  /* An answer for a lightbox that was closed meanwhile does not open it again. */
  addEventListener("htmx:beforeSwap", ({ detail }) => {
    const isStep = lightbox.contains(detail.requestConfig.elt);
    if (detail.target === lightbox && isStep && !lightbox.open) detail.shouldSwap = false;
  });

  /* Single letters are off inside fields. */
  addEventListener("keydown", (event) => {
    if (event.target.matches?.("input, textarea, select") || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key.length === 1 && !letters.areOn()) return;
    if (lightbox.open) inLightbox(event);
    else if (steps[event.key] && event.target.matches("[data-picture]")) move(event);
  });
  function inLightbox(event) {
    if (find("dialog.dialog[open]")) return;
    if (!steps[event.key]) return find(`[data-key="${CSS.escape(event.key)}"]`, lightbox)?.click();
    /* Asked for directly: htmx takes a moment to see new links, and keys can be faster. */
    const address = find(`[data-step="${steps[event.key]}"]`, lightbox)?.getAttribute("hx-get");
    if (address) htmx.ajax("GET", address, { source: lightbox, target: lightbox, swap: "innerHTML" });
  }
  function move(event) {
    const pictures = findAll("main [data-picture]");
    pictures[pictures.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)]?.focus();
  }

  if (lightbox.open) {
    lightbox.removeAttribute("open");
    lightbox.showModal();
  }
})();
