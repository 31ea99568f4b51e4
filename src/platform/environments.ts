import * as vscode from 'vscode';
import type { DecodedEnvironments, EnvironmentSettings, SettingProblem } from '../config/schema.ts';
import { decodeEnvironments, localName, selectEnvironment } from '../config/schema.ts';
import type { EnvironmentProblem } from '../config/settingPlaces.ts';
import type { Settings } from '../config/settings.ts';
import type { WindowName } from '../domain/units.ts';
import { windowNames } from '../domain/units.ts';
import type { Result } from '../domain/result.ts';
import type { EnvironmentView } from '../insights/contract.ts';
import type { DeployTarget } from '../rollback/ports.ts';
import { metricsKinds, traceKinds } from '../telemetry/backendKinds.ts';
import type { MetricsSource, TraceSource } from '../telemetry/ports.ts';
import type { BackendMetrics } from '../telemetry/backend.ts';
import type { Backends } from './backends.ts';
import type { Disposable } from './disposables.ts';
import { DisposableStore, Emitter } from './disposables.ts';
import { withExemplars } from './exemplarTraces.ts';
import type { LocalReceiver } from './localReceiver.ts';

const chosenEnvironment = 'prodlens.environment';
const chosenWindow = 'prodlens.window';

export interface EnvironmentsOptions {
  readonly settings: Settings;
  readonly choices: vscode.Memento;
  readonly receiver: LocalReceiver;
  readonly local: MetricsSource & TraceSource;
  readonly backends: Backends;
  /** Deploy systems. */
  readonly providers: readonly string[];
  readonly trusted: () => boolean;
}

/** The environments, and which one and which window a person chose. A choice wins over the setting until taken back. */
export class Environments implements Disposable {
  readonly #options: EnvironmentsOptions;
  readonly #changed = new Emitter<undefined>();
  readonly #owned = new DisposableStore();
  #decoded: DecodedEnvironments;

  constructor(options: EnvironmentsOptions) {
    this.#options = options;
    const { settings, receiver, backends } = options;
    this.#decoded = this.#decode();
    this.#owned.add(
      settings.onDidChange((affects) => {
        if (affects('prodlens.environments')) {
          this.#decoded = this.#decode();
          backends.keep(this.#decoded.environments);
        }
        if (
          affects('prodlens.environments') ||
          affects('prodlens.environment') ||
          affects('prodlens.window')
        )
          this.#changed.fire(undefined);
      }),
    );
    for (const source of [receiver, backends])
      this.#owned.add(
        source.onDidChange(() => {
          this.#changed.fire(undefined);
        }),
      );
    this.#owned.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#changed.fire(undefined);
      }),
    );
  }

  readonly onDidChange = (listener: () => void): { dispose(): void } => this.#changed.on(listener);

  get decoded(): DecodedEnvironments {
    return this.#decoded;
  }

  /** Mistakes in the setting, also those that only a backend's answer shows. */
  problems(): readonly (SettingProblem | EnvironmentProblem)[] {
    const { environments, problems } = this.#decoded;
    return [...problems, ...environments.flatMap((one) => this.#options.backends.problems(one))];
  }

  selected(): EnvironmentSettings {
    return selectEnvironment(
      this.#decoded,
      this.#options.choices.get<string>(chosenEnvironment),
      this.#options.settings.get('prodlens.environment'),
    );
  }

  window(): WindowName {
    const chosen = this.#options.choices.get<string>(chosenWindow);
    return (
      windowNames.find((name) => name === chosen) ?? this.#options.settings.get('prodlens.window')
    );
  }

  /** What a person chose, apart from the settings. */
  chosen(): { readonly environment?: string; readonly window?: string } {
    const environment = this.#options.choices.get<string>(chosenEnvironment);
    const window = this.#options.choices.get<string>(chosenWindow);
    return {
      ...(environment === undefined ? {} : { environment }),
      ...(window === undefined ? {} : { window }),
    };
  }

  /** `undefined`: use the setting. */
  async choose(
    what:
      { readonly environment: string | undefined } | { readonly window: WindowName | undefined },
  ): Promise<void> {
    if ('environment' in what)
      await this.#options.choices.update(chosenEnvironment, what.environment);
    else await this.#options.choices.update(chosenWindow, what.window);
    this.#changed.fire(undefined);
  }

  current(): Omit<EnvironmentView, 'services'> & { readonly metrics?: MetricsSource } {
    const selected = this.selected();
    const { name, production } = selected;
    const metrics = this.metrics();
    return {
      name,
      production,
      window: this.window(),
      ...(name === localName ? this.#localHealth() : this.#backendHealth(selected)),
      ...(metrics === undefined ? {} : { metrics }),
    };
  }

  /** Which of the deployment environments that send to this machine is meant. */
  localSelect(): EnvironmentSettings['select'] {
    return this.#decoded.environments.find(({ name }) => name === localName)?.select ?? {};
  }

  metrics(): MetricsSource | undefined {
    const { receiver, local } = this.#options;
    const selected = this.selected();
    if (selected.name === localName) return receiver.running ? local : undefined;
    return this.#backendMetrics(selected);
  }

  traceEnvironments(): readonly { readonly name: string; readonly traces: TraceSource }[] {
    const { receiver, local, backends, trusted } = this.#options;
    const tracesOf = (environment: EnvironmentSettings): TraceSource | undefined => {
      if (environment.name === localName) return receiver.running ? local : undefined;
      const traces = trusted() ? backends.traces(environment) : undefined;
      const metrics = environment.metrics === undefined ? undefined : backends.metrics(environment);
      return traces && withExemplars(traces, metrics);
    };
    return this.#decoded.environments.flatMap((environment) => {
      const traces = tracesOf(environment);
      return traces === undefined ? [] : [{ name: environment.name, traces }];
    });
  }

  /** Of all configured backends. */
  addresses(): readonly string[] {
    return this.#decoded.environments.flatMap(({ metrics, traces }) =>
      [metrics, traces].flatMap((one) => one?.url ?? []),
    );
  }

  /** Makes recording rules for the selected environment's backend of numbers; undefined where none can evaluate such. */
  recordingRules(): ((signal: AbortSignal) => Promise<Result<string>>) | undefined {
    const source = this.#backendMetrics(this.selected());
    return source?.recordingRules?.bind(source);
  }

  /** Asks the selected environment's backend at once, whatever failed before. */
  retry(): void {
    this.#backendMetrics(this.selected())?.retry();
  }

  /** Somebody changed what sources depend on. */
  touch(): void {
    this.retry();
    this.#changed.fire(undefined);
  }

  targets(): readonly DeployTarget[] {
    const { name, production, targets } = this.selected();
    return targets.map((target) => ({ ...target, environment: name, production }));
  }

  #backendMetrics(environment: EnvironmentSettings): BackendMetrics | undefined {
    const { backends, trusted } = this.#options;
    return trusted() ? backends.metrics(environment) : undefined;
  }

  #backendHealth(environment: EnvironmentSettings): Pick<EnvironmentView, 'health' | 'detail'> {
    const { backends, trusted } = this.#options;
    const { name } = environment;
    const connection = environment.metrics ?? environment.traces;
    if (connection === undefined) return notConnected(name);
    if (!trusted())
      return {
        health: 'off',
        detail: vscode.l10n.t(
          'A backend is asked in a trusted workspace only. Run “Workspaces: Manage Workspace Trust”.',
        ),
      };
    if (backends.failure !== undefined) return { health: 'unreachable', detail: backends.failure };
    const summary = this.#backendMetrics(environment)?.summary();
    return summary === undefined
      ? { health: 'starting', detail: vscode.l10n.t('Asking {0}.', connection.url) }
      : { health: 'ok', detail: summary };
  }

  #localHealth(): Pick<EnvironmentView, 'health' | 'detail'> {
    const { status } = this.#options.receiver;
    switch (status.state) {
      case 'stopped':
        return {
          health: 'off',
          detail:
            this.addresses().length === 0
              ? vscode.l10n.t(
                  'Nothing gives numbers yet. Run “Prodlens: Connect a Backend…”, or “Prodlens: Start Local Receiver” to send telemetry to this machine.',
                )
              : vscode.l10n.t(
                  'The local receiver is not running. Run “Prodlens: Start Local Receiver”.',
                ),
        };
      case 'starting':
        return { health: 'starting', detail: vscode.l10n.t('The local receiver is starting.') };
      case 'failed':
        return { health: 'unreachable', detail: `${status.message} ${status.remedy ?? ''}`.trim() };
      default:
        return {
          health: 'listening',
          detail: vscode.l10n.t(
            'Listening for OpenTelemetry on http://localhost:{0} (HTTP) and localhost:{1} (gRPC).',
            status.httpPort,
            status.grpcPort,
          ),
        };
    }
  }

  #decode(): DecodedEnvironments {
    const { settings, providers } = this.#options;
    return decodeEnvironments(settings.get('prodlens.environments'), {
      providers,
      metrics: metricsKinds,
      traces: traceKinds,
    });
  }

  dispose(): void {
    this.#owned.dispose();
    this.#changed.dispose();
  }
}

const notConnected = (name: string): Pick<EnvironmentView, 'health' | 'detail'> => ({
  health: 'off',
  detail: vscode.l10n.t(
    'The environment {0} has no source of numbers: the setting prodlens.environments gives it no metrics. Choose another with “Prodlens: Select Environment…”.',
    name,
  ),
});
