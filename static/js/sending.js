/* Sending one picture: how far it is, and what became of it. */
(() => {
  const { find } = window.easel;

  function sendPicture(file, address, { went, came, failed }) {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file, file.name);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && went((100 * event.loaded) / event.total));
    request.addEventListener("load", () => {
      if (request.status === 200) came(request.responseText);
      else failed(request.status < 500 ? request.responseText : "");
    });
    request.addEventListener("error", () => failed(""));
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", find("[name=csrfmiddlewaretoken]").value);
    request.send(body);
  }

  function showShare(meter, share) {
    meter.setAttribute("aria-valuenow", Math.round(share));
    find("i", meter).style.setProperty("--share", `${share}%`);
  }

  window.easel.isPicture = (file) => /^image\/|\.hei[cf]$/i.test(file.type || file.name);
  Object.assign(window.easel, { sendPicture, showShare });
})();
