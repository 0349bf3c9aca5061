/** Error of an S3-compatible server or of the connection to it. */
interface StoreFault {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

const passingStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const passingNames: ReadonlySet<string> = new Set([
  'TimeoutError',
  'RequestTimeout',
  'SlowDown',
  'Throttling',
  'InternalError',
  'ServiceUnavailable',
]);
const passingCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Whether the same request may succeed a little later. A full store, a wrong key or a missing bucket is permanent. */
export function isPassing(error: unknown): boolean {
  const { name = '', code = '', message = '', $metadata } = (error ?? {}) as StoreFault;
  const status = $metadata?.httpStatusCode;
  return (
    passingNames.has(name) ||
    passingCodes.has(code) ||
    (status !== undefined && passingStatuses.has(status)) ||
    // Node's messages for a connection that ends in the middle of a body.
    /^(aborted|socket hang up|premature close|terminated)$/i.test(message)
  );
}

export function isNotThere(error: unknown): boolean {
  const { name, $metadata } = (error ?? {}) as StoreFault;
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
}

/** `503 SlowDown: Please reduce your request rate`, or the connection's error. */
export function describeStoreFault(error: unknown): string {
  const { name = 'Error', code, message = '', $metadata } = (error ?? {}) as StoreFault;
  const status = $metadata?.httpStatusCode;
  const text = message === '' || message === name ? '' : `: ${message}`;
  return status === undefined ? `${code ?? name}${text}` : `${status} ${name}${text}`;
}
