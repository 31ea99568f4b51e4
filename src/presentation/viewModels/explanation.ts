import type { Attribution, SourcePlace } from '../../domain/attribution.ts';
import type { FunctionRef } from '../../domain/functionDecl.ts';
import type { Insight } from '../../domain/insight.ts';
import type { ServiceKey } from '../../domain/service.ts';
import { renderCount, renderTime } from './numberText.ts';

/** Everything that the explanation of one function is made from. */
export interface ExplanationInput {
  readonly insights: readonly Insight[];
  /** Every attribution, owned or ambiguous, that names the function. */
  readonly attributions: readonly Attribution[];
  /** Which services the file was compared with, and why; one sentence each. */
  readonly services: readonly string[];
  readonly environment: string;
  /** What can't be said of a service, and what would change that. */
  readonly warnings?: (service: ServiceKey) => readonly string[];
  /** Escapes and cuts text of telemetry. */
  readonly safe: (text: string) => string;
  /** The function as a Markdown link to its declaration. */
  readonly link: (target: FunctionRef) => string;
  /** A text as a Markdown link to the place it speaks of. */
  readonly place: (text: string, at: SourcePlace) => string;
}

/** The way from telemetry to the function as Markdown: seen → rule → candidates → decision; or the one step that gives data. */
export function renderExplanation(input: ExplanationInput): string {
  const { insights, attributions, safe, link, place } = input;
  const [first] = insights;
  const name = first?.function.name ?? '';
  const lines = [`# ${safe(name)}`, ''];
  if (first !== undefined) lines.push(link(first.function), '');
  lines.push(`Environment: ${safe(input.environment)}`, '');
  for (const insight of insights) {
    lines.push(
      `## ${insight.service === undefined ? 'No service' : safe(insight.service)}: ${stateText[insight.state]}`,
      '',
    );
    if (insight.stale === true) lines.push('The numbers are not fresh.', '');
    if (insight.reason !== undefined) lines.push(safe(insight.reason), '');
    const total = insight.numbers?.total;
    for (const { rule, telemetry, explanation } of insight.errors ? insight.attribution : [])
      lines.push(`${safe(telemetry)}: ${safe(explanation)} (rule ${safe(rule)}).`, '');
    if (total !== undefined)
      lines.push(
        `Source of the numbers: ${safe(total.source)}; ${callsText(total.count)}` +
          (insight.numbers === undefined
            ? ''
            : ` from ${renderTime(insight.numbers.window.from)} to ${renderTime(insight.numbers.window.to)}`) +
          '.',
        '',
      );
    const warnings = insight.service === undefined ? [] : input.warnings?.(insight.service);
    for (const warning of warnings ?? []) lines.push(safe(warning), '');
  }
  lines.push('## Service of this file', '', ...input.services.map((s) => `- ${safe(s)}`), '');
  lines.push('## From telemetry to this function', '');
  if (attributions.length === 0 && !insights.some(({ errors }) => errors !== undefined))
    lines.push(
      'No telemetry maps to this function. A span of its own, `code.function.name` attributes or a route that it handles would give it numbers.',
      '',
    );
  for (const attribution of attributions) {
    lines.push(`### ${safe(attribution.telemetry)}`, '');
    // What was seen is the heading; the decision is told below, with what it led to.
    for (const [stage, label] of toldStages)
      for (const { text, at } of attribution.steps.filter((step) => step.stage === stage))
        lines.push(`- ${label}: ${at === undefined ? safe(text) : place(text, at)}`);
    lines.push(decision(attribution, input));
    if (attribution.kind === 'ambiguous')
      for (const candidate of attribution.candidates) lines.push(`  - ${link(candidate)}`);
    lines.push('');
  }
  return lines.join('\n');
}

function decision(attribution: Attribution, { safe, link }: ExplanationInput): string {
  const why = safe(attribution.explanation);
  switch (attribution.kind) {
    case 'owned':
      return `- **Decision**: ${link(attribution.owner)} (${attribution.confidence}): ${why}`;
    case 'ambiguous':
      return `- **Decision**: ambiguous: ${why}. It may be:`;
    case 'none':
      return `- **Decision**: no function: ${why}`;
  }
}

const callsText = (count: number | undefined): string =>
  count === undefined
    ? 'an unknown number of calls'
    : `${renderCount(count)} ${count === 1 ? 'call' : 'calls'}`;

/** In the order of reading: a rule comes before what it found, which it steps through first. */
const toldStages = [
  ['tried', 'Tried'],
  ['rule', 'Rule'],
  ['found', 'In the code'],
  ['candidate', 'Candidate'],
] as const;

const stateText: Readonly<Record<Insight['state'], string>> = {
  observed: 'observed',
  noTraffic: 'no calls in the window',
  notInstrumented: 'not instrumented',
  ambiguous: 'ambiguous',
  unreachable: 'no answer',
  unknownService: 'unknown service',
};
