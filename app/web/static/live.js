// Keeps an open page as things are: asks for it again when the service says that something changed, and puts in place
// what is marked data-live. Acts are sent without leaving the page. Without this script all of it is forms and links.
"use strict";
(() => {
  const QUIET_MS = 800, ANYWAY_MS = 60_000, AGAIN_MS = 30_000, LOST_MS = 5_000;
  const root = document.body.dataset.root;
  const live = () => [...document.querySelectorAll("[data-live]")];
  const shown = new Map(live().map((one) => [one.dataset.live, one.innerHTML]));
  let timer = 0, stream = null, waiting = null, seenAt = new Date();

  // Asking for the page again

  async function fetchPage(url, options = {}) {
    const answer = await fetch(url, { ...options, headers: { Accept: "text/html", ...options.headers } });
    if (answer.redirected && new URL(answer.url).pathname === `${root}/sign-in`) {
      location.reload();
      return null;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    page.isRight = answer.ok;
    return page;
  }

  function soon(wait = QUIET_MS) {
    clearTimeout(timer);
    timer = setTimeout(refresh, wait);
  }

  async function refresh() {
    if (document.hidden || document.querySelector("dialog[open]")) return;
    try {
      const page = await fetchPage(location.href);
      if (!page) return;
      if (!page.isRight) return showLost(`leakwatch answers “${page.querySelector("h1")?.textContent}”`);
      putInPlace(page, false);
      seenAt = new Date();
      document.querySelector(".lost")?.remove();
    } catch {
      showLost("leakwatch does not answer"); // The next event or minute brings the page.
    }
  }

  // What is shown stays, and must not pass for how things are.
  function showLost(why) {
    const banner = document.querySelector(".lost") ?? document.createElement("p");
    if (banner.dataset.why === why) return;
    banner.className = "lost banner bad";
    banner.dataset.why = why;
    banner.setAttribute("role", "status");
    const time = document.createElement("time");
    time.dateTime = seenAt.toISOString();
    time.title = seenAt.toUTCString();
    time.dataset.relative = "";
    const bold = Object.assign(document.createElement("b"), { textContent: `${why}: ` });
    banner.replaceChildren(bold, "what is shown here is as it was ", time, ".");
    window.leakwatch.writeTimes(banner);
    document.querySelector("main").before(banner);
  }

  function putInPlace(page, isAsked) {
    for (const old of live()) {
      const fresh = page.querySelector(`[data-live="${CSS.escape(old.dataset.live)}"]`);
      if (!fresh || fresh.innerHTML === shown.get(old.dataset.live)) continue;
      if (!isAsked && old.hasAttribute("data-keep-order") && isBusy(old) && order(old) !== order(fresh)) {
        offer(page);
        continue;
      }
      shown.set(old.dataset.live, fresh.innerHTML);
      replace(old, fresh);
    }
    document.title = page.title || document.title;
  }

  const order = (list) => [...list.querySelectorAll("[data-id]")].map((row) => row.dataset.id).join();

  // Nothing moves under somebody's finger.
  const isBusy = (list) => list.matches(":hover, :focus-within") || list.querySelector(":checked, details[open]") !== null;

  function replace(old, fresh) {
    const checked = new Set([...old.querySelectorAll("input:checked")].map((one) => one.value));
    const open = new Set([...old.querySelectorAll("[data-id]:has(details[open])")].map((row) => row.dataset.id));
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const focused = active && [active.closest("[data-id]")?.dataset.id, active.tagName, active.getAttribute("value")];
    old.replaceChildren(...document.importNode(fresh, true).childNodes);
    for (const box of old.querySelectorAll("input[type=checkbox]")) box.checked = checked.has(box.value) && box.name !== "";
    for (const row of old.querySelectorAll("[data-id]")) {
      const details = row.querySelector("details");
      if (details && open.has(row.dataset.id)) details.open = true;
      if (focused && focused[0] === row.dataset.id) {
        [...row.querySelectorAll(focused[1])].find((one) => one.getAttribute("value") === focused[2])?.focus();
      }
    }
    window.leakwatch.writeTimes(old);
    dress(old);
    old.dispatchEvent(new Event("leakwatch:replaced", { bubbles: true }));
  }

  function offer(page) {
    waiting = page;
    if (document.querySelector(".notice")) return;
    const button = document.createElement("button");
    button.className = "notice primary";
    button.textContent = "The list has changed: show it";
    button.addEventListener("click", () => {
      button.remove();
      putInPlace(waiting, true);
    });
    document.body.append(button);
  }

  // Being told of changes

  function listen() {
    if (document.hidden || stream) return;
    stream = new EventSource(`${root}/events`);
    stream.addEventListener("changed", () => soon());
    stream.addEventListener("progress", (event) => showProgress(JSON.parse(event.data)));
    let wasAway = false;
    stream.onopen = () => {
      document.documentElement.dataset.listening = "";
      if (wasAway) soon();
      wasAway = false;
    };
    stream.onerror = () => {
      wasAway = true;
      soon(LOST_MS);
      if (stream.readyState === EventSource.CLOSED) {
        deafen();
        setTimeout(() => { soon(); listen(); }, AGAIN_MS);
      }
    };
  }

  function deafen() {
    stream?.close();
    stream = null;
    delete document.documentElement.dataset.listening;
  }

  // How far a scan has come changes nothing else on the page.
  function showProgress({ scan, done, total, words }) {
    for (const box of document.querySelectorAll(`[data-progress="${Number(scan)}"]`)) {
      const bar = box.querySelector("progress");
      if (total) Object.assign(bar, { max: total, value: done });
      box.querySelector("[data-words]").textContent = words;
    }
  }

  // A browser has few connections to a service: pages that nobody sees give theirs back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return deafen();
    soon();
    listen();
  });
  addEventListener("pagehide", deafen);

  // Acting

  async function send(form, submitter) {
    const body = new URLSearchParams(new FormData(form, submitter));
    document.querySelector("main").setAttribute("aria-busy", "true");
    try {
      const page = await fetchPage(form.action, { method: "POST", body });
      if (page) answered(page, form);
    } catch {
      tell("That did not reach the service. Try again.");
    } finally {
      document.querySelector("main").removeAttribute("aria-busy");
    }
  }

  function answered(page, form) {
    const ask = page.querySelector("form[data-ask]");
    if (ask) return showAsking(document.importNode(ask, true));
    form.closest("dialog")?.close();
    const told = page.getElementById("told");
    if (!told) return tell(page.querySelector("main")?.innerText ?? "That failed.");
    document.getElementById("told").replaceChildren(...document.importNode(told, true).childNodes);
    if (!told.firstElementChild) {
      const said = [...page.querySelectorAll("main h1, main h1 + p")].map((one) => one.textContent.trim().replace(/\.$/, ""));
      tell(said.length ? `${said.join(". ")}.` : "That failed.");
      if (!page.isRight) return;
    }
    for (const box of document.querySelectorAll("input[name=target]:checked")) box.checked = false;
    if (form.matches("[data-once]") && told.querySelector(".told:not(.bad)")) form.reset();
    if (page.querySelector("[data-live=list]") || !document.querySelector("[data-live=list]")) putInPlace(page, true);
    dress(document);
  }

  function tell(text) {
    const box = document.createElement("div");
    box.className = "told bad";
    box.append(Object.assign(document.createElement("p"), { textContent: text }));
    document.getElementById("told").replaceChildren(box);
  }

  function showAsking(ask) {
    const dialog = document.querySelector("dialog") ?? document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "ask-title");
    dialog.replaceChildren(ask);
    document.body.append(dialog);
    if (!dialog.open) dialog.showModal();
    (ask.querySelector("[aria-invalid]") ?? ask.querySelector("textarea")).focus();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-acts]") || event.defaultPrevented) return;
    event.preventDefault();
    send(form, event.submitter);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) {
      event.preventDefault();
      document.getElementById("told").replaceChildren();
    }
    if (event.target.closest("dialog [data-cancel]")) {
      event.preventDefault();
      event.target.closest("dialog").close();
    }
    for (const open of document.querySelectorAll("details.more[open]")) {
      if (!open.contains(event.target) || event.target.closest("button")) open.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const open = document.querySelector("details.more[open]");
    if (event.key === "Escape" && open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  // Choosing

  document.addEventListener("change", (event) => {
    const list = event.target.closest("form[data-acts]");
    if (!list) return;
    if (event.target.matches("[data-all]")) {
      for (const box of list.querySelectorAll("input[name=target]")) box.checked = event.target.checked;
    }
    dress(document);
  });

  function dress(part) {
    for (const bulk of part.querySelectorAll(".bulk")) {
      const boxes = [...bulk.closest("form").querySelectorAll("input[name=target]")];
      const chosen = boxes.filter((box) => box.checked).length;
      bulk.classList.toggle("chosen", chosen > 0);
      bulk.querySelector("[data-selected]").textContent = chosen ? `With the ${chosen} selected:` : "With the selected:";
      const all = bulk.querySelector("[data-all]");
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  }

  dress(document);
  listen();
  setInterval(refresh, ANYWAY_MS);
})();
