// Healthy: a request in flight holds BYTES for SECONDS; memory follows the traffic.
"use strict";

const { onRequest } = require("./requests");

const [bytes, seconds] = process.argv.slice(2).map(Number);

onRequest(() => {
  const body = Buffer.alloc(bytes, 7);
  setTimeout(() => body.fill(0), seconds * 1000 * (0.5 + Math.random()));
});
