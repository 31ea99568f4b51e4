import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { answer } from '../../../bench/attribution/answers.ts';
import { readOwners } from '../../../bench/attribution/owners.ts';
import { faultsOf } from '../../../bench/attribution/renderScore.ts';
import { score, type Score } from '../../../bench/attribution/score.ts';
import { grammarsFolder } from '../../../bench/attribution/workspace.ts';

const apps = path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'test/fixtures/apps');

/** Where we fall short, each with the reason. */
interface Known {
  readonly missed?: readonly { readonly function: string; readonly why: string }[];
  readonly wrongFromMetrics?: readonly { readonly span: string; readonly why: string }[];
}

function knownOf(app: string): Known {
  const file = path.join(apps, app, 'known.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Known) : {};
}

const explained = (s: Score): string =>
  faultsOf(s)
    .map(({ calls, fault }) => `${calls} × ${fault}`)
    .join('\n');

describe('recorded applications', function () {
  this.timeout(60_000);
  let grammars: string;
  before(async () => {
    grammars = await grammarsFolder();
  });
  after(() => rm(grammars, { recursive: true, force: true }));

  const scoreOf = async (app: string, metrics: boolean): Promise<Score> => {
    const place = path.join(apps, app);
    const { requests, spans, answers } = await answer(
      path.join(place, 'source'),
      path.join(place, 'traces.ndjson.gz'),
      grammars,
      { metrics },
    );
    const owners = readOwners(place, requests);
    assert.ok(owners, 'truth.json is missing');
    return score(owners, spans, answers);
  };

  const names = readdirSync(apps, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: app } of names) {
    it(`${app}: finds every function that ran, and names no other`, async () => {
      const found = await scoreOf(app, false);
      assert.equal(found.wrong, 0, explained(found));
      assert.ok(found.found.size > 0);
      const missed = [...found.functions].filter((f) => !found.found.has(f)).sort();
      const known = (knownOf(app).missed ?? []).map((gap) => gap.function).sort();
      assert.deepEqual(missed, known, explained(found));
    });

    it(`${app}: credits nothing wrongly from span metrics`, async () => {
      const found = await scoreOf(app, true);
      const known = (knownOf(app).wrongFromMetrics ?? []).map((gap) => gap.span).sort();
      assert.deepEqual([...found.wrongSpans].sort(), known, explained(found));
    });
  }
});
