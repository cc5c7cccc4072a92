// Healthy: each request's 300 KB are outside the JavaScript heap, freed only when a collection of the heap finds them
// dead; the last forty stay for the history page.
"use strict";

const { onRequest } = require("./requests");

const recent = [];

onRequest(() => {
  const image = Buffer.alloc(300_000, 7);
  recent.push(image);
  if (recent.length > 40) recent.shift();
});
