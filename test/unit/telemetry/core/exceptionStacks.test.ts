import assert from 'node:assert/strict';
import type { ExceptionsAnswer } from '../../../../src/telemetry/ports.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { TelemetryCore } from '../../../../src/telemetry/local/core.ts';
import { readStack } from '../../../../src/telemetry/local/core/stackTraces.ts';
import { at, child, exception, newCore, request, resource, span, t0 } from './builders.ts';

const ask = (
  core: TelemetryCore,
  known: readonly string[] = [],
  window = 3_600_000,
  ms = 0,
): ExceptionsAnswer => core.exceptions({ window: milliseconds(window), known }, at(ms));

const node = (line: number, message = 'x') =>
  `Error: ${message}\n    at take (/app/src/stock.ts:${line}:7)\n    at /app/src/orders.ts:9:3`;

const failing = (stack: string, options: Parameters<typeof request>[1] = {}) => {
  const entry = request('/a', { code: 500, ...options });
  return [entry, child(entry, { events: [exception('E', 'no stock', stack)], status: 'error' })];
};

describe('exceptions by their stacks', () => {
  it('are counted per release and stack, whatever their message', () => {
    const core = newCore();
    const other = resource({ release: '2.0.0' });
    for (const spans of [
      failing(node(12, 'first')),
      failing(node(12, 'second')),
      failing(node(40)),
      failing(node(12), { resource: other }),
    ])
      core.spans(spans, t0);
    core.settle(t0);
    const { services, stacks } = ask(core);
    assert.equal(stacks.length, 2);
    const lineOf = new Map(stacks.map(({ id, frames }) => [id, frames[0]?.line]));
    assert.deepEqual(
      services[0]?.exceptions.map((e) => [lineOf.get(e.stack), e.release, e.count]),
      [
        [12, '1.0.0', 2],
        [40, '1.0.0', 1],
        [12, '2.0.0', 1],
      ],
    );
    assert.ok(services[0].exceptions.every((e) => core.trace(e.traceId) !== undefined));
    const known = stacks.map(({ id }) => id);
    assert.deepEqual(ask(core, known).stacks, [], 'frames are told once');
    assert.deepEqual(ask(core, known).services, services);
  });

  it('are only those of the window and of the environment that is selected', () => {
    const core = newCore();
    const staging = resource({
      environment: 'staging',
      attributes: { 'deployment.environment.name': 'staging' },
    });
    const live = resource({
      environment: 'live',
      attributes: { 'deployment.environment.name': 'live' },
    });
    core.spans(failing(node(12), { resource: live, end: t0 }), t0);
    core.settle(t0);
    const ten = 600_000;
    core.spans(failing(node(12), { resource: staging, end: t0 + ten }), at(ten));
    core.settle(at(ten));
    const count = (select: Record<string, string>, window: number): number | undefined =>
      core.exceptions({ window: milliseconds(window), known: [], select }, at(ten + 1000))
        .services[0]?.exceptions[0]?.count;
    const name = 'deployment.environment.name';
    assert.equal(count({ [name]: 'live' }, 3_600_000), 1);
    assert.equal(count({ [name]: 'live' }, 60_000), undefined);
    assert.equal(count({ [name]: 'staging' }, 60_000), 1);
    assert.equal(count({}, 3_600_000), undefined, 'two environments are never summed');
  });

  it('of calls that did not fail, or that were the client’s fault, count nowhere', () => {
    const core = newCore();
    const handled = span({ events: [exception('E', 'm', node(1))] });
    core.spans([handled, ...failing(node(1), { code: 404 })], t0);
    core.settle(t0);
    assert.deepEqual(ask(core), { services: [], stacks: [] });
  });

  it('on their way up count once, with the stack that reaches furthest', () => {
    const python = (...frames: readonly string[]) =>
      `Traceback (most recent call last):\n${frames.map((f, i) => `  File "/app/${f}.py", line ${i + 5}, in ${f}\n    x()\n`).join('')}ValueError: gone`;
    const core = newCore();
    const entry = request('/a', {
      code: 500,
      events: [exception('ValueError', 'gone', python('views', 'orders', 'stock'))],
    });
    const inner = child(entry, {
      name: 'orders',
      events: [exception('ValueError', 'gone', python('orders', 'stock'))],
      status: 'error',
    });
    core.spans([entry, inner], t0);
    core.settle(t0);
    const { services, stacks } = ask(core);
    assert.deepEqual(
      services.flatMap((s) => s.exceptions.map((e) => e.count)),
      [1],
    );
    assert.deepEqual(
      stacks[0]?.frames.map((f) => f.functionName),
      ['stock', 'orders', 'views'],
    );
  });

  it('outlive the process', () => {
    const core = newCore();
    core.spans(failing(node(12)), t0);
    core.settle(t0);
    const before = ask(core);
    const restored = newCore({ now: at(1000) });
    restored.restore(core.snapshot(at(0)), at(1000));
    const after = ask(restored, [], 3_600_000, 1000);
    assert.deepEqual(after.stacks, before.stacks);
    assert.deepEqual(after.services[0]?.exceptions, before.services[0]?.exceptions);
  });

  it('of Go: those of a panic begin below it, and recorded errors were not thrown where they were recorded', () => {
    const panic = `goroutine 41 [running]:
runtime/debug.Stack()
\t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
example.com/shop/web.Recover.func1.1()
\t/app/web/recover.go:20 +0x45
panic({0x7a1fe0?, 0x8b2c30?})
\t/usr/local/go/src/runtime/panic.go:792 +0x132
example.com/shop/stock.(*Shelf).Take(...)
\t/app/stock/shelf.go:14
example.com/shop/web.order({0x8b5a40, 0xc0001a2000}, 0xc0001b0000)
\t/app/web/orders.go:31 +0x9f
github.com/gin-gonic/gin.(*Context).Next(...)
\t/go/pkg/mod/github.com/gin-gonic/gin@v1.10.0/context.go:185
example.com/shop/web.Recover.func1(0xc0001b0000)
\t/app/web/recover.go:25 +0x6b`;
    assert.deepEqual(
      readStack(panic).frames.map((f) => `${f.filePath.split('/').at(-1) ?? ''}:${f.line ?? 0}`),
      ['shelf.go:14', 'orders.go:31', 'recover.go:25', 'context.go:185'],
    );
    assert.equal(readStack(panic).thrown, true);
    const recorded = `goroutine 9 [running]:
go.opentelemetry.io/otel/sdk/trace.recordStackTrace()
\t/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.38.0/trace/span.go:580 +0x4f
example.com/shop/web.order({0x8b5a40, 0xc0001a2000}, 0xc0001b0000)
\t/app/web/orders.go:35 +0x1c9`;
    assert.equal(readStack(recorded).thrown, false);
    assert.equal(readStack(node(1)).thrown, true);
    assert.equal(readStack(recorded).frames[0]?.line, 35);
  });
});
