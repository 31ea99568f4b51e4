import type { FailureReason, Result } from '../../domain/result.ts';
import { fail, ok } from '../../domain/result.ts';
import type { Remote } from '../../rpc/contract.ts';
import { RpcError } from '../../rpc/contract.ts';
import type { MetricsSource, Select, TraceSource } from '../ports.ts';
import type { ReceiverContract } from './contract.ts';

const reasons: Readonly<Record<RpcError['reason'], FailureReason>> = {
  failed: 'unreachable',
  aborted: 'aborted',
  closed: 'crashed',
  busy: 'busy',
};

async function asResult<T>(answer: Promise<T>): Promise<Result<T>> {
  try {
    return ok(await answer);
  } catch (error) {
    if (error instanceof RpcError) return fail(reasons[error.reason], error.message);
    return fail('internal', error instanceof Error ? error.message : String(error));
  }
}

/**
 * The embedded receiver as a source of numbers and of traces, for the extension host. `select` is what the environment says now; every
 * question carries it.
 */
export function createLocalSource(
  remote: Remote<ReceiverContract>,
  select: () => Select = () => ({}),
): MetricsSource & TraceSource {
  return {
    services: (signal) => asResult(remote.call('services', { select: select() }, { signal })),
    numbers: (query, signal) =>
      asResult(remote.call('numbers', { ...query, select: select() }, { signal })),
    exceptions: (query, signal) =>
      asResult(remote.call('exceptions', { ...query, select: select() }, { signal })),
    onDidChange: (listener) => remote.on('changed', listener),
    search: (query, signal) =>
      asResult(remote.call('searchTraces', { ...query, select: select() }, { signal })),
    async trace(traceId, signal) {
      const answer = await asResult(remote.call('trace', { traceId }, { signal }));
      if (!answer.ok) return answer;
      return answer.value === null
        ? fail('notFound', 'the local receiver does not have this trace (any more)')
        : ok(answer.value);
    },
  };
}
