// `node demo/record.mjs OUT [SECONDS]`: runs the demo's shop and writes the OTLP/JSON export requests of its services, one per line,
// in order: OUT/traces.ndjson.gz and OUT/metrics.ndjson.gz. This is how test/fixtures/recordings/shop was made.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensureServiceDependencies } from './dependencies.mjs';
import { startProcesses } from './processes.mjs';
import { createRepository } from './repository.mjs';

const [out, seconds = '40'] = process.argv.slice(2);
const folder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-record-'));
const requests = { traces: [], metrics: [] };

const collector = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  // What names this machine or its owner has no place in a fixture.
  const clean = withoutMachine(JSON.parse(text), folder);
  requests[request.url.slice('/v1/'.length)]?.push(JSON.stringify(clean));
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});
await once(collector.listen(0, '127.0.0.1'), 'listening');

const { releases } = createRepository(folder, await ensureServiceDependencies());
const shop = await startProcesses({
  folder,
  releases,
  otlpPort: collector.address().port,
  rate: 6,
  newShare: 0.4,
  protocol: 'http/json',
});
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
await shop.stop();
collector.close();
mkdirSync(out, { recursive: true });
for (const [signal, lines] of Object.entries(requests))
  writeFileSync(
    path.join(out, `${signal}.ndjson.gz`),
    gzipSync(`${lines.join('\n')}\n`, { level: 9 }),
  );
rmSync(folder, { recursive: true, force: true });
console.log(`${requests.traces.length} trace and ${requests.metrics.length} metric requests`);
process.exit();

function withoutMachine(value, temporary) {
  const telling =
    /^(host\.|os\.version|process\.(owner|executable\.path|command|pid|command_args))/;
  for (const list of [value.resourceSpans ?? [], value.resourceMetrics ?? []].flat())
    list.resource.attributes = list.resource.attributes.filter(({ key }) => !telling.test(key));
  return JSON.parse(JSON.stringify(value).replaceAll(temporary, '/srv'));
}
