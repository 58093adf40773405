/* Runs before first paint: the chosen theme, and whether there is script at all. */
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    root.dataset.theme = localStorage.getItem("theme") || root.dataset.theme || "";
  } catch {
    root.dataset.theme ||= "";
  }
})();
