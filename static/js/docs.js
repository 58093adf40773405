/* One choice of language for every block of code, remembered. Without script all are shown. */
(() => {
  const { find, findAll, verbs } = window.easel;
  const kept = {
    get() {
      try {
        return localStorage.getItem("code");
      } catch {
        return null;
      }
    },
    set(language) {
      try {
        localStorage.setItem("code", language);
      } catch {
        /* Private windows may refuse storage; the choice then lasts as long as the page. */
      }
    },
  };
  const tabs = (block) => findAll("[role=tab]", block);
  const one = verbs.tab;

  function choose(language) {
    for (const block of findAll(".samples")) {
      const its = tabs(block);
      const tab = its.find((each) => each.dataset.language === language);
      if (tab || !("chosen" in block.dataset)) one(tab || its[0]);
      block.dataset.chosen = "";
    }
  }

  verbs.tab = (tab) => {
    const { language } = tab.dataset;
    if (!language) return one(tab);
    const before = tab.getBoundingClientRect().top;
    kept.set(language);
    choose(language);
    return scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
  };

  choose(kept.get());
  find("aside [aria-current]")?.scrollIntoView({ block: "nearest" });
})();
