// `npm run bench:attribution -- <folder> [--answers FILE] [--json] [--metrics]`: how much of recorded traffic lands on the function
// that truly ran, with the code that the extension runs (docs/attribution.md). The folder holds one sub-folder per application:
// source/, traces.ndjson.gz and, for a score, owners.ndjson.gz or truth.json.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { answer, answerLine } from './answers.ts';
import { readOwners } from './owners.ts';
import { renderFaults, renderTable, scoreAsJson } from './renderScore.ts';
import { addUp, score, type Score } from './score.ts';
import { withGrammars } from './workspace.ts';

const usage = 'usage: bench:attribution -- <folder> [--answers FILE] [--json] [--metrics]';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      answers: { type: 'string' },
      json: { type: 'boolean', default: false },
      metrics: { type: 'boolean', default: false },
    },
  });
  const [folder] = positionals;
  const apps = folder === undefined ? [] : applications(folder);
  if (folder === undefined || apps.length === 0) {
    console.error(folder === undefined ? usage : `no application in ${folder}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const scores = new Map<string, Score>();
  const lines: string[] = [];
  await withGrammars(async (grammars) => {
    for (const app of apps)
      try {
        const place = path.join(folder, app);
        const { requests, spans, answers } = await answer(
          path.join(place, 'source'),
          path.join(place, 'traces.ndjson.gz'),
          grammars,
          { metrics: values.metrics },
        );
        for (const one of spans) lines.push(answerLine(app, one, answers.get(one.operation.id)));
        const owners = readOwners(place, requests);
        if (owners !== undefined) scores.set(app, score(owners, spans, answers));
      } catch (error) {
        // The others' answers are worth having.
        console.error(`${app}: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = 1;
      }
  });
  if (values.answers !== undefined) writeFileSync(values.answers, `${lines.join('\n')}\n`);
  if (values.json) console.log(JSON.stringify(asJson(scores), null, 1));
  else if (scores.size > 0) console.log(`${renderTable(scores)}\n${renderFaults(scores)}`);
}

const applications = (folder: string): readonly string[] =>
  readdirSync(folder)
    .sort()
    .filter((app) => existsSync(path.join(folder, app, 'traces.ndjson.gz')));

const asJson = (scores: ReadonlyMap<string, Score>): unknown => ({
  applications: Object.fromEntries([...scores].map(([app, one]) => [app, scoreAsJson(one)])),
  total: scoreAsJson(addUp(scores)),
});

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
