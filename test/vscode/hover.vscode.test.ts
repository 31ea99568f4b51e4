import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ProdlensApi } from '../../src/api.ts';
import { linkableCommandIds } from '../../src/commands/ids.ts';
import { sendShop, sendSpans } from './otlpSpans.ts';
import {
  cards,
  lenses,
  observed,
  shown,
  startedProdlens,
  withSetting,
  workspaceFile,
} from './prodlens.ts';

const hostile =
  '**bold** https://evil.example/x [a](command:workbench.action.quit) <img src=x onerror=a()> $(flame) |\u202e\u0007\n# head `code`';

describe('the hover card', function () {
  this.timeout(60_000);
  let api: ProdlensApi;
  before(async () => {
    api = await startedProdlens();
  });

  it('has the table of releases, on the name and at the end of the line, and nowhere else', async () => {
    const uri = workspaceFile('shop/api/routes/orders.js');
    const { document } = await shown(uri);
    await sendShop();
    const { selectionRange } = await observed(api, uri, 'checkout', (i) => i.releases.length === 2);
    const end = document.lineAt(selectionRange.start.line).range.end;
    for (const place of [selectionRange.start, end]) {
      const [card, ...more] = await cards(uri, place);
      assert.ok(card);
      assert.equal(more.length, 0);
      assert.match(card.value, /release.*share.*calls\/s.*p50.*p95.*p99.*errors/);
      for (const version of ['1\\.4\\.0', '1\\.5\\.0'])
        assert.match(card.value.replaceAll('\\', ''), new RegExp(`\\| _?v?${version}.*ms`));
      assert.match(card.value, /command:prodlens\.openTraces/);
    }
    assert.deepEqual(await cards(uri, new vscode.Position(0, 0)), []);
    assert.deepEqual(await cards(uri, end.translate(2, 0).with({ character: 4 })), []);
  });

  it('lets telemetry be text: no link, no HTML, no icon, and only our commands work', async () => {
    const uri = workspaceFile('hostile/index.js');
    const { document } = await shown(uri);
    await sendSpans(
      { service: 'hostile', version: `2.0.0 ${hostile}`, scope: hostile },
      Array.from({ length: 3 }, () => ({
        name: `target ${hostile}`,
        attributes: {
          'code.function.name': 'target',
          'code.file.path': '/srv/hostile/index.js',
          'code.line.number': 1,
        },
        failed: hostile,
        exception: { type: `Bad${hostile}`, message: hostile, stacktrace: hostile },
      })),
    );
    await observed(api, uri, 'target', ({ total }) => (total?.errors ?? 0) >= 3);
    const [card] = await cards(uri, document.lineAt(0).range.end);
    assert.ok(card);
    assert.ok(card.value.includes('evil'), 'the text itself is shown');
    const trust = card.isTrusted as { readonly enabledCommands: readonly string[] };
    assert.deepEqual([...trust.enabledCommands], [...linkableCommandIds]);
    assert.notEqual(card.supportHtml, true);
    // Links as Markdown makes them: `](` that no backslash takes back.
    const targets = [...card.value.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, target]) => target);
    for (const target of targets)
      assert.match(target ?? '', /^(?:command:prodlens\.|data:image\/svg)/);
    assert.doesNotMatch(card.value, /(?<!\\)<img|(?<!\\)\$\(flame\)|\*\*bold\*\*/);
    // eslint-disable-next-line no-control-regex -- these must not get through
    assert.doesNotMatch(card.value, /[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    assert.doesNotMatch(card.value, /^# head/m);
    assert.doesNotMatch(card.value, /(?<![\\/\w])https:\/\/evil/, 'a bare address becomes a link');

    const back = await withSetting('prodlens.annotations.placement', 'codeLens');
    const title = (await lenses(uri)).get(1) ?? '';
    await back();
    assert.ok(title.includes('p95'));
    assert.ok(!title.includes('$('));
    // eslint-disable-next-line no-control-regex -- these must not get through
    assert.doesNotMatch(title, /[\u0000-\u001f\u202a-\u202e]/);
  });

  it('opens nothing by a command link that telemetry brings its own id to', async () => {
    // Whatever a page may ask for: the argument is decoded, not believed.
    await vscode.commands.executeCommand('prodlens.refresh', { insight: '../../etc/passwd' });
    await vscode.commands.executeCommand('prodlens.explain', [hostile, { insight: hostile }]);
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.ok(!text.includes('passwd'));
  });
});
