// Serves what the recorder announces: a line of standard input is a number of requests, 0 for a quiet tick.
"use strict";

const crypto = require("node:crypto");
const readline = require("node:readline");

// What a service holds all its life, RECORDER_BASE_MIB in all: code, settings, tables.
const base = Array.from({ length: Number(process.env.RECORDER_BASE_MIB) * 256 }, () =>
  crypto.randomBytes(2048).toString("hex"),
);

exports.onRequest = (serve) => {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    for (let left = Number(line); left > 0; left -= 1) {
      // A request's own garbage: it parses and writes JSON.
      JSON.parse(JSON.stringify(base.slice(0, Math.random() * 20)));
      serve();
    }
  });
  lines.on("close", () => process.exit(base.length > 0 ? 0 : 1));
};
