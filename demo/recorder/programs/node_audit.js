// LEAKS: an audit trail in memory, about 1.7 KB a request; nothing at night, when nobody calls.
"use strict";

const crypto = require("node:crypto");
const { onRequest } = require("./requests");

const trail = [];

onRequest(() => trail.push({ at: Date.now(), body: crypto.randomBytes(800).toString("hex") }));
