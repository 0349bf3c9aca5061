import { oneLine } from './one-line.js';

/** Where in the life of a frame an error arose; free text so that new stages need no change here. */
export type StageName = string;

/** Every error code of the project. The table in docs/errors.md explains each. */
export const errorCodes = [
  'ERR_USAGE',
  'ERR_CONFIG',
  'ERR_SOURCE_MISSING',
  'ERR_SOURCE_EMPTY',
  'ERR_SOURCE_FORMAT',
  'ERR_SOURCE_LOST',
  'ERR_FRAME_SIZE',
  'ERR_TOOL_MISSING',
  'ERR_RECORDING',
  'ERR_CALIBRATION',
  'ERR_BUNDLE',
  'ERR_BUNDLE_HASH',
  'ERR_BUNDLE_SHAPE',
  'ERR_BUNDLE_UNCERTIFIED',
  'ERR_PROVIDER_UNAVAILABLE',
  'ERR_INFERENCE',
  'ERR_LANE',
  'ERR_RESTARTS',
  'ERR_PORT_IN_USE',
  'ERR_PUBLISH',
  'ERR_DATASET',
  'ERR_TRAINING',
  'ERR_EXPORT',
  'ERR_OUTPUT',
  'ERR_INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface PerceptionErrorFields {
  stage?: StageName;
  frameId?: number;
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The one error class. The message is one line: what was expected, what was found, and where.
 * Check `code`, never `instanceof`: an error posted between threads loses its class.
 */
export class PerceptionError extends Error {
  readonly code: ErrorCode;
  readonly stage: StageName | undefined;
  readonly frameId: number | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, fields: PerceptionErrorFields = {}) {
    super(oneLine(message), fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'PerceptionError';
    this.code = code;
    this.stage = fields.stage;
    this.frameId = fields.frameId;
    this.details = fields.details ?? {};
  }
}

const known: ReadonlySet<unknown> = new Set(errorCodes);

/** True for a PerceptionError, also after it crossed a thread boundary; false for Node's own `ERR_…` codes. */
export function hasErrorCode(error: unknown): error is { code: ErrorCode; message: string } {
  return known.has((error as { code?: unknown } | null | undefined)?.code);
}
