import type { Node } from 'web-tree-sitter';

/** Reading a file that is written by hand takes less: only then its depth is looked at. */
const unsuspiciousMs = 100;
/** Nothing written by hand is nested as deep: chains of a thousand calls are half of it. */
const deepestTree = 2_000;
/** Places that were looked at × depth of the tree, from where on it is given up: a deep tree with few functions is read. */
const mostSteps = 200_000;

/** Thrown where reading on would take minutes: every look at what is around a node starts at the root. */
export class NestedTooDeeply extends Error {
  constructor() {
    super('is nested too deeply');
  }
}

/** What was read; undefined where the text is nested too deeply. */
export function unlessTooDeep<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NestedTooDeeply) return undefined;
    throw error;
  }
}

/** Asked at each place that is looked at. The clock decides when the depth is measured; places and depth alone decide what comes of it. */
export class NestingGuard {
  private readonly root: Node;
  private readonly started = performance.now();
  private places = 0;
  private depth: number | undefined;

  constructor(root: Node) {
    this.root = root;
  }

  /** @throws NestedTooDeeply */
  check(): void {
    this.places += 1;
    if (this.depth === undefined) {
      if (performance.now() - this.started < unsuspiciousMs) return;
      this.depth = depthOf(this.root);
    }
    if (this.depth > deepestTree && this.places * this.depth > mostSteps)
      throw new NestedTooDeeply();
  }
}

/** By a cursor, whose cost is the number of nodes. */
function depthOf(root: Node): number {
  const cursor = root.walk();
  try {
    let deepest = 0;
    let depth = 0;
    for (;;) {
      if (cursor.gotoFirstChild()) {
        depth += 1;
        deepest = Math.max(deepest, depth);
        continue;
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return deepest;
        depth -= 1;
      }
    }
  } finally {
    cursor.delete();
  }
}
