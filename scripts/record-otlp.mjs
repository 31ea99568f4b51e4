// `node scripts/record-otlp.mjs OUT.ndjson.gz [--port N] [--replace FROM=TO]…`: takes OTLP/HTTP traces (JSON or protobuf, also
// gzipped) on 127.0.0.1 until SIGINT or SIGTERM and writes each export request as one line of OTLP/JSON, in order of arrival.
// Prints the endpoint when it listens. Metrics and logs are accepted and dropped. Resource attributes that name the machine are left
// out; `--replace /tmp/app=/srv/app` renames a folder wherever it is written (stack traces).
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import protobuf from 'protobufjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    replace: { type: 'string', multiple: true, default: [] },
  },
});
const [out] = positionals;
if (out === undefined) {
  console.error('usage: record-otlp.mjs OUT.ndjson.gz [--port N] [--replace FROM=TO]…');
  process.exit(2);
}

const schema = readFileSync(path.join(root, 'test/fixtures/otlp/otlp.proto'), 'utf8');
const TracesRequest = protobuf.parse(schema).root.lookupType('otlp.TracesRequest');
const lines = [];
let spans = 0;

/** The request in OTLP/JSON's form: ids in hex, 64-bit numbers as text, enumerations as numbers. */
function decode(body, type) {
  if (type.includes('json')) return JSON.parse(body.toString());
  const message = TracesRequest.toObject(TracesRequest.decode(body), {
    longs: String,
    bytes: Buffer,
  });
  return JSON.parse(JSON.stringify(message, hexOfBytes));
}

function hexOfBytes(key, value) {
  if (value?.type !== 'Buffer') return value;
  const bytes = Buffer.from(value.data);
  return /^(traceId|spanId|parentSpanId)$/.test(key)
    ? bytes.toString('hex')
    : bytes.toString('base64');
}

const namesMachine = /^(?:host|os|container)\.|^process\.(?!runtime\.(?:name|version)$)/;

function record(request) {
  for (const { resource, scopeSpans } of request.resourceSpans ?? []) {
    if (resource?.attributes)
      resource.attributes = resource.attributes.filter(({ key }) => !namesMachine.test(key));
    for (const scope of scopeSpans ?? []) spans += scope.spans?.length ?? 0;
  }
  let line = JSON.stringify(request);
  for (const pair of values.replace) {
    const [from, to] = pair.split('=');
    line = line.replaceAll(from, to ?? '');
  }
  lines.push(line);
}

const server = http.createServer(async (request, response) => {
  const type = request.headers['content-type'] ?? '';
  const answer = (status) =>
    response
      .writeHead(status, {
        'content-type': type.includes('json') ? type : 'application/x-protobuf',
      })
      .end(type.includes('json') ? '{}' : '');
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    if (request.url === '/v1/traces') record(decode(body, type));
    answer(200);
  } catch (error) {
    console.error(`not recorded: ${error instanceof Error ? error.message : error}`);
    answer(400);
  }
});

async function end() {
  server.close();
  server.closeIdleConnections();
  // A request that is being read may still become a line.
  await Promise.race([
    once(server, 'close'),
    new Promise((resolve) => setTimeout(resolve, 2_000).unref()),
  ]);
  writeFileSync(out, gzipSync(lines.map((line) => `${line}\n`).join(''), { level: 9 }));
  console.log(`${spans} spans in ${lines.length} requests: ${out}`);
  process.exit();
}
process.once('SIGINT', end);
process.once('SIGTERM', end);

await once(server.listen(Number(values.port), '127.0.0.1'), 'listening');
console.log(`http://127.0.0.1:${server.address().port}`);
