/* The lightbox, on every page that has pictures: it has an address of its own, going back closes it,
   arrows go from picture to picture, and letters press its buttons. */
(() => {
  const { page, verbs, letters, find, findAll } = window.easel;
  const lightbox = find("#lightbox");
  const steps = { ArrowLeft: "before", ArrowRight: "after" };

  let here = location.pathname + location.search;
  let copy = "";
  let waiting = "";

  /* What one can already see of the picture is shown at once; the rest comes with the answer. */
  function showAtOnce(address) {
    const link = findAll("a[data-picture]").find((one) => one.pathname === address && find("img", one));
    if (!lightbox.open) lightbox.replaceChildren(part("pic"), part("strip"), part("info"));
    copy = link ? find("img", link).currentSrc : "";
    if (copy) {
      find(".pic > img", lightbox)?.remove();
      find(".pic", lightbox).prepend(likeness(find("img", link)));
    }
    lightbox.setAttribute("aria-busy", "true");
    if (lightbox.open) return history.replaceState(history.state, "", address);
    here = location.pathname + location.search;
    history.pushState({ picture: true }, "", address);
    lightbox.showModal();
  }
  function part(name) {
    const element = document.createElement("div");
    element.className = name;
    return element;
  }
  function likeness(thumbnail) {
    const image = new Image(thumbnail.getAttribute("width"), thumbnail.getAttribute("height"));
    image.src = copy;
    image.alt = thumbnail.alt;
    return image;
  }
  addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target === lightbox && detail.elt.pathname) showAtOnce(detail.elt.pathname);
  });

  /* The answer: the small copy stands behind the picture until that is loaded. */
  function showPicture() {
    const image = find(".pic > img", lightbox);
    if (copy && !image.complete) {
      image.style.setProperty("--copy", `url("${copy}")`);
      image.addEventListener("load", () => image.style.removeProperty("--copy"), { once: true });
    }
    lightbox.removeAttribute("aria-busy");
    if (!lightbox.contains(document.activeElement) || document.activeElement === lightbox) find("a, button", lightbox)?.focus();
    if (waiting) step(waiting);
  }
  lightbox.addEventListener("close", () => {
    lightbox.removeAttribute("aria-busy");
    waiting = "";
    if (history.state?.picture) history.back();
    else if (location.pathname.startsWith("/p/")) history.replaceState(null, "", "/");
  });
  addEventListener("popstate", () => lightbox.close());
  /* An answer for a lightbox that was closed meanwhile does not open it again. */
  addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target === lightbox && !lightbox.open) detail.shouldSwap = false;
  });
  addEventListener("htmx:afterSwap", ({ detail }) => detail.target === lightbox && showPicture());
  for (const lost of ["htmx:responseError", "htmx:sendError"])
    addEventListener(lost, ({ detail }) => detail.target === lightbox && lightbox.close());

  /* A star is shown at once, and taken back if it could not be kept. */
  function turnStar({ detail }) {
    const star = find("#star-it", lightbox);
    if (star?.form === detail.elt) star.setAttribute("aria-pressed", star.classList.toggle("is-on"));
  }
  for (const moment of ["htmx:beforeRequest", "htmx:responseError", "htmx:sendError"]) addEventListener(moment, turnStar);

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
    step(event.key);
  }
  /* Keys can be faster than answers: the last of them waits for its picture. */
  function step(key) {
    waiting = lightbox.hasAttribute("aria-busy") ? key : "";
    const link = find(`[data-step="${steps[key]}"]`, lightbox);
    if (waiting || !link) return;
    /* Asked for directly: htmx takes a moment to see new links. */
    htmx.ajax("GET", link.getAttribute("hx-get"), { source: lightbox, target: lightbox, swap: "innerHTML" });
    showAtOnce(link.pathname);
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
