import type { RouteTable } from '../../domain/route.ts';

/** The routes of all windows together: each has its own workspace, and they share one receiver. */
export class RouteUnion {
  private readonly tables = new Map<symbol, RouteTable>();
  private readonly apply: (routes: RouteTable) => void;

  constructor(apply: (routes: RouteTable) => void) {
    this.apply = apply;
  }

  set(window: symbol, table: RouteTable): void {
    this.tables.set(window, table);
    this.publish();
  }

  remove(window: symbol): void {
    if (this.tables.delete(window)) this.publish();
  }

  /** Order within a window is precedence and stays; what two windows both have counts once. */
  private publish(): void {
    const seen = new Map<string, RouteTable['routes'][number]>();
    for (const { routes } of this.tables.values())
      for (const route of routes) {
        const key = JSON.stringify([route.framework, route.method, route.path]);
        if (!seen.has(key)) seen.set(key, route);
      }
    const statements = new Set<string>();
    const requests = new Set<string>();
    for (const { calls } of this.tables.values()) {
      for (const key of calls?.statements ?? []) statements.add(key);
      for (const key of calls?.requests ?? []) requests.add(key);
    }
    const calls = { statements: [...statements], requests: [...requests] };
    const none = statements.size + requests.size === 0;
    this.apply({ routes: [...seen.values()], ...(none ? {} : { calls }) });
  }
}
