import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';
import { connection, FakeBackend } from '../prometheus/fakeBackend.ts';

describe('what windows share', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'prodlens-generations-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is never the answer to other credentials, whoever writes it and when', async () => {
    const backend = new FakeBackend([
      { __name__: 'calls_total', service_name: 'shop', span_name: 'a', span_kind: 'SERVER' },
    ]);
    const asked = async (generation: string): Promise<number> => {
      const source = new PrometheusSource(
        { ...connection(), scope: '{}', generation: () => Promise.resolve(generation) },
        { ...backend.ports(), sharedFolder: folder },
        backend,
      );
      backend.asked.length = 0;
      assert.ok((await source.services()).ok);
      source.dispose();
      return backend.asked.length;
    };
    assert.ok((await asked('old')) > 0);
    assert.equal(await asked('old'), 0, 'windows that sign in alike share');
    const anew = await asked('new');
    assert.ok(anew > 0);
    // A window that hasn't heard of the change yet.
    await asked('old');
    assert.equal(await asked('new'), 0);
  });

  it('tells a window that is opened later what the backend has: it asks for what may be otherwise by now', async () => {
    const backend = new FakeBackend([
      { __name__: 'calls_total', service_name: 'later', span_name: 'a', span_kind: 'SERVER' },
    ]);
    const shared = path.join(folder, 'later');
    const asked = async (): Promise<readonly string[]> => {
      backend.asked.length = 0;
      const source = new PrometheusSource(
        connection(),
        { ...backend.ports(), sharedFolder: shared },
        backend,
      );
      assert.ok((await source.services()).ok);
      assert.equal(source.operations().length, 1);
      source.dispose();
      return backend.asked.map(({ pathname }) => pathname.replace(/^.*\/v1\//, ''));
    };
    const first = await asked();
    backend.now += 10 * 60_000;
    const [only, ...others] = await asked();
    assert.deepEqual([only, ...others], ['query']);
    backend.now += 12 * 60 * 60_000;
    assert.deepEqual(
      await asked(),
      first.filter((path) => path !== 'status/buildinfo'),
    );
    backend.now += 72 * 60 * 60_000;
    assert.deepEqual(await asked(), first);
  });
});
