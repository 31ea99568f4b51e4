import type { CreateMetrics, CreateTraces } from '../../../src/telemetry/backend.ts';
import { metricsBackends, traceBackends } from '../../../src/telemetry/registry.ts';
import { faults, type Fault } from './faults.ts';
import { numbersWindow, type SeenNumbers } from './numbersWindow.ts';
import { recordedPrometheus } from './prometheusBackend.ts';
import type { RecordedBackend } from './recordedBackend.ts';
import { planted, Theatre } from './stage.ts';
import { recordedTempo } from './tempoBackend.ts';
import { recordedJaeger, recordedZipkin } from './traceBackends.ts';
import { tracesWindow, type SeenTraces } from './tracesWindow.ts';

/** Recorded servers by the kind that a setting names; an adapter without one has no place in the matrix, and a test says so. */
export const recordedBackends: readonly RecordedBackend[] = [
  recordedPrometheus,
  ...recordedJaeger,
  recordedZipkin,
  recordedTempo,
];

export interface NumbersCell {
  readonly fault: Fault;
  readonly backend: RecordedBackend;
  /** Before anything was wrong. */
  readonly before: SeenNumbers;
  /** The fault is there from the first contact on. */
  readonly first: SeenNumbers;
  /** It comes after good numbers: a refresh later, and ten minutes later. */
  readonly after: SeenNumbers;
  readonly long: SeenNumbers;
  /** Requests of ten minutes. */
  readonly requests: number;
  /** A refresh after its end. */
  readonly recovered: SeenNumbers;
  readonly leaks: boolean;
}

export interface TracesCell {
  readonly fault: Fault;
  readonly backend: RecordedBackend;
  readonly before: SeenTraces;
  readonly during: SeenTraces;
  /** Requests of a search and of looking a trace up. */
  readonly requests: number;
  readonly recovered: SeenTraces;
  readonly leaks: boolean;
}

export interface Matrix {
  readonly numbers: readonly NumbersCell[];
  /** Numbers of a sample of traces. */
  readonly samples: readonly NumbersCell[];
  readonly traces: readonly TracesCell[];
  /** Requests to another origin than the connection's. */
  readonly strayed: number;
}

const refresh = 60_000;
const tenMinutes = 600_000;
/** Numbers in sight are looked at that often; new ones are there every refresh. */
const look = 15_000;

/** Every adapter that there is, with every fault. */
export async function runMatrix(chosen: readonly Fault[] = faults): Promise<Matrix> {
  const theatre = await Theatre.open();
  try {
    const numbers: NumbersCell[] = [];
    const samples: NumbersCell[] = [];
    const traces: TracesCell[] = [];
    for (const fault of chosen)
      for (const backend of recordedBackends) {
        const ofMetrics = metricsBackends[backend.kind];
        if (ofMetrics !== undefined)
          numbers.push(await numbersCell(ofMetrics, theatre, fault, backend));
        const ofTraces = traceBackends[backend.kind];
        if (ofTraces === undefined) continue;
        samples.push(await numbersCell(sampledFrom(ofTraces), theatre, fault, backend));
        traces.push(await tracesCell(ofTraces, theatre, fault, backend));
      }
    return { numbers, samples, traces, strayed: theatre.strayed };
  } finally {
    await theatre.close();
  }
}

/** The numbers that an environment has which names a backend of traces alone; what is asked for them is told by its traces. */
const sampledFrom =
  (create: CreateTraces): CreateMetrics =>
  (connection, ports) => {
    const traces = create(connection, ports);
    const numbers = traces.numbers?.();
    if (numbers === undefined) throw new Error(`${connection.kind} gives no numbers of a sample`);
    const report = numbers.report.bind(numbers);
    const dispose = numbers.dispose.bind(numbers);
    return Object.assign(numbers, {
      report: () => ({ ...traces.report?.(), ...report() }),
      dispose: () => {
        dispose();
        traces.dispose?.();
      },
    });
  };

async function numbersCell(
  create: CreateMetrics,
  theatre: Theatre,
  fault: Fault,
  backend: RecordedBackend,
): Promise<NumbersCell> {
  const fresh = theatre.stage(fault, backend);
  await fresh.around.server.listen();
  const endAtOnce = await fault.begin(fresh.around);
  const unlucky = numbersWindow(create, fresh);
  await fresh.pass(20_000, unlucky.settled);
  const first = unlucky.seen();
  const told = [unlucky.told()];
  unlucky.dispose();
  await endAtOnce();
  await fresh.around.server.close();

  const stage = theatre.stage(fault, backend);
  const { server } = stage.around;
  await server.listen();
  const window = numbersWindow(create, stage);
  const pass = (time: number): Promise<void> => stage.pass(time, window.settled);
  await pass(refresh);
  const before = window.seen();
  const end = await fault.begin(stage.around);
  const asked = window.requests();
  await pass(refresh);
  const after = window.seen();
  told.push(window.told());
  await pass(tenMinutes - refresh);
  const requests = window.requests() - asked;
  const long = window.seen();
  await end();
  await pass(refresh + look);
  const recovered = window.seen();
  told.push(window.told());
  window.dispose();
  await server.close();
  const leaks = told.some((text) => text.includes(planted));
  return { fault, backend, before, first, after, long, requests, recovered, leaks };
}

async function tracesCell(
  create: CreateTraces,
  theatre: Theatre,
  fault: Fault,
  backend: RecordedBackend,
): Promise<TracesCell> {
  const stage = theatre.stage(fault, backend);
  const { server } = stage.around;
  await server.listen();
  const window = tracesWindow(create, stage);
  const before = await window.look();
  const end = await fault.begin(stage.around);
  const asked = window.requests();
  const during = await window.look();
  const requests = window.requests() - asked;
  await end();
  await stage.pass(refresh, () => Promise.resolve());
  const recovered = await window.look();
  const leaks = window.told().includes(planted);
  window.dispose();
  await server.close();
  return { fault, backend, before, during, requests, recovered, leaks };
}
