import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

describe('lock files', () => {
  for (const file of ['package-lock.json', 'demo/dependencies/package-lock.json'])
    it(`${file} pins every package by its digest and names no registry`, () => {
      const text = readFileSync(path.join(root, file), 'utf8');
      const { packages } = JSON.parse(text) as {
        packages: Record<string, { integrity?: string; resolved?: string; link?: boolean }>;
      };
      for (const [place, entry] of Object.entries(packages)) {
        if (place === '') continue;
        assert.match(entry.integrity ?? '', /^sha\d+-/, place);
        assert.equal(entry.resolved, undefined, place);
      }
    });

  it('package.json names exact versions', () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    for (const [name, version] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
    }))
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
  });
});
