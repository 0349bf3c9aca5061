import { PerceptionError } from '../../frame/perception-error.js';

/** Keys of CurveZMQ, Z85 text of 40 characters each, as `curveKeyPair()` of the zeromq package makes them. */
export interface CurveKeys {
  publicKey: string;
  secretKey: string;
}

const loopbackTcp = /^tcp:\/\/(127(\.\d{1,3}){3}|localhost|\[::1\]):(\d+|\*)$/;
const anyTcp = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[^:/]+|\*):(\d+|\*)$/;
const local = /^ipc:\/\/.+$/;

/** True if nobody outside this machine can connect. */
export function isLocalEndpoint(endpoint: string): boolean {
  return loopbackTcp.test(endpoint) || local.test(endpoint);
}

/** True if the address is IPv6, which a socket must enable (ZMQ_IPV6). */
export function isIpv6Endpoint(endpoint: string): boolean {
  return endpoint.startsWith('tcp://[');
}

/**
 * Checks the rule that results leave the machine only encrypted: an endpoint beyond loopback needs keys. Throws
 * ERR_CONFIG for an endpoint of unknown form or one that would be open to the network.
 */
export function checkEndpoint(endpoint: string, keys: CurveKeys | undefined): void {
  if (!anyTcp.test(endpoint) && !local.test(endpoint)) {
    const why = endpoint.startsWith('inproc:') ? ', which nobody outside this process hears' : '';
    throw new PerceptionError(
      'ERR_CONFIG',
      `endpoint: expected tcp://<address>:<port> or ipc://<path>, found "${endpoint}"${why}`,
    );
  }
  const port = Number(/^tcp:.*:(\d+)$/.exec(endpoint)?.[1] ?? 1);
  // The socket would take the port modulo 65536.
  if (port < 1 || port > 65_535) {
    throw new PerceptionError(
      'ERR_CONFIG',
      `endpoint: expected a port of 1 to 65535, or * for a free one, found ${port} in "${endpoint}"`,
    );
  }
  if (!isLocalEndpoint(endpoint) && keys === undefined) {
    throw new PerceptionError(
      'ERR_CONFIG',
      `endpoint ${endpoint} can be reached from outside this machine: expected publish.zeromq.curve with its keys, found none`,
    );
  }
}
