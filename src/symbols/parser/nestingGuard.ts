import type { Node } from 'web-tree-sitter';

/** Reading a file that is written by hand takes less: only then its depth is looked at. */
const unsuspiciousMs = 100;
/** Nothing written by hand is nested as deep; long chains and sums that are generated may come near. */
const deepestTree = 2_000;

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

/** Asked again and again while a tree is read. The clock decides when the depth is measured, the depth alone what comes of it. */
export class NestingGuard {
  private readonly root: Node;
  private started: number | undefined = performance.now();

  constructor(root: Node) {
    this.root = root;
  }

  /** @throws NestedTooDeeply */
  check(): void {
    if (this.started === undefined || performance.now() - this.started < unsuspiciousMs) return;
    this.started = undefined;
    if (isDeep(this.root)) throw new NestedTooDeeply();
  }
}

/** By a cursor, whose cost is the number of nodes at most. */
function isDeep(root: Node): boolean {
  const cursor = root.walk();
  try {
    let depth = 0;
    for (;;) {
      if (cursor.gotoFirstChild()) {
        depth += 1;
        if (depth > deepestTree) return true;
        continue;
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return false;
        depth -= 1;
      }
    }
  } finally {
    cursor.delete();
  }
}
