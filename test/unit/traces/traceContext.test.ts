import assert from 'node:assert/strict';
import { findTraceContexts } from '../../../src/domain/traceContext.ts';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';
const first = (text: string): unknown => {
  const found = findTraceContexts(text)[0];
  return found && [found.traceId, found.spanId, found.foundAs];
};

describe('findTraceContexts', () => {
  const cases: readonly (readonly [string, string, string, string | undefined, string])[] = [
    ['a trace id', ` ${id.toUpperCase()}\n`, id, undefined, 'word'],
    ['a traceparent', `00-${id}-${span}-01`, id, span, 'traceparent'],
    [
      'a traceparent in a header line',
      `traceparent: 00-${id}-${span}-01, x`,
      id,
      span,
      'traceparent',
    ],
    [
      'a curl command',
      `curl -H 'traceparent: 00-${id}-${span}-00' https://x/`,
      id,
      span,
      'traceparent',
    ],
    ['b3', `b3: ${id}-${span}-1`, id, span, 'header'],
    [
      'uber-trace-id without its leading zeros',
      `uber-trace-id: 3577b34da6a3ce92:9d0e0e4736:0:1`,
      '00000000000000003577b34da6a3ce92',
      '0000009d0e0e4736',
      'header',
    ],
    [
      'X-Ray',
      `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`,
      '5759e988bd862e3fe1be46a994272793',
      '53995c3f42cd8ad8',
      'header',
    ],
    ['Google', `X-Cloud-Trace-Context: ${id}/12345;o=1`, id, undefined, 'header'],
    [
      'a pino line',
      `{"level":30,"trace_id":"${id}","span_id":"${span}","msg":"x"}`,
      id,
      span,
      'field',
    ],
    [
      'a Python line',
      `INFO [app] [main.py:3] [trace_id=${id} span_id=${span} resource.service.name=x] - hi`,
      id,
      span,
      'field',
    ],
    ['escaped JSON', `"{\\"traceId\\":\\"${id}\\"}"`, id, undefined, 'field'],
    [
      'a field in the shape of a UUID',
      `traceId: 4bf92f35-77b3-4da6-a3ce-929d0e0e4736`,
      id,
      undefined,
      'field',
    ],
    [
      'a short id in a field',
      `traceId=a3ce929d0e0e4736`,
      '0000000000000000a3ce929d0e0e4736',
      undefined,
      'field',
    ],
    ['Jaeger', `http://localhost:16686/trace/${id}?uiFind=${span}`, id, span, 'url'],
    [
      'Jaeger, short id',
      'http://localhost:16686/trace/a3ce929d0e0e4736',
      '0000000000000000a3ce929d0e0e4736',
      undefined,
      'url',
    ],
    ['Zipkin', `https://zipkin.example/zipkin/traces/${id}`, id, undefined, 'url'],
    ['Tempo', `https://tempo.example/api/traces/${id}`, id, undefined, 'url'],
    [
      'Grafana Explore',
      `https://g.example/explore?left=${encodeURIComponent(`{"queries":[{"query":"${id}"}]}`)}`,
      id,
      undefined,
      'url',
    ],
    [
      'Grafana, encoded twice',
      `https://g.example/x?u=${encodeURIComponent(encodeURIComponent(`{"query":"${id}"}`))}`,
      id,
      undefined,
      'url',
    ],
    ['Kibana', `https://k.example/app/apm/link-to/trace/${id}`, id, undefined, 'url'],
    ['16 digits alone', 'a3ce929d0e0e4736', '0000000000000000a3ce929d0e0e4736', undefined, 'word'],
  ];
  for (const [name, text, traceId, spanId, foundAs] of cases)
    it(`reads ${name}`, () => assert.deepEqual(first(text), [traceId, spanId, foundAs]));

  for (const [name, text] of [
    ['nothing', ''],
    ['zeros', '0'.repeat(32)],
    ['31 digits', id.slice(1)],
    ['33 digits', `${id}a`],
    ['a longer hash', `commit ${id}${span}ab`],
    ['16 digits within a text', `span ${span} ended`],
    ['the forbidden version', `ff-${'0'.repeat(32)}-${span}-01`],
    ['a broken escape', '%zz%2'],
  ] as const)
    it(`finds none in ${name}`, () => assert.deepEqual(findTraceContexts(text), []));

  it('prefers a field over a word, names each trace once and gives a line its own span', () => {
    const other = 'aaaabbbbccccddddaaaabbbbccccdddd';
    const filler = 'x'.repeat(500);
    const text = `hash ${other}\ntrace_id=${id} span_id=${span} ${filler} trace_id=${id}`;
    assert.deepEqual(
      findTraceContexts(text).map(({ traceId, spanId }) => [traceId, spanId]),
      [
        [id, span],
        [other, span],
      ],
    );
  });

  it('takes a long hostile text in no time that grows beyond it', () => {
    assert.deepEqual(findTraceContexts('trace_id="'.repeat(50_000)), []);
    assert.deepEqual(findTraceContexts('a:'.repeat(100_000)), []);
  });
});
