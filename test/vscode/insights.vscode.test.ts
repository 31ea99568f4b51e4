import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FunctionInsight, ProdlensApi } from '../../src/api.ts';

/** A document of the workspace, real spans to the real receiver, and what other extensions are given. */
describe('insights', () => {
  let folder: string;
  let file: vscode.Uri;
  let api: ProdlensApi;
  before(async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(workspace);
    folder = await mkdtemp(path.join(workspace.uri.fsPath, 'insights-'));
    file = vscode.Uri.file(path.join(folder, 'basket.js'));
    await writeFile(file.fsPath, 'function priceOfBasket(id) {\n  return 12;\n}\n');
    const extension = vscode.extensions.getExtension<ProdlensApi>('prodlens.prodlens');
    assert.ok(extension);
    api = await extension.activate();
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
    await vscode.commands.executeCommand('prodlens.startLocalReceiver');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const send = async (): Promise<void> => {
    const port = vscode.workspace.getConfiguration().get<number>('prodlens.local.httpPort');
    const end = BigInt(Date.now()) * 1_000_000n;
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: {
              attributes: [
                { key: 'service.name', value: { stringValue: 'baskets' } },
                { key: 'service.version', value: { stringValue: '3.1.4' } },
              ],
            },
            scopeSpans: [
              {
                scope: { name: 'by hand' },
                spans: [
                  {
                    traceId: randomBytes(16).toString('hex'),
                    spanId: randomBytes(8).toString('hex'),
                    name: 'priceOfBasket',
                    kind: 1,
                    startTimeUnixNano: String(end - 25_000_000n),
                    endTimeUnixNano: String(end),
                    attributes: [
                      { key: 'code.function.name', value: { stringValue: 'priceOfBasket' } },
                      {
                        key: 'code.file.path',
                        value: { stringValue: `/srv/${path.basename(folder)}/basket.js` },
                      },
                      { key: 'code.line.number', value: { intValue: '1' } },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      }),
    });
    assert.equal(response.status, 200);
  };

  it('tell of a function what real spans say, as the data arrives', async function () {
    this.timeout(60_000);
    await send();
    const observed = await new Promise<FunctionInsight>((resolve, reject) => {
      const look = (): void => {
        api.functions(file).then((all) => {
          const found = all.find((f) => f.name === 'priceOfBasket' && f.state === 'observed');
          if (found === undefined) return;
          listening.dispose();
          resolve(found);
        }, reject);
      };
      const listening = api.onDidChangeInsights(look);
      look();
    });
    assert.equal(observed.service, 'baskets');
    assert.equal(observed.environment, 'local');
    assert.equal(observed.total?.count, 1);
    assert.deepEqual(
      observed.releases.map((r) => r.version),
      ['3.1.4'],
    );
    assert.ok(
      observed.total.p95Ms && observed.total.p95Ms.low <= 25 && observed.total.p95Ms.high >= 25,
    );
    assert.equal(observed.range.start.line, 0);
  });

  it('explain and diagnose open readable documents', async () => {
    await vscode.commands.executeCommand('prodlens.explain', { insight: 'no id' });
    assert.match(
      vscode.window.activeTextEditor?.document.getText() ?? '',
      /code\.function\.name|baskets/,
    );
    await vscode.commands.executeCommand('prodlens.diagnose');
    const report = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(report, /## Local receiver[\s\S]*"state": "leading"/);
    assert.match(report, /## Index[\s\S]*"functions": \d/);
  });
});
