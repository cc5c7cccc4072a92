// Healthy: a cache of at most ENTRIES entries of about 4 KB, the least recently used leaves; it fills for hours.
"use strict";

const crypto = require("node:crypto");
const { onRequest } = require("./requests");

const [entries, keys] = process.argv.slice(2).map(Number);
const cache = new Map();

onRequest(() => {
  const key = Math.floor(Math.random() * keys);
  const value = cache.get(key) ?? crypto.randomBytes(2000).toString("hex");
  cache.delete(key);
  cache.set(key, value);
  if (cache.size > entries) cache.delete(cache.keys().next().value);
});
