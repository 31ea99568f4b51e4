import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FunctionInsight, ProdlensApi } from '../../src/api.ts';
import { sendSpans } from './otlpSpans.ts';
import {
  insightsWhen,
  lenses,
  observed,
  shown,
  startedProdlens,
  withSetting,
  workspaceFile,
} from './prodlens.ts';

describe('releases in a repository', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  let uri: vscode.Uri;
  let commit: string;
  let back: () => Promise<void>;
  before(async () => {
    api = await startedProdlens();
    await vscode.extensions.getExtension('vscode.git')?.activate();
    uri = workspaceFile('drifting/settle.js');
    const folder = path.dirname(uri.fsPath);
    const git = (...words: string[]): string =>
      execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' }).trim();
    git('init', '--quiet');
    git('add', '--all');
    const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
    git(...who, 'commit', '--quiet', '-m', 'Settle');
    git('tag', 'v3.0.0');
    commit = git('rev-parse', 'HEAD');
    back = await withSetting('prodlens.annotations.placement', 'codeLens');
  });
  after(async () => {
    await back();
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  /** An edit that VS Code took: it refuses one whose document has changed meanwhile. */
  const edited = async (
    editor: vscode.TextEditor,
    change: (edit: vscode.TextEditorEdit) => void,
  ): Promise<void> => {
    assert.ok(await editor.edit(change), `refused beside ${editor.document.getText()}`);
  };
  const settle = (all: readonly FunctionInsight[]): FunctionInsight | undefined =>
    all.find((f) => f.name === 'settle');

  it('have the commit of their tag, and an edited or new function is marked until it is taken back', async () => {
    const editor = await shown(uri);
    const from = { service: 'drifting', version: '3.0.0', scope: 'drifting' };
    await sendSpans(from, [{ name: 'settle the drift' }, { name: 'settle the drift' }]);
    const known = await observed(api, uri, 'settle', ({ releases }) => releases[0]?.commit !== '');
    assert.equal(known.drift, undefined);
    await insightsWhen(api, uri, (all) =>
      settle(all)?.releases[0]?.commit === commit ? true : undefined,
    );

    const source = await readFile(uri.fsPath, 'utf8');
    const place = source.split('\n')[4]?.indexOf('tracer') ?? 0;
    await edited(editor, (edit) => {
      edit.insert(new vscode.Position(4, place), 'this.late, ');
    });
    await insightsWhen(api, uri, (all) => (settle(all)?.drift === 'edited' ? true : undefined));
    await edited(editor, (edit) => {
      edit.delete(new vscode.Range(4, place, 4, place + 'this.late, '.length));
    });
    await insightsWhen(api, uri, (all) =>
      settle(all) !== undefined && settle(all)?.drift === undefined ? true : undefined,
    );

    await edited(editor, (edit) => {
      edit.insert(new vscode.Position(2, 0), '\nfunction fresh() {\n  return 1;\n}\n');
    });
    const fresh = await insightsWhen(api, uri, (all) =>
      all.find((f) => f.name === 'fresh' && f.drift === 'notInRelease'),
    );
    const line = fresh.selectionRange.start.line + 1;
    assert.match((await lenses(uri)).get(line) ?? '', /not in v3\.0\.0 yet/);
    assert.equal(settle(await api.functions(uri))?.drift, undefined);
  });
});
