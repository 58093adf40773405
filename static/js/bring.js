/* Bringing a picture: dropped or pasted ones go the way of the file field, and open at once. */
(() => {
  const { find } = window.easel;
  const form = find("#bring");
  function bring(files) {
    const file = [...files].find((one) => /^image\/|\.hei[cf]$/i.test(one.type || one.name));
    if (!file) return;
    const one = new DataTransfer();
    one.items.add(file);
    find("#image").files = one.files;
    form.requestSubmit();
  }
  addEventListener("paste", (event) => bring(event.clipboardData?.files ?? []));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("drop");
  });
  addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("drop"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    bring(event.dataTransfer.files);
  });
  find("#image").addEventListener("change", () => form.requestSubmit());
})();
