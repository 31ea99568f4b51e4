import type { Failure, Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { originOf } from '../http/address.ts';
import { isPage, statusFailure } from '../http/answerFailure.ts';
import type { HttpAnswer, HttpExchange } from '../http/exchange.ts';
import type { FoundBackend } from './ports.ts';

/** How one kind of backend is recognised at an address: one file beside its adapter, one line in the registry. */
export interface Probe {
  /** As the setting has it; absent for what others are asked through. */
  readonly backend?: Pick<FoundBackend, 'kind' | 'signal'>;
  readonly title: string;
  /** Where it may be below the address given, `''` first: base paths of products that put the interface there. */
  readonly bases: readonly string[];
  /** Paths that answer without changing anything, the best first. */
  readonly paths: readonly string[];
  /** `json` is unchecked, undefined for what is none. Undefined: another program answers. */
  readonly read: (json: unknown, answer: HttpAnswer) => Recognised | undefined;
  /** Asked once it is recognised, for what else its answers tell; one that isn't understood tells nothing. */
  readonly details?: readonly ProbeDetail[];
  /** Types of Grafana's data sources (plug-in ids) that it is asked by. */
  readonly dataSourceTypes?: readonly string[];
  /**
   * For a program that other backends are asked through: which these are, of the probes' kinds. `get` asks below `base`. Fails with `refused`
   * when other credentials are wanted.
   */
  readonly behind?: (
    base: string,
    get: (path: string) => Promise<Result<HttpAnswer>>,
    probes: readonly Probe[],
  ) => Promise<Result<readonly FoundBackend[]>>;
}

export interface ProbeDetail {
  readonly path: string;
  /** What recognises the program is open to all there: only here it shows whether credentials are wanted. */
  readonly signedIn?: true;
  readonly read: (json: unknown) => Recognised | undefined;
}

export interface Recognised {
  readonly title?: string;
  readonly version?: string;
  /** Names of services, where the answer lists them. */
  readonly services?: readonly string[];
}

/** Answers of a probe are small: a list of services at most. */
export const probeLimits = { timeout: 10_000, maxBytes: 4 * 1024 * 1024 } as const;

/**
 * Looks at an address for every kind of backend. At most one request for each kind, base and path; nothing is changed there. Fails with
 * `refused` when credentials are wanted, else with the network's failure, else by naming what was looked for.
 */
export async function probeAddress(
  address: string,
  probes: readonly Probe[],
  exchange: HttpExchange,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Result<readonly FoundBackend[]>> {
  const found: FoundBackend[] = [];
  const failures: Failure[] = [];
  for (const base of basesOf(address, probes)) {
    const before = failures.length;
    const asked = probes.filter((probe) => base.for(probe));
    const answers = await Promise.all(
      asked.map((probe) => ask(probe, base.url, exchange, headers, signal)),
    );
    let listing: Probe['behind'];
    for (const [i, answer] of answers.entries()) {
      const probe = asked[i];
      if (probe === undefined) continue;
      if (!answer.ok) {
        if (answer.failure.reason === 'aborted') return answer;
        failures.push(answer.failure);
      } else if (answer.value !== undefined && probe.behind !== undefined) listing = probe.behind;
      else if (answer.value !== undefined && probe.backend !== undefined)
        found.push({ title: probe.title, ...answer.value, ...probe.backend, url: base.url });
    }
    // What answers at the address given is what was meant; other paths are for when nothing does.
    if (found.length > 0) return ok(found);
    if (listing !== undefined)
      return listing(
        base.url,
        (path) => exchange.get(`${base.url}${path}`, signal, headers),
        probes,
      );
    const failure = failures[before];
    if (failure !== undefined && failures.length - before === asked.length)
      return { ok: false, failure };
  }
  const failure = failures.find(({ reason }) => reason === 'refused') ?? failures[0];
  return failure === undefined
    ? fail(
        'notFound',
        `${originOf(address)} answers, but not as ${titles(probes)} does.`,
        'Give the address of the backend’s own interface, its base path included: the one that Grafana’s data source or your command line uses.',
      )
    : { ok: false, failure };
}

const titles = (probes: readonly Probe[]): string =>
  probes
    .filter(({ backend, behind }) => backend !== undefined || behind !== undefined)
    .map(({ title }) => title)
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' or ');

/** The address; then with each product's base path; then, for an address of a page, its origin. */
function basesOf(
  address: string,
  probes: readonly Probe[],
): readonly { readonly url: string; readonly for: (probe: Probe) => boolean }[] {
  const { origin } = new URL(address);
  const extra = [...new Set(probes.flatMap(({ bases }) => bases))].filter((base) => base !== '');
  return [
    { url: address, for: (probe) => probe.bases.includes('') },
    ...extra.map((base) => ({
      url: `${address}${base}`,
      for: (probe: Probe) => probe.bases.includes(base),
    })),
    ...(address === origin
      ? []
      : [{ url: origin, for: (probe: Probe) => probe.bases.includes('') }]),
  ];
}

/** Undefined: something else answers. */
async function ask(
  probe: Probe,
  base: string,
  exchange: HttpExchange,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Result<Recognised | undefined>> {
  for (const path of probe.paths) {
    const answer = await exchange.get(`${base}${path}`, signal, headers);
    if (!answer.ok) return notOfCredentials(answer.failure);
    const { status } = answer.value;
    if (wantsMore(answer.value)) return statusFailure(answer.value);
    if (status < 200 || status >= 300 || isPage(answer.value)) continue;
    const recognised = probe.read(jsonIn(answer.value.text), answer.value);
    if (recognised === undefined) continue;
    let told = recognised;
    for (const detail of probe.details ?? []) {
      const more = await exchange.get(`${base}${detail.path}`, signal, headers);
      if (!more.ok && more.failure.reason === 'aborted') return more;
      if (!more.ok) continue;
      if (detail.signedIn === true && [401, 403].includes(more.value.status))
        return statusFailure(more.value);
      if (more.value.status === 200) told = { ...told, ...detail.read(jsonIn(more.value.text)) };
    }
    return ok(told);
  }
  return ok(undefined);
}

/** Credentials, a client certificate, or the proxy's own. */
const wantsMore = (answer: HttpAnswer): boolean => {
  if ([401, 403, 407].includes(answer.status)) return true;
  const failure = answer.status === 400 ? statusFailure(answer).failure : undefined;
  return failure?.needs !== undefined;
};

/** `refused` is said of a 401 or 403 alone: only then are credentials asked for. */
const notOfCredentials = (failure: Failure): Result<never> => ({
  ok: false,
  failure: failure.reason === 'refused' ? { ...failure, reason: 'invalid' } : failure,
});

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
