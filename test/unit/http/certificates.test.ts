import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, globalAgent, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Failure } from '../../../src/domain/result.ts';
import { createExchange } from '../../../src/http/exchange.ts';
import { createAuthority, selfSigned, type Certificate } from '../../certificates.ts';

describe('exchange over TLS', function () {
  this.timeout(60_000);
  const exchange = createExchange({ timeout: 30_000, maxBytes: 1_000 });
  const servers: Server[] = [];
  let authority: Awaited<ReturnType<typeof createAuthority>>;
  before(async () => {
    authority = await createAuthority();
    globalAgent.options.ca = authority.cert;
  });
  after(() => {
    delete globalAgent.options.ca;
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function ask(certificate: Certificate, host = '127.0.0.1') {
    const server = createServer(certificate, (_, response) => response.end('{}'));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return exchange.get(`https://${host}:${port}`, new AbortController().signal);
  }
  async function failureOf(certificate: Certificate): Promise<Failure> {
    const answer = await ask(certificate);
    assert.ok(!answer.ok);
    assert.equal(answer.failure.reason, 'untrusted');
    return answer.failure;
  }

  it('asks a server whose certificate is of an authority that is trusted', async () => {
    assert.ok((await ask(await authority.issue({ hosts: ['127.0.0.1'] }))).ok);
  });

  it('asks none with a certificate of its own, of an unknown authority, or one that is over', async () => {
    const hosts = ['127.0.0.1'];
    const own = await failureOf(await selfSigned({ hosts }));
    assert.match(own.message, /self-signed/);
    assert.match(own.remedy ?? '', /certificate authority/);
    const other = await createAuthority('Somebody else');
    const unknown = await failureOf(await other.issue({ hosts }));
    assert.match(unknown.message, /unknown authority/);
    const over = await failureOf(
      await authority.issue({ hosts, until: new Date(Date.now() - 60_000) }),
    );
    assert.match(over.message, /has expired/);
    assert.match(over.remedy ?? '', /new certificate/);
  });

  it('asks none with a certificate for another host', async () => {
    const failure = await failureOf(await authority.issue({ hosts: ['other.test'] }));
    assert.match(failure.message, /another host/);
  });
});
