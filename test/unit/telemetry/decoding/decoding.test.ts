import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { ok, type Result } from '../../../../src/domain/result.ts';
import type { HttpAnswer } from '../../../../src/http/exchange.ts';
import type { Clock } from '../../../../src/platform/clock.ts';
import { DecodeThread } from '../../../../src/platform/decodeThread.ts';
import { inProcess } from '../../../../src/rpc/peer.ts';
import type { DecodeContract } from '../../../../src/telemetry/decodeContract.ts';
import { decodeHandlers } from '../../../../src/telemetry/decodeServer.ts';
import { decoders } from '../../../../src/telemetry/decoders.ts';
import { decodeRows, largeAnswer, type Decoder } from '../../../../src/telemetry/decoding.ts';
import { matrixRows } from '../../../../src/telemetry/prometheus/wire.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const never = new AbortController().signal;

/** Time stands still until the test says so. */
class HandClock implements Clock {
  readonly due: (() => void)[] = [];
  now = (): number => 0;
  after = (_: number, run: () => void): { dispose(): void } => {
    this.due.push(run);
    return { dispose: () => void this.due.splice(this.due.indexOf(run), 1) };
  };
}

const matrix = (rows: number): string =>
  JSON.stringify({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: Array.from({ length: rows }, (_, i) => ({
        metric: { span_name: `GET /${i}`, service_name: 'shop' },
        values: [
          [1_800_000_000, String(i)],
          [1_800_000_060, '1'],
        ],
      })),
    },
  });

/** An answer whose text must not be asked for. */
const unread = (text: string): HttpAnswer => ({
  url: 'http://prometheus.test',
  status: 200,
  contentType: 'application/json',
  bytes: new TextEncoder().encode(text),
  get text(): string {
    throw new Error('read on the extension host');
  },
});

describe('decoding of large answers', () => {
  let folder: string;
  let file: string;
  const clock = new HandClock();
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pl-decode-'));
    file = path.join(folder, 'decodeWorker.cjs');
    await build({
      entryPoints: [path.join(root, 'src/workers/decodeWorker.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'warning',
    });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('happens in a thread, and gives what decoding at once gives', async () => {
    const text = matrix(20_000);
    assert.ok(text.length > 5 * largeAnswer);
    const thread = new DecodeThread(file, clock);
    const answer = unread(text);
    const rows = await decodeRows(answer, matrixRows, thread.decode, never);
    assert.equal(answer.bytes?.byteLength, 0, 'the bytes were copied');
    assert.deepEqual(rows, matrixRows.read(JSON.parse(text)));
    assert.ok(thread.running);
    for (const run of clock.due.splice(0)) run();
    assert.ok(!thread.running, 'a thread without work goes on');
    assert.ok((await decodeRows(unread(text), matrixRows, thread.decode, never)).ok);
    thread.dispose();
    assert.ok(!(await decodeRows(unread(text), matrixRows, thread.decode, never)).ok);
  });

  it('says what is wrong with an answer that can’t be read, and goes on', async () => {
    const thread = new DecodeThread(file, clock);
    const half = matrix(20_000).slice(0, -40_000);
    const cut = await decodeRows(unread(half), matrixRows, thread.decode, never);
    assert.ok(!cut.ok && cut.failure.reason === 'invalid');
    const other = await decodeRows(
      unread(JSON.stringify({ status: 'success', data: ' '.repeat(largeAnswer) })),
      matrixRows,
      thread.decode,
      never,
    );
    assert.ok(!other.ok && other.failure.reason === 'invalid');
    const page = await decodeRows(
      unread(`<!doctype html>${' '.repeat(largeAnswer)}`),
      matrixRows,
      thread.decode,
      never,
    );
    assert.match(page.ok ? '' : page.failure.message, /web page/);
    const stop = new AbortController();
    const waiting = decodeRows(unread(matrix(20_000)), matrixRows, thread.decode, stop.signal);
    stop.abort();
    const stopped = await waiting;
    assert.ok(!stopped.ok && stopped.failure.reason === 'aborted');
    assert.ok((await decodeRows(unread(matrix(9_000)), matrixRows, thread.decode, never)).ok);
    thread.dispose();
  });

  it('outlives a thread that runs out of memory', async () => {
    const thread = new DecodeThread(file, clock, 16);
    const heavy = `{"status":"success","data":[${'[[]],'.repeat(400_000)}[]]}`;
    const failed = await decodeRows(unread(heavy), matrixRows, thread.decode, never);
    assert.ok(!failed.ok && failed.failure.reason === 'tooLarge', JSON.stringify(failed));
    assert.ok((await decodeRows(unread(matrix(2_000)), matrixRows, thread.decode, never)).ok);
    thread.dispose();
  });

  it('gives the rows in parts, and forgets those that nobody fetches', async () => {
    const { remote } = inProcess<DecodeContract>(decodeHandlers(decoders));
    const bytes = new TextEncoder().encode(matrix(20_000));
    const begin = async (): Promise<{ readonly id: number; readonly parts: number }> => {
      const begun = await remote.call('decode', { decoder: matrixRows.name, bytes });
      assert.ok(begun.ok);
      return begun.value;
    };
    const first = await begin();
    assert.ok(first.parts > 10);
    const part = await remote.call('part', { id: first.id, part: 0 });
    assert.ok(JSON.stringify(part).length < 200_000);
    for (let i = 0; i < 16; i += 1) await begin();
    await assert.rejects(remote.call('part', { id: first.id, part: 1 }));
  });

  it('knows every decoder by a name of its own', () => {
    assert.equal(new Set(decoders.map(({ name }) => name)).size, decoders.length);
  });

  it('is left out for small answers', async () => {
    const numbers: Decoder<number> = {
      name: 'numbers',
      read: (json): Result<readonly number[]> => ok(json as number[]),
    };
    const answer = { url: 'x', status: 200, contentType: '', text: '[1,2]' };
    const away = () => assert.fail('sent away');
    assert.deepEqual(await decodeRows(answer, numbers, away, never), ok([1, 2]));
  });
});
