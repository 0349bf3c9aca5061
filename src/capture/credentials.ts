/** Names of query parameters whose values are secrets. */
const secretNames =
  'access_?token|api_?key|auth|key|pass|passwd|password|pwd|secret|sig|signature|token|user|username';

/** Properties of GStreamer's elements that hold a name or a password (rtspsrc, souphttpsrc, rtmp2src, srtsrc). */
const secretProperties = 'user-id|user-pw|proxy-id|proxy-pw|username|password|passphrase';

/**
 * Returns the text with every user name and password masked: `rtsp://user:word@camera/` becomes `rtsp://***@camera/`,
 * `?token=abc` becomes `?token=***`, and GStreamer's `user-pw=word` becomes `user-pw=***`. For everything that is printed,
 * published or recorded.
 */
export function withoutCredentials(text: string): string {
  return (
    text
      // Up to the last @: an unescaped password may contain @ and slashes. Better to mask too much than too little.
      .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"]*@(?=[\w.[-])/gi, '$1***@')
      .replaceAll(new RegExp(`([?&](?:${secretNames})=)[^&#\\s'"]+`, 'gi'), '$1***')
      .replaceAll(
        new RegExp(`(?<![\\w-])((?:${secretProperties})\\s*=\\s*)(?:"[^"]*"|[^\\s"])+`, 'gi'),
        '$1***',
      )
  );
}
