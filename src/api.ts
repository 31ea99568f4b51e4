import type * as vscode from 'vscode';

/** What `getExtension('prodlens.prodlens').activate()` resolves to. Stable: grows only, `version` is raised on a break. */
export interface ProdlensApi {
  readonly version: 1;
  /** Insights for every function of a document, one per function and service; waits for a refresh in flight. */
  functions(uri: vscode.Uri): Promise<readonly FunctionInsight[]>;
  readonly onDidChangeInsights: vscode.Event<readonly vscode.Uri[]>;
}

export interface FunctionInsight {
  /** Qualified: `Class.method`, `outer.inner`. */
  name: string;
  range: vscode.Range;
  selectionRange: vscode.Range;
  state:
    'observed' | 'noTraffic' | 'notInstrumented' | 'ambiguous' | 'unreachable' | 'unknownService';
  service?: string;
  environment?: string;
  window?: { from: Date; to: Date };
  observedAt?: Date;
  stale?: true;
  drift?: 'edited' | 'notInRelease';
  verdict?: 'better' | 'same' | 'worse' | 'tooFew';
  total?: FunctionStats;
  releases: readonly {
    /** "" = unknown. */
    version: string;
    running: boolean;
    /** 0–1, running only. */
    share?: number;
    firstSeen?: Date;
    lastSeen?: Date;
    commit?: string;
    stats: FunctionStats;
  }[];
  attribution: readonly {
    rule: string;
    confidence: 'exact' | 'strong' | 'weak';
    telemetry: string;
    explanation: string;
  }[];
  /** When ambiguous. */
  candidates?: readonly { name: string; uri: vscode.Uri; range: vscode.Range }[];
}

/** An absent field is not known; it is never 0 or NaN. */
export interface FunctionStats {
  count?: number;
  perSecond?: number;
  /** 0–1. */
  errorRatio?: number;
  errors?: number;
  clientErrors?: number;
  p50Ms?: Quantile;
  p95Ms?: Quantile;
  p99Ms?: Quantile;
  basis: 'all' | 'weighted' | 'sample';
  lowerBound?: true;
  source: string;
}

export interface Quantile {
  value: number;
  low: number;
  high: number;
  beyond?: true;
}
