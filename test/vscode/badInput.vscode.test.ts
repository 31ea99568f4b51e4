import assert from 'node:assert/strict';
import { mkdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ProdlensApi } from '../../src/api.ts';
import { sendSpans } from './otlpSpans.ts';
import { announced, observed, shown, startedProdlens, workspaceFile } from './prodlens.ts';

describe('what goes wrong in a workspace', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  before(async () => {
    api = await startedProdlens();
  });

  it('mistakes in prodlens.json are in the Problems view, at their line, and go with them', async () => {
    const uri = workspaceFile('prodlens.json');
    const ours = (): vscode.Diagnostic[] | undefined => {
      const all = vscode.languages.getDiagnostics(uri).filter((d) => d.source === 'Prodlens');
      return all.length > 0 ? all : undefined;
    };
    await writeFile(
      uri.fsPath,
      '{\n  "services": [\n    { "folder": "shop/api" }\n  ],\n  "objectivs": []\n}\n',
    );
    const problems = await announced(vscode.languages.onDidChangeDiagnostics, ours);
    assert.deepEqual(problems.map(({ range }) => range.start.line + 1).toSorted(), [3, 5]);
    await unlink(uri.fsPath);
    await announced(vscode.languages.onDidChangeDiagnostics, () =>
      ours() === undefined ? true : undefined,
    );
  });

  it('a file of one megabyte on one line says that it is left out, and others go on', async () => {
    const uri = workspaceFile('shipping/wide.js');
    await writeFile(uri.fsPath, `function wide() { return [${'1,'.repeat(520_000)}1]; }\n`);
    await shown(uri);
    assert.deepEqual(await api.functions(uri), []);
    const go = workspaceFile('shipping/main.go');
    await shown(go);
    await sendSpans({ service: 'shipping', version: '1.0.0' }, [{ name: 'print label' }]);
    await observed(api, go, 'label');
    await vscode.commands.executeCommand('prodlens.diagnose');
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /wide\.js/);
    await unlink(uri.fsPath);
  });

  it('a folder that links to itself is read once, and one that is no git repository is read', async () => {
    const loop = workspaceFile('loop');
    await mkdir(loop.fsPath);
    await symlink('..', workspaceFile('loop/again').fsPath);
    const uri = workspaceFile('loop/looped.js');
    await writeFile(uri.fsPath, 'function looped() {\n  return 1;\n}\n');
    await shown(uri);
    await sendSpans({ service: 'looped', version: '1.0.0' }, [
      {
        name: 'looped',
        attributes: { 'code.function.name': 'looped', 'code.file.path': '/srv/loop/looped.js' },
      },
    ]);
    const insight = await observed(api, uri, 'looped');
    assert.equal(insight.candidates, undefined);
    await rm(loop.fsPath, { recursive: true });
  });

  it('source that isn’t UTF-8 and unfinished source don’t take the functions away', async () => {
    const uri = workspaceFile('shipping/latin.js');
    await writeFile(
      uri.fsPath,
      Buffer.concat([
        Buffer.from('// caf'),
        Buffer.from([0xe9, 0xff, 0xfe]),
        Buffer.from('\nfunction brewed() {\n  return 1;\n}\n'),
      ]),
    );
    const editor = await shown(uri);
    const names = async (): Promise<string[]> => (await api.functions(uri)).map((f) => f.name);
    assert.deepEqual(await names(), ['brewed']);
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(4, 0), 'function unfinished( {{{ \n');
    });
    assert.ok((await names()).includes('brewed'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await unlink(uri.fsPath);
  });
});
