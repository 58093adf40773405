/* The edit page: brush, zoom and frame over the picture; the form beside it; versions that come and go.
   Every version has an address. The main part is replaced as a whole, the mask stays. */
(() => {
  const { page, verbs, letters, find, findAll, Mask } = window.easel;
  const SIDES = ["left", "top", "right", "bottom"];
  const FIELDS = "input, textarea, select";
  const main = () => find("#main.edit");
  const kept = new Map(); /* masks by conversation, while this tab is open */
  let board = null;

  /* Opening a version. */
  function open() {
    const picture = find("#picture");
    board = {
      width: Number(picture.getAttribute("width")),
      height: Number(picture.getAttribute("height")),
      tool: "paint",
      size: Number(find("#brush").value),
      view: { zoom: 1, x: 0, y: 0 },
      pointers: new Map(),
      isDirty: false,
    };
    board.unit = Math.max(1, Math.max(board.width, board.height) / 1024); /* a large picture has a large brush */
    board.mask = new Mask(find("#mask"), board.width, board.height, changed);
    find("[name=mask_of]")?.remove(); /* for those without a brush */
    restoreMask();
    board.stage = find(".easel-stage");
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave", "wheel"])
      board.stage.addEventListener(name, handlers[name], { passive: false });
    show();
    showFrame();
    showExtend();
    showCurrent();
    const compare = find("#compare");
    if (compare) holdToCompare(compare);
  }

  function showCurrent() {
    const scroll = find(".side .scroll");
    const current = find('.chat [aria-current="true"]')?.closest(".turn");
    if (current && scroll.scrollHeight > scroll.clientHeight)
      scroll.scrollTop = current.offsetTop + current.offsetHeight - scroll.offsetTop - scroll.clientHeight + 16;
  }

  /* The mask, kept through versions and reloads until it is cleared. */
  const storageName = () => `mask:${main().dataset.root}`;
  function restoreMask() {
    const before = kept.get(main().dataset.root);
    if (before) return before.isEmpty || board.mask.startFrom(before.canvas, before.canvas.width, before.canvas.height);
    let address = "";
    try {
      address = sessionStorage.getItem(storageName()) || "";
    } catch {
      /* Private windows may refuse storage; the mask then lasts as long as the page. */
    }
    if (!address) return;
    const { mask } = board;
    const picture = new Image();
    picture.onload = () => mask.done.length || mask.startFrom(picture, picture.width, picture.height);
    picture.src = address;
  }

  let saving = 0;
  function changed(mask) {
    const { share } = mask;
    const percent = share && share < 0.01 ? "<1%" : `${Math.round(100 * share)}%`;
    const isPainted = share > 0;
    const canvas = find("#mask");
    canvas.setAttribute("aria-label", isPainted ? canvas.dataset.some.replace("%", percent) : canvas.dataset.none);
    const chip = find("#mask-chip");
    chip.hidden = !isPainted;
    const label = find("[data-label]", chip);
    label.textContent = label.dataset.label.replace("%", percent);
    find('[data-do="mask:undo"]').disabled = !mask.done.length;
    find('[data-do="mask:redo"]').disabled = !mask.undone.length;
    find('[data-do="mask:clear"]').disabled = !isPainted;
    const painted = find("#painted");
    const said = isPainted ? "1" : "0";
    if (painted.value !== said) {
      painted.value = said;
      painted.dispatchEvent(new Event("change", { bubbles: true }));
    }
    kept.set(main().dataset.root, { canvas: mask.canvas, isEmpty: !isPainted });
    board.isDirty = true;
    clearTimeout(saving);
    saving = setTimeout(save, 400);
    showPlaceholder();
  }

  function save() {
    try {
      if (find("#painted").value === "1") sessionStorage.setItem(storageName(), board.mask.canvas.toDataURL());
      else sessionStorage.removeItem(storageName());
    } catch {
      /* As above; or the mask is too large for it. */
    }
  }

  async function putMaskIntoForm() {
    const field = find("#mask-file");
    const isPainted = find("#painted").value === "1";
    const files = new DataTransfer();
    if (isPainted) files.items.add(await board.mask.asFile());
    field.files = files.files;
    field.disabled = !isPainted;
    board.isDirty = false;
  }

  function showPlaceholder() {
    const prompt = find("#prompt");
    prompt.dataset.plain ??= prompt.placeholder;
    const { plain, masked, framed } = prompt.dataset;
    prompt.placeholder = hasFrame() ? framed : find("#painted").value === "1" ? masked : plain;
    prompt.required = !hasFrame();
  }

  /* Looking: zoom around a point, move, fit. */
  const paper = () => find("#paper");
  function show() {
    const { zoom, x, y } = board.view;
    paper().style.setProperty("--zoom", zoom);
    paper().style.setProperty("--x", `${x}px`);
    paper().style.setProperty("--y", `${y}px`);
    find("[data-zoom]").textContent = `${Math.round((100 * paper().offsetWidth * zoom) / board.width)}%`;
  }
  function zoomAt(factor, clientX, clientY) {
    const { view, stage } = board;
    const box = stage.getBoundingClientRect();
    const next = Math.min(16, Math.max(0.25, view.zoom * factor));
    const grown = next / view.zoom;
    const pointX = (clientX ?? box.x + box.width / 2) - box.x - box.width / 2;
    const pointY = (clientY ?? box.y + box.height / 2) - box.y - box.height / 2;
    board.view = { zoom: next, x: pointX - (pointX - view.x) * grown, y: pointY - (pointY - view.y) * grown };
    show();
  }
  function move(x, y) {
    board.view.x += x;
    board.view.y += y;
    show();
  }
  const fit = () => {
    board.view = { zoom: board.tool === "extend" ? 0.6 : 1, x: 0, y: 0 };
    show();
  };

  /* Pointers: mouse, pen and touch. Two fingers zoom and move, one paints. */
  let isSpaceDown = false;
  const handlers = {
    pointerdown(event) {
      if (event.target.closest("a, button, input, label")) return;
      event.preventDefault();
      document.activeElement?.blur();
      const { pointers, stage, mask } = board;
      stage.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, event);
      if (pointers.size > 1) {
        if (mask.stroke) mask.abandon();
        board.drag = "pinch";
      } else if (event.target.dataset.side) board.drag = event.target.dataset.side;
      else if (isSpaceDown || event.button === 1 || board.tool === "extend") board.drag = "move";
      else if (event.button === 0) {
        board.drag = "paint";
        mask.begin(board.tool === "erase" || event.shiftKey);
        touch(event);
      }
    },
    pointermove(event) {
      showRing(event);
      const before = board.pointers.get(event.pointerId);
      if (!before) return;
      const { drag } = board;
      if (drag === "paint" && board.mask.stroke) for (const one of event.getCoalescedEvents?.() ?? [event]) touch(one);
      else if (drag === "move") move(event.clientX - before.clientX, event.clientY - before.clientY);
      else if (drag === "pinch") pinch(event);
      else if (SIDES.includes(drag)) pull(drag, event.clientX - before.clientX, event.clientY - before.clientY);
      board.pointers.set(event.pointerId, event);
    },
    pointerup(event) {
      if (!board.pointers.delete(event.pointerId)) return;
      if (board.drag === "paint") board.mask.end();
      if (SIDES.includes(board.drag)) find(`#frame-${board.drag}`).dispatchEvent(new Event("change", { bubbles: true }));
      if (!board.pointers.size) board.drag = null;
    },
    pointercancel(event) {
      if (board.mask.stroke) board.mask.abandon();
      handlers.pointerup(event);
    },
    pointerleave() {
      find("#ring").hidden = true;
    },
    wheel(event) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) zoomAt(Math.exp(-event.deltaY / 200), event.clientX, event.clientY);
      else move(-event.deltaX, -event.deltaY);
    },
  };
  function touch(event) {
    const box = paper().getBoundingClientRect();
    const scale = board.width / box.width;
    const pressure = event.pointerType === "pen" && event.pressure ? 0.4 + 1.2 * event.pressure : 1;
    board.mask.extend((event.clientX - box.x) * scale, (event.clientY - box.y) * scale, board.size * board.unit * pressure);
  }
  function pinch(event) {
    const others = [...board.pointers.entries()].filter(([id]) => id !== event.pointerId);
    if (!others.length) return;
    const still = others[0][1];
    const before = board.pointers.get(event.pointerId);
    const apart = (one) => Math.hypot(one.clientX - still.clientX, one.clientY - still.clientY) || 1;
    zoomAt(apart(event) / apart(before), (event.clientX + still.clientX) / 2, (event.clientY + still.clientY) / 2);
    move((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
  }
  function showRing(event) {
    const ring = find("#ring");
    ring.hidden = event.pointerType === "touch" || board.tool === "extend" || isSpaceDown;
    const box = board.stage.getBoundingClientRect();
    const across = (board.size * board.unit * paper().getBoundingClientRect().width) / board.width;
    ring.style.setProperty("--d", `${across}px`);
    ring.style.setProperty("--rx", `${event.clientX - box.x}px`);
    ring.style.setProperty("--ry", `${event.clientY - box.y}px`);
  }

  /* Tools. */
  function choose(tool) {
    const reason = tool === "extend" && cannotExtend();
    if (reason && board.tool !== tool) return page.toast(reason);
    board.tool = board.tool === tool && tool === "extend" ? "paint" : tool;
    for (const button of findAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === board.tool);
    main().classList.toggle("is-extending", board.tool === "extend");
    if (tool === "extend") {
      if (board.tool === tool) find("#extending").open = true;
      if (board.tool === tool && !find("#foot").matches(".is-open")) verbs.more(find("#more-button"));
      fit();
    }
    showFrame();
  }
  /* A model that cannot extend is no reason to lose a frame that is drawn already: the settings say so then. */
  const cannotExtend = () => find("#no-frame")?.textContent || "";
  function showExtend() {
    const reason = cannotExtend();
    const button = find('[data-tool="extend"]');
    button.setAttribute("aria-disabled", Boolean(reason));
    button.title = reason;
    find("#extending fieldset").disabled = Boolean(reason) && !hasFrame();
    if (reason && board.tool === "extend") choose("extend");
  }
  function resize(size) {
    board.size = Math.min(320, Math.max(8, size));
    find("#brush").value = board.size;
    find("#brush-out").textContent = board.size;
  }

  /* The frame of an extended picture: drawn from the numbers, which dragging writes. */
  const side = (name) => Number(find(`#frame-${name}`).value.replace(/\D/g, "")) || 0;
  const hasFrame = () => SIDES.some(side);
  function pull(name, across, down) {
    const pixels = board.width / paper().getBoundingClientRect().width;
    const [by, most] = name === "left" || name === "right" ? [across, board.width] : [down, board.height];
    const outwards = (name === "left" || name === "top" ? -by : by) * pixels;
    board.pulled = { ...board.pulled, [name]: (board.pulled?.[name] ?? side(name)) + outwards };
    find(`#frame-${name}`).value = Math.round(Math.min(2 * most, Math.max(0, board.pulled[name]))) || "";
    showFrame();
  }
  function showFrame() {
    for (const frame of findAll(".frame")) frame.hidden = !hasFrame() && board.tool !== "extend";
    for (const name of SIDES) {
      const whole = name === "left" || name === "right" ? board.width : board.height;
      paper().style.setProperty(`--${name}`, `${(-100 * side(name)) / whole}%`);
    }
    if (!board.drag) board.pulled = null;
    showPlaceholder();
  }
  function frameTo(text) {
    const [across, down] = text.split(":").map(Number);
    const width = Math.max(0, Math.round((board.height * across) / down) - board.width);
    const height = width ? 0 : Math.max(0, Math.round((board.width * down) / across) - board.height);
    const sides = [Math.floor(width / 2), Math.floor(height / 2), Math.ceil(width / 2), Math.ceil(height / 2)];
    SIDES.forEach((name, index) => (find(`#frame-${name}`).value = sides[index] || ""));
    showFrame();
  }

  function holdToCompare(button) {
    const before = find("#before");
    const hold = (isHeld) => {
      if (isHeld) before.src = before.dataset.src;
      before.hidden = !isHeld;
      button.setAttribute("aria-pressed", isHeld);
      main().classList.toggle("is-comparing", isHeld);
    };
    board.hold = hold;
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      hold(true);
    });
    for (const name of ["pointerup", "pointercancel", "blur", "keyup"]) button.addEventListener(name, () => hold(false));
    button.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && hold(true));
  }

  Object.assign(verbs, {
    mask(_, what) {
      if (what === "undo" || what === "redo") board.mask[what]();
      else board.mask.do({ name: what });
    },
    zoom(_, way) {
      if (way === "fit") fit();
      else zoomAt(way === "in" ? 1.25 : 0.8);
    },
    rectangle(button) {
      const fields = ["x", "y", "width", "height"].map((edge) => find(`[name=mask_${edge}]`));
      const [x, y, width, height] = fields.map((field) => Number(field.value));
      const wrong = fields.find((field) => !/^\d*$/.test(field.value.trim())) || (!(width > 0) && fields[2]) || (!(height > 0) && fields[3]);
      if (wrong) return wrong.focus();
      board.mask.box(x, y, width, height);
      for (const field of fields) field.value = "";
      page.say(find("#mask").getAttribute("aria-label"));
      button.focus();
    },
    more(button) {
      const isOpen = find("#foot").classList.toggle("is-open");
      button.setAttribute("aria-expanded", isOpen);
    },
    /* Too many to pay for: the number that can be, chosen but not yet sent. */
    fewer(button, n, event) {
      event.preventDefault();
      find("#n").value = n;
      find("#n").dispatchEvent(new Event("change", { bubbles: true }));
      verbs.dismiss(button);
      find("#generate").focus();
    },
    unframe() {
      for (const name of SIDES) find(`#frame-${name}`).value = "";
      find("#frame-left").dispatchEvent(new Event("change", { bubbles: true }));
      showFrame();
    },
  });

  addEventListener("click", (event) => {
    const tool = event.target.closest?.("[data-tool]");
    if (tool) choose(tool.dataset.tool);
  });
  addEventListener("input", (event) => {
    if (event.target.id === "brush") resize(Number(event.target.value));
    if (/^frame-(left|top|right|bottom)$/.test(event.target.id)) showFrame();
  });
  addEventListener("change", (event) => {
    if (event.target.id === "frame-ratio" && event.target.value) {
      frameTo(event.target.value);
      event.target.value = "";
    }
  }, true);
  /* What is chosen while new settings are on their way outlives them. */
  const chosen = new Map();
  addEventListener("change", ({ target }) => target.matches("#settings select") && chosen.set(target.id, target.value), true);
  addEventListener("htmx:beforeRequest", ({ detail }) => detail.target.id === "settings" && chosen.clear());
  addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "settings") return;
    for (const [id, value] of chosen) {
      const field = document.getElementById(id);
      if ([...field.options].some((one) => one.value === value)) field.value = value;
    }
    showExtend();
  });

  /* Sending: the mask is written into the form first. */
  addEventListener("htmx:confirm", (event) => {
    if (event.detail.elt.id !== "create" || !board.isDirty) return;
    event.preventDefault();
    putMaskIntoForm().then(() => event.detail.issueRequest(true));
  });

  /* What comes: a new turn, a version that is ready, another version. */
  const awaited = new Set();
  let address = null;
  function watchTurns() {
    for (const foot of findAll(".turn [data-run]")) awaited.add(foot.closest(".turn").id);
  }
  function advance(turn) {
    const arrived = awaited.delete(turn.id) && find("a.tile", turn);
    if (arrived && turn.dataset.base === main().dataset.version && !board.pointers.size) go(arrived.pathname);
  }
  function go(path) {
    const reference = findAll("#references [name=reference]").map((one) => one.value);
    const values = { model: find("#model").value, n: find("#n").value, reference };
    if (find("#rehearse")?.checked) values.rehearse = "on";
    htmx.ajax("GET", path, { target: "#main", swap: "outerHTML", values });
  }
  addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target.id === "main" && address !== main().dataset.address) {
      address = main().dataset.address;
      if (location.pathname !== address) history.pushState(null, "", address);
      open();
    }
    watchTurns();
    for (const id of [...awaited]) {
      const turn = document.getElementById(id);
      if (turn && !find("[data-run]", turn)) advance(turn);
    }
  });
  addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.id !== "create" || !detail.successful) return;
    const prompt = find("#prompt");
    prompt.value = "";
    findAll(".chat .turn").at(-1)?.scrollIntoView({ block: "nearest" });
  });
  addEventListener("popstate", () => {
    const { pathname } = location; /* a picture that is open over the page has one of its own */
    if (pathname.startsWith("/edit/") && pathname !== main().dataset.address) go(pathname);
  });

  /* Keys. Single letters are off inside fields. */
  const step = (by) => {
    const versions = findAll(".chat a.tile");
    const current = versions.findIndex((one) => one.matches('[aria-current="true"]'));
    versions[current + by]?.click();
  };
  const keys = {
    b: () => choose("paint"),
    x: () => choose("erase"),
    e: () => choose("erase"),
    "[": () => resize(board.size - 8),
    "]": () => resize(board.size + 8),
    "+": () => zoomAt(1.25),
    "=": () => zoomAt(1.25),
    "-": () => zoomAt(0.8),
    0: fit,
    m: () => find("#model-button").click(),
    "/": () => find("#prompt").focus(),
    "?": () => find("#keys-help").showModal(),
    d: () => find('.floatbar [data-key="d"]').click(),
    i: () => find('.floatbar [data-key="i"]')?.click(),
    ",": () => step(-1),
    ".": () => step(1),
    o: () => board.hold?.(true),
    ArrowLeft: () => move(48, 0),
    ArrowRight: () => move(-48, 0),
    ArrowUp: () => move(0, 48),
    ArrowDown: () => move(0, -48),
  };
  addEventListener("keydown", (event) => {
    const { target, key } = event;
    const isCommand = event.metaKey || event.ctrlKey;
    if (isCommand && key === "Enter") {
      event.preventDefault();
      return find("#create").requestSubmit(find("#generate"));
    }
    if (isCommand && key === "Backspace" && !target.value) {
      if (window.easel.cancelNewest()) event.preventDefault();
      return;
    }
    if (target.matches?.(FIELDS) && target.type !== "range") return;
    if (isCommand && key.toLowerCase() === "z") {
      event.preventDefault();
      return board.mask[event.shiftKey ? "redo" : "undo"]();
    }
    if (isCommand || event.altKey || find("dialog[open]") || find(":popover-open")) return;
    if (key.length === 1 && key !== " " && !letters.areOn()) return;
    const isOnPage = target === document.body || target === main();
    if (key === " " && isOnPage) {
      event.preventDefault();
      isSpaceDown = true;
      main().classList.add("is-moving");
    } else if (keys[key] && (isOnPage || !key.startsWith("Arrow"))) {
      event.preventDefault();
      keys[key]();
    }
  });
  addEventListener("keyup", ({ key }) => {
    if (key === "o") board.hold?.(false);
    if (key !== " ") return;
    isSpaceDown = false;
    main().classList.remove("is-moving");
  });
  addEventListener("resize", () => show());

  address = main().dataset.address;
  open();
  watchTurns();
})();
