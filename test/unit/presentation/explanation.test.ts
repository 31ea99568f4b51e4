import assert from 'node:assert/strict';
import type { Attribution } from '../../../src/domain/attribution.ts';
import type { OperationId } from '../../../src/domain/operation.ts';
import { renderExplanation } from '../../../src/presentation/viewModels/explanation.ts';
import { renderTime } from '../../../src/presentation/viewModels/numberText.ts';
import * as build from './builders.ts';

const owner = build.decl({ name: 'checkout', path: '/w/orders.js', declarationLine: 16 });
const because = 'POST /orders is registered as POST /orders (express)';
const owned: Attribution = {
  kind: 'owned',
  operation: 'o' as OperationId,
  owner,
  rule: 'http-route',
  confidence: 'exact',
  explanation: because,
  telemetry: 'POST /orders (server span)',
  steps: [
    { stage: 'seen', text: 'POST /orders (server span)' },
    { stage: 'tried', text: 'code attributes: none' },
    {
      stage: 'found',
      text: 'POST /orders is registered at orders.js:43',
      at: { path: '/w/orders.js', line: 42 },
    },
    { stage: 'candidate', text: 'checkout (orders.js:17)' },
    { stage: 'rule', text: 'HTTP route' },
    { stage: 'decision', text: because },
  ],
};
const explain = (attributions: readonly Attribution[]): string =>
  renderExplanation({
    insights: [build.insight({ function: owner, numbers: build.numbers() })],
    attributions,
    services: ['shop: a', 'shop: b'],
    environment: 'local.',
    warnings: (service) => [`Releases of ${service} can’t be told apart.`],
    safe: (text) => text,
    place: (text, { path, line }) => `[${text}](${path}:${line + 1})`,
    link: ({ name, declarationLine }) => `[${name}](line:${declarationLine + 1})`,
  });

describe('the explanation of a function', () => {
  it('says what was seen, the way and the decision once each, with links to the code', () => {
    const text = explain([owned]);
    for (const once of ['POST /orders (server span)', because])
      assert.equal(text.split(once).length, 2, once);
    assert.match(text, /^# checkout\n\n\[checkout\]\(line:17\)\n/);
    assert.match(
      text,
      /- Tried: .*\n- Rule: HTTP route\n- In the code: \[POST \/orders is registered at orders\.js:43\]\(\/w\/orders\.js:43\)\n- Candidate: /,
    );
    assert.ok(text.includes(`- **Decision**: [checkout](line:17) (exact): ${because}`));
    assert.match(text, /- shop: a\n- shop: b\n/);
  });

  it('says what can’t be said of the service', () => {
    assert.match(explain([]), /Releases of \S+ can’t be told apart\.\n/);
  });

  it('gives times as the clock of the reader has them', () => {
    const { from, to } = build.numbers().window;
    assert.ok(explain([]).includes(`from ${renderTime(from)} to ${renderTime(to)}.`));
  });

  it('links every candidate of what is ambiguous', () => {
    const { owner: first, confidence, ...rest } = owned;
    const second = build.decl({ name: 'pay', declarationLine: 3 });
    assert.equal(confidence, 'exact');
    const text = explain([{ ...rest, kind: 'ambiguous', candidates: [first, second] }]);
    assert.match(text, /ambiguous: .*It may be:\n {2}- \[checkout\]\(line:17\)\n {2}- \[pay\]/);
  });
});
