import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { root } from '../telemetry/otlp/requests.ts';

interface Bundler {
  readonly nodeBundles: BuildOptions;
  readonly thirdPartyNotices: (inputs: readonly string[]) => Promise<string>;
}
interface Notices {
  readonly renderNotices: (root: string, folders: readonly string[]) => string;
}
const load = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(path.join(root, file)).href)) as T;

describe('notices of third parties', function () {
  this.timeout(60_000);

  it('have every bundled package and grammar with its licence, the same each time', async () => {
    const { nodeBundles, thirdPartyNotices } = await load<Bundler>('esbuild.mjs');
    const { metafile } = await build({ ...nodeBundles, write: false, metafile: true });
    const inputs = Object.keys(metafile.inputs);
    const notices = await thirdPartyNotices(inputs);
    const names = new Set(
      inputs.flatMap((input) => {
        const [name = '', inner] = input.split('node_modules/').at(-1)?.split('/') ?? [];
        if (!input.includes('node_modules/')) return [];
        return [name.startsWith('@') ? `${name}/${inner ?? ''}` : name];
      }),
    );
    for (const name of [
      'axios',
      '@vscode/tree-sitter-wasm',
      '@tree-sitter-grammars/tree-sitter-kotlin',
    ])
      names.add(name);
    assert.ok(names.size > 20, [...names].join());
    for (const name of names)
      assert.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\S+ \\(\\S+\\)$`, 'm'));
    const text = readFileSync(path.join(root, 'node_modules/axios/LICENSE'), 'utf8').trim();
    assert.ok(notices.includes(text), 'the whole text of a licence');
    assert.match(
      notices,
      /^agent-base [^]*?\n\n\(The MIT License\)\n\nCopyright[^]*?THE SOFTWARE/m,
      'a licence at the end of a README',
    );
    assert.equal(await thirdPartyNotices(inputs.toReversed()), notices);
    assert.ok(!notices.includes(root), 'no path of this machine');
  });

  it('are refused where a package says no licence', async () => {
    const { renderNotices } = await load<Notices>('scripts/thirdPartyNotices.mjs');
    const folder = mkdtempSync(path.join(os.tmpdir(), 'prodlens-notices-'));
    try {
      mkdirSync(path.join(folder, 'bare'));
      const manifest = { name: 'bare', version: '1.0.0', license: 'MIT' };
      writeFileSync(path.join(folder, 'bare/package.json'), JSON.stringify(manifest));
      assert.throws(() => renderNotices(folder, ['bare']), /bare is bundled, but says no licence/);
      writeFileSync(path.join(folder, 'bare/LICENSE.md'), 'Do as you like.');
      assert.match(renderNotices(folder, ['bare']), /bare 1\.0\.0 \(MIT\)[^]*Do as you like\./);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
