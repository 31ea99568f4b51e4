// A window's part that asks a backend, in a process of its own: does what its parent tells it.
import { ok } from '../../../../src/domain/result.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import { createExchange } from '../../../../src/http/exchange.ts';
import { PrometheusSource } from '../../../../src/telemetry/prometheus/source.ts';

interface Told {
  readonly now: number;
  readonly names: readonly string[];
  readonly minutes: number;
}

const [url = '', sharedFolder = ''] = process.argv.slice(2);
let now = 0;
const source = new PrometheusSource(
  {
    kind: 'prometheus',
    url,
    select: {},
    environment: 'test',
    headers: () => Promise.resolve(ok({ Authorization: 'Bearer s3cret' })),
  },
  {
    now: () => now,
    after: () => ({ dispose: () => undefined }),
    operation: () => undefined,
    refreshEvery: () => milliseconds(60_000),
    focused: () => true,
    compare: () => {
      throw new Error('nothing to compare');
    },
    ...(sharedFolder === '' ? {} : { sharedFolder }),
  },
  createExchange({ timeout: 30_000, maxBytes: 32_000_000 }),
);

const ask = async ({ names, minutes }: Told): Promise<unknown> => {
  const states = await source.services();
  if (!states.ok) return states;
  const groups = source
    .operations()
    .filter(({ name }) => names.includes(name))
    .map(({ id, service, name }) => ({ key: name, service, operations: [id] }));
  const answer = await source.numbers(
    { groups, window: milliseconds(minutes * 60_000), seriesPoints: 10 },
    new AbortController().signal,
  );
  // What is asked again at once must not be asked again.
  return answer.ok ? { ...answer, report: source.report() } : answer;
};

process.on('message', (told: Told) => {
  now = told.now;
  ask(told).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ thrown: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
