import assert from 'node:assert/strict';

import { milliseconds } from '../../../src/domain/units.ts';
import * as text from '../../../src/presentation/viewModels/numberText.ts';
import type { Fields } from '../../../src/presentation/viewModels/template.ts';
import {
  fieldNames,
  parseTemplate,
  renderTemplate,
} from '../../../src/presentation/viewModels/template.ts';
import {
  renderUntrusted,
  renderUntrustedMarkdown,
} from '../../../src/presentation/viewModels/untrusted.ts';
import { quantile } from './builders.ts';

describe('numbers as text', () => {
  const durations: readonly (readonly [number, string])[] = [
    [0.04, '< 0.1 ms'],
    [4.21, '4.2 ms'],
    [9.96, '10 ms'],
    [212.4, '212 ms'],
    [999.7, '1 s'],
    [1_240, '1.2 s'],
    [15_000, '15 s'],
    [150_000, '2.5 min'],
  ];
  for (const [ms, expected] of durations)
    it(`${ms} ms is ${expected}`, () => assert.equal(text.renderDuration(ms), expected));

  const ratios: readonly (readonly [number, string])[] = [
    [0, '0 %'],
    [0.0001, '< 0.1 %'],
    [0.004, '0.4 %'],
    [0.061, '6.1 %'],
    [0.1, '10 %'],
    [0.9999, '> 99.9 %'],
    [1, '100 %'],
  ];
  for (const [share, expected] of ratios)
    it(`${share} is ${expected}`, () => assert.equal(text.renderRatio(share), expected));

  const rates: readonly (readonly [number, string])[] = [
    [0, '0/s'],
    [38.2, '38/s'],
    [4.23, '4.2/s'],
    [0.05, '3/min'],
    [1 / 300, '12/h'],
    [1e-5, '< 1/h'],
    [1_240, '1.2k/s'],
  ];
  for (const [rate, expected] of rates)
    it(`${rate} per second is ${expected}`, () => assert.equal(text.renderRate(rate), expected));

  it('marks a quantile that is read from a wide bucket, and one beyond the last', () => {
    assert.equal(text.renderQuantile(quantile(212)), '212 ms');
    assert.equal(text.renderQuantile(quantile(212, 0.13)), '~212 ms');
    const open = {
      value: milliseconds(15_000),
      low: milliseconds(15_000),
      high: milliseconds(Infinity),
    };
    assert.equal(text.renderQuantile({ ...open, beyond: true }), '≥ 15 s');
    assert.equal(text.renderQuantile(undefined), '');
  });

  it('shares a unit between two durations where it is the same', () => {
    assert.equal(text.renderDurationChange(212, 690), '212→690 ms');
    assert.equal(text.renderDurationChange(800, 1_200), '800 ms→1.2 s');
  });
});

describe('template', () => {
  const empty = Object.fromEntries(fieldNames.map((name) => [name, ''])) as unknown as Fields;
  const rendered = (template: string, fields: Partial<Fields>): string => {
    const result = parseTemplate(template);
    assert.ok(result.ok);
    return renderTemplate(result.value, { ...empty, ...fields });
  };

  it('drops a group with an empty field, and separators left at the ends', () => {
    const template = '[${env} · ][p95 ${p95}][ · ${errors} err] · ${rate}';
    assert.equal(rendered(template, { p95: '2 ms', rate: '3/s' }), 'p95 2 ms · 3/s');
    assert.equal(rendered(template, { errors: '1 %' }), '1 % err');
    assert.equal(rendered(template, {}), '');
  });
  it('nests groups and takes escaped characters as they are', () => {
    assert.equal(rendered('\\[${p50}[/${p95}[/${p99}]]\\]', { p50: '1', p95: '2' }), '[1/2]');
  });
  it('does not read what a field holds as a template', () => {
    assert.equal(rendered('${releases}', { releases: '[${p95}]' }), '[${p95}]');
  });
  for (const bad of ['${p96}', '${p95', '[${p95}', 'p95]'])
    it(`names what is wrong in ${bad} and the remedy`, () => {
      const result = parseTemplate(bad);
      assert.ok(!result.ok && result.failure.remedy !== undefined);
      assert.match(result.failure.message, /prodlens\.annotations\.format/);
    });
});

describe('untrusted text', () => {
  const nasty = [
    '**bold** _it_ `code`',
    '[x](command:prodlens.rollBack)',
    '![i](https://e.invalid/i.png)',
    '<img src=x onerror=alert(1)>',
    'https://e.invalid www.e.invalid a@e.invalid',
    'cell | cell\n| --- |\n# head',
    '$(zap) $(loading~spin)',
    '&lt;b&gt; \\[x\\](y)',
    '~~no~~ 1. item - item',
  ];
  for (const value of nasty)
    it(`means nothing in Markdown: ${JSON.stringify(value)}`, () => {
      const markdown = renderUntrustedMarkdown(value);
      assert.doesNotMatch(markdown, /\n/);
      assert.doesNotMatch(markdown.replace(/\\[!-/:-@[-`{-~]/g, ''), /[!-/:-@[-`{-~]/);
      assert.doesNotMatch(markdown.replace(/\\/g, ''), /\$\(/);
    });
  it('shows control and direction characters instead of obeying them, and cuts', () => {
    assert.equal(renderUntrusted('a\u0007\u202eb\u200b'), 'a\\u0007\\u202eb\\u200b');
    assert.equal(renderUntrusted('a\r\nb\tc'), 'a b c');
    assert.ok(renderUntrusted('x'.repeat(1e6), 50).length <= 50);
    assert.doesNotMatch(
      renderUntrusted('😀'.repeat(100), 51),
      /[\ud800-\udbff](?![\udc00-\udfff])/,
    );
  });
});
