import { hasErrorCode, PerceptionError } from '../../frame/perception-error.js';
import { setAside } from '../../supervise/interrupted-recording.js';

/** Sets aside what was recorded before an error ended the recording; returns the error with its new place added. */
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
