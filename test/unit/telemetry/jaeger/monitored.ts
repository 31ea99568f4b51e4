import assert from 'node:assert/strict';
import { ok } from '../../../../src/domain/result.ts';
import type { FunctionNumbers } from '../../../../src/domain/stats.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { SpmQuestion } from '../../../../src/telemetry/jaeger/spm/questions.ts';
import { SpmSource, type AskSpm } from '../../../../src/telemetry/jaeger/spm/source.ts';
import type { SpmRow } from '../../../../src/telemetry/jaeger/spm/wire.ts';
import type { Select } from '../../../../src/telemetry/ports.ts';
import { request, resource } from '../core/builders.ts';
import { FakeTraces, hour, minute, never } from '../sampled/fakeTraces.ts';

export const orders = 'GET /orders/:id';

/** A Jaeger with traces of one route, each of 100 ms, and metrics of it. */
export class Monitored {
  readonly traces = new FakeTraces();
  readonly asked: SpmQuestion[] = [];
  /** At the end of what was asked, by what was asked; undefined: a gap. */
  values: Record<string, number | undefined> = {
    calls: 4,
    errors: 0.25,
    '0.5': 80,
    '0.95': 140,
    '0.99': 148,
    '1': 150,
  };
  failing: ReturnType<AskSpm> | undefined;
  /** How many points before the last. */
  before = 1;
  /** Of each question, beside those of the one route. */
  others: (question: SpmQuestion) => readonly SpmRow[] = () => [];
  /** That many of the last points of the calls are 0. */
  quietPoints = 0;

  /** @param ms how long each of the traces' requests takes */
  constructor(ms = 100) {
    const { now, spans } = this.traces;
    for (let i = 0; i < 30; i += 1)
      spans.push(
        request('/orders/:id', {
          end: now - hour + minute + i * 90_000,
          ms,
          resource: resource({ release: '1.0.0' }),
        }),
      );
  }

  readonly ask: AskSpm = (question) => {
    this.asked.push(question);
    if (this.failing !== undefined) return this.failing;
    const { what, end, step, quantile = '' } = question;
    const value = this.values[what === 'latencies' ? String(quantile) : what];
    const quiet = what === 'calls' ? this.quietPoints : 0;
    const points = Array.from({ length: this.before + 1 }, (_, i) => [
      end - i * step,
      i < quiet ? 0 : (value ?? 0),
    ]);
    const row: SpmRow = {
      service: this.service,
      operation: orders,
      points: value === undefined ? [] : (points.reverse() as [number, number][]),
    };
    return Promise.resolve(ok([row, ...this.others(question)]));
  };

  get service(): string {
    return this.traces.spans[0]?.resource.service ?? '';
  }

  source(select: Select = {}, options: Readonly<Record<string, unknown>> = {}): SpmSource {
    const { traces } = this;
    return new SpmSource({
      ask: this.ask,
      sample: traces.source(select, options),
      connection: {
        kind: 'jaeger',
        url: 'http://jaeger.test',
        select,
        options,
        environment: 'test',
        headers: () => Promise.resolve(ok({})),
      },
      ports: {
        now: () => traces.now,
        after: () => ({ dispose: () => undefined }),
        operation: () => undefined,
        refreshEvery: () => milliseconds(minute),
        focused: () => traces.focused,
        compare: () => assert.fail('nothing is compared'),
      },
      now: () => traces.now,
    });
  }
}

/** Of a function that answers one request, or each of several. */
export async function look(
  source: SpmSource,
  window = hour,
  names: readonly string[] = [orders],
): Promise<FunctionNumbers> {
  const services = await source.services(never);
  assert.ok(services.ok, JSON.stringify(services));
  const own = source.operations().filter(({ name }) => names.includes(name));
  const group = {
    key: orders,
    service: services.value[0]?.service ?? ('none' as never),
    operations: own.map(({ id }) => id),
  };
  const answer = await source.numbers(
    { groups: [group], window: milliseconds(window), seriesPoints: 0 },
    never,
  );
  assert.ok(answer.ok, JSON.stringify(answer));
  const [numbers] = answer.value;
  assert.ok(numbers !== undefined);
  return numbers;
}
