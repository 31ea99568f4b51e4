import { gzipSync } from 'node:zlib';
import type { Certificate } from '../../certificates.ts';
import type { FaultServer, Misbehaviour } from './faultServer.ts';
import { send, textOf } from './faultServer.ts';
import { writeLargeBody } from './largeBody.ts';
import { listenDeaf, type TestNetwork } from './network.ts';
import type { RecordedBackend, Spoiling } from './recordedBackend.ts';

/** What a fault is made with. */
export interface Surroundings {
  readonly server: FaultServer;
  readonly network: TestNetwork;
  readonly backend: RecordedBackend;
  /** Somebody else's address, where nothing may be sent. */
  readonly elsewhere: string;
  readonly certificates: Readonly<Record<'good' | 'selfSigned' | 'expired', Certificate>>;
  /** Milliseconds that the server's clock is ahead of ours. */
  readonly clock: { ahead: number };
}

export interface Fault {
  readonly title: string;
  /** The backend is asked over TLS. */
  readonly secure?: true;
  /** The backend answers all the same, if oddly. */
  readonly answers?: true;
  /** What comes meanwhile is lost: there is nothing to be asked for afterwards. */
  readonly forgets?: true;
  /** @returns what ends it */
  begin(around: Surroundings): Promise<() => Promise<void>>;
}

const answering = (
  title: string,
  behaviour: (around: Surroundings) => Misbehaviour,
  more: Partial<Fault> = {},
): Fault => ({
  title,
  ...more,
  begin(around) {
    around.server.misbehaviour = behaviour(around);
    return Promise.resolve(() => {
      around.server.misbehaviour = undefined;
      return Promise.resolve();
    });
  },
});

/** An error's page as servers and proxies write it, with what it was sent: credentials among it. */
const status = (
  title: string,
  code: number,
  headers: Readonly<Record<string, string>> = {},
): Fault =>
  answering(title, () => ({ request, response }) => {
    const credentials = request.headers.authorization ?? '';
    response
      .writeHead(code, {
        'content-type': 'text/html',
        'www-authenticate': `Bearer error="${credentials}"`,
        ...headers,
      })
      .end(`<!doctype html><title>${code}</title><pre>authorization: ${credentials}</pre>`);
  });

const certificate = (title: string, which: 'selfSigned' | 'expired'): Fault => ({
  title,
  secure: true,
  async begin({ server, certificates }) {
    const show = async (shown: Certificate): Promise<void> => {
      await server.close();
      server.certificate = shown;
      await server.listen();
    };
    await show(certificates[which]);
    return () => show(certificates.good);
  },
});

const spoilt = (title: string, spoiling: Spoiling, more: Partial<Fault> = {}): Fault =>
  answering(
    title,
    ({ backend }) =>
      (exchanged) =>
        send(exchanged, backend.spoilt(spoiling, exchanged.answer)),
    more,
  );

const clock = (title: string, ahead: number): Fault => ({
  title,
  answers: true,
  begin(around) {
    around.clock.ahead = ahead;
    return Promise.resolve(() => {
      around.clock.ahead = 0;
      return Promise.resolve();
    });
  },
});

let bomb: Buffer | undefined;

export const faults: readonly Fault[] = [
  {
    title: 'connection refused',
    async begin({ server }) {
      await server.close();
      return () => server.listen();
    },
  },
  {
    title: 'unknown host',
    async begin({ server, network }) {
      network.unknown = true;
      // What is connected needs no name.
      await server.close();
      await server.listen();
      return () => {
        network.unknown = false;
        return Promise.resolve();
      };
    },
  },
  {
    title: 'connect timeout',
    async begin({ server, network }) {
      await server.close();
      const end = await listenDeaf(server.port);
      network.silent = true;
      return async () => {
        network.silent = false;
        await end();
        await server.listen();
      };
    },
  },
  answering('no headers', ({ network }) => () => {
    network.expire();
  }),
  answering('a body that drips', ({ network }) => ({ response, answer }) => {
    const text = textOf(answer);
    response.writeHead(200, { 'content-type': answer.contentType });
    let sent = 0;
    const drip = (): void => {
      if (response.destroyed) return;
      response.write(text.slice(sent, sent + 1), () => {
        sent += 1;
        if (sent === Math.min(8, text.length)) network.expire();
        else setImmediate(drip);
      });
    };
    drip();
  }),
  answering('a body that is cut off', () => ({ response, answer }) => {
    const text = textOf(answer);
    response.writeHead(200, {
      'content-type': answer.contentType,
      'content-length': Buffer.byteLength(text) + 1,
    });
    response.write(text, () => response.destroy());
  }),
  answering('a connection that ends as a request comes', () => ({ request }) => {
    request.socket.destroy();
  }),
  status('401', 401),
  status('403', 403),
  status('404', 404),
  status('408', 408),
  status('413', 413),
  status('429 with Retry-After: 30', 429, { 'retry-after': '30' }),
  status('500', 500),
  status('502 with a web page', 502),
  status('503', 503),
  answering('400 with a text that repeats the request', () => ({ request, response }) => {
    const error = `can’t serve authorization: ${request.headers.authorization}`;
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: 'error', errorType: 'bad_data', error, errors: [error] }));
  }),
  answering('half of the JSON', () => (exchanged) => {
    const text = textOf(exchanged.answer);
    send(exchanged, { ...exchanged.answer, body: text.slice(0, text.length / 2) });
  }),
  answering('a web page with status 200', () => (exchanged) => {
    send(exchanged, {
      status: 200,
      contentType: 'text/html',
      body: '<!doctype html><title>Sign in</title>',
    });
  }),
  answering(
    'JSON under another content type',
    () => (exchanged) => send(exchanged, { ...exchanged.answer, contentType: 'text/plain' }),
    { answers: true },
  ),
  answering('a body of 200 MB', () => ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    writeLargeBody(response);
  }),
  answering('a small body that is 64 MB when unpacked', () => ({ response }) => {
    bomb ??= gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(bomb);
  }),
  answering('a redirect to another origin', ({ elsewhere }) => ({ request, response }) => {
    const location = `${elsewhere}/sign-in?then=${encodeURIComponent(request.headers.authorization ?? '')}`;
    response.writeHead(302, { location }).end();
  }),
  certificate('a self-signed certificate', 'selfSigned'),
  certificate('an expired certificate', 'expired'),
  spoilt('values that are no numbers', 'noNumbers'),
  spoilt('values without end, durations below nothing', 'infinite'),
  spoilt('empty answers', 'empty', { answers: true, forgets: true }),
  spoilt('a part of the data', 'partial', { answers: true }),
  clock('a clock that is 10 minutes ahead', 600_000),
  clock('a clock that is 10 minutes behind', -600_000),
];
