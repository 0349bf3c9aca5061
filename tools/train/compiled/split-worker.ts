import { parentPort, workerData } from 'node:worker_threads';
import { rowsOfPart, viewSplitMemory } from './split-memory.js';
import type { StepPlan } from './step-plan.js';
import { StepSessions } from './step-sessions.js';

/** What a thread needs for its part of a split step. */
export interface SplitPart {
  plan: StepPlan;
  memory: SharedArrayBuffer;
  part: number;
  parts: number;
  /** Threads that one operator may use. */
  threads: number;
}

export type SplitOrder = 'forward' | 'backward';
/** Why an order failed; undefined if it succeeded. */
export interface SplitAnswer {
  failure: string | undefined;
}

const port = parentPort;
if (port !== null) {
  const { plan, memory, part, parts, threads } = workerData as SplitPart;
  const shared = viewSplitMemory(plan, parts, memory);
  const own = shared.parts[part]!;
  const sessions = new StepSessions(plan, threads);
  const orders: Record<SplitOrder, () => void> = {
    forward() {
      sessions.parameters.set(shared.parameters);
      sessions.input.set(rowsOfPart(shared.input, part, parts));
      for (const [index, { data }] of sessions.masks.entries()) data.set(own.masks[index]!);
      sessions.forward();
      own.statistics.set(sessions.batchStatistics);
      for (const [index, { values }] of sessions.outputs.entries())
        rowsOfPart(shared.outputs[index]!.values, part, parts).set(values);
    },
    backward() {
      for (const [index, { gradient }] of sessions.outputs.entries())
        gradient.set(rowsOfPart(shared.outputs[index]!.gradient, part, parts));
      sessions.backward();
      own.gradients.set(sessions.gradients);
    },
  };
  const answer = (message: SplitAnswer): void => port.postMessage(message);
  port.on('message', (order: SplitOrder) => {
    try {
      orders[order]();
      answer({ failure: undefined });
    } catch (error) {
      answer({ failure: error instanceof Error ? error.message : String(error) });
    }
  });
}
