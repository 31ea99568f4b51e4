import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { askOnlyOperation } from './onlyOperation.ts';
import { assertRulesInUse, liveShop } from './rulesInUse.ts';
import { write } from './writtenHistory.ts';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}
/** What is used here of scripts/backends/victoriametrics.mjs. */
interface Scripts {
  readonly startVictoriaMetrics: (folder: string) => Promise<Server>;
  readonly startVmalert: (folder: string, url: string, rules: string) => Promise<Server>;
}

describe('recording rules on a real VictoriaMetrics', function () {
  this.timeout(360_000);
  const servers: Server[] = [];
  let folder: string;

  after(async () => {
    for (const server of servers.toReversed()) await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('are evaluated by vmalert, and read in place of the metrics', async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'prodlens-vmalert-'));
    const { startVictoriaMetrics, startVmalert } = (await import(
      pathToFileURL(path.join(root, 'scripts/backends/victoriametrics.mjs')).href
    )) as Scripts;
    const server = await startVictoriaMetrics(folder);
    servers.push(server);
    await write(`${server.url}/api/v1/write`, {}, liveShop());
    assert.ok((await fetch(`${server.url}/internal/force_flush`)).ok);
    const { source } = await askOnlyOperation(server.url);
    const written = await source.recordingRules(new AbortController().signal);
    source.dispose();
    assert.ok(written.ok, JSON.stringify(written));
    const rules = path.join(folder, 'rules.yaml');
    await writeFile(rules, written.value);
    servers.push(await startVmalert(folder, server.url, rules));
    await assertRulesInUse(server.url);
  });
});
