import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ProdlensApi } from '../../src/api.ts';
import { sendSpans } from './otlpSpans.ts';
import { observed, shown, startedProdlens, withSetting, workspaceFile } from './prodlens.ts';

const secret = 'hunter2-must-never-show';

describe('documents to read and to paste', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  const uri = (): vscode.Uri => workspaceFile('shipping/main.go');
  before(async () => {
    api = await startedProdlens();
    await shown(uri());
    await sendSpans(
      {
        service: 'shipping',
        version: '1.0.0',
        resource: { 'db.password': secret, api_key: secret },
      },
      [
        {
          name: 'print label',
          attributes: { 'http.request.header.authorization': `Bearer ${secret}`, cookie: secret },
          failed: `password=${secret}`,
        },
      ],
    );
    await observed(api, uri(), 'label');
  });

  /** Explained documents are shown rendered: no text editor has them. */
  const explained = async (name: string): Promise<string> => {
    await vscode.commands.executeCommand('prodlens.explain');
    const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
    assert.ok(input instanceof vscode.TabInputCustom, 'no rendered document');
    assert.match(input.uri.path, new RegExp(`Explain .*${name}`));
    return (await vscode.workspace.openTextDocument(input.uri)).getText();
  };

  it('explain names the telemetry, the rule and the reason, and leads to the code', async () => {
    const editor = await shown(uri());
    editor.selection = new vscode.Selection(12, 2, 12, 2);
    const text = await explained('label');
    assert.match(text, /print label/);
    assert.match(text, /shipping/);
    assert.match(text, /\]\(<\/shipping\/main\.go#L\d+>\)/);
    assert.ok(!text.includes(secret));
  });

  it('explain says why there is nothing at a function without numbers', async () => {
    const editor = await shown(uri());
    editor.selection = new vscode.Selection(18, 2, 18, 2);
    assert.match(await explained('main'), /not instrumented/);
  });

  it('diagnose reports versions, index and receiver, and no secret', async () => {
    const environments = [
      {
        name: 'staging',
        targets: [
          {
            name: 'web',
            service: 'shipping',
            provider: 'command',
            list: ['deploy', '--token', `${secret}1`],
            rollBack: ['deploy', `--password=${secret}`],
          },
        ],
      },
    ];
    const back = await withSetting(
      'prodlens.environments',
      environments,
      vscode.ConfigurationTarget.Global,
    );
    await vscode.commands.executeCommand('prodlens.diagnose');
    const report = vscode.window.activeTextEditor?.document.getText() ?? '';
    await back();
    assert.match(report, /## Versions[\s\S]*"vscode"/);
    assert.match(report, /## Index[\s\S]*"functions": [1-9]/);
    assert.match(report, /## Local receiver[\s\S]*"state": "leading"/);
    assert.ok(!report.includes(secret));
  });
});
