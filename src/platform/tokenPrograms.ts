import path from 'node:path';
import type { TokenCommand } from '../config/schemaSignIn.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { milliseconds } from '../domain/units.ts';
import type { ProcessRunner } from '../rollback/ports.ts';
import { redact } from './redact.ts';
import { renderArgv } from './renderArgv.ts';
import type { Destination } from './secrets.ts';
import { decodeToken, type Token } from './tokenOutput.ts';

export interface TokenProgramsOptions {
  readonly processes: ProcessRunner;
  /** Whether a person agreed that this program runs and that its token goes there. */
  readonly approved: (to: Destination, argv: readonly string[]) => boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const longest = milliseconds(30_000);
const largest = 64 * 1024;
/** A token whose end isn't known is asked for anew after that long at the latest. */
const keptFor = 60 * 60_000;
/** So long before its end a token is used no more. */
const margin = 30_000;
/** A program that failed, or whose token was refused, isn't started again at once: adapters ask for each request. */
const restFor = 15_000;

type Headers = Readonly<Record<string, string>>;

interface Held {
  readonly at: number;
  readonly result: Result<Token>;
}

/** Tokens that programs print, kept in memory until they end or are refused. Neither they nor what else is printed is ever logged. */
export class TokenPrograms {
  readonly #options: TokenProgramsOptions;
  readonly #held = new Map<string, Held>();
  readonly #running = new Map<string, Promise<Result<Token>>>();
  /** How often all was forgotten. */
  #forgotten = 0;

  constructor(options: TokenProgramsOptions) {
    this.#options = options;
  }

  async headers(to: Destination, { command, header }: TokenCommand): Promise<Result<Headers>> {
    const got = await this.#token(to, command);
    if (!got.ok) return got;
    return ok(headersWith(got.value, header));
  }

  /**
   * The backend refused a token. True: another is held, comes or may come of running the program again.
   *
   * @param sent the headers that were refused
   */
  refused(to: Destination, { command, header }: TokenCommand, sent: Headers): boolean {
    const key = keyOf(to, command);
    const held = this.#held.get(key);
    // Of several requests with one token the first that is refused had it renewed: the others ask with what came of that.
    if (held === undefined || this.#running.has(key)) return true;
    const same =
      held.result.ok &&
      Object.entries(headersWith(held.result.value, header)).every(
        ([name, value]) => sent[name] === value,
      );
    if (!same) return true;
    if (this.#options.now() - held.at < restFor) return false;
    return this.#held.delete(key);
  }

  /** A person wants it tried again, whatever is held. */
  forget(): void {
    this.#held.clear();
    this.#running.clear();
    this.#forgotten += 1;
  }

  async #token(to: Destination, argv: TokenCommand['command']): Promise<Result<Token>> {
    const { approved, now } = this.#options;
    if (!approved(to, argv))
      return fail(
        'refused',
        `The program that prints the token for ${to.origin} may not run yet.`,
        'Run “Prodlens: Select Environment…” and choose this environment again: it shows the program and asks.',
      );
    const key = keyOf(to, argv);
    const held = this.#held.get(key);
    if (held !== undefined && now() < endOf(held)) return held.result;
    const forgotten = this.#forgotten;
    const running =
      this.#running.get(key) ??
      this.#run(to, argv).finally(() => {
        if (this.#running.get(key) === running) this.#running.delete(key);
      });
    this.#running.set(key, running);
    const result = await running;
    if (forgotten === this.#forgotten) this.#held.set(key, { at: now(), result });
    return result;
  }

  async #run({ origin }: Destination, argv: TokenCommand['command']): Promise<Result<Token>> {
    const name = redact(path.basename(argv[0]), 60);
    const never = new AbortController().signal;
    const ran = await this.#options.processes.run(
      { argv, timeout: longest, maxOutputBytes: largest, onAbort: 'kill' },
      never,
    );
    if (!ran.ok)
      return fail(
        ran.failure.reason,
        `No token for ${origin}: ${ran.failure.message}.`,
        ran.failure.remedy ?? `Run it in a terminal: ${redact(renderArgv(argv), 300)}`,
      );
    const { exitCode, stdout } = ran.value;
    if (exitCode === 0) return decodeToken(stdout, this.#options.now());
    // Not what it said: the token itself may be in that, and this is shown and logged.
    return fail(
      'refused',
      `No token for ${origin}: ${name} ended with exit code ${exitCode}.`,
      `Sign in to it first, or run it in a terminal to see why: ${redact(renderArgv(argv), 300)}`,
    );
  }
}

const keyOf = ({ origin, caFile }: Destination, argv: readonly string[]): string =>
  JSON.stringify([origin, caFile, argv]);

const headersWith = ({ token }: Token, header: string | undefined): Headers =>
  header === undefined ? { Authorization: `Bearer ${token}` } : { [header]: token };

const endOf = ({ at, result }: Held): number =>
  Math.max(
    at + restFor,
    result.ok ? Math.min(at + keptFor, (result.value.expires ?? Infinity) - margin) : 0,
  );
