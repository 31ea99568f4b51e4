import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { json, protobuf, root, spanJson, text } from '../telemetry/otlp/requests.ts';

interface Written {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Record<string, unknown>[] }[];
  }[];
}

const request = (name: string) => ({
  resourceSpans: [
    {
      resource: {
        attributes: [
          text('service.name', 'shop'),
          text('host.name', 'laptop'),
          text('process.command', '/home/someone/app.js'),
          text('process.runtime.name', 'nodejs'),
          text('container.id', 'abc'),
          text('os.type', 'linux'),
        ],
      },
      scopeSpans: [
        { scope: { name: 'test' }, spans: [spanJson({ name, parentSpanId: 'aa73e4307c10faa0' })] },
      ],
    },
  ],
});

describe('recording OTLP', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-record-otlp-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes JSON and protobuf requests alike, without what names the machine', async () => {
    const out = path.join(folder, 'traces.ndjson.gz');
    const sink = spawn(
      process.execPath,
      ['scripts/record-otlp.mjs', out, '--replace', '/tmp/app=/srv/app'],
      { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const [first] = (await once(sink.stdout, 'data')) as [Buffer];
    const send = async (signal: string, type: string, body: Buffer, encoding?: string) => {
      const answer = await fetch(`${first.toString().trim()}/v1/${signal}`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: {
          'content-type': type,
          ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        },
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const sent = request('/tmp/app/main.js');
    const bytes = protobuf('TracesRequest', sent);
    assert.equal(await send('traces', 'application/json', json(sent)), 200);
    assert.equal(await send('traces', 'application/x-protobuf', bytes), 200);
    assert.equal(await send('traces', 'application/x-protobuf', gzipSync(bytes), 'gzip'), 200);
    assert.equal(await send('metrics', 'application/json', json({})), 200);
    assert.equal(await send('traces', 'application/json', Buffer.from('{')), 400);
    sink.kill('SIGTERM');
    await once(sink, 'exit');

    const lines = gunzipSync(readFileSync(out)).toString().trim().split('\n');
    assert.equal(lines.length, 3);
    for (const line of lines) {
      const [batch] = (JSON.parse(line) as Written).resourceSpans;
      assert.deepEqual(
        batch?.resource.attributes.map((a) => a.key),
        ['service.name', 'process.runtime.name'],
      );
      const [span] = batch.scopeSpans[0]?.spans ?? [];
      assert.equal(span?.['name'], '/srv/app/main.js');
      for (const key of ['traceId', 'spanId', 'startTimeUnixNano', 'kind'])
        assert.deepEqual(span[key], spanJson()[key]);
      assert.equal(span['parentSpanId'], 'aa73e4307c10faa0');
    }
  });
});
