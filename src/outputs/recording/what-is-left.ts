import { hasErrorCode, PerceptionError } from '../../frame/perception-error.js';
import { setAside } from '../../supervise/interrupted-recording.js';

/** The error that ended a recording, with where lies what was recorded until then; that is put aside first. */
export function withWhatIsLeft(error: unknown, path: string): unknown {
  if (!hasErrorCode(error)) return error;
  try {
    const kept = setAside(path);
    if (kept === undefined) return error;
    const message = `${error.message}; what was recorded until then is kept: ${kept}`;
    return new PerceptionError(error.code, message, { cause: error });
  } catch {
    return error;
  }
}
