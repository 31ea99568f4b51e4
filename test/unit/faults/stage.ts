import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { globalAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ok } from '../../../src/domain/result.ts';
import { milliseconds } from '../../../src/domain/units.ts';
import { compareReleases } from '../../../src/releases/compareReleases.ts';
import type { BackendPorts, Connection } from '../../../src/telemetry/backend.ts';
import { createAuthority, selfSigned } from '../../certificates.ts';
import type { Fault, Surroundings } from './faults.ts';
import { FaultServer } from './faultServer.ts';
import { TestNetwork } from './network.ts';
import type { RecordedBackend } from './recordedBackend.ts';

const hosts = ['backend.test'];
/** In the credentials, and nowhere else: whoever shows it, leaks. */
export const planted = 'pl4nted-cr3dential';
/** Where nothing is dated. */
const anyTime = Date.UTC(2026, 10, 26, 10, 0, 0);

/** Everything around the matrix that is made once: certificates, a network of our own, and an address that nobody may be sent to. */
export class Theatre {
  readonly network = new TestNetwork();
  readonly certificates: Surroundings['certificates'];
  /** Requests that reached the other address. */
  strayed = 0;
  readonly #elsewhere: Server;
  readonly #random = Math.random.bind(Math);

  private constructor(certificates: Surroundings['certificates']) {
    this.certificates = certificates;
    this.#elsewhere = createServer((_, response) => {
      this.strayed += 1;
      response.end('{}');
    });
  }

  static async open(): Promise<Theatre> {
    const authority = await createAuthority();
    globalAgent.options.ca = authority.cert;
    const theatre = new Theatre({
      good: await authority.issue({ hosts }),
      selfSigned: await selfSigned({ hosts }),
      expired: await authority.issue({ hosts, until: new Date(Date.now() - 86_400_000) }),
    });
    theatre.#elsewhere.listen(0, '127.0.0.1');
    await once(theatre.#elsewhere, 'listening');
    theatre.network.install();
    // Pauses between refreshes are spread by chance.
    Math.random = () => 0.5;
    return theatre;
  }

  async close(): Promise<void> {
    this.network.uninstall();
    Math.random = this.#random;
    delete globalAgent.options.ca;
    this.#elsewhere.closeAllConnections();
    await new Promise((resolve) => this.#elsewhere.close(resolve));
  }

  stage(fault: Fault, backend: RecordedBackend): Stage {
    const { port } = this.#elsewhere.address() as AddressInfo;
    return new Stage(fault, backend, this, `http://login.test:${port}`);
  }
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** One backend, one fault, and a clock that moves when told. */
export class Stage {
  readonly around: Surroundings;
  readonly #secure: boolean;
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(fault: Fault, backend: RecordedBackend, theatre: Theatre, elsewhere: string) {
    // Ten seconds after what there is to see.
    this.#now = (backend.trace?.at ?? anyTime - 10_000) + 10_000;
    const clock = { ahead: 0 };
    const server = new FaultServer(backend, () => this.#now);
    this.#secure = fault.secure === true;
    if (this.#secure) server.certificate = theatre.certificates.good;
    this.around = {
      server,
      network: theatre.network,
      backend,
      elsewhere,
      certificates: theatre.certificates,
      clock,
    };
  }

  /** What the editor's machine takes for the time. */
  get now(): number {
    return this.#now - this.around.clock.ahead;
  }

  get service(): string {
    const { service, namespace } = this.around.backend;
    return namespace === undefined ? service : `${namespace}/${service}`;
  }

  connection(): Connection {
    const { backend, server } = this.around;
    return {
      kind: backend.kind,
      url: `${this.#secure ? 'https' : 'http'}://backend.test:${server.port}`,
      select: {},
      environment: 'production',
      headers: () => Promise.resolve(ok({ Authorization: `Bearer ${planted}` })),
    };
  }

  ports(operation: BackendPorts['operation']): BackendPorts {
    return {
      now: () => this.now,
      after: this.after,
      operation,
      refreshEvery: () => milliseconds(60_000),
      focused: () => true,
      compare: compareReleases,
    };
  }

  readonly after = (pause: number, run: () => void): { dispose(): void } => {
    const timer = { at: this.#now + pause, run };
    this.#timers.add(timer);
    return { dispose: () => void this.#timers.delete(timer) };
  };

  /** Lets time pass; what is due runs, and is waited for. */
  async pass(time: number, settled: () => Promise<void>): Promise<void> {
    const end = this.#now + time;
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settled();
    }
    this.#now = end;
  }
}
