import assert from 'node:assert/strict';
import { fail, ok, type Failure, type Result } from '../../../../src/domain/result.ts';
import type { RangeAnswer, RangeQuery } from '../../../../src/telemetry/prometheus/api.ts';
import { PastCalls } from '../../../../src/telemetry/prometheus/slots/pastCalls.ts';
import type { MatrixRow } from '../../../../src/telemetry/prometheus/wire.ts';

const never = new AbortController().signal;
const step = 60_000;
const chunk = { from: 0, to: 3 * step, step };
type Samples = MatrixRow['samples'];
const grown = (name: string, samples: Samples): MatrixRow => ({ labels: { name }, samples });
const begun = (name: string, samples: Samples): MatrixRow => ({
  labels: { name, prodlens_begun: '1' },
  samples,
});

function started(answer: Result<readonly MatrixRow[]>) {
  const asked: RangeQuery[] = [];
  const api = {
    queryRange: (query: RangeQuery): Promise<Result<RangeAnswer>> => {
      asked.push(query);
      return Promise.resolve(answer.ok ? ok({ rows: answer.value, bytes: 0 }) : answer);
    },
  };
  const past = new PastCalls(api, (length) => `past ${length}`);
  const read = async (rows: readonly MatrixRow[]): Promise<readonly MatrixRow[]> => {
    const calls = await past.without(rows, chunk, never);
    assert.ok(calls.ok, JSON.stringify(calls));
    return calls.value;
  };
  return { past, asked, read };
}

describe('what processes counted before they came back', () => {
  it('isn’t asked for where what began can be the service’s calls, of other labels as well', async () => {
    const { asked, read } = started(ok([]));
    const rows = await read([
      grown('a', [
        [60, 100],
        [120, 110],
      ]),
      begun('a', [[120, 90]]),
      begun('b', [[120, 8]]),
    ]);
    assert.deepEqual(asked, []);
    assert.deepEqual(rows, [
      grown('a', [
        [60, 100],
        [120, 200],
      ]),
      grown('b', [[120, 8]]),
    ]);
    // As much was seen just now.
    await read([begun('a', [[180, 400]])]);
    assert.deepEqual(asked, []);
  });

  it('is asked for in the slots in which more began, and taken off what began there', async () => {
    const { asked, read } = started(ok([grown('a', [[120, 4_999]]), grown('b', [[120, 7]])]));
    const rows = await read([
      grown('a', [
        [60, 10],
        [120, 10],
      ]),
      begun('a', [[120, 5_000]]),
      begun('b', [
        [60, 1],
        [120, 7],
      ]),
    ]);
    assert.deepEqual(asked, [{ query: 'past 60000', from: 120_000, to: 120_000, step }]);
    assert.deepEqual(rows, [
      grown('a', [
        [60, 10],
        [120, 11],
      ]),
      grown('b', [
        [60, 1],
        [120, 0],
      ]),
    ]);
    await read([begun('a', [[120, 5_000]])]);
    assert.equal(asked.length, 2, 'what was taken off is usual');
  });

  it('is left out with all that began then where it costs too much to ask, which is told', async () => {
    const failing = (reason: Failure['reason']): ReturnType<typeof started> =>
      started(fail(reason, 'No.'));
    for (const reason of ['tooLarge', 'timeout', 'unsupported'] as const) {
      const { past, read } = failing(reason);
      const rows = await read([begun('a', [[120, 5_000]])]);
      assert.deepEqual(rows, [grown('a', [[120, 0]])]);
      assert.equal(past.leftOut, 120_000);
    }
    const { past } = failing('unreachable');
    const calls = await past.without([begun('a', [[120, 5_000]])], chunk, never);
    assert.equal(calls.ok, false);
    assert.equal(past.leftOut, 0);
  });
});
