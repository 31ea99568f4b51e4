import type { FunctionId } from './functionDecl.ts';
import type { ServiceKey } from './service.ts';

/** The most that is expected; what is absent was not stated. */
export interface Limits {
  /** Milliseconds. */
  readonly p95Ms?: number;
  /** 0–1. */
  readonly errorRatio?: number;
}

/** What a service, a part of the repository or a function is expected to do, as prodlens.json states it. */
export interface Objective extends Limits {
  /** As its telemetry names it, with or without its namespace; absent: any. */
  readonly service?: string;
  /** `<file relative to prodlens.json>#<qualified name>`. */
  readonly function?: string;
  /** A file or folder, relative to prodlens.json, with forward slashes; "" is the whole repository. */
  readonly path?: string;
}

/** Those that can concern functions of a file (relative to prodlens.json), the closest first. */
export const objectivesOfFile = (
  objectives: readonly Objective[],
  file: string,
): readonly Objective[] =>
  objectives
    .filter((objective) => {
      if (objective.function !== undefined) return objective.function.startsWith(`${file}#`);
      const { path } = objective;
      return path === undefined || path === '' || path === file || file.startsWith(`${path}/`);
    })
    .sort((a, b) => closeness(b) - closeness(a));

/** A function's own objective before its file's, that before its folder's, the deepest first, and a service's last. */
const closeness = ({ function: own, path, service }: Objective): number =>
  (own !== undefined ? 1e6 : path === undefined ? 0 : 2 + path.length * 2) +
  (service === undefined ? 0 : 1);

/** What is expected of one function in one service: of each limit the closest one. Undefined: nothing is. */
export function limitsOf(
  closestFirst: readonly Objective[],
  id: FunctionId,
  service: ServiceKey | undefined,
): Limits | undefined {
  const own = closestFirst.filter(
    (objective) =>
      (objective.function === undefined || objective.function === id) &&
      (objective.service === undefined || isNamed(service, objective.service)),
  );
  const p95Ms = own.find((objective) => objective.p95Ms !== undefined)?.p95Ms;
  const errorRatio = own.find((objective) => objective.errorRatio !== undefined)?.errorRatio;
  if (p95Ms === undefined && errorRatio === undefined) return undefined;
  return {
    ...(p95Ms === undefined ? {} : { p95Ms }),
    ...(errorRatio === undefined ? {} : { errorRatio }),
  };
}

const isNamed = (service: ServiceKey | undefined, name: string): boolean =>
  service !== undefined &&
  (service === name || service.slice(service.lastIndexOf('/') + 1) === name);
