import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ok } from '../../../../src/domain/result.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import { traceBackends } from '../../../../src/telemetry/registry.ts';
import { never } from './playback.ts';

const minute = 60_000;

describe('numbers from a backend of traces', () => {
  it('are asked for by its own clock', async () => {
    const ahead = 30 * minute;
    const ends: number[] = [];
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://zipkin.test');
      if (searchParams.has('endTs')) ends.push(Number(searchParams.get('endTs')));
      response.setHeader('Date', new Date(Date.now() - ahead).toUTCString());
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(pathname.endsWith('/services') ? ['shop'] : []));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const source = traceBackends['zipkin']?.(
        {
          kind: 'zipkin',
          url: `http://127.0.0.1:${port}`,
          select: {},
          environment: 'test',
          headers: () => Promise.resolve(ok({})),
        },
        {
          now: () => Date.now(),
          after: () => ({ dispose: () => undefined }),
          operation: () => undefined,
          refreshEvery: () => milliseconds(minute),
          focused: () => true,
          compare: () => assert.fail(),
        },
      );
      const numbers = source?.numbers?.();
      assert.ok(numbers !== undefined);
      assert.ok((await numbers.services(never)).ok);
      assert.ok(ends.length > 0);
      for (const end of ends) assert.ok(end <= Date.now() - ahead + minute, new Date(end).toJSON());
      numbers.dispose();
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
