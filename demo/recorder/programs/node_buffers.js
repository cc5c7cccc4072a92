// LEAKS: thumbnails kept outside the JavaScript heap ("external" memory), 16 KiB a request.
"use strict";

const { onRequest } = require("./requests");

const thumbnails = [];

onRequest(() => thumbnails.push(Buffer.alloc(16 * 1024, 7)));
