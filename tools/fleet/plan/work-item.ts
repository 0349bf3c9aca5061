import type { UnreadableDrive } from './make-plan.js';
import type { Unit } from './unit.js';

/** Work to do: units, and drives without units because they cannot be opened. */
export type WorkItem = Unit | (UnreadableDrive & { key: string });
