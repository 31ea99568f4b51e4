import { recordedJaeger } from '../unit/faults/traceBackends.ts';
import { oldJaeger } from './oldJaeger.ts';
import { describeRecordings } from './recordedAnswers.ts';
import { recordedTraceAsOtlp } from './recordedTrace.ts';
import { post, urlFrom } from './traceBackend.ts';
import { askOfTraces, untilIndexed } from './traceQuestions.ts';

const url = urlFrom('PRODLENS_TEST_JAEGER');
const old = oldJaeger(url);
/** As long ago as a trace has to be to be thought whole. */
const start = Date.now() - 60_000;

describeRecordings({
  kind: 'jaeger',
  url: () => url,
  async send() {
    await old.start();
    await post(`${urlFrom('PRODLENS_TEST_JAEGER_OTLP')}/v1/traces`, recordedTraceAsOtlp(start));
    for (const backend of recordedJaeger) await untilIndexed(backend, url);
  },
  end: old.stop,
  imitations: recordedJaeger.map((backend) => {
    const stable = backend.title.includes('v3');
    return {
      backend,
      url: stable ? () => url : old.url,
      drive: (address) => askOfTraces(backend, address),
      ahead: (backend.trace?.at ?? 0) - start,
      // What hides v3 is the test's own.
      imitates: (path) => stable || !path.startsWith('/api/v3'),
    };
  }),
});
