import type { Attribution } from '../../src/domain/attribution.ts';
import type { FunctionRef } from '../../src/domain/functionDecl.ts';
import { readRecording } from './recording.ts';
import { replay, type CountedSpan } from './replay.ts';
import { fileOf, type Answers } from './score.ts';
import { asSpanMetrics } from './spanMetrics.ts';
import { withWorkspace } from './workspace.ts';

export interface AnsweredRecording {
  readonly requests: ReturnType<typeof readRecording>;
  readonly spans: readonly CountedSpan[];
  /** By operation. */
  readonly answers: Answers;
}

/** What the extension would say of each operation of a recording with this folder open. `metrics`: knowing only its span metrics. */
export async function answer(
  source: string,
  traces: string,
  grammars: string,
  { metrics = false }: { readonly metrics?: boolean } = {},
): Promise<AnsweredRecording> {
  const requests = readRecording(traces);
  return withWorkspace(source, grammars, async (workspace) => {
    const spans = metrics ? asSpanMetrics(requests.flat()) : replay(requests, workspace.routes);
    const operations = [...new Map(spans.map((s) => [s.operation.id, s.operation])).values()];
    const attributions = await workspace.attribute(operations);
    return { requests, spans, answers: new Map(attributions.map((a) => [a.operation, a])) };
  });
}

/** One line of the answers file. */
export function answerLine(
  app: string,
  { span: { traceId, spanId } }: CountedSpan,
  attribution: Attribution | undefined,
): string {
  const answer =
    attribution?.kind === 'owned'
      ? {
          ...placeOf(attribution.owner),
          rule: attribution.rule,
          confidence: attribution.confidence,
        }
      : null;
  const ambiguous =
    attribution?.kind === 'ambiguous' ? attribution.candidates.map(placeOf) : undefined;
  return JSON.stringify({ app, traceId, spanId, answer, ambiguous });
}

const placeOf = (ref: FunctionRef) => ({
  file: fileOf(ref),
  line: ref.declarationLine + 1,
  function: ref.name,
});
