import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ProdlensApi } from '../../src/api.ts';
import { request, sendSpans } from './otlpSpans.ts';
import {
  cards,
  lenses,
  observed,
  shown,
  startedProdlens,
  withSetting,
  workspaceFile,
} from './prodlens.ts';

const thrown = `RangeError: no tea left
    at Shelf.take (/srv/stacked/stock.js:8:27)
    at order (/srv/stacked/orders.js:7:36)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`;

describe('errors of a function that no span names', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  let back: () => Promise<void>;
  const uri = (): vscode.Uri => workspaceFile('stacked/stock.js');
  before(async () => {
    api = await startedProdlens();
    await vscode.extensions.getExtension('vscode.git')?.activate();
    const git = (...words: string[]): string =>
      execFileSync('git', ['-C', path.dirname(uri().fsPath), ...words], { encoding: 'utf8' });
    git('init', '--quiet');
    git('add', '--all');
    const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
    git(...who, 'commit', '--quiet', '-m', 'Take');
    git('tag', 'v4.0.0');
    back = await withSetting('prodlens.annotations.placement', 'codeLens');
  });
  after(async () => {
    await back();
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('stand beside it without a rate or a count of calls, and their line follows the text', async () => {
    const editor = await shown(uri());
    const failed = {
      ...request('POST', '/elsewhere', 500),
      exception: { type: 'RangeError', message: 'no tea left', stacktrace: thrown },
    };
    const from = { service: 'stacked', version: '4.0.0', scope: 'http' };
    await sendSpans(from, [failed, failed, failed]);
    const insight = await observed(api, uri(), 'Shelf.take', ({ total }) => total?.errors === 3);
    assert.equal(insight.service, 'stacked');
    assert.equal(insight.total?.count, undefined);
    assert.equal(insight.total?.errorRatio, undefined);
    assert.deepEqual(
      insight.releases.map(({ version, stats }) => [version, stats.errors]),
      [['4.0.0', 3]],
    );
    const line = insight.selectionRange.start.line;
    assert.match((await lenses(uri())).get(line + 1) ?? '', /3 errors thrown here · v4\.0\.0/);

    const cardAt = async (at: number): Promise<string> => {
      const [card] = await cards(uri(), editor.document.lineAt(at).range.end);
      return card?.value.replaceAll('\\', '') ?? '';
    };
    assert.match(await cardAt(line), /\| release.*thrown here.*passed through/);
    assert.match(await cardAt(line), /3 × \*\*RangeError\*\*.*\[stacked\/stock\.js:8\]/);
    assert.doesNotMatch(await cardAt(line), /p95|calls\/s|\d %/);

    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), '// one\n// two\n');
    });
    await observed(api, uri(), 'Shelf.take', (i) => i.selectionRange.start.line === line + 2);
    assert.match(await cardAt(line + 2), /\[stacked\/stock\.js:10\]/);
  });
});
