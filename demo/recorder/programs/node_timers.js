// LEAKS: each session starts a timer that nobody clears; the timer's closure keeps the session, about 2.3 KB each.
"use strict";

const { onRequest } = require("./requests");

const HOUR_MS = 3_600_000;

onRequest(() => {
  const session = { seen: Array.from({ length: 256 }, Math.random) };
  setInterval(() => session.seen.push(Math.random()), HOUR_MS);
});
