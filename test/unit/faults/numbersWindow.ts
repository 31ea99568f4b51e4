import type { FunctionDecl, FunctionId } from '../../../src/domain/functionDecl.ts';
import type { Insight } from '../../../src/domain/insight.ts';
import type { ServiceKey } from '../../../src/domain/service.ts';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import { createInsightService } from '../../../src/insights/insightService.ts';
import { renderAnnotation } from '../../../src/presentation/viewModels/annotation.ts';
import { renderStatus } from '../../../src/presentation/viewModels/statusText.ts';
import { parseTemplate } from '../../../src/presentation/viewModels/template.ts';
import type { Handlers } from '../../../src/rpc/contract.ts';
import { inProcess } from '../../../src/rpc/peer.ts';
import type { FileView, IndexContract, OwnedOperation } from '../../../src/symbols/contract.ts';
import type { BackendPorts, Connection, CreateMetrics } from '../../../src/telemetry/backend.ts';

const path = '/w/orders.ts';
const place = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
const declaration: FunctionDecl = {
  id: 'orders.ts#find' as FunctionId,
  name: 'find',
  kind: 'function',
  language: 'typescript',
  path,
  range: place,
  selectionRange: place,
  declarationLine: 0,
};
const parsed = parseTemplate(
  '[p95 ${p95}][ · ${errors} err][ · ${rate}][ · ${releases}][ · ${age}]',
);
if (!parsed.ok) throw new Error(parsed.failure.message);
const template = parsed.value;

/** What a person sees of numbers. */
export interface SeenNumbers {
  readonly health: string;
  /** The status bar's item, and the sentence in its tooltip. */
  readonly status: string;
  readonly detail: string;
  /** Of the failure that it tells. */
  readonly remedy?: string;
  /** Beside the function; "" for nothing. */
  readonly annotation: string;
  readonly state: string;
  readonly stale: boolean;
  readonly calls?: number;
}

/** What a window stands on: a backend, and a clock. */
export interface Ground {
  /** "namespace/name" or "name": whose function is shown. */
  readonly service: string;
  connection(): Connection;
  ports(operation: BackendPorts['operation']): BackendPorts;
  readonly after: BackendPorts['after'];
  /** Unix milliseconds, of the editor's machine. */
  readonly now: number;
}

/** A window that shows one function, whose numbers come from a backend; all of it but VS Code is the product's own. */
export function numbersWindow(create: CreateMetrics, stage: Ground) {
  const operations = new Map<OperationId, Operation>();
  const source = create(
    stage.connection(),
    stage.ports((id) => operations.get(id)),
  );
  const { remote, server } = inProcess<IndexContract>({
    file: () => viewOf([...operations.values()], stage.service),
  } as unknown as Handlers<IndexContract>);
  source.onDidFindOperations((found) => {
    for (const one of found) operations.set(one.id, one);
    server.emit('changed', { paths: [path], all: true });
  });
  const reported: unknown[] = [];
  const insights = createInsightService({
    index: remote,
    environment: {
      current: () => {
        const summary = source.summary();
        return {
          name: 'production',
          production: true,
          window: '1h',
          health: summary === undefined ? 'starting' : 'ok',
          detail: summary ?? `Asking ${stage.connection().url}.`,
          metrics: source,
        };
      },
      onDidChange: () => ({ dispose: () => undefined }),
    },
    after: stage.after,
    report: (text, error) => reported.push(text, String(error)),
  });
  const settled = async (): Promise<void> => {
    // The index tells of itself over a port of its own: a few turns until it is heard.
    for (let turn = 0; turn < 8; turn += 1) {
      await insights.insights(path);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const insight = (): Insight | undefined => insights.peek(path)?.insights[0];
  insights.setShown([path]);
  return {
    /** Resolves when what is under way is over. */
    settled,
    /** Looks anew, as at each of its own refreshes; asks the backend only for what is due. */
    look: () => insights.refresh(),
    /** As the command *Refresh* does. */
    retry: () => {
      source.retry();
    },
    seen(): SeenNumbers {
      const view = insights.environment();
      // The file in front is the function's.
      const { text, lines } = renderStatus({ ...view, service: stage.service as ServiceKey });
      const one = insight();
      return {
        health: view.health,
        status: text,
        detail: lines[1] ?? '',
        ...(view.failure?.remedy === undefined ? {} : { remedy: view.failure.remedy }),
        annotation:
          renderAnnotation(one === undefined ? [] : [one], {
            template,
            show: 'all',
            thresholds: { p95Ms: 1000, errorRatio: 0.01 },
            window: '1h',
            now: stage.now,
          })?.text ?? '',
        state: one?.state ?? '',
        stale: one?.stale === true,
        ...(one?.numbers?.total?.count === undefined ? {} : { calls: one.numbers.total.count }),
      };
    },
    /** What there is to see of the function. */
    insight,
    /** What its service's warnings are. */
    warnings: () =>
      insights.environment().services.find((one) => one.service === stage.service)?.warnings ?? [],
    report: () => source.report(),
    /** Sent so far, answered or not. */
    requests: () => Number(source.report()['requests']),
    /** Everything that may be shown, logged or pasted into an issue. */
    told: () =>
      JSON.stringify([
        insights.environment(),
        insights.peek(path),
        source.report(),
        source.summary(),
        reported,
      ]),
    dispose: () => {
      insights.dispose();
      source.dispose();
    },
  };
}

function viewOf(operations: readonly Operation[], service: string): FileView {
  const [operation] = operations.filter(
    (one) => one.kind === 'server' && one.service.toLowerCase() === service.toLowerCase(),
  );
  const attributions: OwnedOperation[] =
    operation === undefined
      ? []
      : [
          {
            operation,
            attribution: {
              kind: 'owned',
              operation: operation.id,
              owner: declaration,
              rule: 'route',
              confidence: 'exact',
              explanation: 'its route',
              telemetry: operation.name,
              steps: [],
            },
          },
        ];
  return {
    path,
    language: 'typescript',
    version: 1,
    status: 'fresh',
    functions: [declaration],
    services: [{ service: service as Operation['service'], explanation: 'named so' }],
    servicesExplanation: '',
    attributions,
  };
}
