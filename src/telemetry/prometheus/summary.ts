import type { Connection, ConnectionProblem } from '../backend.ts';
import { uncountable, type Catalogue, type KnownService } from './look/catalogue.ts';

/** A clock this far off moves calls into other slots than the editor's clock says. */
const clockTolerance = 30_000;

/** One sentence for the status bar: what was found, and what is missing with its remedy. */
export function summaryOf(
  { url }: Connection,
  { version, services, problems }: Catalogue,
  options: readonly ConnectionProblem[],
  clockOffset: number,
): string {
  const known = [...services.values()];
  const titles = [...new Set(known.map(({ found }) => found.convention.title))].join(', ');
  const count = known.length === 1 ? '1 service' : `${known.length} services`;
  const blind = known.filter((one) => !tellsReleases(one));
  return [
    `${/^[A-Z]/.test(version) ? version : `Prometheus ${version}`.trim()} at ${new URL(url).host}: ${titles} of ${count}.`,
    ...(blind.length === 0 ? [] : [withoutRelease(blind)]),
    ...options.map(
      ({ path, message, remedy = '' }) =>
        `${path.join('.')} in the setting prodlens.environments ${message}. ${remedy}`,
    ),
    ...problems.map(({ message, remedy = '' }) => `${message} ${remedy}`),
    ...clockWarning(clockOffset),
  ].join(' ');
}

/** What of a service's durations can't be read. */
interface DurationFlaws {
  readonly unreadable: boolean;
  readonly unitless: boolean;
}

/** Things a person should know before they trust a service's numbers. */
export const warningsOf = (
  known: KnownService,
  clockOffset: number,
  { unreadable = false, unitless = false }: Partial<DurationFlaws> = {},
): readonly string[] => [
  ...(tellsReleases(known) ? [] : [withoutRelease([known])]),
  ...(known.buckets === undefined
    ? [`no percentiles: ${known.found.convention.title} come without a histogram here`]
    : []),
  ...(unitless
    ? [
        `percentiles are missing: nothing tells whether ${known.buckets?.metric ?? ''} is in seconds or milliseconds. Let what exports it add units to names (add_metric_suffixes), or write it down with its “unit” under “conventions” of the connection.`,
      ]
    : []),
  ...(unreadable
    ? [
        `percentiles are missing: some histograms of ${known.buckets?.metric ?? ''} aren’t exponential or don’t hold all calls`,
      ]
    : []),
  ...clockWarning(clockOffset),
];

const tellsReleases = ({ releases }: KnownService): boolean =>
  releases.some((release) => release !== '');

const withoutRelease = (blind: readonly KnownService[]): string =>
  `Releases of ${blind
    .map(({ service }) => service)
    .slice(0, 3)
    .join(
      ', ',
    )}${blind.length > 3 ? ', …' : ''} can’t be told apart. ${blind[0] === undefined ? '' : versionRemedy(blind[0])}`.trim();

const clockWarning = (offset: number): readonly string[] =>
  Math.abs(offset) <= clockTolerance
    ? []
    : [
        `The backend’s clock is ${renderOffset(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}: numbers follow it. Set the clock that is wrong, its or this machine’s.`,
      ];

/** The exact change that would tell releases apart. */
const versionRemedy = ({ found: { info, convention } }: KnownService): string =>
  info === 'noVersion'
    ? 'Its processes say no service.version: start them with OTEL_RESOURCE_ATTRIBUTES=service.version=….'
    : convention.versionRemedy;

const renderOffset = (offset: number): string =>
  offset < 120_000 ? `${Math.round(offset / 1000)} s` : `${Math.round(offset / 60_000)} min`;

/** What *Diagnose* says of a service. */
export const reportOf = (known: KnownService): Readonly<Record<string, unknown>> => {
  const { service, found, beside, buckets, interval, recorded } = known;
  const { version, info } = found;
  return {
    service,
    source: found.convention.id,
    calls: found.calls,
    ...(beside === undefined ? {} : { beside: beside.found.calls }),
    buckets: buckets?.metric ?? 'none',
    ...(found.replicas.length === 0 ? {} : { countedOnceFor: found.replicas }),
    ...(uncountable(known) === undefined ? {} : { uncountable: uncountable(known)?.message }),
    releaseLabel:
      version ?? (typeof info === 'object' ? `${info.version} of ${info.metric}` : 'none'),
    sampleIntervalMs: interval,
    recordingRules: Object.keys(recorded),
  };
};
