import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ProdlensApi } from '../../src/api.ts';
import { sendSpans } from './otlpSpans.ts';
import { cards, observed, shown, startedProdlens, workspaceFile } from './prodlens.ts';

describe('objectives of prodlens.json', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  before(async () => {
    api = await startedProdlens();
  });

  it('are judged in the hover as soon as the file says them, and go with it', async () => {
    const uri = workspaceFile('shipping/main.go');
    await shown(uri);
    const source = { service: 'shipping', version: '1.0.0', scope: 'shipping' };
    await sendSpans(source, [{ name: 'print label', milliseconds: 40 }]);
    const { selectionRange } = await observed(api, uri, 'label');
    const judged = async (): Promise<string | undefined> => {
      const [card] = await cards(uri, selectionRange.start);
      return /objective [^·\n]*/.exec(card?.value ?? '')?.[0].trim();
    };
    /** Waits, from event to event, until the hover says what is wanted. */
    const until = (wanted: RegExp | undefined): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          judged().then((text) => {
            if (wanted === undefined ? text !== undefined : !wanted.test(text ?? '')) return;
            listening.dispose();
            resolve();
          }, reject);
        };
        const listening = api.onDidChangeInsights(look);
        look();
      });
    assert.equal(await judged(), undefined);
    const file = workspaceFile('prodlens.json');
    const say = (objectives: readonly object[]): Promise<void> =>
      writeFile(file.fsPath, JSON.stringify({ objectives }));
    try {
      await say([{ path: 'shipping', p95Ms: 5 }]);
      await until(/^objective p95 ≤ 5 ms: missed, ~?4\d ms\*\*$/);
      await say([
        { path: 'shipping', p95Ms: 5 },
        { function: 'shipping/main.go#label', p95Ms: 5_000 },
      ]);
      await until(/^objective p95 ≤ 5000 ms: met, ~?4\d ms$/);
    } finally {
      await rm(file.fsPath);
    }
    await until(undefined);
    assert.deepEqual(vscode.languages.getDiagnostics(file), []);
  });
});
