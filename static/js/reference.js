/* "Try it" on a page of the reference: what the form says is sent to this site, and the answer shown. */
(() => {
  const { find } = window.easel;
  const form = find("#try");
  const tried = find("#tried");
  const offline = find("#try-offline");
  const LONGEST = 400; /* of one text in an answer: a picture in base64 is no reading */

  function request() {
    const said = new FormData(form);
    const method = form.dataset.method;
    const headers = {};
    const query = new URLSearchParams();
    const sent = new FormData();
    let path = form.dataset.path;
    for (const [name, value] of said) {
      const [place, parameter] = name.split(/:(.*)/);
      if (!value || !parameter) continue;
      if (place === "path") path = path.replace(`{${parameter}}`, encodeURIComponent(value));
      if (place === "query") query.append(parameter, value);
      if (place === "header") headers[parameter] = value;
      if (place === "form") sent.append(parameter, value);
    }
    if (said.get("key")) headers.Authorization = `Bearer ${said.get("key").trim()}`;
    const isForm = [...sent].length > 0;
    const body = isForm ? sent : (said.get("body") ?? undefined);
    if (!isForm && body !== undefined) headers["Content-Type"] = "application/json";
    const address = query.size ? `${path}?${query}` : path;
    return [address, { method, headers, body, credentials: "omit" }];
  }

  function readable(text) {
    const shorten = (name, value) =>
      typeof value === "string" && value.length > LONGEST ? `${value.slice(0, 40)}…` : value;
    try {
      return JSON.stringify(JSON.parse(text), shorten, 2);
    } catch {
      return text;
    }
  }

  function pictures(text) {
    try {
      return JSON.parse(text).data.map((one) => one.url).filter(Boolean);
    } catch {
      return [];
    }
  }

  function show(answer, text) {
    find("[data-status]", tried).textContent = `${answer.status} ${answer.statusText}`;
    find("[data-id]", tried).textContent = answer.headers.get("x-request-id") || "";
    find("[data-body]", tried).textContent = readable(text);
    const images = pictures(text).map((url) => Object.assign(new Image(), { src: url, alt: "" }));
    find("[data-pictures]", tried).replaceChildren(...images);
    tried.hidden = false;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = find("button", form);
    button.disabled = true;
    tried.hidden = offline.hidden = true;
    try {
      const answer = await fetch(...request());
      show(answer, await answer.text());
    } catch {
      offline.hidden = false;
    }
    button.disabled = false;
  });
})();
