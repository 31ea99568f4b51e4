import * as vscode from 'vscode';
import type { DecodedEnvironments, EnvironmentSettings } from '../config/schema.ts';
import { decodeEnvironments, localName, selectEnvironment } from '../config/schema.ts';
import type { Settings } from '../config/settings.ts';
import type { WindowName } from '../domain/units.ts';
import { windowNames } from '../domain/units.ts';
import type { EnvironmentView } from '../insights/contract.ts';
import type { DeployTarget } from '../rollback/ports.ts';
import type { MetricsSource, TraceSource } from '../telemetry/ports.ts';
import type { Disposable } from './disposables.ts';
import { DisposableStore, Emitter } from './disposables.ts';
import type { LocalReceiver } from './localReceiver.ts';

const chosenEnvironment = 'prodlens.environment';
const chosenWindow = 'prodlens.window';

/** The environments, and which one and which window a person chose. A choice wins over the setting until taken back. */
export class Environments implements Disposable {
  readonly #settings: Settings;
  readonly #choices: vscode.Memento;
  readonly #receiver: LocalReceiver;
  readonly #local: MetricsSource & TraceSource;
  readonly #providers: readonly string[];
  readonly #changed = new Emitter<undefined>();
  readonly #owned = new DisposableStore();
  #decoded: DecodedEnvironments;

  constructor(
    settings: Settings,
    choices: vscode.Memento,
    receiver: LocalReceiver,
    local: MetricsSource & TraceSource,
    providers: readonly string[],
  ) {
    this.#settings = settings;
    this.#choices = choices;
    this.#receiver = receiver;
    this.#local = local;
    this.#providers = providers;
    this.#decoded = this.#decode();
    this.#owned.add(
      settings.onDidChange((affects) => {
        if (affects('prodlens.environments')) this.#decoded = this.#decode();
        if (
          affects('prodlens.environments') ||
          affects('prodlens.environment') ||
          affects('prodlens.window')
        )
          this.#changed.fire(undefined);
      }),
    );
    this.#owned.add(
      receiver.onDidChange(() => {
        this.#changed.fire(undefined);
      }),
    );
  }

  readonly onDidChange = (listener: () => void): { dispose(): void } => this.#changed.on(listener);

  get decoded(): DecodedEnvironments {
    return this.#decoded;
  }

  selected(): EnvironmentSettings {
    return selectEnvironment(
      this.#decoded,
      this.#choices.get<string>(chosenEnvironment),
      this.#settings.get('prodlens.environment'),
    );
  }

  window(): WindowName {
    const chosen = this.#choices.get<string>(chosenWindow);
    return windowNames.find((name) => name === chosen) ?? this.#settings.get('prodlens.window');
  }

  /** What a person chose, apart from the settings. */
  chosen(): { readonly environment?: string; readonly window?: string } {
    const environment = this.#choices.get<string>(chosenEnvironment);
    const window = this.#choices.get<string>(chosenWindow);
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
    if ('environment' in what) await this.#choices.update(chosenEnvironment, what.environment);
    else await this.#choices.update(chosenWindow, what.window);
    this.#changed.fire(undefined);
  }

  current(): Omit<EnvironmentView, 'services'> & { readonly metrics?: MetricsSource } {
    const { name, production } = this.selected();
    const metrics = this.metrics();
    return {
      name,
      production,
      window: this.window(),
      ...(name === localName ? this.#localHealth() : notConnected(name)),
      ...(metrics === undefined ? {} : { metrics }),
    };
  }

  /** Which of the deployment environments that send to this machine is meant. */
  localSelect(): EnvironmentSettings['select'] {
    return this.#decoded.environments.find(({ name }) => name === localName)?.select ?? {};
  }

  metrics(): MetricsSource | undefined {
    return this.selected().name === localName && this.#receiver.running ? this.#local : undefined;
  }

  traceEnvironments(): readonly { readonly name: string; readonly traces: TraceSource }[] {
    return this.#receiver.running ? [{ name: localName, traces: this.#local }] : [];
  }

  targets(): readonly DeployTarget[] {
    const { name, production, targets } = this.selected();
    return targets.map((target) => ({ ...target, environment: name, production }));
  }

  #localHealth(): Pick<EnvironmentView, 'health' | 'detail'> {
    const { status } = this.#receiver;
    switch (status.state) {
      case 'stopped':
        return {
          health: 'off',
          detail: vscode.l10n.t(
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
    return decodeEnvironments(this.#settings.get('prodlens.environments'), this.#providers);
  }

  dispose(): void {
    this.#owned.dispose();
    this.#changed.dispose();
  }
}

const notConnected = (name: string): Pick<EnvironmentView, 'health' | 'detail'> => ({
  health: 'off',
  detail: vscode.l10n.t(
    'The environment {0} has no source of numbers. Choose local with “Prodlens: Select Environment…”.',
    name,
  ),
});
