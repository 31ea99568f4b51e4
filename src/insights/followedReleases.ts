import type { ServiceState } from '../domain/release.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { CodeRelease } from '../domain/workspace.ts';
import type { FileView } from '../symbols/contract.ts';
import type { CombineContext } from './combine.ts';
import type { ReleaseSources } from './contract.ts';
import { namesNotThere } from './drift.ts';

type CommitOf = NonNullable<CombineContext['commitOf']>;
type Services = ReadonlyMap<ServiceKey, ServiceState>;

/** Has the repository looked up for the releases that run a file, and for those whose lines telemetry names. */
export class FollowedReleases {
  readonly #sources: ReleaseSources;
  #wanted: ReadonlyMap<string, readonly CodeRelease[]> = new Map();

  constructor(sources: ReleaseSources) {
    this.#sources = sources;
  }

  /** Files that telemetry names lines of, each with the releases that these lines are of. */
  setWanted(
    files: readonly { readonly path: string; readonly releases: readonly CodeRelease[] }[],
  ): void {
    this.#wanted = new Map(files.map(({ path, releases }) => [path, releases]));
  }

  isWanted(path: string): boolean {
    return this.#wanted.has(path);
  }

  /** Has the releases that run the file looked up where it is in sight; the answer is what is known of them now. */
  commitsOf(view: FileView, services: Services, isShown: boolean): CommitOf {
    const own = new Set([
      ...view.services.map(({ service }) => service),
      ...view.attributions.map(({ operation }) => operation.service),
    ]);
    // The code that a stack is of may run no more: its lines are followed all the same.
    const stacked = new Set((view.stacks ?? []).map((s) => `${s.service}\n${s.version}`));
    for (const { service } of view.stacks ?? []) own.add(service);
    for (const { service, version } of this.#wanted.get(view.path) ?? []) {
      own.add(service);
      stacked.add(`${service}\n${version}`);
    }
    const running = [...own].flatMap((service) =>
      (services.get(service)?.releases ?? [])
        .filter(({ version }) => version !== '')
        .filter(({ version, running }) => running || stacked.has(`${service}\n${version}`))
        .map(({ version, commit }) => ({
          service,
          version,
          ...(commit === undefined ? {} : { commit }),
        })),
    );
    if (running.length > 0 && isShown) this.#sources.want(view.path, running, namesNotThere(view));
    return (service, version) => this.#sources.commitOf(view.path, { service, version })?.commit;
  }

  /** Telemetry names lines of more files than those in sight. */
  wantTexts(services: Services, shown: readonly string[]): void {
    for (const [path, wanted] of this.#wanted)
      if (!shown.includes(path))
        this.#sources.wantText(
          path,
          wanted.map(({ service, version }) => {
            const known = services.get(service)?.releases.find((r) => r.version === version);
            return {
              service,
              version,
              ...(known?.commit === undefined ? {} : { commit: known.commit }),
            };
          }),
        );
  }
}
