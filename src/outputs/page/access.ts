import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Who may use this server. */
export interface Access {
  /** IP address that it listens on. */
  readonly address: string;
  /** Token that every request must carry, if set; beyond loopback it is always set. */
  readonly token?: string | undefined;
  /** Origins of other pages that may read its answers, such as that of a viewer on the web. */
  readonly origins?: readonly string[] | undefined;
}

/** The cookie that a page holds in place of the token; not readable by its scripts. */
const cookieName = 'windshield';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True if nobody outside this machine can connect. */
export function isLoopback(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** True if a request carries the token: as `Authorization: Bearer`, or as the cookie that `tokenCookie` set. */
export function bringsToken({ headers }: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const bearer = /^Bearer ([!-~]{1,256})$/.exec(headers.authorization ?? '')?.[1];
  const cookies = (headers.cookie ?? '').split(/; */).map((text) => text.split('='));
  const cookie = cookies.find(([name]) => name === cookieName)?.[1];
  // Both are always compared, whichever was sent.
  const byBearer = isSame(bearer ?? '', token);
  const byCookie = isSame(cookie ?? '', cookieValue(token));
  return byBearer || byCookie;
}

/** A `Set-Cookie` that replaces the token until the browser is closed, for this server only. */
export const tokenCookie = (token: string): string =>
  `${cookieName}=${cookieValue(token)}; HttpOnly; SameSite=Strict; Path=/`;

/** Derived, so that a leaked cookie does not reveal the token; it is invalid once the token changes. */
const cookieValue = (token: string): string =>
  createHash('sha256').update(`windshield cookie ${token}`).digest('hex');

/** Compares in a time that does not depend on where they differ, or on their lengths. */
export function isSame(found: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(found), digest(expected));
}
