import type { ReleaseState, ServiceState } from '../../domain/release.ts';
import type { ServiceKey } from '../../domain/service.ts';
import type { WindowName } from '../../domain/units.ts';
import { renderRatio, renderWindow } from './numberText.ts';
import { renderVersion } from './releaseText.ts';
import { renderUntrusted } from './untrusted.ts';

/** What of the environment the status bar tells. */
export interface StatusInput {
  readonly name: string;
  readonly production: boolean;
  readonly window: WindowName;
  readonly health: 'off' | 'starting' | 'listening' | 'ok' | 'degraded' | 'unreachable';
  readonly detail: string;
  readonly failure?: { readonly reason: string };
  readonly services: readonly ServiceState[];
  /** Of the file in front. */
  readonly service?: ServiceKey;
  /** The workspace's files are being read, and it takes long. */
  readonly reading?: { readonly read: number; readonly total: number };
}

export interface StatusText {
  readonly text: string;
  /** One sentence per line, plain text. */
  readonly lines: readonly string[];
  readonly severity: 'normal' | 'warning' | 'error';
  readonly command: 'prodlens.selectEnvironment' | 'prodlens.diagnose';
}

const icons = {
  off: '$(circle-slash)',
  starting: '$(ellipsis)',
  listening: '$(broadcast)',
  ok: '$(pulse)',
  degraded: '$(warning)',
  unreachable: '$(error)',
} as const;

export function renderStatus(input: StatusInput): StatusText {
  const broken = input.health === 'degraded' || input.health === 'unreachable';
  const service =
    input.services.find((state) => state.service === input.service) ??
    (input.services.length === 1 ? input.services[0] : undefined);
  const name = renderUntrusted(input.name, 30);
  const reading = input.reading && renderReading(input.reading);
  const parts = [
    input.health === 'off' ? `${name} off` : name,
    ...(input.health === 'listening' ? ['waiting for telemetry'] : []),
    ...(service === undefined ? [] : [label(service, input.health === 'unreachable')]),
    ...(reading === undefined ? [] : [reading]),
  ];
  return {
    // An icon's name in a service's name would be drawn as the icon.
    text: `${icons[input.health]} ${parts.join(' · ').replaceAll('$(', '$ (')}`,
    lines: [
      `Prodlens: ${name}${input.production && input.name !== 'production' ? ' (production)' : ''}, last ${renderWindow(input.window)}`,
      renderUntrusted(input.detail, 400),
      ...(reading === undefined
        ? []
        : [`${reading}: until then no telemetry is credited, because another owner may be unread`]),
      ...(service?.warnings ?? []).slice(0, 3).map((warning) => renderUntrusted(warning, 200)),
    ].filter((line) => line !== ''),
    severity:
      input.health === 'unreachable' ? 'error' : input.health === 'degraded' ? 'warning' : 'normal',
    // Whoever is refused signs in again there.
    command:
      broken && input.failure?.reason !== 'refused'
        ? 'prodlens.diagnose'
        : 'prodlens.selectEnvironment',
  };
}

/** `reading 12,400 of 50,000 files`. */
const renderReading = ({ read, total }: NonNullable<StatusInput['reading']>): string =>
  `reading ${grouped(read)} of ${grouped(total)} files`;

const grouped = (count: number): string => count.toLocaleString('en-US');

/** @param unknown the backend doesn't answer: whether the service is silent can't be told */
function label(state: ServiceState, unknown: boolean): string {
  const service = renderUntrusted(state.service, 40);
  if (!state.alive && !unknown) return `${service} silent`;
  const running = state.releases
    .filter((release) => release.running)
    .sort((a, b) => (b.share ?? -1) - (a.share ?? -1));
  const [first] = running;
  if (first === undefined) return service;
  return `${service} ${running.length === 1 ? renderVersion(first.version) : running.slice(0, 2).map(share).join(' ')}`;
}

const share = (release: ReleaseState): string =>
  release.share === undefined
    ? renderVersion(release.version)
    : `${renderVersion(release.version)} ${renderRatio(release.share)}`;
