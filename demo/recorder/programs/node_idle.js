// Healthy: answers a health check now and then.
"use strict";

const { onRequest } = require("./requests");

onRequest(() => JSON.stringify(process.memoryUsage()));
