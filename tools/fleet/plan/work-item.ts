import type { UnreadableDrive } from './make-plan.js';
import type { Unit } from './unit.js';

/** What there is to do: units, and drives that have none because they cannot be opened. */
export type WorkItem = Unit | (UnreadableDrive & { key: string });
