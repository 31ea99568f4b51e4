import type { Failure, Result } from '../../../src/domain/result.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import type { CreateTraces } from '../../../src/telemetry/backend.ts';
import type { Stage } from './stage.ts';

export interface SeenAnswer {
  readonly text: string;
  readonly failure?: Failure;
}

/** What a person sees of traces: how many a search lists, or the message; and that of looking one up. */
export interface SeenTraces {
  readonly ok: boolean;
  readonly search: SeenAnswer;
  readonly lookup: SeenAnswer;
}

export function tracesWindow(create: CreateTraces, stage: Stage) {
  const { backend } = stage.around;
  const source = create(
    stage.connection(),
    stage.ports(() => undefined),
  );
  const never = new AbortController().signal;
  const told: string[] = [];
  const said = <T>(answer: Result<T>, shown: (value: T) => string): SeenAnswer => {
    told.push(JSON.stringify(answer.ok ? null : answer.failure));
    if (answer.ok) return { text: shown(answer.value) };
    const { message, remedy = '' } = answer.failure;
    return { text: `${message} ${remedy}`.trim(), failure: answer.failure };
  };
  return {
    async look(): Promise<SeenTraces> {
      const found = await source.search(
        {
          service: serviceKey(backend.service, backend.namespace),
          operations: [],
          kind: 'recent',
          limit: 5,
        },
        never,
      );
      const one = await source.trace(backend.trace?.id ?? '', never);
      return {
        ok: found.ok && found.value.length > 0 && one.ok,
        search: said(found, (rows) => (rows.length === 1 ? '1 trace' : `${rows.length} traces`)),
        lookup: said(one, ({ spans, unreadableSpans }) =>
          [
            `a trace of ${spans.length} spans`,
            ...(unreadableSpans === undefined ? [] : [`and ${unreadableSpans} that can’t be read`]),
          ].join(' '),
        ),
      };
    },
    /** Sent so far, answered or not. */
    requests: () => Number(source.report?.()['requests']),
    told: () => told.join('\n'),
    dispose: () => source.dispose?.(),
  };
}
