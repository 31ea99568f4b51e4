import assert from 'node:assert/strict';
import type { FunctionDecl, FunctionId } from '../../../src/domain/functionDecl.ts';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import type { ServiceState } from '../../../src/domain/release.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import type { FunctionNumbers } from '../../../src/domain/stats.ts';
import { perSecond, unixMillis } from '../../../src/domain/units.ts';
import { createInsightService } from '../../../src/insights/insightService.ts';
import type { Handlers } from '../../../src/rpc/contract.ts';
import { inProcess } from '../../../src/rpc/peer.ts';
import type { FileView, IndexContract, OwnedOperation } from '../../../src/symbols/contract.ts';
import type { MetricsSource, NumbersQuery } from '../../../src/telemetry/ports.ts';

const path = '/w/a.ts';
const service = serviceKey('shop');
const at = (line: number) => ({
  start: { line, character: 0 },
  end: { line: line + 1, character: 0 },
});
const fn = (name: string, line: number): FunctionDecl => ({
  id: `a.ts#${name}` as FunctionId,
  name,
  kind: 'function',
  language: 'typescript',
  path,
  range: at(line),
  selectionRange: at(line),
  declarationLine: line,
});
const operation = (id: string): Operation => ({
  id: id as OperationId,
  service,
  source: 'span',
  kind: 'internal',
  name: id,
  scope: 's',
});
const owned = (owner: FunctionDecl, id: string): OwnedOperation => ({
  operation: operation(id),
  attribution: {
    kind: 'owned',
    operation: id as OperationId,
    owner,
    rule: 'r',
    confidence: 'exact',
    explanation: 'e',
    telemetry: 't',
    steps: [],
  },
});

function world() {
  const view = {
    functions: [fn('f', 0), fn('g', 5)],
    attributions: [owned(fn('f', 0), 'op')] as OwnedOperation[],
    services: [{ service, explanation: 'named so' }],
  };
  let answer: Partial<FunctionNumbers> = {
    observedAt: unixMillis(900),
    total: { count: 3, basis: 'all', source: 's' },
  };
  let down = false;
  const others: ServiceState[] = [];
  const queries: NumbersQuery[] = [];
  const expected: string[] = [];
  let serviceRequests = 0;
  let dataChanged = (): void => undefined;
  const timers: { at: number; run: () => void }[] = [];
  let now = 0;
  const metrics: MetricsSource = {
    services: () => {
      serviceRequests++;
      return Promise.resolve(
        down
          ? fail('unreachable', 'no answer')
          : ok([
              {
                ...(answer.problem === undefined ? {} : { problem: answer.problem }),
                service,
                alive: true,
                lastSeen: unixMillis(1),
                releases: [],
                warnings: [],
                source: 's',
              },
              ...others,
            ]),
      );
    },
    numbers: (query) => {
      queries.push(query);
      return Promise.resolve(
        ok(
          query.groups.map(({ key }): FunctionNumbers => ({
            key,
            window: { from: unixMillis(0), to: unixMillis(1000) },
            serviceAlive: true,
            releases: [],
            exceptions: [],
            series: [],
            comparisons: [],
            ...answer,
          })),
        ),
      );
    },
    expects: (file, services) => {
      expected.push(`${file} of ${services.join()}`);
    },
    onDidChange: (listener) => {
      dataChanged = listener;
      return { dispose: () => undefined };
    },
  };
  const { remote, server } = inProcess<IndexContract>({
    file: ({ path: asked }: { path: string }): FileView => ({
      path: asked,
      language: 'typescript',
      version: 1,
      status: 'fresh',
      servicesExplanation: 'none of the services fits',
      ...view,
    }),
  } as unknown as Handlers<IndexContract>);
  const reports: unknown[] = [];
  const insights = createInsightService({
    index: remote,
    environment: {
      current: () => ({
        name: 'local',
        production: false,
        window: '1h',
        health: 'listening',
        detail: '',
        metrics,
      }),
      onDidChange: () => ({ dispose: () => undefined }),
    },
    after: (pause, run) => {
      const timer = { at: now + pause, run };
      timers.push(timer);
      return { dispose: () => void timers.splice(timers.indexOf(timer), 1) };
    },
    report: (_, error) => reports.push(error),
  });
  /** Lets time pass and everything asked for be answered. */
  const pass = async (milliseconds: number): Promise<void> => {
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    await settle();
    now += milliseconds;
    for (const timer of timers.filter((t) => t.at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
    await settle();
  };
  return {
    insights,
    server,
    view,
    queries,
    others,
    pass,
    reports,
    requests: () => serviceRequests + queries.length,
    newData: () => {
      dataChanged();
    },
    answerWith: (next: Partial<FunctionNumbers>) => void (answer = next),
    goDown: () => void (down = true),
    expected,
    stateOf: (name: string) => insights.peek(path)?.insights.find((i) => i.function.name === name),
  };
}

describe('the insight service', () => {
  it('joins numbers with functions, and tells what has none apart', async () => {
    const w = world();
    const { insights } = await w.insights.insights(path);
    assert.deepEqual(
      insights.map((i) => [i.function.name, i.state]),
      [
        ['f', 'observed'],
        ['g', 'notInstrumented'],
      ],
    );
    assert.equal(w.insights.byId(insights[0]!.id), insights[0]);
    assert.match(insights[0]!.id, /^[0-9a-f]{16}$/);
  });

  it('sends no request while a person types, and moves the numbers with the function', async () => {
    const w = world();
    w.insights.setShown([path]);
    await w.pass(0);
    assert.equal(w.stateOf('f')?.state, 'observed');
    const before = w.requests();
    w.view.functions = [fn('f', 7), fn('g', 12)];
    for (let i = 0; i < 50; i++) w.server.emit('changed', { paths: [path] });
    await w.pass(200);
    assert.equal(w.stateOf('f')?.function.declarationLine, 7);
    assert.equal(w.requests(), before);
  });

  it('says with each refresh which files in sight wait for operations, and whose they are', async () => {
    const w = world();
    w.insights.setShown([path]);
    await w.pass(0);
    assert.deepEqual(w.expected, []);
    w.view.attributions = [];
    w.server.emit('changed', { paths: [path] });
    w.newData();
    await w.pass(1_000);
    assert.deepEqual([...new Set(w.expected)], [`${path} of ${service}`]);
  });

  it('asks once for many announcements of new data, well within five seconds', async () => {
    const w = world();
    w.insights.setShown([path]);
    await w.pass(0);
    const before = w.queries.length;
    w.answerWith({ observedAt: unixMillis(950), total: { count: 9, basis: 'all', source: 's' } });
    for (let i = 0; i < 30; i++) w.newData();
    await w.pass(1_000);
    assert.equal(w.queries.length, before + 1);
    assert.equal(w.stateOf('f')?.numbers?.total?.count, 9);
  });

  it('keeps the last good numbers, marked, when there is no answer', async () => {
    const w = world();
    w.insights.setShown([path]);
    await w.pass(0);
    w.goDown();
    w.newData();
    await w.pass(1_000);
    const f = w.stateOf('f');
    assert.deepEqual([f?.state, f?.stale, f?.numbers?.total?.count], ['observed', true, 3]);
    assert.equal(w.insights.environment().health, 'unreachable');
  });

  it('tells at once that a file with a problem is no longer in sight', async () => {
    const w = world();
    const stock = { service: serviceKey('stock'), alive: true, lastSeen: unixMillis(1) };
    w.others.push({ ...stock, releases: [], warnings: [], source: 's' });
    w.answerWith({ problem: 'Several environments.' });
    const told: string[] = [];
    w.insights.onDidChangeEnvironment(({ health }) => told.push(health));
    w.insights.setShown([path]);
    await w.pass(0);
    assert.equal(told.at(-1), 'degraded');
    w.insights.setShown([]);
    assert.equal(told.at(-1), 'ok');
  });

  it('keeps no number of before once the data was cleared', async () => {
    const w = world();
    await w.insights.insights(path);
    w.insights.setShown([path]);
    assert.equal(w.stateOf('f')?.numbers?.total?.count, 3);
    w.answerWith({ serviceAlive: false });
    const told: (readonly string[])[] = [];
    w.insights.onDidChange((paths) => told.push(paths));
    await w.insights.forget();
    await w.pass(1_000);
    const f = w.stateOf('f');
    assert.deepEqual([f?.state, f?.numbers?.total], ['unreachable', undefined]);
    assert.ok(told.some((paths) => paths.includes(path)));
  });

  it('shows calls of which the source can’t tell when they were, and keeps them', async () => {
    const w = world();
    const total = { perSecond: perSecond(2), basis: 'all', source: 's' } as const;
    w.answerWith({ total, serviceAlive: true });
    await w.insights.insights(path);
    assert.deepEqual([w.stateOf('f')?.state, w.stateOf('f')?.stale], ['observed', undefined]);
    w.answerWith({ serviceAlive: false });
    await w.insights.refresh();
    await w.insights.insights(path);
    const f = w.stateOf('f');
    assert.deepEqual([f?.state, f?.stale, f?.numbers?.total], ['observed', true, total]);
  });

  it('says no traffic only of a service that is alive', async () => {
    const w = world();
    w.answerWith({ serviceAlive: true });
    await w.insights.insights(path);
    assert.equal(w.stateOf('f')?.state, 'noTraffic');
    const silent = world();
    silent.answerWith({ serviceAlive: false });
    await silent.insights.insights(path);
    assert.equal(silent.stateOf('f')?.state, 'unreachable');
    assert.equal(silent.stateOf('f')?.numbers?.total, undefined);
  });

  it('shows a configuration problem instead of numbers, with what to do', async () => {
    const w = world();
    await w.insights.insights(path);
    w.answerWith({ problem: 'Several environments.' });
    await w.insights.refresh();
    await w.insights.insights(path);
    const f = w.stateOf('f');
    assert.deepEqual([f?.state, f?.reason], ['unreachable', 'Several environments.']);
    const { health, detail } = w.insights.environment();
    assert.deepEqual([health, detail], ['degraded', 'Several environments.']);
    assert.equal(f?.stale, undefined, 'numbers of before would be some environment’s');
  });

  it('shows why a service alone fails beside its last good numbers', async () => {
    const w = world();
    await w.insights.insights(path);
    const before = w.stateOf('f')?.numbers;
    w.answerWith({ problem: 'The answer is too large.', failed: true });
    await w.insights.refresh();
    await w.insights.insights(path);
    const f = w.stateOf('f');
    assert.deepEqual(
      [f?.state, f?.stale, f?.reason, f?.numbers?.total?.count, f?.numbers?.observedAt],
      ['observed', true, 'The answer is too large.', 3, before?.observedAt],
    );
    const young = world();
    young.answerWith({ problem: 'The answer is too large.', failed: true });
    await young.insights.insights(path);
    assert.deepEqual(
      [young.stateOf('f')?.state, young.stateOf('f')?.numbers?.total],
      ['unreachable', undefined],
    );
  });

  it('judges by releases that run at the same time only: before and after decides nothing', async () => {
    const release = { version: '2', run: 0, running: true, stats: { basis: 'all', source: 's' } };
    for (const [basis, expected] of [
      ['concurrent', 'worse'],
      ['beforeAfter', undefined],
    ] as const) {
      const w = world();
      const comparison = { verdict: 'worse', release: '2', baseline: '1', findings: [] } as const;
      w.answerWith({
        observedAt: unixMillis(900),
        total: { count: 3, basis: 'all', source: 's' },
        releases: [release as FunctionNumbers['releases'][number]],
        comparisons: [{ ...comparison, basis }],
      });
      await w.insights.insights(path);
      assert.equal(w.stateOf('f')?.verdict, expected);
    }
  });

  it('shows ambiguity with its candidates, and an unknown service as such', async () => {
    const w = world();
    w.view.attributions = [
      {
        operation: operation('op'),
        attribution: {
          kind: 'ambiguous',
          operation: 'op' as OperationId,
          candidates: [fn('f', 0), { ...fn('f', 0), id: 'b.ts#f' as FunctionId, path: '/w/b.ts' }],
          rule: 'r',
          explanation: 'two could own it',
          telemetry: 't',
          steps: [],
        },
      },
    ];
    w.view.services = [];
    await w.insights.insights(path);
    assert.equal(w.stateOf('f')?.state, 'ambiguous');
    assert.equal(w.stateOf('f')?.candidates?.length, 2);
    assert.equal(w.stateOf('g')?.state, 'unknownService');
    assert.equal(w.queries.length, 0);
  });
});
