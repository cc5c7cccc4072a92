// A small service that leaks on demand, and tells its memory under the names that cAdvisor uses.
//
//   POST   /leak?kib_per_second=64   begin to leak (or change the rate)
//   DELETE /leak                     stop, and release what has leaked
//   GET    /leak                     how much, how fast
//   GET    /metrics                  for Prometheus
//   GET    /healthz
'use strict';

const fs = require('node:fs');
const http = require('node:http');

const PORT = Number(process.env.PORT || 3001);
const MAX_KIB_PER_SECOND = 1 << 20;
const TICK_MILLISECONDS = 250;
// Named as the first pod of a StatefulSet: the same one, however often the container is started.
const LABELS = 'namespace="demo",pod="leaky-node-0",container="app"';
const STARTED_AT_SECONDS = Date.now() / 1000 - process.uptime();

const kept = [];
let keptBytes = 0;
let owedBytes = 0;
let kibPerSecond = rateOf(process.env.LEAK_KIB_PER_SECOND || '0') ?? 0;

function rateOf(text) {
  const rate = Number(text);
  return text !== '' && rate >= 0 && rate <= MAX_KIB_PER_SECOND ? rate : null;
}

function leakSome() {
  owedBytes += (kibPerSecond * 1024 * TICK_MILLISECONDS) / 1000;
  const size = Math.floor(owedBytes);
  if (size < 1) return;
  kept.push(Buffer.alloc(size, 1)); // written to, so that the kernel really gives the pages
  keptBytes += size;
  owedBytes -= size;
}

function readNumber(path) {
  try {
    const value = Number(fs.readFileSync(path, 'utf8'));
    return Number.isFinite(value) ? value : null; // "max" where there is no limit
  } catch {
    return null;
  }
}

function readTable(path) {
  try {
    const lines = fs.readFileSync(path, 'utf8').trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]));
  } catch {
    return {};
  }
}

// What the container's own cgroup (v2) says; outside a container, what the process knows of itself.
function memory() {
  const usage = readNumber('/sys/fs/cgroup/memory.current');
  const stat = readTable('/sys/fs/cgroup/memory.stat');
  if (usage === null || stat.anon === undefined) {
    const { rss } = process.memoryUsage();
    return { workingSet: rss, rss, cache: 0, limit: 0 };
  }
  return {
    workingSet: Math.max(usage - stat.inactive_file, 0),
    rss: stat.anon,
    cache: stat.file,
    limit: readNumber('/sys/fs/cgroup/memory.max') ?? 0,
  };
}

function metrics() {
  const { workingSet, rss, cache, limit } = memory();
  const { user, system } = process.cpuUsage();
  const rows = [
    ['container_memory_working_set_bytes', 'gauge', 'Working set of the container.', workingSet],
    ['container_memory_rss', 'gauge', 'Anonymous memory of the container.', rss],
    ['container_memory_cache', 'gauge', 'Page cache of the container.', cache],
    ['container_spec_memory_limit_bytes', 'gauge', 'Memory limit, 0 where there is none.', limit],
    ['container_start_time_seconds', 'gauge', 'When the process started.', STARTED_AT_SECONDS],
    ['container_cpu_usage_seconds_total', 'counter', 'CPU time used.', (user + system) / 1e6],
    ['leaky_node_leaked_bytes', 'gauge', 'What has leaked so far.', keptBytes],
  ];
  return rows.map(([name, type, help, value]) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}{${LABELS}} ${value}\n`).join('');
}

function answer(response, status, body, type = 'application/json') {
  response.writeHead(status, { 'Content-Type': type });
  response.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
}

function leak(request, response, query) {
  if (request.method === 'POST') {
    const rate = rateOf(query.get('kib_per_second') ?? '64');
    if (rate === null) {
      answer(response, 400, { error: `kib_per_second: give a number from 0 to ${MAX_KIB_PER_SECOND}` });
      return;
    }
    kibPerSecond = rate;
  } else if (request.method === 'DELETE') {
    kibPerSecond = 0;
    kept.length = 0;
    keptBytes = 0;
  } else if (request.method !== 'GET') {
    answer(response, 405, { error: 'GET, POST or DELETE' });
    return;
  }
  answer(response, 200, { kib_per_second: kibPerSecond, leaked_bytes: keptBytes });
}

const server = http.createServer((request, response) => {
  if (!URL.canParse(request.url, 'http://localhost')) {
    answer(response, 400, { error: 'no such address' });
    return;
  }
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/leak') leak(request, response, searchParams);
  else if (pathname === '/metrics') answer(response, 200, metrics(), 'text/plain; version=0.0.4; charset=utf-8');
  else if (pathname === '/healthz') answer(response, 200, { status: 'ok' });
  else answer(response, 404, { error: 'there is /leak, /metrics and /healthz' });
});

setInterval(leakSome, TICK_MILLISECONDS);
server.listen(PORT, () => console.log(`leaky-node listens on ${PORT}, leaking ${kibPerSecond} KiB/s`));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
