// LEAKS: 1.1 KB a request in a table of users seen, behind a young generation that swings by tens of megabytes.
"use strict";

const crypto = require("node:crypto");
const { onRequest } = require("./requests");

const catalogue = Array.from({ length: 8_000 }, (_, id) => ({ id, text: crypto.randomBytes(500).toString("hex") }));
const seen = new Map();

onRequest(() => {
  const answer = Array.from({ length: 4000 }, (_, line) => ({ line, of: catalogue[line] }));
  seen.set(crypto.randomUUID(), crypto.randomBytes(260).toString("hex") + answer.length);
});
