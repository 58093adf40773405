/* Pictures to start from: picked, pasted or dropped. Each is sent at once and shows how far it is. */
(() => {
  const { page, verbs, find, findAll, isPicture, sendPicture, showShare } = window.easel;
  const composer = () => find("#create");
  const box = () => find("#references");
  const UNASKED = ["prompt", "csrfmiddlewaretoken"];
  const list = () => find("#ref-list");
  const said = (name, ...words) => words.reduce((text, word) => text.replace("%s", word), box().dataset[name]);

  const carried = (transfer) => [...(transfer?.files || [])].filter(isPicture);

  function add(files) {
    for (const file of files) send(file);
  }

  function send(file) {
    const chip = waiting(file);
    list().append(chip);
    page.say(said("busy", file.name));
    sendPicture(file, box().dataset.address, {
      went: (share) => showShare(find(".meter", chip), share),
      came: (html) => settle(chip, html, file),
      failed: (words) => fail(chip, words, file),
    });
  }

  function waiting(file) {
    const chip = document.createElement("span");
    chip.className = "ref adding";
    const image = document.createElement("img");
    image.alt = file.name;
    image.width = image.height = 40;
    image.addEventListener("error", () => image.removeAttribute("src")); /* a HEIC, say */
    image.src = URL.createObjectURL(file);
    const meter = document.createElement("span");
    meter.className = "meter accent";
    meter.setAttribute("role", "progressbar");
    meter.setAttribute("aria-label", file.name);
    meter.append(document.createElement("i"));
    chip.append(image, meter);
    return chip;
  }

  function settle(chip, html, file) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const arrived = holder.content.firstElementChild;
    URL.revokeObjectURL(find("img", chip).src);
    find("img", arrived).alt = find(".open", arrived).title = file.name;
    const token = find("input", arrived).value;
    if (find(`[name=reference][value="${CSS.escape(token)}"]`, list())) chip.remove();
    else chip.replaceWith(arrived);
    page.say(said("added", file.name));
    changed();
  }

  function fail(chip, words, file) {
    chip.remove();
    const banner = document.createElement("div");
    const text = document.createElement("div");
    const close = document.createElement("button");
    banner.className = "banner bad problem";
    banner.setAttribute("role", "alert");
    text.textContent = words || said("lost", file.name);
    close.className = "btn sm ghost";
    close.type = "button";
    close.dataset.do = "dismiss";
    close.textContent = said("close");
    banner.append(text, close);
    find("#problem").append(banner);
  }

  /* The price and the models that can do it depend on how many there are. */
  function changed() {
    window.easel.refreshPicker?.();
    const settings = find("#settings");
    const said = [...new FormData(composer())].filter(([name, value]) => typeof value === "string" && !UNASKED.includes(name));
    htmx.ajax("GET", `${settings.dataset.address}?${new URLSearchParams(said)}`, { source: settings, target: settings, swap: "outerHTML" });
  }

  Object.assign(verbs, {
    pick() {
      find("#pick").click();
    },
    camera() {
      find("#camera").click();
    },
    unref(button) {
      const chip = button.closest(".ref");
      const next = find("[data-do]", chip.nextElementSibling || chip.previousElementSibling || box());
      chip.remove();
      next?.focus();
      page.say(box().dataset.gone);
      changed();
    },
    refer(link, id, event) {
      event.preventDefault();
      find("#lightbox").close();
      if (!find(`[name=reference][value="${CSS.escape(id)}"]`, list())) {
        const holder = find("#ref-blank").content.firstElementChild.cloneNode(true);
        find("input", holder).value = find(".open", holder).value = id;
        find("img", holder).src = find("input", holder).dataset.at.replace("TOKEN", id);
        list().append(holder);
        changed();
      }
      find("#prompt").focus();
    },
  });

  addEventListener("change", ({ target }) => {
    if (target.id !== "pick" && target.id !== "camera") return;
    add([...target.files]);
    target.value = "";
  });
  addEventListener("paste", (event) => {
    const files = carried(event.clipboardData);
    if (!files.length || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    add(files);
  });
  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => hasFiles(event) && ++depth && composer().classList.add("drop"));
  addEventListener("dragleave", (event) => hasFiles(event) && --depth <= 0 && composer().classList.remove("drop"));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    composer().classList.remove("drop");
    add(carried(event.dataTransfer));
  });
  window.easel.hasReferences = () => findAll("[name=reference]", list()).length > 0;
})();
