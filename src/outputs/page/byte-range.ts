/** First and last byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Returns the one range that a Range header requests of a file: undefined for the whole file (no header, or one of
 * another kind, as RFC 9110 section 14.2 requires), `unsatisfiable` if none of it is in the file.
 */
export function parseRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | undefined | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const [from, to] = [match[1]!, match[2]!];
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (start >= sizeBytes || (from === '' && Number(to) === 0)) return 'unsatisfiable';
  return start <= end ? { start, end } : undefined;
}
