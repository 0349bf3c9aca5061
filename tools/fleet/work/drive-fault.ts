import { type ErrorCode, hasErrorCode } from '../../../src/frame/perception-error.js';

/**
 * True if one drive cannot be read; a store that does not answer, a full disk or a fault of windshield concerns all
 * drives.
 */
export function isDriveFault(error: unknown): error is { code: ErrorCode; message: string } {
  return hasErrorCode(error) && /^ERR_(SOURCE_(MISSING|EMPTY|FORMAT)|RECORDING)$/.test(error.code);
}
