/**
 * `npm run bench:attribution -- <folder> [--answers FILE] [--json]`: recall and precision of attribution on recorded traffic, scored as
 * described in docs/attribution.md. The folder holds one sub-folder per application: source/, traces.ndjson.gz, owners.ndjson.gz.
 */
import { readdirSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { score, renderScore, type Answer } from './attributionScore.ts';
import { operationsOf } from './attributionOperations.ts';
import { readWorkspace } from './attributionWorkspace.ts';
import { createAttributor } from '../src/attribution/attributor.ts';

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const answersAt = words.indexOf('--answers');
  const answersFile = answersAt < 0 ? undefined : words[answersAt + 1];
  const folder = words.find((w, i) => !w.startsWith('--') && i !== answersAt + 1) ?? words[0];
  if (folder === undefined) throw new Error('usage: bench:attribution <folder> [--answers FILE]');
  const lines: string[] = [];
  for (const app of readdirSync(folder).sort()) {
    const base = path.join(folder, app);
    if (!existsSync(path.join(base, 'traces.ndjson.gz'))) continue;
    const spans = operationsOf(path.join(base, 'traces.ndjson.gz'));
    const seen = [...new Set(spans.map((s) => s.operation.service))];
    const workspace = await readWorkspace(path.join(base, 'source'), seen);
    const attributor = createAttributor(workspace.facts);
    const memo = new Map<string, Answer>();
    const answers = new Map<string, Answer>();
    for (const { key, operation } of spans) {
      const known = memo.get(operation.id);
      const answer = known ?? { operation, attribution: attributor.attribute(operation) };
      memo.set(operation.id, answer);
      answers.set(key, answer);
      lines.push(JSON.stringify(answerLine(app, key, answer)));
    }
    if (words.includes('--routes'))
      for (const r of workspace.facts.routes)
        console.log(`${r.method} ${r.path} → ${r.handler.name} ${r.unresolved ?? ''}`);
    const owners = path.join(base, 'owners.ndjson.gz');
    if (existsSync(owners)) console.log(renderScore(app, score(owners, answers)));
  }
  if (answersFile !== undefined) writeFileSync(answersFile, `${lines.join('\n')}\n`);
}

function answerLine(app: string, key: string, { attribution }: Answer): unknown {
  const [traceId, spanId] = key.split('/');
  const place = (ref: { id: string; declarationLine: number; name: string }) => ({
    file: ref.id.slice(0, ref.id.indexOf('#')),
    line: ref.declarationLine + 1,
    function: ref.name,
  });
  const answer =
    attribution.kind === 'owned'
      ? { ...place(attribution.owner), rule: attribution.rule, confidence: attribution.confidence }
      : null;
  const ambiguous =
    attribution.kind === 'ambiguous' ? attribution.candidates.map(place) : undefined;
  return { app, traceId, spanId, answer, ...(ambiguous === undefined ? {} : { ambiguous }) };
}

void main();
