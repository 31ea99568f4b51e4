import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readWorkspace } from '../../../bench/attributionWorkspace.ts';
import { createAttributor, type Attributor } from '../../../src/attribution/attributor.ts';
import type { Attribution } from '../../../src/domain/attribution.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import {
  fixtures,
  operationOf,
  readExpected,
  tablesOf,
  type Row,
  type Tables,
} from './expectations.ts';

/** What an attribution says, in the words of the expected table. */
function said(row: Row, attribution: Attribution): unknown {
  switch (attribution.kind) {
    case 'owned': {
      const { owner, confidence } = attribution;
      const place = `${owner.id.slice(0, owner.id.indexOf('#'))}:${owner.declarationLine + 1}`;
      return {
        ...(row.line === undefined ? { owner: owner.id } : { line: place }),
        ...(row.confidence === undefined ? {} : { confidence }),
      };
    }
    case 'ambiguous':
      return { ambiguous: attribution.candidates.length };
    case 'none':
      return {
        none: attribution.explanation.includes(row.none ?? '\0')
          ? row.none
          : attribution.explanation,
      };
  }
}

describe('attribution of the fixtures’ telemetry', () => {
  for (const fixture of readdirSync(fixtures).sort()) {
    describe(fixture, () => {
      const expected = readExpected(fixture);
      let attributor: Attributor;
      let tables: Tables;
      before(async () => {
        const seen = (expected.seen ?? [expected.service]).map((name) => serviceKey(name));
        const { facts } = await readWorkspace(path.join(fixtures, fixture), seen);
        attributor = createAttributor(facts);
        tables = tablesOf(facts);
      });
      for (const row of expected.operations) {
        const { owner, line, confidence, ambiguous, none, because, ...given } = row;
        const outcome = { owner, line, confidence, ambiguous, none };
        it(`${Object.values(given).join(' | ')} → ${String(owner ?? line ?? ambiguous ?? none)}`, () => {
          const attribution = attributor.attribute(operationOf(expected, row, tables));
          const wanted = Object.fromEntries(
            Object.entries(outcome).filter(([, value]) => value !== undefined),
          );
          assert.deepEqual(
            said(row, attribution),
            wanted,
            JSON.stringify(attribution.steps, null, 1),
          );
          if (because !== undefined)
            assert.ok(attribution.explanation.includes(because), attribution.explanation);
          assert.equal(attribution.steps[0]?.stage, 'seen');
          assert.equal(attribution.steps.at(-1)?.stage, 'decision');
        });
      }
    });
  }
});
