import type { WindowName } from '../domain/units.ts';

export type Placement = 'lineEnd' | 'codeLens' | 'off';
export type ShowMode = 'all' | 'attention' | 'current';

/** What each setting holds after decoding. `prodlens.environments` stays `unknown` here: config/schema.ts decodes it. */
export interface SettingValues {
  readonly 'prodlens.environments': unknown;
  readonly 'prodlens.environment': string;
  readonly 'prodlens.window': WindowName;
  readonly 'prodlens.refreshSeconds': number;
  readonly 'prodlens.annotations.placement': Placement;
  readonly 'prodlens.annotations.show': ShowMode;
  readonly 'prodlens.annotations.format': string;
  readonly 'prodlens.thresholds.p95Ms': number;
  readonly 'prodlens.thresholds.errorRatio': number;
  readonly 'prodlens.local.enabled': boolean;
  readonly 'prodlens.local.httpPort': number;
  readonly 'prodlens.local.grpcPort': number;
  readonly 'prodlens.local.allowedHosts': readonly string[];
  readonly 'prodlens.local.allowedOrigins': readonly string[];
  readonly 'prodlens.exclude': readonly string[];
}
export type SettingId = keyof SettingValues;

export type SettingScope = 'machine' | 'window' | 'resource';

interface SettingEntry<T> {
  readonly scope: SettingScope;
  readonly default: T;
}

/** One line per setting: scope and default, the same as in the manifest (held by a test). */
export const settings: { readonly [K in SettingId]: SettingEntry<SettingValues[K]> } = {
  'prodlens.environments': { scope: 'machine', default: [] },
  'prodlens.environment': { scope: 'window', default: '' },
  'prodlens.window': { scope: 'window', default: '1h' },
  'prodlens.refreshSeconds': { scope: 'machine', default: 60 },
  'prodlens.annotations.placement': { scope: 'window', default: 'lineEnd' },
  'prodlens.annotations.show': { scope: 'window', default: 'all' },
  'prodlens.annotations.format': {
    scope: 'window',
    default:
      '[${env} · ][p95 ${p95}][ · ${errors} err][ · ${rate}][ · ${releases}][ · ${drift}][ · ${age}]',
  },
  'prodlens.thresholds.p95Ms': { scope: 'resource', default: 1000 },
  'prodlens.thresholds.errorRatio': { scope: 'resource', default: 0.01 },
  'prodlens.local.enabled': { scope: 'machine', default: false },
  'prodlens.local.httpPort': { scope: 'machine', default: 4318 },
  'prodlens.local.grpcPort': { scope: 'machine', default: 4317 },
  'prodlens.local.allowedHosts': {
    scope: 'machine',
    default: ['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'],
  },
  'prodlens.local.allowedOrigins': { scope: 'machine', default: [] },
  'prodlens.exclude': { scope: 'resource', default: [] },
};
export const settingIds = Object.keys(settings) as readonly SettingId[];

/** Context keys that `when` clauses of the manifest may use, and steps of the walkthrough. */
export const contextKeys = [
  'prodlens.receiverRunning',
  'prodlens.hasTelemetry',
  'prodlens.hasNumbers',
  'prodlens.hasRollbackTargets',
  'prodlens.languages',
] as const;
export type ContextKey = (typeof contextKeys)[number];

/** Views and webview editors of the manifest. */
export const viewIds: readonly string[] = [];

/** Theme colours that the product contributes. */
export const colorIds = [
  'prodlens.annotationForeground',
  'prodlens.annotationAttentionForeground',
  'prodlens.annotationRegressionForeground',
  'prodlens.annotationStaleForeground',
] as const;
export type ColorId = (typeof colorIds)[number];
