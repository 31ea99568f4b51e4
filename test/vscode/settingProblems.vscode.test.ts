import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { announced, shown, startedProdlens, withSetting } from './prodlens.ts';

describe('mistakes in the settings of a connection', function () {
  this.timeout(60_000);

  it('are in the Problems view at their line, those that the backend’s answer shows among them', async () => {
    await startedProdlens();
    // Whatever is asked for, there is a metric with two labels.
    const server = createServer(({ url = '' }, response) => {
      const data = url.includes('/labels')
        ? ['app', 'uri']
        : url.includes('__name__')
          ? ['acme_total']
          : url.includes('buildinfo')
            ? { version: '3.0.0' }
            : { resultType: 'vector', result: [] };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: 'success', data }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const environment = {
      name: 'own',
      metrics: {
        kind: 'prometheus',
        url: `http://127.0.0.1:${port}`,
        conventions: [
          { name: 'a', calls: 'acme_total', labels: { service: 'app', route: 'path' } },
          { name: 'b', calls: 'sum(acme_total)', labels: { service: 'app', route: 'uri' } },
        ],
      },
    };
    const folder = await mkdtemp(path.join(tmpdir(), 'prodlens-settings-'));
    const file = vscode.Uri.file(path.join(folder, 'settings.json'));
    await writeFile(
      file.fsPath,
      JSON.stringify({ 'prodlens.environments': [environment] }, undefined, 2),
    );
    const takeBack = await withSetting(
      'prodlens.environments',
      [environment],
      vscode.ConfigurationTarget.Global,
    );
    try {
      await shown(file);
      const ours = (): vscode.Diagnostic[] | undefined => {
        const all = vscode.languages
          .getDiagnostics(file)
          .filter(({ source }) => source === 'Prodlens');
        return all.length > 1 ? all : undefined;
      };
      const problems = await announced(vscode.languages.onDidChangeDiagnostics, ours);
      const document = await vscode.workspace.openTextDocument(file);
      assert.deepEqual(problems.map(({ range }) => document.getText(range)).toSorted(), [
        '"path"',
        '"sum(acme_total)"',
      ]);
      assert.match(
        problems.map(({ message }) => message).join('\n'),
        /acme_total has no label path\. It has: app, uri\./,
      );
    } finally {
      await takeBack();
      server.close();
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await rm(folder, { recursive: true });
    }
    assert.deepEqual(
      await announced(vscode.languages.onDidChangeDiagnostics, () => {
        const left = vscode.languages.getDiagnostics(file);
        return left.length === 0 ? left : undefined;
      }),
      [],
    );
  });
});
