import type { RouterFramework } from '../../routerFramework.ts';
import { attributeRoutes, mountedAttributes, type AttributeRoute } from '../attributeRoutes.ts';
import type { Place } from '../chains.ts';
import type { Evaluator } from '../evaluator.ts';
import type { RouteEmitter } from '../routeEmitter.ts';

/** Functions with a route of their own (`#[get("/")]`), and the routers that they are given to. */
export class PlacedAttributes {
  private readonly evaluator: Evaluator;
  private readonly emitter: RouteEmitter;
  /** Functions that some router in sight is given. */
  private readonly placed = new Set<string>();

  constructor(evaluator: Evaluator, emitter: RouteEmitter) {
    this.evaluator = evaluator;
    this.emitter = emitter;
  }

  /** Reads what a router is given; false where that are no functions with a route. */
  mount(framework: RouterFramework, router: string, given: Place, order: number): boolean {
    const routes = mountedAttributes(this.evaluator, framework, given);
    for (const route of routes) this.add(router, route, order);
    return routes.length > 0;
  }

  /** Routes by attribute that no router in sight is given: their prefix is unknown. */
  addUnmounted(frameworks: readonly RouterFramework[]): void {
    for (const framework of frameworks) {
      if (framework.attributes === undefined) continue;
      for (const file of this.evaluator.files.values()) {
        if (file.family?.id !== framework.family) continue;
        for (const { target } of file.facts.decorators) {
          if (this.placed.has(`${file.path}#${target}`)) continue;
          for (const route of attributeRoutes(framework, file, target))
            this.add(`${file.path}#unmounted`, route, route.line);
        }
      }
    }
  }

  private add(router: string, route: AttributeRoute, order: number): void {
    this.placed.add(`${route.file.path}#${route.target}`);
    this.emitter.add(router, { order, route });
  }
}
