import assert from 'node:assert/strict';
import type { FunctionDecl, FunctionId } from '../../../src/domain/functionDecl.ts';
import { ok } from '../../../src/domain/result.ts';
import { settings } from '../../../src/config/catalogue.ts';
import { createInsightService } from '../../../src/insights/insightService.ts';
import { renderAnnotation } from '../../../src/presentation/viewModels/annotation.ts';
import { parseTemplate } from '../../../src/presentation/viewModels/template.ts';
import { compareReleases } from '../../../src/releases/compareReleases.ts';
import type { Handlers } from '../../../src/rpc/contract.ts';
import { inProcess } from '../../../src/rpc/peer.ts';
import type { FileView, IndexContract } from '../../../src/symbols/contract.ts';
import { at, histogramMetric, newCore, request, resource, t0 } from '../telemetry/core/builders.ts';

const parsed = parseTemplate(settings['prodlens.annotations.format'].default);
assert.ok(parsed.ok);
const template = parsed.value;
const path = '/w/orders.js';
const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 1 } };
const checkout: FunctionDecl = {
  id: 'orders.js#checkout' as FunctionId,
  name: 'checkout',
  kind: 'function',
  language: 'javascript',
  path,
  range,
  selectionRange: range,
  declarationLine: 0,
};

/** A receiver's core, the insights made from it, and the text at the end of the function's line. */
function editor() {
  const core = newCore({ compare: compareReleases });
  let now = 0;
  const { remote } = inProcess<IndexContract>({
    file: (): FileView => ({
      path,
      language: 'javascript',
      version: 1,
      status: 'fresh',
      servicesExplanation: '',
      functions: [checkout],
      services: [{ service: resource().service, explanation: '' }],
      attributions: core.operations().operations.map((operation) => ({
        operation,
        attribution: {
          kind: 'owned',
          operation: operation.id,
          owner: checkout,
          rule: 'r',
          confidence: 'exact',
          explanation: 'e',
          telemetry: 't',
          steps: [],
        },
      })),
    }),
  } as unknown as Handlers<IndexContract>);
  const insights = createInsightService({
    index: remote,
    environment: {
      current: () => ({
        name: 'local',
        production: true,
        window: '1h',
        health: 'listening',
        detail: '',
        metrics: {
          services: () => Promise.resolve(ok(core.services(at(now)))),
          numbers: (query) => Promise.resolve(ok(core.numbers(query, at(now)))),
          onDidChange: () => ({ dispose: () => undefined }),
        },
      }),
      onDidChange: () => ({ dispose: () => undefined }),
    },
    after: () => ({ dispose: () => undefined }),
    report: (_, error) => assert.fail(String(error)),
  });
  insights.setShown([path]);
  return {
    /** Calls of each release until `to`, milliseconds from the start; `idle`: one whose process only sends metrics. */
    traffic(to: number, releases: Readonly<Record<string, number>>, idle?: string): void {
      for (; now < to; now += 1000) {
        for (const [release, perSecond] of Object.entries(releases))
          core.spans(
            Array.from({ length: perSecond }, (_, i) =>
              request('/orders', {
                end: t0 + now + (i * 1000) / perSecond,
                resource: resource({ release }),
                ...(release === '1.5.0' ? { ms: 600, code: i % 3 === 0 ? 500 : 200 } : { ms: 20 }),
              }),
            ),
            at(now + 1000),
          );
        if (idle !== undefined)
          core.metrics(
            [
              histogramMetric({
                name: 'nodejs.eventloop.delay',
                start: t0,
                time: t0 + now,
                counts: [1, 0, 0, 0],
                resource: resource({ release: idle }),
              }),
            ],
            at(now + 1000),
          );
        core.tick(at(now + 1000));
      }
    },
    async text(): Promise<string> {
      await insights.refresh();
      const known = insights.peek(path)?.insights ?? [];
      const annotation = renderAnnotation(known, {
        template,
        show: 'all',
        thresholds: { p95Ms: 1000, errorRatio: 0.01 },
        window: '1h',
        now: at(now),
      });
      return annotation?.text ?? '';
    },
  };
}

describe('after a rollback', function () {
  this.timeout(60_000);
  it('the function loses its mark once the bad release no longer runs, within 80 s', async () => {
    const one = editor();
    one.traffic(120_000, { '1.4.0': 8 });
    one.traffic(360_000, { '1.4.0': 6, '1.5.0': 2 });
    assert.match(await one.text(), /^▲ p95 .* in v1\.5\.0 \(\d+ %\)/);
    one.traffic(400_000, { '1.4.0': 8 });
    assert.match(await one.text(), /▲/, 'it may still run: its last calls are seconds old');
    let cleared = 0;
    for (let s = 400; s <= 480 && cleared === 0; s += 5) {
      one.traffic(s * 1000, { '1.4.0': 8 });
      if (!(await one.text()).includes('▲')) cleared = s - 360;
    }
    assert.ok(cleared > 40 && cleared <= 85, String(cleared));
    assert.match(await one.text(), /^(?!.*▲).*v1\.4\.0/);
  });

  it('so it does while the processes of the bad release still run, without calls', async () => {
    const one = editor();
    one.traffic(120_000, { '1.4.0': 8 });
    one.traffic(360_000, { '1.4.0': 6, '1.5.0': 2 });
    assert.match(await one.text(), /▲/);
    one.traffic(450_000, { '1.4.0': 8 }, '1.5.0');
    assert.match(await one.text(), /^(?!.*▲).*v1\.4\.0 100 % v1\.5\.0 0 %/);
  });

  it('of a full rollout nothing is marked: before and after never colours alone', async () => {
    const one = editor();
    one.traffic(120_000, { '1.4.0': 8 });
    one.traffic(240_000, { '1.5.0': 8 });
    assert.doesNotMatch(await one.text(), /▲/);
    one.traffic(480_000, { '1.4.0': 8 });
    assert.match(await one.text(), /^(?!.*▲)(?!.*1\.5\.0).*v1\.4\.0/);
  });
});
