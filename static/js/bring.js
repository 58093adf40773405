/* Bringing a picture: picked, dropped or pasted, it is sent at once, and opens when it is there. */
(() => {
  const { page, find, isPicture, sendPicture, showShare } = window.easel;
  const form = find("#bring");
  const meter = find(".meter", form);
  const problem = find("#problem");

  function bring(files) {
    const file = [...files].find(isPicture);
    if (!file || form.matches("[aria-busy]")) return;
    form.setAttribute("aria-busy", "true");
    form.elements.title.value = file.name;
    find("[data-problem]", problem).textContent = "";
    problem.hidden = true;
    meter.hidden = false;
    showShare(meter, 0);
    page.say(form.dataset.busy.replace("%s", file.name));
    sendPicture(file, form.dataset.address, {
      went: (share) => showShare(meter, share),
      came: open,
      failed: (words) => fail(words || form.dataset.lost.replace("%s", file.name)),
    });
  }
  function open(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    form.elements.picture.value = find("[name=reference]", holder.content).value;
    find("#image").disabled = true;
    form.submit();
  }
  function fail(words) {
    form.removeAttribute("aria-busy");
    meter.hidden = true;
    find("#image").value = "";
    find("[data-problem]", problem).textContent = words;
    problem.hidden = false;
  }

  addEventListener("paste", (event) => bring(event.clipboardData?.files ?? []));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("drop");
  });
  addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("drop"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("drop");
    bring(event.dataTransfer.files);
  });
  find("#image").addEventListener("change", ({ target }) => bring(target.files));
  addEventListener("pageshow", () => {
    form.removeAttribute("aria-busy");
    find("#image").disabled = false;
    meter.hidden = true;
  });
})();
