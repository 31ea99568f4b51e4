import type { EnvironmentSettings } from '../config/schema.ts';
import type { ConnectionSettings } from '../config/schemaConnection.ts';
import type { EnvironmentProblem } from '../config/settingPlaces.ts';
import type { CompareReleases } from '../domain/comparison.ts';
import type { Operation, OperationId } from '../domain/operation.ts';
import type { Result } from '../domain/result.ts';
import { fail } from '../domain/result.ts';
import type {
  BackendMetrics,
  BackendPorts,
  BackendTraces,
  Connection,
  CreateMetrics,
  CreateTraces,
} from '../telemetry/backend.ts';
import type { ProbeAddress } from '../telemetry/ports.ts';
import type { Disposable } from './disposables.ts';
import { Emitter } from './disposables.ts';
import type { Log } from './log.ts';
import { signInOf, type Credentials } from './connectionSignIn.ts';
import { credentialsPlace, type CredentialGenerations } from './credentialGenerations.ts';
import type { TokenPrograms } from './tokenPrograms.ts';

/** The adapters, in a bundle of their own: a window without backends never loads it. */
export interface Adapters {
  readonly compare: CompareReleases;
  readonly metricsBackends: Readonly<Record<string, CreateMetrics>>;
  readonly traceBackends: Readonly<Record<string, CreateTraces>>;
  readonly probe: ProbeAddress;
}

export interface BackendsOptions {
  readonly load: () => Promise<Adapters>;
  readonly credentials: Credentials & { readonly tokens: Pick<TokenPrograms, 'forget'> };
  readonly generations: Pick<CredentialGenerations, 'of' | 'onDidChange'>;
  readonly ports: Omit<BackendPorts, 'compare' | 'operation'>;
  /** Where the operations of backends are mapped to functions. */
  readonly attribute: (operations: readonly Operation[]) => void;
  /** What the ports need is needed no longer. */
  readonly end?: () => void;
  readonly log: Log;
}

/** The sources of configured environments: made when first asked for, kept until the setting says otherwise. */
export class Backends implements Disposable {
  readonly #options: BackendsOptions;
  readonly #metrics = new Map<string, BackendMetrics>();
  readonly #traces = new Map<string, BackendTraces>();
  readonly #operations = new Map<OperationId, Operation>();
  readonly #changed = new Emitter<undefined>();
  readonly #credentials: Disposable;
  #adapters: Adapters | undefined;
  #loading: Promise<void> | undefined;
  #failure: string | undefined;

  constructor(options: BackendsOptions) {
    this.#options = options;
    this.#credentials = options.generations.onDidChange((place) => {
      // Tokens that are held may be another's as well.
      options.credentials.tokens.forget();
      this.#renew(place);
    });
  }

  /** The adapters are there, or can't be had. */
  readonly onDidChange = (listener: () => void): Disposable => this.#changed.on(listener);

  /** Why no adapter can be had. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Undefined while the adapters are loaded, and for an environment without a source of numbers. Traces alone give those of a sample. */
  metrics(environment: EnvironmentSettings): BackendMetrics | undefined {
    const { metrics, traces } = environment;
    return this.#make(environment, metrics ?? traces, this.#metrics, (adapters, connection) => {
      const made =
        metrics === undefined
          ? this.traces(environment)?.numbers?.()
          : adapters.metricsBackends[connection.kind]?.(connection, this.#portsWith(adapters));
      made?.onDidFindOperations((found) => {
        for (const one of found) this.#operations.set(one.id, one);
        this.#options.attribute(found);
      });
      return made;
    });
  }

  /** Undefined for an environment without traces. While the adapters are loaded, a source that waits for them. */
  traces(environment: EnvironmentSettings): BackendTraces | undefined {
    const made = this.#make(environment, environment.traces, this.#traces, (adapters, connection) =>
      adapters.traceBackends[connection.kind]?.(connection, this.#portsWith(adapters)),
    );
    if (made !== undefined || environment.traces === undefined || this.#adapters !== undefined)
      return made;
    const whenLoaded = async <T>(
      ask: (source: BackendTraces) => Promise<Result<T>>,
    ): Promise<Result<T>> => {
      await this.#loading;
      const source = this.#adapters === undefined ? undefined : this.traces(environment);
      return source === undefined
        ? fail('internal', this.#failure ?? 'This backend of traces is not known.')
        : ask(source);
    };
    return {
      search: (query, signal) => whenLoaded((source) => source.search(query, signal)),
      trace: (traceId, signal) => whenLoaded((source) => source.trace(traceId, signal)),
    };
  }

  /** What sources know may be old. */
  touch(): void {
    if (this.#metrics.size > 0) this.#changed.fire(undefined);
  }

  /** What answers at an address that isn't configured yet. */
  readonly probe: ProbeAddress = async (...question) => {
    this.#load();
    await this.#loading;
    return (
      this.#adapters?.probe(...question) ??
      fail('internal', this.#failure ?? 'Prodlens can’t look at backends.')
    );
  };

  /** Whether a backend brought this operation. */
  knows(operation: OperationId): boolean {
    return this.#operations.has(operation);
  }

  /** All operations that backends brought: for an index that starts anew. */
  operations(): readonly Operation[] {
    return [...this.#metrics.values()].flatMap((source) => source.operations());
  }

  reports(): readonly Readonly<Record<string, unknown>>[] {
    return [
      ...[...this.#metrics.values()].map((source) => source.report()),
      ...[...this.#traces.values()]
        .map((source) => source.report?.())
        .filter((report) => report !== undefined),
    ];
  }

  /** What is wrong with the options of an environment's connection, as far as its source was made. */
  problems(environment: EnvironmentSettings): readonly EnvironmentProblem[] {
    const { name, metrics, traces } = environment;
    const connection = metrics ?? traces;
    const source = connection && this.#metrics.get(keyOf(environment, connection));
    return (source?.problems?.() ?? []).map((problem) => ({
      ...problem,
      environment: name,
      path: [metrics === undefined ? 'traces' : 'metrics', ...problem.path],
    }));
  }

  /** Ends the sources of connections that are configured no longer. */
  keep(environments: readonly EnvironmentSettings[]): void {
    for (const [signal, sources] of [
      ['metrics', this.#metrics],
      ['traces', this.#traces],
    ] as const) {
      const wanted = new Set(
        environments.flatMap((e) => {
          const connection = signal === 'metrics' ? (e.metrics ?? e.traces) : e.traces;
          return connection === undefined ? [] : [keyOf(e, connection)];
        }),
      );
      for (const [key, source] of [...sources])
        if (!wanted.has(key)) {
          source.dispose?.();
          sources.delete(key);
        }
    }
  }

  /** Ends the sources at this place: what they hold was the answer to other credentials. */
  #renew(place: string): void {
    for (const sources of [this.#metrics, this.#traces])
      for (const [known, source] of [...sources]) {
        const [, , other] = JSON.parse(known) as [string, unknown, ConnectionSettings];
        if (credentialsPlace(other) !== place) continue;
        source.dispose?.();
        sources.delete(known);
      }
    this.#changed.fire(undefined);
  }

  #make<T>(
    environment: EnvironmentSettings,
    settings: ConnectionSettings | undefined,
    sources: Map<string, T>,
    create: (adapters: Adapters, connection: Connection) => T | undefined,
  ): T | undefined {
    if (settings === undefined) return undefined;
    const key = keyOf(environment, settings);
    const known = sources.get(key);
    if (known !== undefined) return known;
    if (this.#adapters === undefined) {
      this.#load();
      return undefined;
    }
    let generation: Promise<string> | undefined;
    const made = create(this.#adapters, {
      kind: settings.kind,
      url: settings.url,
      select: environment.select,
      environment: environment.name,
      scope: JSON.stringify(settings),
      // One for all that it keeps: a source never goes on with what it had before a change.
      generation: () => (generation ??= this.#options.generations.of(settings)),
      ...(settings.options === undefined ? {} : { options: settings.options }),
      ...signInOf(settings, this.#options.credentials),
    });
    if (made !== undefined) sources.set(key, made);
    return made;
  }

  #portsWith({ compare }: Adapters): BackendPorts {
    return { ...this.#options.ports, compare, operation: (id) => this.#operations.get(id) };
  }

  #load(): void {
    this.#loading ??= this.#options
      .load()
      .then((adapters) => {
        this.#adapters = adapters;
      })
      .catch((error: unknown) => {
        this.#failure = 'The part of Prodlens that talks to backends could not be loaded.';
        this.#options.log.error(this.#failure, error);
      })
      .finally(() => {
        this.#changed.fire(undefined);
      });
  }

  dispose(): void {
    this.#credentials.dispose();
    this.keep([]);
    this.#options.end?.();
    this.#changed.dispose();
  }
}

const keyOf = ({ name, select }: EnvironmentSettings, connection: ConnectionSettings): string =>
  JSON.stringify([name, Object.entries(select).sort(), connection]);
