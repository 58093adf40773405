/* Charts one can point at. The server draws each as plain rectangles and writes its numbers
   in a table; here uPlot draws the same numbers again, says what stands under the pointer or
   the arrow keys, and looks closer at what is dragged over, or at + and -. */
(() => {
  const ROWS = 4;
  const LABELS = 5;
  const written = (amount) => window.easel.page.number(amount, amount % 1 ? 2 : 0);
  const element = (name, kind, ...inside) => {
    const made = document.createElement(name);
    made.className = kind;
    made.append(...inside);
    return made;
  };

  /* The round number, four equal steps up, that the highest bar fits: as the server has it. */
  const topOf = (highest) => {
    for (let step = 1; ; step *= 10) {
      const factor = [1, 2, 5].find((one) => ROWS * step * one >= highest);
      if (factor) return ROWS * step * factor;
    }
  };

  /* Each series with all below it, the whole stack first, so that the lower ones cover it. */
  const stacked = (series, count) => {
    const below = new Array(count).fill(0);
    return series.map((one) => one.values.map((value, place) => (below[place] += value))).reverse();
  };

  const colours = (section) => (number) => getComputedStyle(section.querySelector(`.legend .c${number} i`)).backgroundColor;

  const draw = (area) => {
    const { steps, series } = JSON.parse(area.dataset.chart);
    if (!window.uPlot || !series.length) return;
    const section = area.closest("section");
    const plot = area.parentElement;
    const colour = colours(section);
    const last = steps.length - 1;
    const tip = element("div", "chart-tip");
    const band = element("div", "chart-band");
    const whole = element("button", "btn sm chart-whole", area.dataset.whole);
    let pointed = null;

    const snapped = (low, high) => {
      const from = Math.min(last, Math.max(0, Math.round(low)));
      return [from, Math.min(last, Math.max(from, Math.round(high)))];
    };
    const seen = () => snapped(chart.scales.x.min + 0.5, chart.scales.x.max - 0.5);
    const look = (from, until) => chart.setScale("x", { min: from, max: until });

    const label = () => {
      const [from, until] = seen();
      const top = chart.scales.y.max;
      [...plot.querySelectorAll(".y span")].forEach((span, row) => (span.textContent = written((top * (ROWS - row)) / ROWS)));
      const shown = Math.min(LABELS, until - from + 1);
      const places = Array.from({ length: shown }, (_, n) => (shown > 1 ? from + Math.floor(((until - from) * n) / (shown - 1)) : from));
      plot.querySelector(".x").replaceChildren(...places.map((place) => element("span", "", steps[place])));
      whole.hidden = from === 0 && until === last;
    };

    const point = (place) => {
      const isOn = place !== null && place !== undefined;
      tip.hidden = band.hidden = !isOn;
      pointed = isOn ? place : null;
      if (!isOn) return "";
      const parts = series.filter((one) => one.values[place]);
      const total = parts.reduce((sum, one) => sum + one.values[place], 0);
      const lines = parts.map((one) => element("span", `c${one.colour}`, element("i", ""), `${one.name} `, element("b", "", written(one.values[place]))));
      tip.replaceChildren(element("strong", "", `${steps[place]}: ${written(total)}`), ...lines.reverse());
      const left = chart.valToPos(place - 0.5, "x");
      const right = chart.valToPos(place + 0.5, "x");
      band.style.left = `${left}px`;
      band.style.width = `${right - left}px`;
      const isLate = (left + right) / 2 > area.clientWidth / 2;
      tip.style.left = isLate ? "auto" : `${right + 8}px`;
      tip.style.right = isLate ? `${area.clientWidth - left + 8}px` : "auto";
      return tip.innerText.replace(/\n+/g, ", ");
    };

    const size = () => ({ width: area.clientWidth, height: area.clientHeight });
    const chart = new window.uPlot(
      {
        ...size(),
        padding: [0, 0, 0, 0],
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: { time: false, range: (_, low, high) => snapped(low, high).map((place, end) => place + (end ? 0.5 : -0.5)) },
          y: { range: (_, low, high) => [0, topOf(high)] },
        },
        cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: false, dist: 8 } },
        series: [
          {},
          ...[...series].reverse().map((one) => ({
            fill: () => colour(one.colour),
            stroke: () => getComputedStyle(section).backgroundColor,
            width: 1,
            points: { show: false },
            paths: window.uPlot.paths.bars({ size: [0.88, 64] }),
          })),
        ],
        hooks: { setCursor: [(drawn) => point(drawn.cursor.left < 0 ? null : drawn.cursor.idx)], draw: [() => queueMicrotask(label)] },
      },
      [steps.map((_, place) => place), ...stacked(series, steps.length)],
      area,
    );
    chart.under.append(band);
    area.append(tip, whole);
    tip.hidden = band.hidden = true;
    whole.type = "button";
    whole.addEventListener("click", () => look(0, last));

    area.tabIndex = 0;
    area.setAttribute("role", "group");
    area.setAttribute("aria-label", `${area.querySelector("svg").getAttribute("aria-label")}. ${area.dataset.keys}`);
    area.querySelector("svg").setAttribute("hidden", "");
    area.addEventListener("blur", () => point(null));
    area.addEventListener("keydown", (event) => {
      const [from, until] = seen();
      const at = pointed ?? until + 1;
      const around = Math.max(2, Math.floor((until - from) / 4));
      const moves = {
        ArrowLeft: () => Math.max(from, at - 1),
        ArrowRight: () => Math.min(until, pointed === null ? from : at + 1),
        Home: () => from,
        End: () => until,
        "+": () => look(Math.min(at, until) - around, Math.min(at, until) + around),
        "-": () => look(from - around, until + around),
        Escape: () => look(0, last),
      };
      if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const place = moves[event.key]() ?? null;
      document.getElementById("live").textContent = point(place);
    });
    new ResizeObserver(() => area.isConnected && chart.setSize(size())).observe(area);
    area.addEventListener("repaint", () => chart.redraw(false));
  };

  const drawAll = () => {
    for (const area of document.querySelectorAll("[data-chart]")) {
      if (!area.querySelector(".uplot")) draw(area);
    }
  };
  const repaint = () => document.querySelectorAll("[data-chart]").forEach((area) => area.dispatchEvent(new Event("repaint")));
  drawAll();
  addEventListener("htmx:afterSettle", drawAll);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
})();
