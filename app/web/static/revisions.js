// Compares revisions without leaving the page: the form's own page is asked for, and its answer put in place here.
"use strict";
(() => {
  const root = document.body.dataset.root;

  async function asked(form) {
    const query = new URLSearchParams(new FormData(form));
    const answer = await fetch(`${form.action}?${query}`, { headers: { Accept: "text/html" } });
    if (answer.redirected && new URL(answer.url).pathname === `${root}/sign-in`) {
      location.reload();
      return null;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-comparison]") ?? page.querySelector("main h1");
  }

  function say(box, text) {
    box.replaceChildren(Object.assign(document.createElement("p"), { className: "muted", textContent: text }));
  }

  async function compare(form, box) {
    const button = form.querySelector("button");
    button.disabled = true;
    box.setAttribute("aria-busy", "true");
    say(box, "Prometheus is asked: some seconds…");
    try {
      const found = await asked(form);
      if (found?.matches("[data-comparison]")) box.replaceChildren(...document.importNode(found, true).childNodes);
      else if (found) say(box, `That failed: ${found.textContent.trim()}.`);
      window.leakwatch?.writeTimes(box);
    } catch {
      say(box, "leakwatch does not answer. Try again.");
    } finally {
      button.disabled = false;
      box.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("submit", (event) => {
    const box = document.querySelector("[data-comparison]");
    if (!event.target.matches("form[data-compare]") || !box) return;
    event.preventDefault();
    compare(event.target, box);
  });
})();
