// Writes times in the reader's zone, with UTC on hover, and keeps those that tell how far away they are.
"use strict";
(() => {
  const MINUTE = 60, HOUR = 3600, DAY = 86400;
  const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const far = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

  function span(seconds) {
    if (seconds < 100 * MINUTE) return `${Math.round(seconds / MINUTE)} min`;
    if (seconds < 36 * HOUR) return `${Math.round(seconds / HOUR)} h`;
    const hours = Math.round(seconds / HOUR), days = Math.floor(hours / 24);
    return hours % 24 && days < 4 ? `${days} d ${hours % 24} h` : `${Math.round(seconds / DAY)} d`;
  }

  function relative(seconds) {
    if (Math.abs(seconds) < MINUTE) return seconds <= 0 ? "just now" : "in a moment";
    return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
  }

  function local(when) {
    return (Math.abs(when - Date.now()) < 180 * DAY * 1000 ? day : far).format(when);
  }

  const wholeDay = new Intl.DateTimeFormat(undefined, { weekday: "short", year: "numeric", month: "short", day: "numeric" });

  // Lines that came in days of UTC, in days of the reader's zone.
  function intoDays(box) {
    const old = [...box.querySelectorAll("h3.day, ol.events")];
    if (!box.querySelector("h3.day > span")) return;
    const made = [];
    for (const line of box.querySelectorAll("ol.events > li")) {
      const words = wholeDay.format(new Date(line.querySelector("time").dateTime));
      if (made.at(-2)?.textContent !== words) {
        const head = Object.assign(document.createElement("h3"), { className: "day small muted", textContent: words });
        made.push(head, Object.assign(document.createElement("ol"), { className: "events" }));
      }
      made.at(-1).append(line);
    }
    for (const one of old) one.remove();
    box.prepend(...made);
  }

  // All times within an element of the page, which may have come into it just now.
  function writeTimes(root) {
    for (const box of [root.closest?.("[data-days]"), ...root.querySelectorAll("[data-days]")]) if (box) intoDays(box);
    for (const time of root.querySelectorAll("time[datetime]")) {
      const when = new Date(time.dateTime);
      if (Number.isNaN(when.getTime())) continue;
      time.dataset.utc ??= time.title;
      if (time.hasAttribute("data-relative")) {
        time.textContent = relative((when - Date.now()) / 1000);
        time.title = `${local(when)} · ${time.dataset.utc}`;
      } else {
        time.textContent = local(when);
      }
    }
  }

  window.leakwatch = { ...window.leakwatch, writeTimes };
  writeTimes(document);
  setInterval(() => writeTimes(document), 30_000);
})();
