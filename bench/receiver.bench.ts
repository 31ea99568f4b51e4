// CPU of the whole receiver (HTTP, decoding, assembly, aggregation, trace store) against decoding the same bytes alone:
// protobufjs' generated decoder for protobuf, JSON.parse for JSON. The receiver runs in a process of its own, so that only
// its own CPU time is counted and not that of the sender.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parse } from 'protobufjs';
import { readFileSync } from 'node:fs';
import { unixMillis } from '../src/domain/units.ts';
import { compareReleases } from '../src/releases/compareReleases.ts';
import { createTelemetryCore } from '../src/telemetry/local/core/telemetryCore.ts';
import { createOtlpHttpServer } from '../src/telemetry/local/http/server.ts';
import { Intake } from '../src/telemetry/local/otlp/intake.ts';
import { Tally } from '../src/telemetry/local/otlp/tally.ts';
import { protobuf, recordedRequests, root } from '../test/unit/telemetry/otlp/requests.ts';
import { report, smoke } from './report.ts';

const budget = 5;
const rounds = smoke ? 2 : 40;
const warmUp = smoke ? 1 : 8;

const lines = recordedRequests(path.join(root, 'test/fixtures/recordings/shop'), 'traces');
const lastEnd = Math.max(
  ...lines.flatMap((line) =>
    [...line.matchAll(/"endTimeUnixNano":"(\d{10})/g)].map((match) => Number(match[1])),
  ),
);

/** The recording once more under other ids: traces of different rounds never meet. */
const inRound = (line: string, round: number): string =>
  line.replace(
    /("(?:traceId|spanId|parentSpanId)":")([\da-f]{4})/g,
    (_, key: string, head: string) => {
      const mixed = (parseInt(head, 16) ^ (round * 7 + 1)) & 0xffff;
      return key + mixed.toString(16).padStart(4, '0');
    },
  );

const cpuMillis = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

async function serve(): Promise<void> {
  let now = lastEnd * 1_000;
  let requests = 0;
  const core = createTelemetryCore({ now: unixMillis(now), compare: compareReleases });
  const tally = new Tally();
  const intake = new Intake(core, tally, () => {
    // A request every quarter of a second, as from some ten services; time passes with them and not with the clock.
    now += 250;
    if (++requests % 4 === 0) core.tick(unixMillis(now));
    return unixMillis(now);
  });
  const access = { allowedHosts: ['127.0.0.1'], allowedOrigins: [] };
  const server = createOtlpHttpServer({ intake, tally, access, identity: () => ({}) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', () => {
    core.settle(unixMillis(now));
    process.send?.({ cpu: cpuMillis(), spans: tally.get('spans.received') });
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ port: (server.address() as AddressInfo).port });
}

/** CPU milliseconds of a receiver process for these bodies, after a warm-up with the first ones. */
async function receiverCost(
  rounded: readonly (readonly Buffer[])[],
  type: string,
): Promise<{ cpu: number; spans: number }> {
  const child = fork(__filename, ['--serve'], { execArgv: [] });
  const answer = async <T>(): Promise<T> => ((await once(child, 'message')) as [T])[0];
  const { port } = await answer<{ port: number }>();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (body: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': type, 'content-length': body.length };
      const options = {
        port,
        host: '127.0.0.1',
        path: '/v1/traces',
        method: 'POST',
        agent,
        headers,
      };
      request(options, (incoming) => {
        incoming.resume();
        incoming.on('end', () => {
          if (incoming.statusCode === 200) resolve();
          else reject(new Error(`answered ${incoming.statusCode ?? 0}`));
        });
      })
        .on('error', reject)
        .end(body);
    });
  const measure = async (): Promise<{ cpu: number; spans: number }> => {
    child.send('measure');
    return answer();
  };
  for (const bodies of rounded.slice(0, warmUp)) for (const body of bodies) await send(body);
  const before = await measure();
  for (const bodies of rounded.slice(warmUp)) for (const body of bodies) await send(body);
  const after = await measure();
  agent.destroy();
  child.disconnect();
  await once(child, 'exit');
  return { cpu: after.cpu - before.cpu, spans: after.spans - before.spans };
}

function decodeCost(
  rounded: readonly (readonly Buffer[])[],
  decode: (body: Buffer) => unknown,
): number {
  for (const bodies of rounded.slice(0, warmUp)) for (const body of bodies) decode(body);
  const before = cpuMillis();
  for (const bodies of rounded.slice(warmUp)) for (const body of bodies) decode(body);
  return cpuMillis() - before;
}

async function main(): Promise<void> {
  const schema = parse(readFileSync(path.join(root, 'test/fixtures/otlp/otlp.proto'), 'utf8')).root;
  const type = schema.lookupType('otlp.TracesRequest');
  const all = Array.from({ length: rounds + warmUp }, (_, round) =>
    lines.map((line) => inRound(line, round)),
  );
  const cases = [
    {
      encoding: 'protobuf',
      floorName: "protobufjs' generated decoder",
      contentType: 'application/x-protobuf',
      encode: (line: string) => protobuf('TracesRequest', JSON.parse(line)),
      decode: (body: Buffer): unknown => type.decode(body),
    },
    {
      encoding: 'JSON',
      floorName: 'JSON.parse',
      contentType: 'application/json',
      encode: (line: string) => Buffer.from(line),
      decode: (body: Buffer): unknown => JSON.parse(body.toString('utf8')),
    },
  ];
  for (const { encoding, floorName, contentType, encode, decode } of cases) {
    const bodies = all.map((round) => round.map(encode));
    // The floor before and after: other load on the machine then weighs on both sides.
    const before = decodeCost(bodies, decode);
    const { cpu, spans } = await receiverCost(bodies, contentType);
    const floor = (before + decodeCost(bodies, decode)) / 2;
    const perSecond = Math.round((spans / cpu) * 1_000).toLocaleString('en-US');
    report({
      name: `embedded receiver, ${encoding}`,
      value: cpu / floor,
      budget,
      unit: '× decoding alone',
      detail:
        `CPU of the receiver's process for ${spans.toLocaleString('en-US')} recorded spans over HTTP ` +
        `against ${floorName} on the same bytes; ${perSecond} spans per CPU-second ` +
        '(a collector with span metrics: about 250,000)',
    });
  }
}

void (process.argv.includes('--serve') ? serve() : main());
