import type { Attribution } from '../../domain/attribution.ts';
import type { Insight } from '../../domain/insight.ts';

/** Everything that the explanation of one function is made from. */
export interface ExplanationInput {
  readonly insights: readonly Insight[];
  /** Every attribution, owned or ambiguous, that names the function. */
  readonly attributions: readonly Attribution[];
  /** Which services the file was compared with. */
  readonly services: string;
  readonly environment: string;
  /** Escapes and cuts text of telemetry. */
  readonly safe: (text: string) => string;
}

/** The way from telemetry to the function as Markdown: seen → rule → candidates → decision; or the one step that gives data. */
export function renderExplanation(input: ExplanationInput): string {
  const { insights, attributions, safe } = input;
  const [first] = insights;
  const name = first?.function.name ?? '';
  const lines = [`# ${safe(name)}`, '', `Environment: ${safe(input.environment)}`, ''];
  for (const insight of insights) {
    lines.push(
      `## ${insight.service === undefined ? 'No service' : safe(insight.service)}: ${stateText[insight.state]}`,
      '',
    );
    if (insight.stale === true) lines.push('The numbers are not fresh.', '');
    if (insight.reason !== undefined) lines.push(safe(insight.reason), '');
    const total = insight.numbers?.total;
    if (total !== undefined)
      lines.push(
        `Source of the numbers: ${safe(total.source)}; ${total.count ?? 'an unknown number of'} calls` +
          (insight.numbers === undefined
            ? ''
            : `, ${new Date(insight.numbers.window.from).toISOString()} to ${new Date(insight.numbers.window.to).toISOString()}`) +
          '.',
        '',
      );
  }
  lines.push('## Service of this file', '', safe(input.services), '');
  lines.push('## From telemetry to this function', '');
  if (attributions.length === 0)
    lines.push(
      'No telemetry maps to this function. A span of its own, `code.function.name` attributes or a route that it handles would give it numbers.',
      '',
    );
  for (const attribution of attributions) {
    lines.push(`### ${safe(attribution.telemetry)}`, '');
    for (const { stage, text } of attribution.steps) lines.push(`- *${stage}*: ${safe(text)}`);
    if (attribution.kind === 'owned')
      lines.push(
        `- **Decision**: ${safe(attribution.explanation)} (rule ${safe(attribution.rule)}, ${attribution.confidence})`,
      );
    else lines.push(`- **Decision**: ${attribution.kind}: ${safe(attribution.explanation)}`);
    if (attribution.kind === 'ambiguous')
      for (const candidate of attribution.candidates)
        lines.push(
          `  - ${safe(candidate.name)}, ${safe(candidate.path)}:${candidate.declarationLine + 1}`,
        );
    lines.push('');
  }
  return lines.join('\n');
}

const stateText: Readonly<Record<Insight['state'], string>> = {
  observed: 'observed',
  noTraffic: 'no calls in the window',
  notInstrumented: 'not instrumented',
  ambiguous: 'ambiguous',
  unreachable: 'no answer',
  unknownService: 'unknown service',
};
