// LEAKS: each request waits for a connection that is never made; the promise's reactions keep its closure and context.
"use strict";

const crypto = require("node:crypto");
const { onRequest } = require("./requests");

const connected = new Promise(() => {});

onRequest(() => {
  const context = { user: crypto.randomUUID(), body: crypto.randomBytes(900).toString("hex") };
  connected.then(() => context.body.length).then((length) => console.log(length, context.user));
});
