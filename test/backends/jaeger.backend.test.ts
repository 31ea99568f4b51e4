import { jaegerPages } from '../../src/telemetry/jaeger/page.ts';
import { createJaegerSource } from '../../src/telemetry/jaeger/traceSource.ts';
import { oldJaeger } from './oldJaeger.ts';
import type { SampleTrace } from './sampleTraffic.ts';
import { asOtlp } from './sampleTraffic.ts';
import { describeSampledNumbers } from './sampledNumbers.ts';
import { describeBehindGrafana, describeTraceBackend, post, urlFrom } from './traceBackend.ts';

const url = urlFrom('PRODLENS_TEST_JAEGER');
const send = (traces: readonly SampleTrace[]): Promise<void> =>
  post(`${urlFrom('PRODLENS_TEST_JAEGER_OTLP')}/v1/traces`, asOtlp(traces));

const jaeger = {
  name: 'Jaeger (v3)',
  url: () => url,
  create: createJaegerSource,
  pages: jaegerPages,
  send,
};
describeTraceBackend(jaeger);
describeBehindGrafana(jaeger, 'jaeger');

describeSampledNumbers({ name: 'Jaeger (v3)', kind: 'jaeger', url: () => url, send });

const old = oldJaeger(url);

describeTraceBackend({
  name: 'Jaeger (v1)',
  url: old.url,
  create: createJaegerSource,
  send,
  prepare: old.start,
  end: old.stop,
});

describeSampledNumbers({
  name: 'Jaeger (v1)',
  kind: 'jaeger',
  url: old.url,
  send,
  prepare: old.start,
  end: old.stop,
});
