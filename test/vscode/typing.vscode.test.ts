import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import type { ProdlensApi } from '../../src/api.ts';
import { sendShop } from './otlpSpans.ts';
import { insightsWhen, lenses, observed, shown, startedProdlens } from './prodlens.ts';
import { withSetting, workspaceFile } from './prodlens.ts';

/** Runs work and tells which calls left this extension host for a worker thread meanwhile. */
async function callsDuring(work: () => Promise<void>): Promise<readonly string[]> {
  const names: string[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called below with the worker as this
  const original = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, frame: unknown, ...rest) {
    const { t, name } = frame as { readonly t?: string; readonly name?: string };
    if (t === 'call' && name !== undefined) names.push(name);
    Reflect.apply(original, this, [frame, ...rest]);
  } as typeof original;
  try {
    await work();
  } finally {
    Worker.prototype.postMessage = original;
  }
  return names;
}

/** Those that ask the receiver; the index is told of every edit and every saved file. */
const requests = (calls: readonly string[]): readonly string[] =>
  calls.filter((name) => ['services', 'numbers', 'searchTraces', 'trace'].includes(name));

describe('while somebody types', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  let back: () => Promise<void>;
  before(async () => {
    api = await startedProdlens();
    back = await withSetting('prodlens.annotations.placement', 'codeLens');
  });
  after(() => back());

  it('annotations move with the text and no number is asked for', async () => {
    const uri = workspaceFile('shop/api/routes/orders.js');
    const editor = await shown(uri);
    await sendShop();
    await observed(api, uri, 'checkout', ({ releases }) => releases.length === 2);
    const before = await lenses(uri);
    assert.ok(before.has(15) && before.has(27));

    const type =
      (lines: number): (() => Promise<void>) =>
      async () => {
        for (let i = 0; i < lines; i++)
          await editor.edit((edit) => {
            edit.insert(new vscode.Position(0, 0), '// typed\n');
          });
        const [checkout, show] = [15 + typed, 27 + typed];
        const now = await lenses(uri);
        assert.deepEqual([...now.keys()], [checkout, show]);
        await insightsWhen(api, uri, (all) =>
          all.some((f) => f.name === 'checkout' && f.selectionRange.start.line + 1 === checkout)
            ? true
            : undefined,
        );
      };
    let typed = 0;
    let asked: readonly string[] = [];
    // The refresh that goes on by itself may fall into one try, into three it doesn't.
    for (let attempt = 0; attempt < 3; attempt++) {
      typed += 4;
      const calls = await callsDuring(type(4));
      assert.ok(calls.includes('edit'), 'edits go to the index');
      asked = requests(calls);
      if (asked.length === 0) break;
    }
    assert.deepEqual(asked, []);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('scrolling and showing a document again ask for nothing', async () => {
    const uri = workspaceFile('shop/api/routes/orders.js');
    await shown(uri);
    await observed(api, uri, 'checkout');
    let asked: readonly string[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      const calls = await callsDuring(async () => {
        const editor = await shown(uri);
        for (const line of [30, 0]) {
          editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
          await vscode.commands.executeCommand('cursorMove', { to: 'down', by: 'line' });
        }
        await lenses(uri);
      });
      asked = requests(calls);
      if (asked.length === 0) break;
    }
    assert.deepEqual(asked, []);
  });
});
