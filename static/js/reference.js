/* The reference wears the page's colours, and changes them with the theme. */
(() => {
  const viewer = document.getElementById("api");
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  /* The viewer reads #rrggbb only; a token may be anything CSS can say. */
  function hex(token) {
    const probe = document.createElement("i");
    probe.style.color = `var(--${token})`;
    document.body.append(probe);
    canvas.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  }

  function dress() {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
    viewer.setAttribute("theme", isDark ? "dark" : "light");
    viewer.setAttribute("bg-color", hex("canvas"));
    viewer.setAttribute("text-color", hex("ink"));
    viewer.setAttribute("primary-color", hex("accent-ink"));
    viewer.setAttribute("nav-bg-color", hex("surface"));
    viewer.setAttribute("nav-text-color", hex("ink-2"));
    viewer.setAttribute("nav-hover-bg-color", hex("sunken"));
    viewer.setAttribute("nav-hover-text-color", hex("ink"));
    viewer.setAttribute("nav-accent-color", hex("accent"));
  }

  /* A phone has no room for the viewer's list of operations, so there they follow each other. */
  if (matchMedia("(width < 48rem)").matches) viewer.setAttribute("render-style", "read");
  dress();
  dark.addEventListener("change", dress);
  new MutationObserver(dress).observe(root, { attributeFilter: ["data-theme"] });
})();
