import type { Attribution } from '../../domain/attribution.ts';
import type { Operation } from '../../domain/operation.ts';
import type { ServiceKey } from '../../domain/service.ts';
import { renderCount, renderRatio } from './numberText.ts';

/** An operation with its calls over the window; `calls` absent: not known. */
export interface CoveredOperation {
  readonly operation: Operation;
  readonly attribution: Attribution;
  readonly calls?: number;
  /** They are those of a sample. */
  readonly sampled?: true;
}

export interface CoverageInput {
  readonly environment: string;
  /** `the last 1 h`. */
  readonly window: string;
  readonly services: readonly {
    readonly service: ServiceKey;
    readonly operations: readonly CoveredOperation[];
  }[];
  /** Escapes and cuts text of telemetry for Markdown. */
  readonly safe: (text: string) => string;
}

const shown = 20;

/** How many calls land on a function, the largest that don't, why, and what would change that; Markdown. */
export function renderCoverage(input: CoverageInput): string {
  const { safe } = input;
  const lines = [
    '# Instrumentation coverage',
    '',
    `Environment ${safe(input.environment)}, ${input.window}.`,
    '',
  ];
  if (input.services.length === 0)
    lines.push(
      'No service has sent telemetry. Start the receiver and a service, then try again.',
      '',
    );
  for (const { service, operations } of input.services) {
    lines.push(`## ${safe(service)}`, '');
    const entries = operations.filter((o) => isEntry(o.operation));
    const inner = operations.filter((o) => isInner(o.operation));
    lines.push(...summary('Requests, messages and jobs', entries));
    lines.push(...summary('Inner spans', inner));
    lines.push(...misses('Largest without a function', entries, safe));
    lines.push(...misses('Largest inner spans without a function', inner, safe));
  }
  return lines.join('\n');
}

/** What enters a service: what a call of it is. */
const isEntry = ({ kind, source }: Operation): boolean =>
  kind === 'server' || kind === 'consumer' || source === 'metric';

/** Calls out belong to the function around them and are no calls of one. */
const isInner = ({ kind, source }: Operation): boolean =>
  source === 'span' && (kind === 'internal' || kind === 'unspecified');

const callsOf = (operations: readonly CoveredOperation[]): number =>
  operations.reduce((sum, { calls }) => sum + (calls ?? 0), 0);

function summary(what: string, operations: readonly CoveredOperation[]): readonly string[] {
  const all = callsOf(operations);
  if (all === 0) return [];
  const sampled = operations.some((operation) => operation.sampled === true);
  const landed = callsOf(operations.filter((o) => o.attribution.kind === 'owned'));
  const open = callsOf(operations.filter((o) => o.attribution.kind === 'ambiguous'));
  return [
    `- ${what}: ${renderCount(landed)} of ${renderCount(all)} ${sampled ? 'sampled ' : ''}calls (${renderRatio(landed / all)}) land on a function` +
      (open === 0 ? '' : `, ${renderCount(open)} on one of several`),
  ];
}

function misses(
  title: string,
  operations: readonly CoveredOperation[],
  safe: CoverageInput['safe'],
): readonly string[] {
  const alike = new Map<
    string,
    { readonly cells: readonly string[]; readonly sampled: boolean; calls: number }
  >();
  for (const { operation, attribution, calls = 0, sampled = false } of operations) {
    if (attribution.kind === 'owned' || calls === 0) continue;
    // Operations that differ in what isn't shown (their request, say) are one line to a reader.
    const cells = [nameOf(operation), attribution.explanation, fixOf(operation, attribution)];
    const same = alike.get(JSON.stringify(cells));
    if (same === undefined) alike.set(JSON.stringify(cells), { cells, sampled, calls });
    else same.calls += calls;
  }
  const missing = [...alike.values()].sort((a, b) => b.calls - a.calls);
  if (missing.length === 0) return [''];
  const rows = missing
    .slice(0, shown)
    .map(
      ({ cells: [name = '', why = '', fix = ''], calls }) =>
        `| ${safe(name)} | ${renderCount(calls)} | ${safe(why)} | ${fix} |`,
    );
  const rest = missing.length - rows.length;
  return [
    '',
    `### ${title}`,
    '',
    `| telemetry | ${missing.some(({ sampled }) => sampled) ? 'sampled ' : ''}calls | why | what would give it one |`,
    '| --- | ---: | --- | --- |',
    ...rows,
    ...(rest > 0 ? ['', `… and ${rest} more.`] : []),
    '',
  ];
}

/** An inner span may carry the route of its request, which says nothing of the span itself. */
function nameOf(operation: Operation): string {
  const { http, name } = operation;
  if (http?.route === undefined || isInner(operation)) return name;
  return `${http.method ?? ''} ${http.route}`.trim();
}

/** The one step that would put the calls on a function. */
function fixOf(operation: Operation, attribution: Attribution): string {
  if (attribution.kind === 'ambiguous')
    return 'Prodlens: Choose Owner… at one of the candidates, or the missing dimension that is named.';
  if (operation.overflow === true)
    return 'Fewer distinct names: an instrumentation puts ids into span names.';
  if (operation.kind === 'internal' || operation.kind === 'unspecified')
    return 'Nothing, where a library makes the span. For a span of your own: a literal name in the source, or `code.function.name`.';
  if (operation.http !== undefined && operation.http.route === undefined)
    return 'Nothing, for paths that don’t exist. Else an instrumentation that reports `http.route` or `url.path`.';
  return 'Open the folder whose source registers it, or state its function in prodlens.json (attributions).';
}
