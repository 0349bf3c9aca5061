/** Names of query parameters whose values are secrets. */
const secretNames =
  'access_?token|api_?key|auth|key|pass|passwd|password|pwd|secret|sig|signature|token|user|username';

/**
 * The text with every name and password in it masked: `rtsp://user:word@camera/` becomes `rtsp://***@camera/`, and
 * `?token=abc` becomes `?token=***`. For whatever is printed, published or recorded.
 */
export function withoutCredentials(text: string): string {
  return (
    text
      // Up to the last @: a password that was not escaped may hold that and a slash. Rather too much than too little.
      .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"]*@(?=[\w.[-])/gi, '$1***@')
      .replaceAll(new RegExp(`([?&](?:${secretNames})=)[^&#\\s'"]+`, 'gi'), '$1***')
  );
}
