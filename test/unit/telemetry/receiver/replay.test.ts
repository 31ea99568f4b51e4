import assert from 'node:assert/strict';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { recordedRequests, recordings } from '../otlp/requests.ts';
import { WindowsLab } from './windows.ts';

/** Services and spans of recorded requests. */
function contents(lines: readonly string[]): { services: Set<string>; spans: number } {
  const services = new Set<string>();
  let spans = 0;
  for (const line of lines) {
    const { resourceSpans } = JSON.parse(line) as {
      resourceSpans: {
        resource: { attributes: { key: string; value: { stringValue?: string } }[] };
        scopeSpans: { spans: unknown[] }[];
      }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      const of = (key: string) =>
        resource.attributes.find((attribute) => attribute.key === key)?.value.stringValue;
      const namespace = of('service.namespace');
      services.add(`${namespace === undefined ? '' : `${namespace}/`}${of('service.name') ?? ''}`);
      for (const scoped of scopeSpans) spans += scoped.spans.length;
    }
  }
  return { services, spans };
}

describe('recorded traffic through a whole receiver', function () {
  this.timeout(120_000);
  const lab = new WindowsLab();
  before(() => lab.prepare());
  afterEach(async () => {
    await lab.end();
    lab.clean();
  });
  after(() => {
    lab.remove();
  });

  const { own, shared } = recordings();
  if (shared.length === 0)
    console.log('    the large recordings are not on this machine: only our own are replayed');
  for (const folder of [...own, ...shared])
    it(`${path.basename(folder)}: everything is taken and survives a restart`, async () => {
      const lines = recordedRequests(folder, 'traces');
      const expected = contents(lines);
      const first = lab.open();
      const started = await first.receiver.call('start', lab.settings());
      assert.ok(started.ok && started.value.state === 'leading');
      const { httpPort } = started.value;
      const send = async (signal: 'traces' | 'metrics', line: string): Promise<void> => {
        const answer = await fetch(`http://127.0.0.1:${httpPort}/v1/${signal}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
          body: gzipSync(line, { level: 1 }),
        });
        assert.equal(answer.status, 200);
        assert.equal(await answer.text(), '{}');
      };
      for (const line of lines) await send('traces', line);
      for (const line of recordedRequests(folder, 'metrics')) await send('metrics', line);
      const { counters } = await first.receiver.call('report', undefined);
      assert.equal(counters['spans.received'], expected.spans);
      await first.close();

      const second = lab.open();
      assert.ok((await second.receiver.call('start', lab.settings())).ok);
      const known = await second.receiver.call('services', undefined);
      for (const service of expected.services)
        assert.ok(
          known.some((state) => state.service === service),
          `${service} is not known any more`,
        );
      assert.deepEqual(second.messages, []);
      await second.close();
    });
});
