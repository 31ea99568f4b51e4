import { zipkinPages } from '../../src/telemetry/zipkin/page.ts';
import { createZipkinSource } from '../../src/telemetry/zipkin/traceSource.ts';
import type { SampleTrace } from './sampleTraffic.ts';
import { asZipkin } from './sampleTraffic.ts';
import { describeSampledNumbers } from './sampledNumbers.ts';
import { describeBehindGrafana, describeTraceBackend, post, urlFrom } from './traceBackend.ts';

const url = urlFrom('PRODLENS_TEST_ZIPKIN');

const zipkin = {
  name: 'Zipkin',
  url: () => url,
  textOnly: true as const,
  create: createZipkinSource,
  pages: zipkinPages,
  send: (traces: readonly SampleTrace[]) => post(`${url}/api/v2/spans`, asZipkin(traces)),
};
describeTraceBackend(zipkin);
describeBehindGrafana(zipkin, 'zipkin');
describeSampledNumbers({ ...zipkin, kind: 'zipkin' });
