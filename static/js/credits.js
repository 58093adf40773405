/* The Pay button says what will be paid. Without script it says "Buy credits", and the packs say the rest. */
(() => {
  const button = document.querySelector("[data-pay-button]");
  const name = () => {
    const chosen = document.querySelector("[data-pay]:checked");
    if (button && chosen) button.textContent = chosen.dataset.pay;
  };
  document.addEventListener("change", name);
  window.addEventListener("pageshow", name);
  name();
})();
