import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readWorkspace } from '../../../bench/attributionWorkspace.ts';
import { createAttributor } from '../../../src/attribution/attributor.ts';
import type { Attribution } from '../../../src/domain/attribution.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { frameworks } from '../../../src/symbols/frameworks/registry.ts';
import { FoundFrameworks } from './frameworksOfRow.ts';
import { fixtures, operationOf, tablesOf, readExpected, type Row } from './expectations.ts';

const apps = path.join(path.dirname(fixtures), 'apps');

interface Answered {
  readonly row: Row;
  readonly frameworks: ReadonlySet<string>;
  readonly attribution: Attribution;
}

/** One folder of fixtures: which frameworks are found in it, and what comes of its operations. */
interface Section {
  readonly name: string;
  readonly frameworks: ReadonlySet<string>;
  readonly answers: readonly Answered[];
  readonly gaps: readonly string[];
}

interface Gap {
  readonly why: string;
  /** Empty: of none in particular. */
  readonly frameworks: ReadonlySet<string>;
}

interface RecordedApp {
  readonly name: string;
  /** Functions that ran, by the framework that reaches them. */
  readonly functions: ReadonlyMap<string, number>;
  readonly gaps: readonly Gap[];
}

/** docs/frameworks.md: every framework with what the fixtures show to be resolved, and what is known not to be. */
export async function renderFrameworks(): Promise<string> {
  const sections: Section[] = [];
  for (const name of readdirSync(fixtures).sort()) sections.push(await readSection(name));
  const recorded: RecordedApp[] = [];
  for (const entry of readdirSync(apps, { withFileTypes: true }))
    if (entry.isDirectory()) recorded.push(await readApp(entry.name));
  const found = new Set([
    ...sections.flatMap((s) => [...s.frameworks]),
    ...recorded.flatMap((app) => [...app.functions.keys()]),
  ]);
  const ids = new Set([...frameworks.map((f) => f.id), ...[...found].sort()]);
  return [
    '# Frameworks: what is resolved, and what is known not to be',
    '',
    'Generated from test/fixtures/attribution and test/fixtures/apps by `node scripts/frameworks-doc.mjs`; a test compares. How a span is',
    'attributed, and the score on applications of others: [attribution.md](attribution.md).',
    '',
    'A row of a fixture counts for the frameworks that register what it names, also where several are in one fixture. *To a function*:',
    'operations that get their handler. *Several fit*: the candidates are listed, none is credited. *No owner*: silent, with the reason.',
    '*Recorded*: small applications that really ran under their default instrumentation; every function that ran is found but for',
    'the known gaps.',
    '',
    '| framework | to a function | several fit | no owner | fixtures | recorded | known gaps |',
    '| --- | ---: | ---: | ---: | --- | --- | --- |',
    ...[...ids].map((id) => overview(id, sections, recorded)),
    ...sections.flatMap(renderSection),
    '',
  ].join('\n');
}

async function readSection(name: string): Promise<Section> {
  const expected = readExpected(name);
  const seen = (expected.seen ?? [expected.service]).map((service) => serviceKey(service));
  const { facts } = await readWorkspace(path.join(fixtures, name), seen);
  const attributor = createAttributor(facts);
  const tables = tablesOf(facts);
  const found = new FoundFrameworks(facts);
  return {
    name,
    frameworks: found.all,
    gaps: expected.gaps ?? [],
    answers: expected.operations.map((row) => {
      const operation = operationOf(expected, row, tables);
      const attribution = attributor.attribute(operation);
      return { row, attribution, frameworks: found.of(operation, attribution) };
    }),
  };
}

async function readApp(name: string): Promise<RecordedApp> {
  const place = path.join(apps, name);
  const { facts } = await readWorkspace(path.join(place, 'source'), []);
  const truth = JSON.parse(readFileSync(path.join(place, 'truth.json'), 'utf8')) as {
    file: string | null;
    line?: number;
  }[];
  const found = new FoundFrameworks(facts);
  const ran = new Set(truth.map(({ file, line }) => `${file ?? ''}:${line ?? 0}`));
  const functions = new Map<string, number>();
  const reached = new Map<string, ReadonlySet<string>>();
  for (const { id, path: file, declarationLine } of facts.functions) {
    const at = `${path.relative(path.join(place, 'source'), file)}:${declarationLine + 1}`;
    if (!ran.has(at)) continue;
    reached.set(at, found.ofHandler(id));
    for (const framework of found.ofHandler(id))
      functions.set(framework, (functions.get(framework) ?? 0) + 1);
  }
  return {
    name,
    functions,
    gaps: knownGaps(place).map((gap) => ({
      why: gap.why,
      frameworks: reached.get(gap.function ?? '') ?? new Set(),
    })),
  };
}

function knownGaps(place: string): readonly { readonly why: string; readonly function?: string }[] {
  const known = path.join(place, 'known.json');
  if (!existsSync(known)) return [];
  const lists = JSON.parse(readFileSync(known, 'utf8')) as Record<
    string,
    { readonly why: string; readonly function?: string }[]
  >;
  return Object.values(lists).flat();
}

function overview(
  id: string,
  sections: readonly Section[],
  recorded: readonly RecordedApp[],
): string {
  const isMine = ({ frameworks: ids }: Answered): boolean => ids.has(id);
  const mine = sections.filter((s) => s.answers.some(isMine));
  const ran = recorded.filter((app) => app.functions.has(id));
  const answers = mine.flatMap((s) => s.answers.filter(isMine));
  const count = (kind: Attribution['kind']): number =>
    answers.filter((a) => a.attribution.kind === kind).length;
  const gaps = new Set([
    ...mine.flatMap((s) => s.gaps),
    ...ran.flatMap((app) =>
      app.gaps.filter((g) => g.frameworks.size === 0 || g.frameworks.has(id)).map((g) => g.why),
    ),
  ]);
  return row([
    id,
    String(count('owned')),
    String(count('ambiguous')),
    String(count('none')),
    mine.map((s) => `[${s.name}](#${s.name.toLowerCase()})`).join(', ') || '–',
    ran.map((app) => `${app.name} (${app.functions.get(id) ?? 0} functions)`).join(', ') || '–',
    [...gaps].join('; ') || '–',
  ]);
}

function renderSection({ name, frameworks: ids, answers }: Section): readonly string[] {
  return [
    '',
    `## ${name}`,
    '',
    ...(ids.size === 0 ? [] : [`Found in it: ${[...ids].sort().join(', ')}.`, '']),
    '| seen | answer |',
    '| --- | --- |',
    ...answers.map(({ row: asked, attribution }) =>
      row([code(given(asked)), answerOf(attribution)]),
    ),
  ];
}

function answerOf(attribution: Attribution): string {
  switch (attribution.kind) {
    case 'owned':
      return `${code(attribution.owner.id)} ${attribution.confidence}`;
    case 'ambiguous':
      return `${attribution.candidates.length} fit: ${escaped(attribution.explanation)}`;
    case 'none':
      return `– ${escaped(attribution.explanation)}`;
  }
}

/** The row's own words for the operation, without what all rows of its fixture share. */
function given(asked: Row): string {
  const outcome = new Set(['owner', 'line', 'confidence', 'ambiguous', 'none', 'because', 'scope']);
  const parts = Object.entries(asked).filter(([key]) => !outcome.has(key));
  return parts
    .map(([key, value]) => (key === 'http' || key === 'name' ? String(value) : `${key} ${value}`))
    .join(', ');
}

const escaped = (text: string): string => text.replace(/[|<>\\]/g, '\\$&');
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
