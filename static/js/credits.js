/* The Pay button says what will be paid, a pack what it paints, and an amount of one's own what it buys.
   Without script the button says "Buy credits", and the packs say the rest. */
(() => {
  const button = document.querySelector("[data-pay-button]");
  const amount = document.querySelector("[data-rates]");
  const hint = document.getElementById("other-hint");
  const reach = document.querySelector("[data-reach]");
  const usual = hint?.textContent;

  /* As the server reads it: "12.50", "12,50", "$12". */
  const minor = (text) => {
    const found = /^\D{0,4}?(\d{1,9})(?:[.,](\d{1,2}))?\s*$/.exec(text.trim());
    return found && !text.includes("-") ? Number(found[1]) * 100 + Number((found[2] || "0").padEnd(2, "0")) : 0;
  };

  /* As the server prices it: like the largest pack that costs no more, or the smallest. */
  const credits = (wanted) => {
    const rates = JSON.parse(amount.dataset.rates);
    const [price, count] = rates.filter((rate) => rate[0] <= wanted).pop() || rates[0];
    return Math.floor((wanted * count) / price);
  };

  const isOffered = (wanted) => wanted >= Number(amount.dataset.least) && wanted <= Number(amount.dataset.most);

  const name = () => {
    const chosen = document.querySelector("[data-pay]:checked");
    if (!button || !chosen) return;
    const isOther = chosen.value === "custom";
    const wanted = amount ? minor(amount.value) : 0;
    const isGood = isOther && isOffered(wanted);
    const price = (wanted / 100).toFixed(2).replace(/\.00$/, "");
    button.textContent = isGood ? `${chosen.dataset.pay} ${amount.dataset.sign}${price}` : chosen.dataset.pay;
    if (reach) reach.textContent = chosen.dataset.paints || "";
    if (hint) hint.textContent = isGood ? amount.dataset.words.replace("%s", window.easel.page.number(credits(wanted))) : usual;
  };

  amount?.addEventListener("input", () => {
    document.getElementById("other").checked = true;
    name();
  });
  document.addEventListener("change", name);
  window.addEventListener("pageshow", name);
  name();
})();
