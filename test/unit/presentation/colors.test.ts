import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();
const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  contributes: { colors: readonly { id: string; defaults: Readonly<Record<string, string>> }[] };
};

/** Backgrounds of editors in themes that many use: VS Code's own, Monokai, Solarized, Quiet Light, Dracula. */
const backgrounds: Readonly<Record<string, readonly string[]>> = {
  dark: ['#1f1f1f', '#1e1e1e', '#272822', '#002b36', '#282a36'],
  light: ['#ffffff', '#f5f5f5', '#fdf6e3'],
  highContrast: ['#000000'],
  highContrastLight: ['#ffffff'],
};

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

describe('colours of annotations', () => {
  for (const { id, defaults } of contributes.colors)
    it(`${id} can be read in every kind of theme`, () => {
      for (const [kind, backs] of Object.entries(backgrounds))
        for (const back of backs) {
          const found = contrast(defaults[kind] ?? '', back);
          assert.ok(found >= 4.5, `${kind} on ${back}: ${found.toFixed(2)}`);
        }
    });
});
