import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Select } from '../ports.ts';
import type { SharedFile } from '../sharing/sharedFile.ts';
import { SharedLook } from '../sharing/sharedLook.ts';
import type { PrometheusApi } from './api.ts';
import { readCatalogue, type Catalogue } from './catalogue.ts';
import type { Problem } from './discovery.ts';
import type { FoundOperations } from './foundOperations.ts';
import { laterOperations, type LaterOperations } from './laterOperations.ts';
import type { PrometheusOptions } from './options.ts';

/** What the windows of this machine share; undefined where they share nothing. */
export type ShareFile = () => Promise<SharedFile | undefined>;

/** What a backend has is looked at again that often, sooner while a service that is asked about isn't there. */
const catalogueEvery = 15 * 60_000;
const missingEvery = 2 * 60_000;
const laterEvery = 5 * 60_000;
const youngEvery = 30_000;
export interface BackendLookOptions {
  readonly api: PrometheusApi;
  readonly select: Select;
  readonly options: PrometheusOptions;
  /** Told what there is. */
  readonly found: FoundOperations;
  readonly focused: () => boolean;
  readonly shared: ShareFile;
  readonly signal: AbortSignal;
}

/** What a backend has, looked at once in a while, by one of the windows. */
export class BackendLook {
  readonly #options: BackendLookOptions;
  catalogue: Catalogue | undefined;
  /** Of the person's own conventions, as far as they were tried. */
  problems: readonly Problem[] = [];
  /** When it was last looked for operations. */
  #laterAt = 0;
  /** Whatever is known, it is asked for anew. */
  #forced = false;

  constructor(options: BackendLookOptions) {
    this.#options = options;
  }

  /** The next look asks, whatever is known. */
  again(): void {
    this.#forced = true;
  }

  /** What the backend has, as known or asked for anew. @param missing a service that is asked for isn't among it */
  async at(missing = false): Promise<Result<Catalogue>> {
    const { api, focused, found } = this.#options;
    const now = api.now();
    const known = this.catalogue;
    if (known !== undefined && !this.#forced) {
      const every = known.young ? youngEvery : missing ? missingEvery : catalogueEvery;
      if (!focused()) return ok(known);
      if (now - known.at < every && !(await this.#findLater(known, now))) return ok(known);
    }
    const within = this.#forced ? 0 : known?.young === true ? youngEvery : catalogueEvery;
    this.#forced = false;
    const read = await this.#readCatalogue(missing ? Math.min(within, missingEvery) : within);
    if (!read.ok) return read;
    this.catalogue = read.value;
    this.#laterAt = now;
    found.add(read.value);
    return read;
  }

  /**
   * Operations that began since the look, so that files find theirs also where no function of the service is in sight.
   *
   * @returns whether there is a service that wants a whole look
   */
  async #findLater({ services }: Catalogue, now: number): Promise<boolean> {
    if (now - this.#laterAt < laterEvery) return false;
    const { api, found, shared, signal } = this.#options;
    this.#laterAt = now;
    const reading = (): Promise<Result<LaterOperations>> =>
      laterOperations(api, { services }, signal);
    const file = await shared();
    const later = await (file?.alone(
      () => api.withLook(new SharedLook(file, laterEvery * 0.9), reading),
      signal,
    ) ?? reading());
    // What was there is known all the same; whoever asks for numbers is told of failures.
    if (!later.ok) return false;
    found.add(later.value);
    return later.value.newService;
  }

  /** @param within what other windows found out in this time is new enough, milliseconds */
  async #readCatalogue(within: number): Promise<Result<Catalogue>> {
    const { api, select, options, shared, signal } = this.#options;
    const reading = (): Promise<Result<Catalogue>> =>
      readCatalogue(api, select, options, signal, (problems) => {
        this.problems = problems;
      });
    const file = await shared();
    if (file === undefined) return reading();
    return file.alone(async () => {
      const look = new SharedLook(file, within);
      const read = await api.withLook(look, reading);
      const at = Math.min(api.now(), look.oldest + api.clockOffset);
      return read.ok ? ok({ ...read.value, at }) : read;
    }, signal);
  }
}
